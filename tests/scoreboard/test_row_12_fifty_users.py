"""Fifty people at once, each waiting 1-3 s between two requests: nobody is turned away."""

import os

import pytest
from django.db import connection

from tests.endurance.house import told

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db]  # its own database; the mark lets it run on both
REQUESTS, SEED = 10_000, 20261122
COMPARED = 2_000  # requests, where both databases are asked in turn
ALIKE = 0.99  # the pauses are the same by their seed, the answers' milliseconds are not
SQLITE = {"DATABASE_URL": ""}


def crowd(way: str, requests: int, workers: int, seconds: int, variables: dict | None = None) -> dict:
    return told("crowd", way, str(requests), str(workers), str(SEED), seconds=seconds, variables=variables)


def wanted() -> int:
    return int(os.environ.get("CROWD_REQUESTS") or REQUESTS)


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="SQLite has one writer at a time; this is about it."
)
def test_fifty_people_on_sqlite_are_answered_in_time(score):
    said = crowd("waiting", wanted(), 2, 700)
    score(said["size"], said["found"])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="It compares PostgreSQL with SQLite.")
def test_postgresql_with_four_workers_carries_at_least_what_sqlite_does(score):
    requests = min(COMPARED, wanted())
    theirs = crowd("waiting", requests, 2, 300, SQLITE)
    ours = crowd("waiting", requests, 4, 300)
    score(ours["size"], ours["found"] + (ours["per_second"] < theirs["per_second"] * ALIKE))
