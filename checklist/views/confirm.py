from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from checklist.confirming import ChangedSince, seen_digest
from checklist.confirming import confirm as freeze
from checklist.forms import ConfirmForm, ReopenForm
from checklist.models import ApplicabilityDetermination, Confirmation, Frozen
from checklist.views.home import current_round
from compliance.access import FORM, clinic_page
from compliance.choices import Permission
from compliance.models import Membership
from compliance.sessions import kept_input
from vendors.models import System


@clinic_page(Permission.CONFIRM, fresh=FORM)
def confirm(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/confirm/: everything once more, then names and dates; makes the next 確定版."""
    round_ = current_round(member)
    if not round_.assessment.is_open:
        return redirect("confirmation", member.clinic.code)
    kept = kept_input(request)
    form = ConfirmForm(request.POST or kept or None, initial=first_names(member))
    if request.method == "POST" and form.is_valid():
        try:
            done = freeze(round_.assessment, by=request.user, **form.cleaned_data)
            messages.success(request, f"{done}として確定しました。")
            return redirect("confirmation", member.clinic.code)
        except ChangedSince:
            return confirm_page(request, current_round(member), form, 409, changed=True)
    return confirm_page(request, round_, form, 422 if form.errors else 200, kept=kept)


def first_names(member: Membership) -> dict:
    return {
        "examiner": member.user.name,
        "examined_on": timezone.localdate(),
        "safety_officer": member.clinic.safety_officer,
    }


def confirm_page(request: HttpRequest, round_, form: ConfirmForm, status: int, **why) -> HttpResponse:
    member = request.member
    context = {
        "round": round_,
        "form": form,
        "seen": seen_digest(round_.assessment, timezone.localdate()),
        "determination": ApplicabilityDetermination.objects.visible_to(member).newest_first().first(),
        "systems": System.objects.visible_to(member).listed(),
    }
    return render(request, "checklist/confirm.html", context | why, status=status)


@clinic_page(Permission.VIEW, post=Permission.REOPEN)
def confirmation(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/confirmation/: the 確定版 that stands, and the way to reopen it."""
    standing = Confirmation.objects.visible_to(member).newest_first().first()
    if standing is None:
        raise Http404
    newest = standing.assessment_id == current_round(member).assessment.pk
    form = ReopenForm(request.POST or None)
    if request.method == "POST" and newest and form.is_valid():
        return reopen(request, standing, form.cleaned_data["why"])
    context = {"confirmation": standing, "form": form, "standing": standing.reopened_at is None}
    context["newest"] = newest
    return render(request, "checklist/confirmation.html", context, status=422 if form.errors else 200)


def reopen(request: HttpRequest, standing: Confirmation, why: str) -> HttpResponse:
    """Back to the sections; or the 確定版 again where the next round has begun in between."""
    try:
        standing.reopen(by=request.user, why=why)
    except Frozen:
        return redirect("confirmation", request.member.clinic.code)
    messages.success(request, "点検を再開しました。直したあと、もう一度確定してください。")
    return redirect("sections", request.member.clinic.code)
