"""Making a PDF takes seconds: meanwhile everybody else of the clinic goes on saving."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from checklist.models import Report
from compliance import audit, walls
from tests.web import at, browser

pytestmark = pytest.mark.django_db(transaction=True)


def write_for(clinic) -> None:
    """As another worker does; refused where somebody holds the clinic's lock for more than a second."""
    try:
        with walls.within(clinic=clinic.pk):
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '1s'")
            with audit.writing(clinic.pk):
                audit.record(None, clinic, "test.meanwhile", "")
    finally:
        connections.close_all()


def test_others_save_while_a_report_is_rendered(assessment, confirmed, clinic, director, trail, monkeypatch):
    confirmation = confirmed(assessment)

    def slow(html: str, **_) -> bytes:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(write_for, clinic).result()
        return b"%PDF-1.7"

    monkeypatch.setattr("checklist.issuing.pdf", slow)
    browser(director).post(at("issue", clinic, pk=confirmation.pk), {"preset": "todo"})
    assert Report.objects.get().is_issued
    assert [each.action for each in trail(clinic)][-3:] == ["report.issue", "test.meanwhile", "report.keep"]
