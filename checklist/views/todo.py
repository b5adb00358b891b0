from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from checklist.models import Assessment
from checklist.snapshot import snapshot_of
from checklist.todo import HEAD, todo
from checklist.todo_filters import chosen, filters, matching, query_of
from checklist.views.prints import draft_snapshot
from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.downloads import as_xlsx
from compliance.models import Membership
from compliance.tables import workbook


@clinic_page(Permission.VIEW)
def todo_list(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/todo/?late=1 or ?owner=…: all that is to be done, overdue first."""
    assessment = Assessment.objects.visible_to(member).current()
    assessment.clinic = member.clinic
    found, choice = todo(snapshot_of(assessment, timezone.localdate())), chosen(request.GET)
    context = {
        "todo": found,
        "shown": matching(found, choice),
        "filters": filters(found, choice),
        "query": query_of(choice),
        "overdue": sum(each.overdue_days > 0 for each in found),
        "closable": closable(member, assessment),
    }
    return render(request, "checklist/todo.html", context)


def closable(member: Membership, assessment: Assessment) -> set[str]:
    """What this member may close from the list; answers only while the round is open."""
    allowed = {
        "close_item": member.may(Permission.ANSWER) and assessment.is_open,
        "close_risk": member.may(Permission.REVIEW),
    }
    return {name for name, may in allowed.items() if may}


@clinic_page(Permission.VIEW)
def todo_table(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/todo/table.xlsx"""
    rows = [each.row for each in todo(draft_snapshot(member))]
    return as_xlsx(workbook({"要対応": [HEAD, *rows]}), "要対応.xlsx")
