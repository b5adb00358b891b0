from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from checklist import succession
from checklist.catalogue import catalogue_of
from checklist.changes import KINDS, changes
from checklist.models import Assessment, Frozen
from checklist.rounds import Round
from checklist.simulation import simulate
from checklist.views.home import current_round
from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.models import Membership


@clinic_page(Permission.VIEW)
def rounds(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/rounds/: every 年度 with its 確定版, and the way into the next."""
    found = Assessment.objects.visible_to(member).with_editions().newest_first()
    found = list(found.prefetch_related("confirmations"))
    context = {"rounds": found, "next": succession.next_of(found[0], timezone.localdate())}
    context["may_withdraw"] = succession.may_withdraw(found[0])
    return render(request, "checklist/rounds.html", context)


@clinic_page(Permission.VIEW, post=Permission.BEGIN_ROUND)
def next_round(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/rounds/next/: what would come along, with counts; a POST begins the round."""
    round_ = current_round(member)
    wanted = succession.next_of(round_.assessment, round_.today)
    if wanted is None:  # begun already, by somebody else or by the first of two clicks
        return redirect("rounds", member.clinic.code)
    if request.method == "POST":
        return begin(request, wanted)
    context = {"next": wanted, "round": round_, "simulation": simulate(wanted, round_)}
    return render(request, "checklist/next_round.html", context)


def begin(request: HttpRequest, wanted: succession.Next) -> HttpResponse:
    """Home with the new round; or the page once more where it has shown another than would begin now."""
    code = request.member.clinic.code
    try:
        if request.POST.get("seen") != wanted.seen:
            raise succession.Outdated
        begun = succession.begin_next(wanted, by=request.user)
    except succession.Outdated:
        messages.error(
            request, "表示のあとで点検の状態が変わったため、まだ始めていません。もう一度確かめてください。"
        )
        return redirect("next_round", code)
    messages.success(request, f"{begun}の点検を始めました。前回の回答は、確かめるために並べてあります。")
    return redirect("clinic_home", code)


@clinic_page(Permission.VIEW, post=Permission.BEGIN_ROUND)
def withdraw_round(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/rounds/withdraw/: take back a round begun by mistake, in which nothing is declared."""
    assessment = current_round(member).assessment
    if request.method == "POST":
        return withdraw(request, assessment)
    if not succession.may_withdraw(assessment):
        return redirect("rounds", member.clinic.code)
    return render(request, "checklist/withdraw_round.html", {"assessment": assessment})


def withdraw(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """The round that the page has shown and no other: a second click finds the one before."""
    try:
        if request.POST.get("round") != str(assessment.pk):
            raise Frozen
        succession.withdraw(assessment, by=request.user)
        messages.success(request, f"{assessment}の点検を取りやめました。前の点検に戻っています。")
    except Frozen:
        messages.error(request, "もう回答があるか、取りやめたあとです。何も変えていません。")
    return redirect("rounds", request.member.clinic.code)


@clinic_page(Permission.VIEW)
def compare_rounds(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/rounds/<id>/: a round beside the one before; ?kind= shows one kind of change."""
    assessment = Assessment.objects.visible_to(member).with_editions().filter(pk=pk).first()
    if assessment is None:
        raise Http404
    before = catalogue_of(assessment.previous.edition) if assessment.previous_id else None
    found = changes(Round.of(assessment, timezone.localdate()), before)
    wanted = request.GET.get("kind", "")
    context = {"assessment": assessment, "changes": found, "wanted": wanted}
    if found:
        context["filters"] = [(key, label, count) for key, label in KINDS if (count := found["counts"][key])]
        context["lines"] = [each for each in found["lines"] if wanted in {"", each["kind"]}]
    return render(request, "checklist/compare_rounds.html", context)
