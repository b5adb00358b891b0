"""発行 with a queue in the database: the web worker leaves the PDF to `manage.py db_worker`."""

import pytest
from django.core.management import call_command

from checklist.choices import ReportState
from checklist.issuing import issue, make_pdf
from checklist.models import Report
from compliance import renderer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def queue(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def worker_runs() -> None:
    """Until nothing is left to do."""
    call_command("db_worker", batch=True, startup_delay=False, reload=False, verbosity=0)


def test_a_report_waits_until_the_worker_has_made_its_pdf(assessment, confirmed, director):
    report = issue(confirmed(assessment), "todo", by=director)
    assert (report.state, report.is_issued) == (ReportState.WAITING, False)
    worker_runs()
    report = Report.objects.get(pk=report.pk)
    assert report.is_issued
    assert report.file.content().startswith(b"%PDF-")


def test_what_the_worker_could_not_make_says_why_and_is_made_when_it_is_repeated(
    assessment, confirmed, director, monkeypatch
):
    report = issue(confirmed(assessment), "todo", by=director)
    with monkeypatch.context() as broken:
        broken.setattr(renderer, "_parent", None)
        broken.setattr(renderer.sys, "executable", "/bin/false")
        worker_runs()
    report.refresh_from_db()
    assert (report.state, report.why) == (
        ReportState.FAILED,
        "PDFを作る処理が止まりました。もう一度行ってください。",
    )
    report.retry(by=director)
    make_pdf.enqueue(report.pk, report.clinic_id)
    worker_runs()
    assert Report.objects.get(pk=report.pk).is_issued


def test_a_job_that_comes_twice_makes_one_pdf(assessment, confirmed, director):
    report = issue(confirmed(assessment), "todo", by=director)
    worker_runs()
    first = Report.objects.get(pk=report.pk)
    make_pdf.enqueue(report.pk, report.clinic_id)
    worker_runs()
    again = Report.objects.get(pk=report.pk)
    assert (again.file_id, again.state) == (first.file_id, first.state)
