from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from checklist.models import Assessment, Confirmation, Report
from checklist.parts import DEFAULT, PRESETS, VENDOR_PARTS, Preset
from checklist.printing import (
    BLANK_FORMS,
    blank_html,
    determination_html,
    only_vendor,
    preview_html,
    report_html,
)
from checklist.snapshot import snapshot_of
from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.downloads import as_pdf
from compliance.limits import PDF, limited
from compliance.models import Membership
from compliance.renderer import pdf
from vendors.models import Vendor


def draft_snapshot(member: Membership) -> dict:
    assessment = Assessment.objects.visible_to(member).current()
    assessment.clinic = member.clinic
    return snapshot_of(assessment, timezone.localdate())


@clinic_page(Permission.PRINT)
def prints(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/print/: what can be printed."""
    confirmations = Confirmation.objects.visible_to(member).newest_first()
    assessment = Assessment.objects.visible_to(member).current()
    context = {
        "confirmations": confirmations,
        "assessment": assessment,
        "reports": list(Report.objects.visible_to(member).newest_first()),
        "presets": PRESETS.values(),
        "vendors": Vendor.objects.visible_to(member),
    }
    return render(request, "checklist/prints.html", context)


@clinic_page(Permission.PRINT)
@limited(PDF)
def draft(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/print/draft.pdf?parts=…: the report of what is saved now, marked 下書き."""
    snapshot = draft_snapshot(member)
    html = report_html(snapshot, keys=chosen(request).parts)
    return as_pdf(pdf(html, draft=True), f"下書き_{snapshot['round']['label']}_点検報告書.pdf")


@clinic_page(Permission.PRINT)
def preview(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/print/preview/?parts=…: the same report on the screen, marked 下書き."""
    return HttpResponse(preview_html(draft_snapshot(member), chosen(request)))


def chosen(request: HttpRequest) -> Preset:
    """The preset in the address, or 404."""
    preset = PRESETS.get(request.GET.get("parts", DEFAULT))
    if preset is None:
        raise Http404
    return preset


@clinic_page(Permission.PRINT)
@limited(PDF)
def confirmed(request: HttpRequest, member: Membership, year: int, number: int) -> HttpResponse:
    """/c/…/print/<year>-<number>.pdf: the report of a 確定版, from its snapshot alone."""
    wanted = Confirmation.objects.visible_to(member).filter(assessment__fiscal_year=year, number=number)
    confirmation = get_object_or_404(wanted)
    name = f"{confirmation.snapshot['round']['label']}_第{number}版_点検報告書.pdf"
    return as_pdf(pdf(report_html(confirmation.snapshot, confirmation.sha256, chosen(request).parts)), name)


@clinic_page(Permission.PRINT)
@limited(PDF)
def blank(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/print/blank.pdf?form=…: 空欄用紙, to fill in by hand."""
    form = request.GET.get("form", "checklist")
    if form not in BLANK_FORMS:
        raise Http404
    return as_pdf(pdf(blank_html(draft_snapshot(member), form)), f"空欄用紙_{BLANK_FORMS[form]}.pdf")


@clinic_page(Permission.PRINT)
@limited(PDF)
def vendor_part(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/print/vendors/<id>.pdf: one vendor's systems, contracts and 別紙, to send to it."""
    vendor = get_object_or_404(Vendor.objects.visible_to(member), pk=pk)
    snapshot = only_vendor(draft_snapshot(member), vendor.name)
    return as_pdf(
        pdf(report_html(snapshot, keys=VENDOR_PARTS), draft=True), f"{vendor.name}_開示書と契約.pdf"
    )


@clinic_page(Permission.PRINT)
@limited(PDF)
def determination(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/print/applicability.pdf: the kept determination on its own."""
    return as_pdf(pdf(determination_html(draft_snapshot(member))), "対象判断の記録.pdf")
