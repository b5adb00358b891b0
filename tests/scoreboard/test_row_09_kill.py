"""kill -9 of the whole server in the middle of saves over HTTP: nothing acknowledged lost, no answer without its entry."""

import pytest

from tests.endurance.house import told

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db]  # its own database; the mark lets it run on both
TIMES, SEED = 100, 20261122


def test_after_a_hundred_kills_every_acknowledged_save_stands_with_its_entry(score):
    said = told("kill", str(TIMES), str(SEED), seconds=460)
    assert said["cut_off"] >= TIMES  # each kill met at least one save on its way
    score(said["size"], said["found"])
