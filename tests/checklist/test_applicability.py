"""図1 as a walk: what is known of the servers in, an outcome out; never YES without the words in writing."""

from copy import deepcopy
from pathlib import Path

import pytest

from checklist.applicability import (
    NO,
    NONE,
    UNCLEAR,
    YES,
    ServerFacts,
    SystemFacts,
    answer_of,
    combined,
    judge,
    walk,
)
from compliance.guideline import read

CHART = read(Path(__file__).resolve().parents[2] / "fixtures" / "guideline-7.0").as_dict()["flowchart"]
ENTRUSTED = ServerFacts("クラウド", "vendor", "contract", "保守契約書 第8条")
OURS = ServerFacts("院内サーバ", "clinic", "nowhere", "")
UNKNOWN = ServerFacts("予約のサーバ", "unknown", "unknown", "")


def system(
    *servers: ServerFacts,
    name: str = "電子カルテ",
    vendor: str = "株式会社みどり",
    has_no_server: bool = False,
):
    return SystemFacts(name, vendor, servers, has_no_server)


def outcome(*systems: SystemFacts) -> str:
    return judge(CHART, list(systems)).outcome


# One server


@pytest.mark.parametrize(
    ("bearer", "written_in", "place", "answer"),
    [
        ("vendor", "contract", "保守契約書 第8条", YES),
        ("vendor", "terms", "利用規約", YES),
        ("vendor", "sla", "SLA 3.2", YES),
        ("vendor", "contract", "", UNCLEAR),
        ("vendor", "nowhere", "", UNCLEAR),
        ("vendor", "unknown", "", UNCLEAR),
        ("clinic", "contract", "保守契約書 第8条", NO),
        ("clinic", "nowhere", "", NO),
        ("clinic", "unknown", "", NO),
        ("unknown", "contract", "保守契約書 第8条", UNCLEAR),
        ("unknown", "nowhere", "", UNCLEAR),
        ("unknown", "unknown", "", UNCLEAR),
    ],
)
def test_yes_needs_the_vendors_responsibility_in_writing(bearer, written_in, place, answer):
    assert answer_of(ServerFacts("x", bearer, written_in, place))[0] == answer


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (ENTRUSTED, "保守契約書 第8条に記載がある"),
        (OURS, "セキュリティアップデートの責任は自院にある"),
        (UNKNOWN, "責任がどちらにあるか不明"),
        (ServerFacts("x", "vendor", "nowhere", ""), "契約書などに記載がない"),
        (ServerFacts("x", "vendor", "unknown", ""), "記載されているかをまだ確かめていない"),
    ],
)
def test_the_reason_stands_in_words(server, reason):
    assert answer_of(server)[1] == reason


# All servers together


@pytest.mark.parametrize(
    ("answers", "answer"),
    [
        ([], NONE),
        ([YES], YES),
        ([YES, YES], YES),
        ([YES, UNCLEAR], UNCLEAR),
        ([YES, NO], NO),
        ([UNCLEAR, NO], NO),
        ([NO, UNCLEAR, YES], NO),
        ([UNCLEAR], UNCLEAR),
    ],
)
def test_no_goes_before_unclear_and_unclear_before_yes(answers, answer):
    assert combined(answers) == answer


@pytest.mark.parametrize(
    ("systems", "expected"),
    [
        ([], "undecided"),
        ([system()], "undecided"),
        ([system(has_no_server=True)], "undecided"),
        ([system(has_no_server=True), system()], "undecided"),
        ([system(ENTRUSTED)], "in_scope"),
        ([system(ENTRUSTED), system(has_no_server=True)], "in_scope"),
        ([system(ENTRUSTED, ENTRUSTED), system(ENTRUSTED)], "in_scope"),
        ([system(ENTRUSTED), system()], "ask_vendor"),
        ([system(ENTRUSTED, UNKNOWN)], "ask_vendor"),
        ([system(ENTRUSTED), system(UNKNOWN)], "ask_vendor"),
        ([system(ENTRUSTED, OURS)], "out_of_scope"),
        ([system(OURS), system(UNKNOWN)], "out_of_scope"),
        ([system(UNKNOWN), system(OURS)], "out_of_scope"),
        ([system(), system(OURS)], "out_of_scope"),
        ([system(OURS, has_no_server=True)], "out_of_scope"),
    ],
)
def test_the_outcome_follows_from_all_systems(systems, expected):
    assert outcome(*systems) == expected


def test_each_server_has_its_line():
    lines = judge(CHART, [system(ENTRUSTED, UNKNOWN), system(OURS, name="予約", vendor="")]).servers
    assert [(line.system, line.vendor, line.server, line.answer) for line in lines] == [
        ("電子カルテ", "株式会社みどり", "クラウド", YES),
        ("電子カルテ", "株式会社みどり", "予約のサーバ", UNCLEAR),
        ("予約", "", "院内サーバ", NO),
    ]


def test_a_system_whose_servers_nobody_listed_has_a_line_that_says_so():
    (line,) = judge(CHART, [system()]).servers
    assert (line.server, line.answer, line.reason) == ("", UNCLEAR, "サーバが登録されていない")


def test_a_system_without_any_server_has_no_line():
    assert judge(CHART, [system(has_no_server=True)]).servers == ()


def test_a_system_without_a_vendor_is_named_and_decides_nothing():
    judgement = judge(CHART, [system(ENTRUSTED), system(ENTRUSTED, name="自作の予約表", vendor="")])
    assert (judgement.without_vendor, judgement.outcome) == (("自作の予約表",), "in_scope")


# The walk


@pytest.mark.parametrize(
    ("answer", "end"), [(YES, "in-scope"), (NO, "out-of-scope"), (UNCLEAR, "ask-vendor"), (NONE, "undecided")]
)
def test_the_path_leads_from_the_start_through_the_question_to_the_end(answer, end):
    path, taken, _ = walk(CHART, {"all_servers_entrusted": answer})
    assert path == ("start", "all-servers-entrusted", end)
    assert taken == (("start", "all-servers-entrusted"), ("all-servers-entrusted", end))


@pytest.fixture
def longer() -> dict:
    """The chart with a further question behind YES, added as data."""
    chart = deepcopy(CHART)
    question = next(node for node in chart["node"] if node["kind"] == "question")
    chart["node"].append({**question, "id": "further", "asks": "further", "text": ["もう一つの問い"]})
    for edge in chart["edge"]:
        if edge.get("answer") == YES:
            edge["to"] = "further"
    ends = {YES: "in-scope", NO: "out-of-scope", UNCLEAR: "ask-vendor", NONE: "undecided"}
    chart["edge"] += [{"from": "further", "to": end, "answer": answer} for answer, end in ends.items()]
    return chart


@pytest.mark.parametrize(
    ("first", "second", "path", "expected"),
    [
        (YES, YES, ("start", "all-servers-entrusted", "further", "in-scope"), "in_scope"),
        (YES, NO, ("start", "all-servers-entrusted", "further", "out-of-scope"), "out_of_scope"),
        (YES, NONE, ("start", "all-servers-entrusted", "further", "undecided"), "undecided"),
        (NO, YES, ("start", "all-servers-entrusted", "out-of-scope"), "out_of_scope"),
    ],
)
def test_a_further_question_is_walked_without_code(longer, first, second, path, expected):
    walked, _, end = walk(longer, {"all_servers_entrusted": first, "further": second})
    assert (walked, end) == (path, expected)


def test_a_question_that_nobody_has_answered_yet_is_undecided(longer):
    assert judge(longer, [system(ENTRUSTED)]).outcome == "undecided"


def test_a_chart_without_a_way_on_is_refused(longer):
    longer["edge"] = [edge for edge in longer["edge"] if edge["from"] != "further"]
    with pytest.raises(ValueError, match="no way on from further with 'yes'"):
        walk(longer, {"all_servers_entrusted": YES, "further": YES})


def test_a_chart_that_goes_round_is_refused(longer):
    longer["edge"] = [{"from": "further", "to": "start", "answer": YES}, *longer["edge"]]
    with pytest.raises(ValueError, match="no way on from further"):
        walk(longer, {"all_servers_entrusted": YES, "further": YES})
