"""One form over one row: how every such page is shown, saved, and shown again."""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from compliance.forms import RecordForm
from compliance.sessions import kept_input
from compliance.tenancy import Conflict, Versioned, form_token_in, version_in
from compliance.uploads import room_or_said


class Page(NamedTuple):
    """A page with one form: its template, where it leads afterwards, and what else stands on it.

    `made` names the page of what was registered, where that is not `back`.
    """

    template: str
    back: str
    context: dict
    made: str = ""


def edited(
    request: HttpRequest, form_class: type[RecordForm], target: Versioned, save: Callable, page: Page
) -> HttpResponse:
    """Show a row in its form; save it with `save`, or show both texts where somebody else was first."""
    kept = kept_input(request)
    form = form_over(request, form_class, target, kept)
    data = request.POST or kept
    if request.method == "POST" and form.is_valid():
        return saved(request, form, save, page)
    version = version_in(data) if data else target.version
    return answer(request, page, 422 if request.POST else 200, form=form, kept=kept, version=version)


def form_over(request: HttpRequest, form_class: type[RecordForm], target: Versioned, kept):
    if request.POST:
        return form_class(request.POST, request.FILES, target=target)
    return form_class(kept or None, target=target)


def saved(request: HttpRequest, form: RecordForm, save: Callable, page: Page) -> HttpResponse:
    try:
        with room_or_said(form):
            save(version_in(request.POST), by=request.user, **form.values())
    except Conflict as conflict:
        theirs = form.theirs(conflict.current)
        return answer(request, page, 409, form=form, theirs=theirs, version=conflict.current.version)
    except ValidationError as refusal:
        form.add_error(None, refusal)
    if form.errors:
        return answer(request, page, 422, form=form, version=version_in(request.POST))
    messages.success(request, "保存しました。")
    return redirect(page.back)


def registered(
    request: HttpRequest, form_class: type[RecordForm], target: Versioned, save: Callable, page: Page
) -> HttpResponse:
    """Show an empty form; register what it says, once."""
    kept, token = kept_input(request), form_token_in(request.POST)
    form = form_over(request, form_class, target, kept)
    if request.method == "POST" and form.is_valid():
        with room_or_said(form):
            made = save(by=request.user, form_token=token, **form.values())
            messages.success(request, f"「{made}」を登録しました。")
            return redirect(*([page.made, request.member.clinic.code, made.pk] if page.made else [page.back]))
    return answer(request, page, 422 if request.POST else 200, form=form, kept=kept, form_token=token)


def answer(request: HttpRequest, page: Page, status: int, **context) -> HttpResponse:
    context = {"back": page.back, **page.context, **context}
    return render(request, page.template, context, status=status)
