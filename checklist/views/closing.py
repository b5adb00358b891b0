"""済みにする: what only lacks its day is closed from the list 要対応."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from checklist.catalogue import catalogue_of
from checklist.choices import Status
from checklist.models import Answer, Frozen
from checklist.todo_filters import address_of, chosen
from checklist.todo_forms import CloseItemForm, CloseRiskForm
from checklist.views.items import answer_to
from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.forms import their_values
from compliance.models import Membership
from compliance.sessions import kept_input
from compliance.tenancy import Conflict, version_in
from vendors.models import RiskTreatment


@clinic_page(Permission.ANSWER)
def close_item(request: HttpRequest, member: Membership, code: str) -> HttpResponse:
    """/c/…/todo/items/<code>/: 実施済 with its 確認日."""
    answer, kept = answer_to(member, code), kept_input(request)
    initial = {"evidence_place": answer.evidence_place}
    form = CloseItemForm(typed(request, kept), initial=initial, auto_id=f"c{code}-%s")
    if request.method == "POST" and form.is_valid():
        return item_closed(request, answer, form)
    return item_page(request, answer, form, 422 if request.method == "POST" else 200, kept=kept)


def typed(request: HttpRequest, kept: QueryDict | None) -> QueryDict | None:
    return request.POST if request.method == "POST" else kept


def item_closed(request: HttpRequest, answer: Answer, form: CloseItemForm) -> HttpResponse:
    try:
        answer.record(version_in(request.POST), by=request.user, status=Status.DONE, **form.cleaned_data)
    except Conflict as conflict:
        now = conflict.current
        theirs = [("対応状況", now.state_text), *their_values(form, now)]
        return item_page(request, now, form, 409, theirs=theirs)
    except Frozen:
        return item_page(request, answer_to(request.member, answer.item.code), form, 409)
    return closed(request, f"{entry_of(answer)['shown']}を「実施済」にしました。")


def entry_of(answer: Answer) -> dict:
    return catalogue_of(answer.assessment.edition).by_code[answer.item.code]


def item_page(request: HttpRequest, answer: Answer, form: CloseItemForm, status: int, **why) -> HttpResponse:
    item = entry_of(answer)
    context = {"shown": item["shown"], "item": item, "task": answer.plan}
    context |= {"button": "実施済にする", "frozen": not answer.assessment.is_open}
    return closing_page(request, answer, form, status, **context, **why)


@clinic_page(Permission.REVIEW)
def close_risk(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/todo/risks/<id>/: the measure of a risk record, with the day on which it was carried out."""
    records = RiskTreatment.objects.visible_to(member).select_related("clinic", "system", "row")
    record, kept = get_object_or_404(records, pk=pk), kept_input(request)
    form = CloseRiskForm(typed(request, kept), auto_id=f"r{pk}-%s")
    if request.method == "POST" and form.is_valid():
        return risk_closed(request, record, form)
    return risk_page(request, record, form, 422 if request.method == "POST" else 200, kept=kept)


def risk_closed(request: HttpRequest, record: RiskTreatment, form: CloseRiskForm) -> HttpResponse:
    try:
        record.finish(version_in(request.POST), by=request.user, **form.cleaned_data)
    except Conflict as conflict:
        now = conflict.current
        theirs = [("当院で行うこと", now.measure or "（空欄）"), *their_values(form, now)]
        return risk_page(request, now, form, 409, theirs=theirs)
    gaps = "・".join(record.gaps)
    more = f"{gaps}が未記入なので、一覧に残っています。" if gaps else ""
    return closed(request, f"「{record}」の実施した日を保存しました。{more}")


def risk_page(
    request: HttpRequest, record: RiskTreatment, form: CloseRiskForm, status: int, **why
) -> HttpResponse:
    context = {"shown": str(record), "task": record.measure, "button": "実施した日を保存"}
    return closing_page(request, record, form, status, **context, **why)


def closing_page(
    request: HttpRequest, row: Answer | RiskTreatment, form: forms.Form, status: int, **context
) -> HttpResponse:
    """The form as a page of its own; inside the list where htmx asks for it."""
    late = form.is_bound and "theirs" not in context
    context["version"] = version_in(form.data) if late else row.version
    choice = chosen(request.GET)
    context |= {"form": form, "here": address_of(request.path, choice)}
    context["back"] = address_of(reverse("todo", args=[request.member.clinic.code]), choice)
    if request.htmx:
        next(iter(form.fields.values())).widget.attrs["autofocus"] = True
        return render(request, "checklist/_close.html", context, status=status)
    return render(request, "checklist/close.html", context, status=status)


def closed(request: HttpRequest, words: str) -> HttpResponse:
    """Back to the list as it was filtered."""
    messages.success(request, words)
    return redirect(address_of(reverse("todo", args=[request.member.clinic.code]), chosen(request.GET)))
