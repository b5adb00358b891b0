"""改善計画: what is still to be done, earliest first."""

import pytest

from checklist.planning import plan

TODAY = "2026-11-20"
TODO = {"shown": "3①", "task": "一覧を作る", "owner": "髙﨑", "due_on": "2026-11-30", "overdue_days": 0}
RISK = {"number": "R-01", "system": "電子カルテ", "measure": "VPNを止める", "owner": "大瀨",
        "due_on": "2026-12-10", "done_on": "", "gaps": []}  # fmt: skip


def planned(todo=(), risks=()) -> list[dict]:
    return plan({"today": TODAY, "todo": list(todo), "risks": list(risks)})


def test_an_item_and_a_risk_measure_become_lines():
    assert planned([TODO | {"status": "open"}], [RISK]) == [
        {"where": "3①", "task": "一覧を作る", "owner": "髙﨑", "due_on": "2026-11-30", "overdue_days": 0},
        {"where": "R-01", "task": "VPNを止める", "owner": "大瀨", "due_on": "2026-12-10", "overdue_days": 0},
    ]


def test_lines_come_by_day_and_those_without_one_last():
    todo = [TODO | {"shown": "a", "due_on": ""}, TODO | {"shown": "b", "due_on": "2027-01-10"}]
    lines = planned(todo, [RISK, RISK | {"number": "R-02", "due_on": "2026-11-01"}])
    assert [line["where"] for line in lines] == ["R-02", "R-01", "b", "a"]


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ({}, True),
        ({"done_on": "2026-11-01"}, False),
        ({"due_on": ""}, False),  # accepted or shifted: nothing to do
        ({"due_on": "", "gaps": ["方針"]}, True),
        ({"done_on": "2026-11-01", "gaps": ["説明"]}, True),
    ],
)
def test_a_risk_record_is_planned_while_its_measure_waits_or_something_is_unwritten(changed, kept):
    assert len(planned([], [RISK | changed])) == kept


@pytest.mark.parametrize(
    ("due_on", "days"), [("2026-11-19", 1), ("2026-11-20", 0), ("2026-11-21", 0), ("2026-10-20", 31)]
)
def test_a_measure_is_late_from_the_day_after_its_day(due_on, days):
    assert planned([], [RISK | {"due_on": due_on}])[0]["overdue_days"] == days


def test_a_measure_that_was_done_is_not_late_though_something_is_unwritten():
    risk = RISK | {"due_on": "2026-10-01", "done_on": "2026-09-30", "gaps": ["説明"]}
    assert planned([], [risk])[0]["overdue_days"] == 0


def test_a_record_without_a_measure_says_what_to_write():
    risk = RISK | {"measure": "", "due_on": "", "gaps": ["影響", "方針"]}
    assert planned([], [risk])[0]["task"] == "電子カルテのリスク評価・対応を書く（影響・方針が未記入）"
