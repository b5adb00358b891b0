from functools import partial

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from checklist.checking import file_matches, print_matches
from checklist.forms import CheckForm
from checklist.issuing import hand_over, in_time
from checklist.issuing import issue as issue_report
from checklist.models import Confirmation, Report
from checklist.parts import DEFAULT, PRESETS
from checklist.tables import tables_of
from checklist.views.prints import draft_snapshot
from compliance import tables
from compliance.access import BUTTON, clinic_page
from compliance.choices import Permission
from compliance.downloads import as_json, as_xlsx
from compliance.limits import CHECK, PDF, limited
from compliance.models import Membership
from compliance.tenancy import version_in


@clinic_page(Permission.ISSUE, fresh=BUTTON)
@limited(PDF)
@require_POST
def issue(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/confirmations/<id>/issue/: a numbered report of a 確定版."""
    wanted = Confirmation.objects.visible_to(member).select_related("assessment", "clinic")
    preset = request.POST.get("preset", DEFAULT)
    if preset not in PRESETS:
        raise Http404
    after = version_in(request.POST, "after") if "after" in request.POST else None
    made = issue_report(get_object_or_404(wanted, pk=pk), preset, by=request.user, after=after)
    return redirect("report", member.clinic.code, made.number)


def report_of(member: Membership, number: int) -> Report:
    return get_object_or_404(Report.objects.visible_to(member).newest_first(), number=number)


@clinic_page(Permission.VIEW)
def report(request: HttpRequest, member: Membership, number: int) -> HttpResponse:
    """/c/…/reports/<number>/: what was issued, and its file; or how far it is."""
    return render(request, "checklist/report.html", {"report": report_of(member, number)})


@clinic_page(Permission.ISSUE)
@limited(PDF)
@require_POST
def retry(request: HttpRequest, member: Membership, number: int) -> HttpResponse:
    """/c/…/reports/<number>/retry/: render again what failed."""
    wanted = report_of(member, number)
    wanted.retry(by=request.user)
    in_time(partial(hand_over, wanted))
    return redirect("report", member.clinic.code, number)


@clinic_page(Permission.PRINT)
def report_pdf(request: HttpRequest, member: Membership, number: int) -> HttpResponse:
    """/c/…/reports/<number>.pdf: the very bytes that were issued."""
    found = report_of(member, number)
    if not found.is_issued:
        raise Http404
    try:
        return found.file.as_response()
    except FileNotFoundError as lost:
        raise Http404 from lost


@clinic_page(Permission.PRINT)
def draft_tables(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/print/tables.xlsx: the report's tables of what is saved now."""
    snapshot = draft_snapshot(member)
    return as_xlsx(tables.workbook(tables_of(snapshot)), f"{snapshot['round']['label']}_点検の表.xlsx")


@clinic_page(Permission.PRINT)
def snapshot_json(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/confirmations/<id>/snapshot.json: the 点検記録 whose SHA-256 is printed."""
    confirmation = get_object_or_404(Confirmation.objects.visible_to(member), pk=pk)
    return as_json(confirmation.snapshot_text, f"点検記録_{confirmation.sha256[:8]}.json")


@login_not_required
@limited(CHECK)
def check(request: HttpRequest) -> HttpResponse:
    """/check/: does this file, or this paper, match what was issued? Only yes or no, and the day."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = CheckForm(*sent, initial=request.GET.dict())
    match = None
    if form.is_valid():
        said = form.cleaned_data
        match = (
            file_matches(said["file"].content)
            if said["file"]
            else print_matches(said["number"], said["hash"])
        )
    status = 422 if form.errors else 200
    return render(request, "checklist/check.html", {"form": form, "match": match}, status=status)
