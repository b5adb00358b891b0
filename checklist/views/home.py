from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from checklist import succession
from checklist.facts import judgement_of
from checklist.findings import contradictions, findings
from checklist.models import ApplicabilityDetermination, Assessment, Confirmation
from checklist.register_facts import facts_of
from checklist.rounds import Round
from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.models import Membership
from vendors.models import System


def current_round(member: Membership) -> Round:
    """The clinic's newest round; every clinic has one from its founding."""
    assessment = Assessment.objects.visible_to(member).current()
    assessment.clinic = member.clinic
    return Round.of(assessment, timezone.localdate())


@clinic_page(Permission.VIEW)
def home(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/: one sentence of state, one big button, what comes first."""
    round_ = current_round(member)
    systems = list(System.objects.visible_to(member).listed())
    determination = ApplicabilityDetermination.objects.visible_to(member).newest_first().first()
    judgement = judgement_of(round_.catalogue, systems).as_dict()
    facts = facts_of(member.clinic_id, round_.today, systems=systems)
    context = {
        "contradictions": contradictions(round_, findings(facts)),
        "waiting": [each for system in facts.systems for each in system.standings if each.next_step],
        "round": round_,
        "next": succession.next_of(round_.assessment, round_.today),
        "determination": determination,
        "out_of_date": determination is not None and determination.is_out_of_date(judgement),
        "systems": systems,
        "confirmed": Confirmation.objects.visible_to(member).newest_first().first(),
    }
    return render(request, "checklist/home.html", context)


@clinic_page(Permission.VIEW)
def sections(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/checklist/: the task list of 11 sections."""
    return render(request, "checklist/sections.html", {"round": current_round(member)})
