"""What a reminder tells whom: numbers and days of what is late or near, and when that is news."""

from datetime import date, timedelta

import pytest

from checklist.reminding import NEAR, Digest, Due, digest, period_of
from checklist.todo import Todo

TODAY = date(2026, 11, 20)


def thing(days: int | None, kind: str = "遵守項目", **more) -> Todo:
    """Something that is due in so many days, or without a day."""
    due = (TODAY + timedelta(days=days)).isoformat() if days is not None else ""
    facts = {"where": "7④", "task": "業者に頼む", "url_name": "item", "args": ("7-4",), **more}
    return Todo(kind, due_on=due, **facts)


@pytest.mark.parametrize(
    ("days", "late", "near"),
    [(-400, 1, 0), (-1, 1, 0), (0, 0, 1), (1, 0, 1), (7, 0, 1), (8, 0, 0), (None, 0, 0)],
)
def test_a_day_is_late_from_the_next_day_and_near_from_seven_days_before(days, late, near):
    found = digest([thing(days)], TODAY)
    assert (len(found.late), len(found.near)) == (late, near)


def test_the_earliest_comes_first_with_its_number_day_and_delay():
    found = digest([thing(-1), thing(-3, where="9①", args=("9-1",)), thing(2)], TODAY)
    assert [(each.where, each.on, each.late_days) for each in (*found.late, *found.near)] == [
        ("9①", date(2026, 11, 17), 3),
        ("7④", date(2026, 11, 19), 1),
        ("7④", date(2026, 11, 22), 0),
    ]


@pytest.mark.parametrize(
    ("kind", "where"),
    [("遵守項目", "7④"), ("リスク対応", "7④"), ("期限", "書類・契約・認証"), ("開示書", "書類・契約・認証")],
)
def test_only_what_has_a_number_is_named(kind, where):
    assert digest([thing(-1, kind)], TODAY).late[0].where == where


def test_a_deadline_is_marked_by_thing_day_and_side():
    found = digest([thing(-1), thing(3, url_name="disclosures", args=(), closing_args=(12,))], TODAY)
    assert found.marks == ["item-7-4 2026-11-19 late", "disclosures-12 2026-11-23 near"]


DUE = Due("7④", TODAY, 0, "item-7-4")


@pytest.mark.parametrize(
    ("wish", "told", "news"),
    [
        ("none", [], False),
        ("weekly", [], True),
        ("weekly", [DUE.mark], True),
        ("due", [], True),
        ("due", [DUE.mark], False),
        ("due", ["item-7-4 2026-11-20 late", "item-7-4 2026-11-19 near"], True),
    ],
)
def test_a_digest_is_news_every_week_or_where_something_was_not_told(wish, told, news):
    assert Digest((), (DUE,)).is_news(wish, told) is news


@pytest.mark.parametrize("wish", ["none", "weekly", "due"])
def test_nothing_due_is_no_news(wish):
    assert Digest((), ()).is_news(wish, []) is False


@pytest.mark.parametrize(
    ("wish", "day", "period"),
    [
        ("weekly", date(2026, 11, 16), "2026-W47"),
        ("weekly", date(2026, 11, 22), "2026-W47"),
        ("weekly", date(2026, 11, 23), "2026-W48"),
        ("weekly", date(2027, 1, 1), "2026-W53"),
        ("due", date(2026, 11, 22), "2026-11-22"),
    ],
)
def test_a_period_is_the_week_from_monday_or_the_day(wish, day, period):
    assert period_of(wish, day) == period


def test_a_deadline_is_told_twice_whatever_the_days_in_between():
    """Once when it comes near and once when it has passed, with a run on every day."""
    told, mails = [], 0
    for day in range(60):
        today = TODAY + timedelta(days=day)
        each = Todo("遵守項目", "7④", "", "item", ("7-4",), due_on=(TODAY + timedelta(days=30)).isoformat())
        found = digest([each], today)
        if found.is_news("due", told):
            told, mails = found.marks, mails + 1
    assert (mails, NEAR) == (2, timedelta(days=7))
