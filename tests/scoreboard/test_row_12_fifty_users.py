"""Fifty people at once: nobody is turned away. On SQLite each waits 1-3 s; on PostgreSQL nobody waits, with four workers."""

import os
from statistics import median

import pytest
from django.db import connection

from tests.endurance.house import told

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db]  # its own database; the mark lets it run on both
REQUESTS, SEED = 10_000, 20261122
ROUNDS = 4  # in turns, as a busy moment of the machine shall hit both databases alike
ON_SQLITE = 1_000  # requests in each
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
    rounds = [both(wanted() // ROUNDS) for _ in range(ROUNDS)]
    theirs, ours = (median(each["per_second"] for each in side) for side in zip(*rounds, strict=True))
    print(f"requests a second: {ours} on PostgreSQL, {theirs} on SQLite")
    score(sum(said["size"] for _, said in rounds), sum(said["found"] for _, said in rounds) + (ours < theirs))


def both(requests: int) -> tuple[dict, dict]:
    on_sqlite = crowd("hurrying", min(ON_SQLITE, requests), 2, 200, SQLITE)
    return on_sqlite, crowd("hurrying", requests, 4, 200)
