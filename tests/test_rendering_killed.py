"""A real server, killed while it renders an issued report: the report waits, and もう一度作る makes it."""

import pytest

from tests.endurance.house import told

pytestmark = pytest.mark.django_db  # a database of its own; the mark lets it run on both


def test_a_report_whose_rendering_was_killed_is_made_again_under_its_number():
    said = told("rendering", seconds=150)
    assert (said["caught_at_work"], said["left"], said["waits"]) == (True, ["waiting"], True)
    assert (said["again"], said["then"], said["same"]) == (302, ["issued"], True)
    assert (said["files"], said["faults"]) == (1, [])
