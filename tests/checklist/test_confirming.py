"""確定: a round becomes 第n版, once for each click, and never what nobody has seen."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from checklist.confirming import ChangedSince, confirm, seen_digest
from checklist.models import Answer, Assessment, Confirmation, Frozen
from vendors.models import System

pytestmark = pytest.mark.django_db
NAMES = {"examiner": "事務 はな子", "examined_on": date(2026, 11, 5), "safety_officer": "緑川 院長"}


def seen(assessment: Assessment) -> str:
    return seen_digest(assessment, timezone.localdate())


def numbers(assessment: Assessment) -> list[int]:
    return list(assessment.confirmations.order_by("pk").values_list("number", flat=True))


def actions(entries) -> list[str]:
    return [entry.action for entry in entries]


def test_a_round_is_confirmed_as_its_first_version(assessment, director, clinic, trail):
    done = confirm(assessment, by=director, seen=seen(assessment), **NAMES)
    kept = Confirmation.objects.get(pk=done.pk)
    assert (kept.number, kept.confirmed_by, kept.clinic, kept.unanswered) == (1, director, clinic, 52)
    assert (kept.examiner, kept.examined_on, kept.safety_officer) == tuple(NAMES.values())
    assert str(kept) == f"{assessment} 第1版"
    assert (assessment.is_open, Assessment.objects.get(pk=assessment.pk).is_open) == (False, False)
    entry = trail(clinic)[-1]
    told = (entry.action, entry.target, entry.detail)
    assert told == ("assessment.confirm", f"{assessment} 第1版", {"sha256": kept.sha256})


def test_confirming_again_returns_what_stands(assessment, director, confirmed, clinic, trail):
    before = seen(assessment)
    first = confirmed(assessment)
    told = len(trail(clinic))
    for digest in (before, seen(assessment), "anything"):
        assert confirm(assessment, by=director, seen=digest, **NAMES) == first
    assert (numbers(assessment), len(trail(clinic))) == ([1], told)


def test_a_stale_idea_of_the_rounds_state_makes_no_second_version(assessment, director, confirmed):
    stale = Assessment.objects.get(pk=assessment.pk)
    first = confirmed(assessment)
    assert stale.is_open is True
    assert confirm(stale, by=director, seen=seen(stale), **NAMES) == first
    assert numbers(assessment) == [1]


def test_after_reopening_comes_the_second_version(assessment, director, confirmed):
    confirmed(assessment).reopen(by=director, why="続きのため")
    assert Assessment.objects.get(pk=assessment.pk).is_open is True
    assert (confirmed(assessment).number, numbers(assessment)) == (2, [1, 2])


def test_what_stands_after_the_second_version_is_the_second(assessment, director, confirmed, member, clinic):
    confirmed(assessment).reopen(by=director, why="続きのため")
    second = confirmed(assessment)
    assert confirm(assessment, by=director, seen="", **NAMES) == second
    assert Confirmation.objects.visible_to(member(director, clinic)).newest_first().first() == second


@pytest.mark.parametrize(
    "change",
    [
        lambda clinic, by: Answer.objects.get(clinic=clinic, item__code="2-1").record(
            1, by=by, status="done"
        ),
        lambda clinic, by: clinic.describe(1, by=by, phone="045-000-0001"),
        lambda clinic, by: System.register(clinic, by=by, name="予約", location="external"),
    ],
    ids=["answer", "clinic", "system"],
)
def test_what_nobody_has_seen_is_not_confirmed(assessment, director, clinic, change):
    before = seen(assessment)
    change(clinic, director)
    with pytest.raises(ChangedSince):
        confirm(Assessment.objects.get(pk=assessment.pk), by=director, seen=before, **NAMES)
    assert (numbers(assessment), Assessment.objects.get(pk=assessment.pk).is_open) == ([], True)


def test_another_clinics_changes_do_not_stand_in_the_way(assessment, director, other_clinic, other_director):
    before = seen(assessment)
    other_clinic.describe(1, by=other_director, phone="045-000-0001")
    assert confirm(assessment, by=director, seen=before, **NAMES).number == 1


def test_the_page_of_yesterday_is_not_confirmed_today(assessment, director):
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(ChangedSince):
        confirm(assessment, by=director, seen=seen_digest(assessment, yesterday), **NAMES)


def test_a_confirmation_cannot_be_rewritten(assessment, confirmed):
    done = confirmed(assessment)
    done.examiner = "別の人"
    for save in (done.save, lambda: done.save(update_fields=["examiner"])):
        with pytest.raises(Frozen):
            save()
    assert Confirmation.objects.get(pk=done.pk).examiner == "事務 はな子"


def test_a_reopening_is_noted_with_its_reason(assessment, director, confirmed, clinic, trail):
    done = confirmed(assessment)
    done.reopen(by=director, why="9章を続けるため")
    kept = Confirmation.objects.get(pk=done.pk)
    assert (kept.reopened_by, kept.reopened_why, kept.reopened_at is not None) == (
        director,
        "9章を続けるため",
        True,
    )
    entry = trail(clinic)[-1]
    told = (entry.action, entry.target, entry.detail)
    assert told == ("confirmation.reopen", f"{assessment} 第1版", {"why": "9章を続けるため"})


def test_reopening_twice_has_one_effect(assessment, director, clerk, confirmed, clinic, trail):
    done = confirmed(assessment)
    done.reopen(by=director, why="一度目")
    kept, told = Confirmation.objects.get(pk=done.pk), len(trail(clinic))
    done.reopen(by=clerk, why="二度目")
    again = Confirmation.objects.get(pk=done.pk)
    assert (again.reopened_why, again.reopened_at, len(trail(clinic))) == ("一度目", kept.reopened_at, told)


def test_reopening_an_older_version_leaves_the_newer_one_closed(assessment, director, confirmed):
    first = confirmed(assessment)
    first.reopen(by=director, why="続きのため")
    confirmed(assessment)
    first.reopen(by=director, why="もう一度")
    assert Assessment.objects.get(pk=assessment.pk).is_open is False


@pytest.mark.django_db(transaction=True)
def test_clicks_at_the_same_time_make_one_version(assessment, director, clinic, in_threads, trail):
    digest = seen(assessment)

    def click(number: int) -> int:
        mine = Assessment.objects.get(pk=assessment.pk)
        return confirm(mine, by=director, seen=digest, **NAMES).pk

    assert (len(set(in_threads(5, click))), numbers(assessment)) == (1, [1])
    assert actions(trail(clinic)).count("assessment.confirm") == 1


@pytest.mark.django_db(transaction=True)
def test_an_answer_saved_meanwhile_stops_the_confirmation_or_is_refused(
    assessment, director, answer, in_threads
):
    digest = seen(assessment)

    def act(number: int):
        try:
            if number:
                answer("2-1").record(1, by=director, status="done")
            else:
                confirm(Assessment.objects.get(pk=assessment.pk), by=director, seen=digest, **NAMES)
        except (ChangedSince, Frozen) as event:
            return type(event)

    outcome = in_threads(2, act), numbers(assessment), answer("2-1").status
    assert outcome in [([ChangedSince, None], [], "done"), ([None, Frozen], [1], "none")]
