from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from checklist.inspection import current_edition, inspection_of
from checklist.precheck import precheck_of
from checklist.views.prints import draft_snapshot
from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.downloads import as_pdf
from compliance.limits import PDF, limited
from compliance.models import Membership
from compliance.renderer import pdf


@clinic_page(Permission.VIEW)
def inspection(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/inspection/: 検査で確認される項目, each with the clinic's answers to the items it touches."""
    found = inspection_of(draft_snapshot(member), current_edition())
    return render(request, "checklist/inspection.html", {"inspection": found})


@clinic_page(Permission.VIEW)
def precheck(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/precheck/: 点検前チェック, each point with the page that cures it."""
    found = precheck_of(draft_snapshot(member))
    return render(request, "checklist/precheck.html", {"precheck": found})


@clinic_page(Permission.PRINT)
@limited(PDF)
def precheck_print(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/print/precheck.pdf: the same list on paper, to be worked off."""
    snapshot = draft_snapshot(member)
    html = render_to_string("report/precheck.html", {**snapshot, "precheck": precheck_of(snapshot)})
    return as_pdf(pdf(html), f"{snapshot['round']['label']}_点検前チェック.pdf")
