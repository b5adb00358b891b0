"""Making a PDF takes seconds: meanwhile everybody else of the clinic goes on saving."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from checklist.models import Report
from compliance import audit, walls
from tests.web import at, browser

pytestmark = pytest.mark.django_db(transaction=True)


def in_a_thread(act: Callable):
    """What it returns there; its connection does not stay behind."""

    def acted():
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(acted).result()


def write_for(clinic) -> None:
    """As another worker does; refused where somebody holds the clinic's lock for more than a second."""
    with walls.within(clinic=clinic.pk):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '1s'")
        with audit.writing(clinic.pk):
            audit.record(None, clinic, "test.meanwhile", "")


def test_others_save_while_a_report_is_rendered(assessment, confirmed, clinic, director, trail, monkeypatch):
    confirmation = confirmed(assessment)

    def slow(html: str, **_) -> bytes:
        in_a_thread(lambda: write_for(clinic))
        return b"%PDF-1.7"

    monkeypatch.setattr("checklist.issuing.pdf", slow)
    browser(director).post(at("issue", clinic, pk=confirmation.pk), {"preset": "todo"})
    assert Report.objects.get().is_issued
    assert [each.action for each in trail(clinic)][-3:] == ["report.issue", "test.meanwhile", "report.keep"]


def test_a_second_press_meanwhile_finds_the_report_and_renders_nothing(
    assessment, confirmed, clinic, director, monkeypatch
):
    confirmation, rendered, again = confirmed(assessment), [], []

    def press():
        page = {"preset": "todo", "after": "0"}
        return browser(director).post(at("issue", clinic, pk=confirmation.pk), page).url

    def slow(html: str, **_) -> bytes:
        rendered.append(html)
        if len(rendered) == 1:
            again.append(in_a_thread(press))
        return b"%PDF-1.7"

    monkeypatch.setattr("checklist.issuing.pdf", slow)
    first = press()
    assert (again, len(rendered), Report.objects.get().is_issued) == ([first], 1, True)
