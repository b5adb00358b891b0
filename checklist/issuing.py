"""発行: a Report's PDF from its 確定版's snapshot, made by the queue and kept byte for byte."""

from django.utils import timezone
from django_tasks import task

from checklist.models import Confirmation, Report
from checklist.printing import report_html
from checklist.tables import tables_of
from compliance import tables
from compliance.models import User
from compliance.renderer import Attached, RenderingFailed, pdf


def issue(confirmation: Confirmation, preset: str, *, by: User) -> Report:
    """A numbered report; its PDF is made at once, or by the worker where one is configured."""
    report = Report.issue(confirmation, preset, by=by, at=timezone.now())
    make_pdf.enqueue(report.pk)
    report.refresh_from_db()
    return report


@task()
def make_pdf(report_id: int) -> None:
    """Render and keep the PDF of a report; a failure is said at the report and can be repeated."""
    report = Report.objects.newest_first().select_related("clinic").get(pk=report_id)
    if report.is_issued:
        return
    try:
        report.keep(pdf_of(report), by=report.issued_by)
    except RenderingFailed as failure:
        report.fail(str(failure))
    except Exception:
        report.fail("PDFを保管できませんでした。もう一度行い、続くときは管理者に知らせてください。")
        raise


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
