from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from checklist.applicability import UNCLEAR
from checklist.catalogue import catalogue_of
from checklist.choices import Outcome
from checklist.facts import judgement_of
from checklist.flowchart import draw
from checklist.letters import letter_to
from checklist.models import ApplicabilityDetermination, Assessment
from checklist.printing import letter_html
from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.downloads import as_pdf
from compliance.limits import PDF, limited
from compliance.models import Membership
from compliance.renderer import pdf
from vendors.models import System, Vendor


@clinic_page(Permission.VIEW, post=Permission.DETERMINE)
def applicability(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/applicability/: where the walk over 図1 ends with what is registered; a POST keeps it as a determination."""
    edition = Assessment.objects.visible_to(member).current().edition
    catalogue = catalogue_of(edition)
    judgement = judgement_of(catalogue, System.objects.visible_to(member).listed()).as_dict()
    if request.method == "POST":
        return keep(request, member, edition, judgement)
    past = list(ApplicabilityDetermination.objects.visible_to(member).newest_first()[:20])
    context = {
        "judgement": judgement,
        "outcome": Outcome(judgement["outcome"]),
        "chart": draw(catalogue.flowchart, judgement["path"], judgement["taken"]),
        "scope": {each["id"]: each for each in catalogue.prose["scope"]},
        "past": past,
        "latest": past[0] if past else None,
        "stale": bool(past) and past[0].is_out_of_date(judgement),
        "to_ask": Vendor.objects.visible_to(member).filter(name__in=vendors_to_ask(judgement)),
    }
    return render(request, "checklist/applicability.html", context)


def vendors_to_ask(judgement: dict) -> set[str]:
    return {
        server["vendor"]
        for server in judgement["servers"]
        if server["answer"] == UNCLEAR and server["vendor"]
    }


def keep(request: HttpRequest, member: Membership, edition, judgement: dict) -> HttpResponse:
    kept = ApplicabilityDetermination.keep(member.clinic, edition, judgement, by=request.user)
    messages.success(request, f"対象判断を記録しました（{kept.get_outcome_display()}）。")
    return redirect("applicability", member.clinic.code)


@clinic_page(Permission.PRINT)
@limited(PDF)
def letter(request: HttpRequest, member: Membership, vendor_id: int) -> HttpResponse:
    """/c/…/applicability/letter/<vendor>/: the question to a vendor, to copy or print."""
    vendor = get_object_or_404(Vendor.objects.visible_to(member), pk=vendor_id)
    systems = System.objects.visible_to(member).listed().filter(vendor=vendor)
    text = letter_to(vendor, list(systems), member.clinic)
    if text is None:
        raise Http404
    if "pdf" in request.GET:
        return as_pdf(pdf(letter_html(text)), f"確認のお願い_{vendor.name}.pdf")
    return render(request, "checklist/letter.html", {"letter": text, "vendor": vendor})
