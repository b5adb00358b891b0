"""A real server that is asked to end during a save, and a PostgreSQL that goes away and comes back."""

import pytest
from django.db import connection

from tests.endurance.house import told

pytestmark = pytest.mark.django_db  # a database of its own; the mark lets it run on both


@pytest.fixture(scope="module")
def said() -> dict:
    return told("interruptions", seconds=200)


def test_a_save_that_is_on_its_way_when_the_server_ends_is_finished_and_stands(said):
    assert (said["save"], said["ended_with"], said["faults"]) == (200, 0, [])


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is a file: it does not go away.")
def test_a_database_that_was_away_is_said_and_needs_nothing_when_it_is_back(said):
    assert (said["after_loss"], said["while_away"], said["said"], said["after_return"]) == (
        200,
        503,
        True,
        200,
    )
