"""A sheet as its review shows it, and what an earlier 提出 said otherwise."""

from datetime import date, timedelta

import pytest

from tests.sheets import SIGNER, accepted, begun, row, submitted, system_of, treated
from vendors.comparing import compared
from vendors.models import Disclosure, RiskTreatment, System
from vendors.reviewing import Review

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
OPEN = {"no": ["MDS-06", "MDS-07"], "unread": ["MDS-38"], "blank": ["MDS-40"], "na": ["MDS-01"]}


@pytest.fixture
def chart(clinic, director) -> System:
    return system_of(clinic, director)


def review(sheet: Disclosure, today: date = TODAY) -> Review:
    loaded = Disclosure.objects.with_answers().get(pk=sheet.pk)
    return Review.of(loaded, RiskTreatment.objects.of_system(loaded.system), today)


def codes(rows) -> list[str]:
    return [each.row.code for each in rows]


def test_rows_are_told_apart_by_what_is_to_be_done_in_the_documents_order(chart, director):
    found = review(submitted(chart, director, **OPEN))
    assert [codes(rows) for rows in (found.no, found.unread, found.blank)] == [
        ["MDS-06", "MDS-07"],
        ["MDS-38"],
        ["MDS-40"],
    ]
    assert (codes(found.fine)[:2], len(found.fine), len(found.rows)) == (["MDS-01", "MDS-02"], 37, 41)


def test_the_legend_counts_what_needs_a_person_first(chart, director):
    assert review(submitted(chart, director, **OPEN)).counts == [
        ("no", "いいえ", 2),
        ("none", "未回答", 1),
        ("unread", "未読取", 1),
        ("done", "はい", 36),
        ("na", "対象外", 1),
    ]


@pytest.mark.parametrize(("source", "left"), [("link", 3), ("terms", 3)])
def test_what_is_left_shrinks_with_each_record(source, left, chart, director):
    sheet = submitted(chart, director, source=source, **OPEN)
    assert review(sheet).left == 4
    treated(chart, director, "MDS-06", sheet)
    assert review(sheet).left == left


@pytest.mark.parametrize(("source", "left"), [("link", 4), ("terms", 3)])
def test_a_blank_row_is_explained_only_where_a_約款_is_silent(source, left, chart, director):
    sheet = submitted(chart, director, source=source, **OPEN)
    treated(chart, director, "MDS-40", sheet)
    assert review(sheet).left == left


def test_a_record_for_an_unread_row_leaves_it_unread(chart, director):
    sheet = submitted(chart, director, unread=["MDS-38"])
    treated(chart, director, "MDS-38", sheet)
    assert (review(sheet).left, review(sheet).verdict.words) == (1, "まだ確認できない（未読取1件）")


def test_an_incomplete_record_leaves_its_row_to_do(chart, director):
    sheet = submitted(chart, director, no=["MDS-06"])
    treated(chart, director, "MDS-06", sheet, measure="")
    found = review(sheet)
    assert (found.left, found.no[0].is_explained, found.verdict.words) == (
        1,
        False,
        "いいえ1件のうち説明済み0件",
    )


def test_a_record_of_an_earlier_disclosure_is_to_be_checked_and_explains_nothing_yet(chart, director):
    treated(chart, director, "MDS-06", accepted(chart, director, no=["MDS-06"]))
    following = submitted(chart, director, no=["MDS-06"])
    found = review(following)
    assert (found.no[0].needs_check, found.no[0].is_explained, found.left) == (True, False, 1)
    treated(chart, director, "MDS-06", following)
    again = review(following)
    assert (again.no[0].needs_check, again.left, again.verdict.words) == (
        False,
        0,
        "いいえ1件は、すべて説明済み",
    )


def test_another_systems_record_explains_nothing(chart, director, clinic):
    sheet = submitted(chart, director, no=["MDS-06"])
    treated(system_of(clinic, director, "画像"), director, "MDS-06", None)
    assert review(sheet).left == 1


@pytest.mark.parametrize("source", ["link", "paper"])
def test_while_it_is_filled_in_there_is_no_verdict(source, chart, director):
    found = review(begun(chart, director, source=source))
    words = {"link": "まだ確認できない（依頼済）", "paper": "まだ確認できない（回答中）"}[source]
    assert (found.verdict.words, found.may_accept, found.may_return) == (words, False, False)


@pytest.mark.parametrize(
    ("state", "accept", "back"),
    [("asked", False, False), ("answering", False, False), ("returned", False, False), ("submitted", True, True),
     ("accepted", False, True)],
)  # fmt: skip
def test_what_may_be_done_follows_the_state(state, accept, back, chart, director):
    sheet = accepted(chart, director)
    Disclosure.objects.update(state=state)
    found = review(sheet)
    assert (found.may_accept, found.may_return, found.may_settle) == (accept, back, back)


@pytest.mark.parametrize(("ago", "wanted"), [(0, False), (365, False), (366, True)])
def test_the_yearly_check_is_wanted_after_365_days(ago, wanted, chart, director):
    sheet = accepted(chart, director)
    sheet.confirm_holds(by=director, on=TODAY - timedelta(days=ago))
    found = review(sheet)
    assert (found.wants_holds_check, found.holds_until) == (wanted, TODAY + timedelta(days=365 - ago))


def test_no_yearly_check_before_acceptance(chart, director):
    found = review(submitted(chart, director))
    assert (found.wants_holds_check, found.holds_until) == (False, None)


# What an earlier 提出 said


def differences(sheet: Disclosure) -> list[tuple]:
    found = compared(Disclosure.objects.with_answers().get(pk=sheet.pk))
    return [(d.row.code, d.before, d.now, d.remark_before, d.remark_now) for d in found.differences]


def earlier(sheet: Disclosure):
    found = compared(Disclosure.objects.with_answers().get(pk=sheet.pk)).earlier
    return found and (found.disclosure_id, found.number)


def test_a_first_submission_has_nothing_to_be_compared_with(chart, director, clinic):
    submitted(chart, director, "SDS")
    submitted(system_of(clinic, director, "画像"), director)
    sheet = submitted(chart, director)
    assert (earlier(sheet), differences(sheet)) == (None, [])


def test_rows_that_differ_are_shown_with_both_answers_and_remarks(chart, director):
    first = begun(chart, director, no=["MDS-06", "MDS-07"])
    first.answers.filter(row__code="MDS-07").update(remark="前の備考")
    first.submit(by=director)
    second = begun(chart, director, no=["MDS-07"], na=["MDS-01"])
    second.answers.filter(row__code="MDS-07").update(remark="今の備考")
    second.submit(by="x", signer=SIGNER)
    assert earlier(second) == (first.pk, 1)
    assert differences(second) == [
        ("MDS-01", "はい", "対象外", "", ""),
        ("MDS-06", "いいえ", "はい", "", ""),
        ("MDS-07", "いいえ", "いいえ", "前の備考", "今の備考"),
    ]


def test_the_same_again_differs_in_nothing(chart, director):
    first, second = submitted(chart, director, **OPEN), submitted(chart, director, **OPEN)
    assert (earlier(second), differences(second)) == ((first.pk, 1), [])


def test_a_sheet_that_came_back_is_compared_with_its_own_first_submission(chart, director):
    sheet = submitted(chart, director, no=["MDS-06"])
    sheet.return_({"MDS-06": "?"}, by=director)
    row(sheet, "MDS-06").record(1, by="x", answer="yes", remark="直しました")
    sheet.submit(by="x")
    assert (earlier(sheet), differences(sheet)) == (
        (sheet.pk, 1),
        [("MDS-06", "いいえ", "はい", "", "直しました")],
    )


def test_an_old_sheet_is_compared_with_what_came_before_it_not_after(chart, director):
    first, second, third = (submitted(chart, director) for _ in range(3))
    assert [earlier(each) for each in (first, second, third)] == [None, (first.pk, 1), (second.pk, 1)]
