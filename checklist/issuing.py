"""発行: a Report's PDF from its 確定版's snapshot, made by the queue and kept byte for byte."""

from collections.abc import Callable
from functools import partial

from django.utils import timezone
from django_tasks import task, task_backends
from django_tasks.backends.immediate import ImmediateBackend
from django_tasks.base import TaskResultStatus

from checklist.models import Confirmation, Report
from checklist.printing import report_html
from checklist.tables import tables_of
from compliance import tables, walls
from compliance.files import NotStored
from compliance.models import User
from compliance.renderer import Attached, RenderingFailed, pdf
from compliance.troubles import is_full

NO_ROOM = (
    "サーバの空き容量が足りないため、PDFを保管できませんでした。"
    "サーバの管理者に知らせ、空きができたら、もう一度作ってください。"
)


def issue(confirmation: Confirmation, preset: str, *, by: User, after: int | None = None) -> Report:
    """A numbered report; its PDF is made before the request is answered, or by the worker where one is configured.

    The same page sent again finds the report, whose PDF the first one makes.
    """
    at = timezone.now()
    report = Report.issue(confirmation, preset, by=by, at=at, after=after)
    if report.issued_at == at:
        in_time(partial(hand_over, report))
    return report


def in_time(act: Callable[[], None]) -> None:
    """A queue's entry belongs to the report's own transaction; what renders at once comes after it."""
    at_once = isinstance(task_backends["default"], ImmediateBackend)
    walls.afterwards(act) if at_once else act()


def hand_over(report: Report) -> None:
    """Let the queue make the PDF; NotStored where it broke off at once and could not even write down why."""
    made = make_pdf.enqueue(report.pk, report.clinic_id)
    with walls.within(clinic=report.clinic_id):
        report.refresh_from_db()
    if report.is_waiting and made.status == TaskResultStatus.FAILED:
        raise NotStored


@task()
def make_pdf(report_id: int, clinic_id: int) -> None:
    """Render and keep the PDF of a report; a failure is said at the report and can be repeated."""
    try:
        with walls.within(clinic=clinic_id):
            _keep_pdf(report_id)
    except RenderingFailed as failure:
        _say_why(report_id, clinic_id, str(failure))
    except Exception as error:
        said = "PDFを保管できませんでした。もう一度行い、続くときは、サーバの管理者に知らせてください。"
        _say_why(report_id, clinic_id, NO_ROOM if is_full(error) else said)
        raise


def _keep_pdf(report_id: int) -> None:
    report = Report.objects.newest_first().select_related("clinic").get(pk=report_id)
    if not report.is_issued:
        report.keep(pdf_of(report), by=report.issued_by)


def _say_why(report_id: int, clinic_id: int, why: str) -> None:
    """In a transaction of its own: that of the failure is gone."""
    with walls.within(clinic=clinic_id):
        Report(pk=report_id).fail(why)


def pdf_of(report: Report) -> bytes:
    """The PDF with the snapshot and its tables inside."""
    confirmation = report.confirmation
    html = report_html(confirmation.snapshot, confirmation.sha256, report.parts, report.facts())
    return pdf(html, attached=attachments(confirmation.snapshot_text, confirmation.snapshot, report))


def attachments(text: str, snapshot: dict, report: Report) -> list[Attached]:
    at = report.issued_at.isoformat()
    return [
        Attached("snapshot.json", "点検記録（この報告書のもと。SHA-256の対象）", text.encode(), at),
        Attached("tables.xlsx", "報告書の表", tables.workbook(tables_of(snapshot)), at),
    ]
