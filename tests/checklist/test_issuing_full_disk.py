"""発行 where the disk takes no PDF: the report says why, and is made as soon as there is room."""

import errno
import resource

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from checklist.choices import ReportState
from checklist.issuing import NO_ROOM, hand_over, issue
from checklist.models import Report
from compliance.files import NotStored

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def files_end_at():
    """files_end_at(bytes): no file of this process grows beyond, as on a full disk; None: no limit any more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int | None) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before[0] if size is None else size, before[1]))

    yield limit
    limit(None)


@pytest.fixture
def report(assessment, confirmed, director) -> Report:
    """One that waits for its PDF."""
    return Report.issue(confirmed(assessment), "todo", by=director, at=timezone.now())


def stored(settings) -> list:
    return [each for each in settings.MEDIA_ROOT.rglob("*") if each.is_file()]


class NoRoom(FileSystemStorage):
    """A disk that takes no file any more, while the database's still does."""

    def _save(self, name, content):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_pdf_that_found_no_room_is_said_at_the_report_and_made_later(report, director, settings):
    with override_settings(STORAGES=settings.STORAGES | {"default": {"BACKEND": f"{__name__}.NoRoom"}}):
        hand_over(report)
    assert (report.state, report.why) == (ReportState.FAILED, NO_ROOM)
    report.retry(by=director)
    hand_over(report)
    assert (report.state, len(stored(settings))) == (ReportState.ISSUED, 1)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="A limit of this process is none of PostgreSQL's.")
def test_where_not_even_the_reason_could_be_written_down_the_press_fails(report, files_end_at):
    files_end_at(4096)  # the database's own file is larger already
    with pytest.raises(NotStored):
        hand_over(report)
    files_end_at(None)
    report.refresh_from_db()
    assert report.state == ReportState.WAITING


def test_a_report_is_issued_where_there_is_room(assessment, confirmed, director):
    assert issue(confirmed(assessment), "todo", by=director).is_issued
