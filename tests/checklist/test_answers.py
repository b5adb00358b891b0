"""Answers: what counts as answered, what is missing and said, and how they are recorded."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from checklist.choices import Status
from checklist.models import Answer, Frozen
from compliance.tenancy import Conflict

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 5)


def declared(answer: Answer) -> dict:
    """What of an answer is not empty."""
    return {name: value for name in Answer.DECLARED if (value := getattr(answer, name))}


# What it amounts to


def test_an_answer_is_called_by_its_item_and_status(answer):
    row = answer("10-9")
    row.status = Status.DONE
    assert str(row) == "10⑨：実施済"


@pytest.mark.parametrize(
    ("fields", "answered"),
    [
        ({"status": "none"}, False),
        ({"status": "none", "note": "あとで"}, False),
        ({"status": "done"}, True),
        ({"status": "done", "confirmed_on": TODAY}, True),
        ({"status": "open"}, False),
        ({"status": "open", "owner": "院長", "due_on": TODAY}, False),
        ({"status": "open", "plan": "頼む"}, True),
        ({"status": "na"}, False),
        ({"status": "na", "plan": "頼む"}, False),
        ({"status": "na", "reason": "無線がない"}, True),
        ({"status": "ask"}, False),
        (
            {"status": "ask", "ask_whom": "事業者", "plan": "聞く", "reason": "？", "confirmed_on": TODAY},
            False,
        ),
    ],
)
def test_progress_counts_an_answer_by_its_status(fields, answered):
    assert Answer(**fields).is_answered is answered


@pytest.mark.parametrize(
    ("fields", "gaps", "text"),
    [
        ({"status": "none"}, [], "未回答"),
        ({"status": "done"}, ["確認日"], "実施済（確認日が未記入）"),
        ({"status": "done", "confirmed_on": TODAY}, [], "実施済"),
        (
            {"status": "open"},
            ["やること", "担当", "目標日"],
            "未実施・対応中（やること・担当・目標日が未記入）",
        ),
        ({"status": "open", "plan": "頼む", "due_on": TODAY}, ["担当"], "未実施・対応中（担当が未記入）"),
        ({"status": "open", "plan": "頼む", "owner": "院長", "due_on": TODAY}, [], "未実施・対応中"),
        ({"status": "na"}, ["当てはまらない理由"], "対象外（当てはまらない理由が未記入）"),
        ({"status": "na", "reason": "無線がない"}, [], "対象外"),
        ({"status": "ask"}, ["聞く相手"], "わからない（聞く相手が未記入）"),
        ({"status": "ask", "ask_whom": "事業者"}, [], "わからない"),
    ],
)
def test_what_a_status_needs_and_lacks_is_said(fields, gaps, text):
    answer = Answer(**fields)
    assert (answer.gaps, answer.state_text) == (gaps, text)


@pytest.mark.parametrize(
    ("fields", "needed"),
    [
        ({"status": "none"}, False),
        ({"status": "done", "confirmed_on": TODAY}, False),
        ({"status": "done"}, True),
        ({"status": "na", "reason": "無線がない"}, False),
        ({"status": "na"}, True),
        ({"status": "open", "plan": "頼む", "owner": "院長", "due_on": TODAY}, True),
        ({"status": "ask", "ask_whom": "事業者"}, True),
    ],
)
def test_action_is_needed_for_open_and_unsure_answers_and_gaps(fields, needed):
    assert Answer(**fields).needs_action() is needed


@pytest.mark.parametrize(
    ("status", "due_on", "overdue"),
    [
        ("open", date(2026, 11, 4), True),
        ("open", TODAY, False),
        ("open", None, False),
        ("done", date(2026, 11, 4), False),
    ],
)
def test_an_open_answer_is_overdue_from_the_day_after(status, due_on, overdue):
    assert Answer(status=status, due_on=due_on).is_overdue(TODAY) is overdue


# Recording


@pytest.mark.parametrize("status", [status for status in Status if status != "none"])
def test_a_status_is_saved_though_all_it_needs_is_empty(answer, clerk, status):
    answer("10-9").record(1, by=clerk, status=status)
    assert (declared(answer("10-9")), answer("10-9").version) == ({"status": status}, 2)


def test_what_is_declared_is_saved_with_who_and_when(answer, clerk):
    answer("10-9").record(1, by=clerk, status="done", confirmed_on=TODAY, evidence_place="青ファイル3")
    kept = answer("10-9")
    assert declared(kept) == {"status": "done", "confirmed_on": TODAY, "evidence_place": "青ファイル3"}
    assert (kept.updated_by, kept.updated_at is not None) == (clerk, True)


def test_fields_of_another_status_are_kept(answer, clerk):
    answer("10-9").record(1, by=clerk, status="open", plan="頼む", due_on=TODAY)
    answer("10-9").record(2, by=clerk, status="done", confirmed_on=TODAY)
    kept = {"status": "done", "confirmed_on": TODAY, "plan": "頼む", "due_on": TODAY}
    assert declared(answer("10-9")) == kept


def test_a_save_is_one_audit_entry_with_the_old_and_the_new(answer, clerk, clinic, trail):
    before = len(trail(clinic))
    answer("10-9").record(1, by=clerk, status="open", plan="頼む", due_on=TODAY, note="")
    (entry,) = trail(clinic)[before:]
    assert (entry.action, entry.target, entry.actor_name) == ("answer.record", "10-9", "事務 はな子")
    told = {"status": ["none", "open"], "plan": ["", "頼む"], "due_on": [None, "2026-11-05"]}
    assert entry.detail == told


def test_the_same_save_again_has_no_effect(answer, clerk, clinic, trail):
    answer("10-9").record(1, by=clerk, status="done", confirmed_on=TODAY)
    before, kept = len(trail(clinic)), answer("10-9")
    for version in (1, 2):
        answer("10-9").record(version, by=clerk, status="done", confirmed_on=TODAY)
    assert len(trail(clinic)) == before
    assert (answer("10-9").version, answer("10-9").updated_at) == (2, kept.updated_at)


def test_a_stale_save_is_a_conflict_and_writes_nothing(answer, clerk, director, clinic, trail):
    mine = answer("10-9")
    answer("10-9").record(1, by=director, status="done", note="先に保存")
    before = len(trail(clinic))
    with pytest.raises(Conflict) as conflict:
        mine.record(1, by=clerk, status="na", reason="後から保存")
    assert (conflict.value.current.note, conflict.value.current.version) == ("先に保存", 2)
    assert declared(answer("10-9")) == {"status": "done", "note": "先に保存"}
    assert (answer("10-9").updated_by, len(trail(clinic))) == (director, before)


@pytest.mark.parametrize("version", [1, 99])
def test_a_confirmed_round_takes_no_answers_from_any_version(
    answer, clerk, clinic, assessment, confirmed, trail, version
):
    confirmed(assessment)
    before = len(trail(clinic))
    with pytest.raises(Frozen):
        answer("10-9").record(version, by=clerk, status="done")
    assert (declared(answer("10-9")), len(trail(clinic))) == ({"status": "none"}, before)


def test_a_reopened_round_takes_answers_again(answer, clerk, director, assessment, confirmed):
    confirmed(assessment).reopen(by=director, why="続きのため")
    answer("10-9").record(1, by=clerk, status="done")
    assert declared(answer("10-9")) == {"status": "done"}


def test_the_database_refuses_a_status_that_is_not_on_the_list(answer):
    with pytest.raises(IntegrityError), transaction.atomic():
        Answer.objects.filter(pk=answer("10-9").pk).update(status="moon")


@pytest.mark.django_db(transaction=True)
def test_of_many_editors_of_one_item_exactly_one_wins_and_tells(answer, director, clinic, in_threads, trail):
    def edit(editor: int) -> bool:
        try:
            answer("10-9").record(1, by=director, status="done", note=f"{editor}")
        except Conflict:
            return False
        return True

    won = in_threads(6, edit)
    assert (won.count(True), answer("10-9").note) == (1, str(won.index(True)))
    assert [each.action for each in trail(clinic)].count("answer.record") == 1


# 対象外 for several at once


def several(answer, *codes: str) -> tuple[list[Answer], dict[int, int]]:
    found = [answer(code) for code in codes]
    return found, {each.pk: each.version for each in found}


def test_several_items_are_exempt_with_one_reason(answer, assessment, clerk, clinic, trail):
    before = len(trail(clinic))
    assessment.exempt(*several(answer, "9-3", "9-5"), "院外から接続しない", by=clerk)
    exempt = {"status": "na", "reason": "院外から接続しない"}
    assert [declared(answer(code)) for code in ("9-3", "9-5")] == [exempt, exempt]
    assert [each.target for each in trail(clinic)[before:]] == ["9-3", "9-5"]


@pytest.mark.parametrize("stale", ["9-3", "9-5"])
def test_one_stale_item_exempts_none(answer, assessment, clerk, clinic, trail, stale):
    chosen = several(answer, "9-3", "9-5")
    answer(stale).record(1, by=clerk, status="done")
    before = len(trail(clinic))
    with pytest.raises(Conflict):
        assessment.exempt(*chosen, "院外から接続しない", by=clerk)
    statuses = {code: answer(code).status for code in ("9-3", "9-5")}
    assert statuses == {"9-3": "none", "9-5": "none"} | {stale: "done"}
    assert len(trail(clinic)) == before


def test_nothing_is_exempt_in_a_confirmed_round(answer, assessment, clerk, confirmed):
    chosen = several(answer, "9-3", "9-5")
    confirmed(assessment)
    with pytest.raises(Frozen):
        assessment.exempt(*chosen, "院外から接続しない", by=clerk)
    assert [answer(code).status for code in ("9-3", "9-5")] == ["none", "none"]


# Finding them


def test_answers_of_a_round_stand_in_document_order(assessment):
    codes = [each.item.code for each in Answer.objects.of_round(assessment)]
    assert (len(codes), codes[0], codes[9], codes[-1]) == (52, "1.1-1", "3-1", "11-2")


@pytest.mark.parametrize("code", ["12-1", "", "10-9 ", "10⑨"])
def test_an_item_that_does_not_exist_has_no_answer(clinic, director, member, code):
    assert Answer.objects.visible_to(member(director, clinic)).current(code) is None


@pytest.mark.parametrize("code", ["12-1", "%00", "10-9%0A", "10⑨"])
def test_the_page_of_an_item_that_does_not_exist_is_not_found(client, clinic, director, code):
    client.force_login(director)
    assert client.get(f"/c/{clinic.code}/items/{code}/").status_code == 404
