"""Every screen before axe and at 320 px, and the whole job by keyboard and without JavaScript: the journeys that do it."""

import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from tests.conftest import ROOT
from tests.journeys import test_axe as axe

pytestmark = pytest.mark.scoreboard
JOURNEYS = ["test_axe", "test_vendor", "test_year", "test_keyboard", "test_without_javascript"]
# Addresses that test_axe lists as pages: its own test compares them with the resolver
SCREENS = {*axe.CLINIC_PAGES, *axe.ACCOUNT_PAGES, *axe.OTHER_PAGES, *axe.VENDORS_PAGES}


def test_every_screen_is_for_everybody(tmp_path, score):
    report = tmp_path / "journeys.xml"
    files = [f"tests/journeys/{name}.py" for name in JOURNEYS]
    command = [sys.executable, "-m", "pytest", "-n", "2", "-m", "journey", f"--junitxml={report}", *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # noqa: S603 (our own)
    print(done.stdout)
    suite = ET.parse(report).find("testsuite")  # noqa: S314 (pytest has just written it)
    numbers = {name: int(suite.get(name)) for name in ("tests", "failures", "errors", "skipped")}
    print(numbers)
    ran = {each.get("classname").rpartition(".")[2] for each in suite.iter("testcase")}
    assert ran == {*JOURNEYS}
    score(len(SCREENS), numbers["failures"] + numbers["errors"] + numbers["skipped"])
