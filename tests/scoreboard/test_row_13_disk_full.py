"""A full disk at twenty seeded levels: it is said, nothing acknowledged is lost, and room is all that it needs again."""

import pytest

from tests.endurance.house import told

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db]  # its own database; the mark lets it run on both
SEED = 20261122


def test_a_full_disk_is_said_loses_nothing_and_needs_no_repair(score):
    said = told("disk", str(SEED), seconds=280)
    score(said["size"], said["found"])
