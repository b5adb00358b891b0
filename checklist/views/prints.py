from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from checklist.models import Assessment, Confirmation
from checklist.printing import blank_html, determination_html, pdf, report_html
from checklist.snapshot import snapshot_of
from checklist.views.downloads import as_pdf
from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.models import Membership


def draft_snapshot(member: Membership) -> dict:
    assessment = Assessment.objects.visible_to(member).current()
    assessment.clinic = member.clinic
    return snapshot_of(assessment, timezone.localdate())


@clinic_page(Permission.PRINT)
def prints(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/print/: what can be printed."""
    confirmations = Confirmation.objects.visible_to(member).newest_first()
    assessment = Assessment.objects.visible_to(member).current()
    return render(
        request, "checklist/prints.html", {"confirmations": confirmations, "assessment": assessment}
    )


@clinic_page(Permission.PRINT)
def draft(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/print/draft.pdf: the report of what is saved now, marked 下書き."""
    snapshot = draft_snapshot(member)
    return as_pdf(
        pdf(report_html(snapshot), draft=True), f"下書き_{snapshot['round']['label']}_点検報告書.pdf"
    )


@clinic_page(Permission.PRINT)
def confirmed(request: HttpRequest, member: Membership, year: int, number: int) -> HttpResponse:
    """/c/…/print/<year>-<number>.pdf: the report of a 確定版, from its snapshot alone."""
    wanted = Confirmation.objects.visible_to(member).filter(assessment__fiscal_year=year, number=number)
    confirmation = get_object_or_404(wanted)
    name = f"{confirmation.snapshot['round']['label']}_第{number}版_点検報告書.pdf"
    return as_pdf(pdf(report_html(confirmation.snapshot, confirmation.sha256)), name)


@clinic_page(Permission.PRINT)
def blank(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/print/blank.pdf: 空欄用紙, to fill in by hand."""
    return as_pdf(pdf(blank_html(draft_snapshot(member))), "空欄用紙_遵守項目チェックリスト.pdf")


@clinic_page(Permission.PRINT)
def determination(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/print/applicability.pdf: the kept determination on its own."""
    return as_pdf(pdf(determination_html(draft_snapshot(member))), "対象判断の記録.pdf")
