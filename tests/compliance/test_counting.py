"""Counts that nobody's neighbour can make wrong."""

import pytest
from django.db import connection

from compliance.counting import TABLE, key_of, one_less, one_more

NOW, END = 1_000_000.0, 1_000_060.0


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE}")  # noqa: S608 (our own)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_each_key_counts_for_itself():
    assert [one_more(key, NOW, END) for key in ("a", "a", "b", "a")] == [1, 2, 1, 3]


@pytest.mark.django_db
def test_what_is_taken_back_was_not_counted():
    one_more("a", NOW, END)
    one_less("a")
    assert (one_more("a", NOW, END), one_more("a", NOW, END)) == (1, 2)


@pytest.mark.django_db
def test_nothing_is_taken_back_that_is_not_there():
    one_less("nobody")
    assert rows() == 0


@pytest.mark.django_db
def test_what_is_over_is_swept_away():
    for number in range(5):
        one_more(f"a{number}", NOW, END)
    one_more("later", END + 1, END + 61)
    assert rows() == 1


def test_a_span_has_a_key_of_its_own_and_words_are_not_to_be_read():
    keys = [key_of("log-in", "director@midori.example", seconds=60, now=now) for now in (0.0, 59.9, 60.0)]
    assert (keys[0] == keys[1], keys[1] == keys[2]) == (True, False)
    assert "midori" not in "".join(keys)
    assert key_of("a", "bc", seconds=60, now=0) != key_of("ab", "c", seconds=60, now=0)


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_twenty(in_threads):
    key = key_of("at-once", seconds=60, now=NOW)
    found = in_threads(20, lambda number: [one_more(key, NOW, END) for _ in range(5)])
    assert sorted(count for each in found for count in each) == list(range(1, 101))
    for _ in range(100):
        one_less(key)
    assert one_more(key, NOW, END) == 1
