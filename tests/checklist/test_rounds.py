"""A round as pages see it: counts, where to go on, what is to be done first."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from checklist.choices import Status
from checklist.models import Answer, Assessment, Item
from checklist.rounds import Round
from compliance.dates import fiscal_year
from compliance.models import GuidelineEdition

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 5)
OPEN = {"status": "open", "plan": "頼む", "owner": "院長"}


@pytest.fixture
def declare(answer):
    """declare("10-9", status="done"): as saved, the later call the later save."""
    saves = iter(range(1000))

    def put(code: str, **fields) -> None:
        at = timezone.now() + timedelta(seconds=next(saves))
        Answer.objects.filter(pk=answer(code).pk).update(updated_at=at, **fields)

    return put


@pytest.fixture
def look(assessment):
    """look(): the round as it stands, on 5 November 2026."""
    return lambda: Round.of(assessment, TODAY)


def codes(lines) -> list[str]:
    return [line.code for line in lines]


def test_a_new_round_has_52_unanswered_items(look, assessment, edition):
    now = look()
    assert now.counts == {"done": 0, "open": 0, "na": 0, "ask": 0, "none": 52, "todo": 0}
    assert (now.total, now.answered, len(now.unanswered), now.todo, now.incomplete) == (52, 0, 52, [], [])
    assert (assessment.fiscal_year, assessment.edition) == (fiscal_year(timezone.localdate()), edition)


def test_the_chapters_hold_the_guidelines_numbers_of_items(look):
    chapters = look().chapters
    assert [each.section["code"] for each in chapters] == [str(n) for n in range(1, 12)]
    assert [len(each.lines) for each in chapters] == [6, 3, 2, 7, 5, 3, 6, 3, 5, 10, 2]
    assert [line for each in chapters for line in each.lines] == look().lines


def test_items_are_counted_by_status(look, declare):
    declare("1.1-1", status="done", confirmed_on=TODAY)
    declare("1.2-1", status="done")
    declare("1.4-1", status="na", reason="提供しない")
    declare("2-1", status="open")
    declare("3-1", status="ask", ask_whom="事業者")
    now = look()
    assert now.counts == {"done": 2, "open": 1, "na": 1, "ask": 1, "none": 47, "todo": 3}
    assert (now.answered, codes(now.incomplete)) == (3, ["1.2-1", "2-1"])


def test_a_chapter_knows_its_own(look, declare):
    declare("1.1-1", status="done", confirmed_on=TODAY)
    declare("1.2-1", status="ask")
    first, second = look().chapters[:2]
    assert (first.answered, first.todo, first.is_full, first.first_to_answer.code) == (1, 1, False, "1.2-1")
    assert (second.answered, second.todo, second.is_full, second.first_to_answer.code) == (0, 0, False, "2-1")


def test_a_chapter_with_all_items_answered_is_full(look, declare):
    for code in ("11-1", "11-2"):
        declare(code, status="na", reason="電子署名をしない")
    last = look().chapters[-1]
    assert (last.is_full, last.answered, last.first_to_answer.code) == (True, 2, "11-1")


def test_conditional_items_may_be_exempt_until_they_are(look, declare):
    assert codes(look().chapters[8].can_be_exempt) == ["9-3", "9-5"]
    declare("9-3", status="na")
    declare("9-5", status="done")
    assert codes(look().chapters[8].can_be_exempt) == ["9-5"]
    assert sum(line.may_be_exempt for line in look().lines) == 15


@pytest.mark.parametrize(("answered", "minutes"), [(0, 40), (1, 40), (12, 30), (51, 5), (52, 0)])
def test_the_time_left_is_rounded_up_to_five_minutes(look, assessment, answered, minutes):
    first = Item.objects.order_by("position").values("pk")[:answered]
    Answer.objects.filter(assessment=assessment, item__in=list(first.values_list("pk", flat=True))).update(
        status="done"
    )
    assert (look().answered, look().minutes_left) == (answered, minutes)


# Where to go on


def test_a_new_round_begins_with_the_first_item(look):
    assert look().next_line.code == "1.1-1"


def test_one_goes_on_behind_the_item_saved_last(look, declare):
    declare("10-9", status="done")
    declare("4.1-1", status="done")
    assert look().next_line.code == "4.1-2"


def test_answered_items_are_passed_over(look, declare):
    for code in ("4.1-2", "4.2-1", "4.1-1"):
        declare(code, status="ask")
    assert look().next_line.code == "4.2-2"


def test_behind_the_last_item_one_goes_on_with_the_first_unanswered(look, declare):
    declare("1.1-1", status="done")
    declare("11-2", status="done")
    assert look().next_line.code == "1.2-1"


def test_with_all_items_declared_there_is_no_next(look, assessment, declare):
    declare("1.1-1", status="done")
    Answer.objects.filter(assessment=assessment).update(status="ask")
    assert look().next_line is None


def test_with_all_items_declared_elsewhere_than_here_there_is_no_next(look, assessment):
    Answer.objects.filter(assessment=assessment).update(status="done", updated_at=None)
    assert look().next_line is None


# What is to be done


def test_overdue_comes_first_then_by_day_then_in_document_order(look, declare):
    declare("2-1", status="ask", ask_whom="事業者")
    declare("3-1", **OPEN, due_on=TODAY + timedelta(days=30))
    declare("5-1", **OPEN, due_on=TODAY + timedelta(days=1))
    declare("9-1", **OPEN, due_on=TODAY - timedelta(days=1))
    declare("10-1", **OPEN, due_on=TODAY - timedelta(days=9))
    declare("1.1-1", status="done")
    declare("7-1", status="done", confirmed_on=TODAY)
    assert codes(look().todo) == ["10-1", "9-1", "5-1", "3-1", "1.1-1", "2-1"]


def test_a_day_left_over_from_another_status_does_not_count(look, declare):
    declare("2-1", status="ask", ask_whom="事業者", due_on=TODAY - timedelta(days=99))
    declare("9-1", **OPEN, due_on=TODAY - timedelta(days=1))
    assert codes(look().todo) == ["9-1", "2-1"]


@pytest.mark.parametrize(
    ("fields", "day_text", "todo_text"),
    [
        ({**OPEN, "due_on": date(2026, 11, 4)}, "目標日を1日過ぎています", "頼む"),
        ({**OPEN, "due_on": TODAY}, "令和8年11月5日まで", "頼む"),
        (
            {"status": "open", "due_on": TODAY},
            "令和8年11月5日まで",
            "未実施・対応中（やること・担当が未記入）です",
        ),
        ({"status": "open"}, "", "未実施・対応中（やること・担当・目標日が未記入）です"),
        ({"status": "ask", "ask_whom": "株式会社みどり"}, "", "株式会社みどりに確かめてください"),
        ({"status": "ask"}, "", "わからない（聞く相手が未記入）です"),
        ({"status": "done"}, "", "実施済（確認日が未記入）です"),
        ({"status": "done", "plan": "頼む", "ask_whom": "院長"}, "", "実施済（確認日が未記入）です"),
    ],
)
def test_what_is_to_be_done_is_said_with_its_day(look, declare, fields, day_text, todo_text):
    declare("9-1", **fields)
    (line,) = look().todo
    assert (line.day_text, line.todo_text) == (day_text, todo_text)


def test_a_done_item_shows_the_day_of_its_check(look, declare):
    declare("9-1", status="done", confirmed_on=TODAY, due_on=TODAY)
    assert look().chapters[8].lines[0].day_text == "令和8年11月5日に確認"


# Filters


@pytest.mark.parametrize(
    ("wanted", "expected"), [("done", ["1.1-1"]), ("ask", ["9-1"]), ("na", []), ("todo", ["1.1-1", "9-1"])]
)
def test_lines_are_filtered_by_status_or_by_what_is_to_be_done(look, declare, wanted, expected):
    declare("9-1", status="ask")
    declare("1.1-1", status="done")
    assert codes(look().with_status(wanted)) == expected


@pytest.mark.parametrize("wanted", ["", "moon", "DONE", "\x00"])
def test_an_unknown_filter_shows_all(look, wanted):
    assert len(look().with_status(wanted)) == 52


def test_every_status_is_a_filter(look):
    assert set(look().counts) == {*Status.values, "todo"}


# Several rounds and clinics


def test_a_round_costs_one_query_once_its_texts_are_known(look, django_assert_num_queries):
    look()
    with django_assert_num_queries(1):
        now = look()
        assert (now.answered, len(now.chapters), now.todo) == (0, 11, [])


def test_another_clinics_answers_are_not_counted(look, other_clinic):
    Answer.objects.filter(clinic=other_clinic).update(status="done")
    assert look().counts["done"] == 0


def test_a_second_round_of_a_year_is_refused_and_leaves_nothing(clinic, assessment, director, trail):
    before = len(trail(clinic))
    with pytest.raises(IntegrityError):
        Assessment.begin(clinic, assessment.edition, assessment.fiscal_year, by=director)
    assert (Answer.objects.filter(clinic=clinic).count(), len(trail(clinic))) == (52, before)


def test_the_newest_round_is_the_current_one(clinic, assessment, director, member):
    newer = Assessment.begin(clinic, assessment.edition, assessment.fiscal_year + 1, by=director)
    mine = member(director, clinic)
    assert Assessment.objects.visible_to(mine).current() == newer
    assert Answer.objects.visible_to(mine).current("10-9").assessment == newer


def test_a_round_keeps_its_items_when_the_edition_gets_one_more(look, edition):
    standing = Item.objects.get(edition=edition, code="11-2")
    entry = {**standing.entry, "code": "11-3", "shown": "11③"}
    Item.objects.create(edition=edition, code="11-3", position=53, entry=entry)
    GuidelineEdition.objects.filter(pk=edition.pk).update(fingerprint="with one more item")
    assert look().total == 52
