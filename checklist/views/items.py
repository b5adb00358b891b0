from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import reswap, retarget

from checklist.catalogue import catalogue_of
from checklist.choices import Status
from checklist.forms import AnswerForm, ExemptForm
from checklist.models import Answer, Frozen
from checklist.rounds import Chapter, Line, Round
from checklist.views.home import current_round
from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.models import Membership
from compliance.sessions import kept_input
from compliance.tenancy import Conflict, version_in
from vendors.models import Vendor


def answer_to(member: Membership, code: str) -> Answer:
    """The member's clinic's answer to an item in its newest round, or 404."""
    answer = Answer.objects.visible_to(member).current(code)
    if answer is None:
        raise Http404
    answer.clinic = member.clinic
    return answer


def form_of(answer: Answer, data: QueryDict | None = None) -> AnswerForm:
    """The answer's form: as saved, or with what was typed. Its ids name the item: several may be open in the table."""
    initial = {name: getattr(answer, name) for name in Answer.DECLARED}
    return AnswerForm(data, initial=initial, auto_id=f"a{answer.item.code}-%s")


def item_page(
    request: HttpRequest, answer: Answer, form: AnswerForm, status: int = 200, **why
) -> HttpResponse:
    """The item with its commentary and a form; `why` tells of a save that did not happen, or did."""
    context = {"answer": answer, "form": form, "version": answer.version}
    context |= catalogue_of(answer.assessment.edition).page_of(answer.item.code)
    context["vendors"] = Vendor.objects.visible_to(request.member).values_list("name", flat=True)
    if request.htmx:
        return retarget(reswap(render(request, "checklist/_answer.html", context | why, status=status),
                               "outerHTML"), "#answer")  # fmt: skip
    return render(request, "checklist/item.html", context | why, status=status)


@clinic_page(Permission.VIEW, post=Permission.ANSWER)
def item(request: HttpRequest, member: Membership, code: str) -> HttpResponse:
    """/c/…/items/<code>/: one item; a POST saves it. What a lost session had typed comes back unsaved."""
    answer = answer_to(member, code)
    if request.method == "POST":
        return save(request, answer)
    kept = kept_input(request)
    version = version_in(kept) if kept else answer.version
    return item_page(request, answer, form_of(answer, kept), kept=kept, version=version)


def save(request: HttpRequest, answer: Answer) -> HttpResponse:
    """Record the posted answer, or show the form again with all that was typed and what to do."""
    form = form_of(answer, request.POST)
    show = row_page if "row" in request.POST and request.htmx else item_page
    if not form.is_valid():
        return show(request, answer, form, 422, version=version_in(request.POST))
    try:
        answer.record(version_in(request.POST), by=request.user, **form.cleaned_data)
    except Conflict as conflict:
        return show(request, answer, form, 409, theirs=conflict.current, version=conflict.current.version)
    except Frozen:
        return show(request, answer, form, 409, frozen=True)
    return saved(request, answer)


def saved(request: HttpRequest, answer: Answer) -> HttpResponse:
    """Where a save leads: back to the table, on to the next item, or the same place with 保存済."""
    if "row" in request.POST:
        return saved_row(request, answer)
    code = answer.clinic.code
    if "next" in request.POST:
        after = catalogue_of(answer.assessment.edition).page_of(answer.item.code)["after"]
        target = reverse("item", args=[code, after["code"]]) if after else reverse("sections", args=[code])
        return HttpResponse(status=204, headers={"HX-Redirect": target}) if request.htmx else redirect(target)
    if not request.htmx:
        return redirect(f"{reverse('item', args=[code, answer.item.code])}#answer")
    if "whole" in request.POST:  # the form told why it was not saved; that goes now
        return item_page(request, answer, form_of(answer))
    return render(request, "checklist/_saved.html", {"answer": answer})


def saved_row(request: HttpRequest, answer: Answer) -> HttpResponse:
    if request.htmx:
        return row_page(request, answer, None, saved=True)
    query = urlencode({"status": request.POST.get("filter", "")})
    return redirect(f"{reverse('items', args=[answer.clinic.code])}?{query}#i{answer.item.code}")


@clinic_page(Permission.VIEW)
def items(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/items/: all 52 in one table; the filter and the opened row stand in the URL."""
    round_ = current_round(member)
    wanted, opened = request.GET.get("status", ""), request.GET.get("open", "")
    shown = {line.code for line in round_.with_status(wanted)} | {opened}
    chapters = [(each, [line for line in each.lines if line.code in shown]) for each in round_.chapters]
    line = next((line for line in round_.lines if line.code == opened), None)
    context = {
        "round": round_,
        "filters": [(s.value, s.label, round_.counts[s.value]) for s in FILTERS],
        "wanted": wanted if wanted in round_.counts else "",
        "chapters": [(chapter.section, lines) for chapter, lines in chapters if lines],
        "opened": opened,
        "form": form_of(line.answer) if line else None,
        "exemptable": [chapter for chapter in round_.chapters if chapter.can_be_exempt],
    }
    return render(request, "checklist/items.html", context)


FILTERS = [Status.UNANSWERED, Status.DONE, Status.OPEN, Status.UNSURE, Status.NOT_APPLICABLE]


def row_page(
    request: HttpRequest, answer: Answer, form: AnswerForm | None, status: int = 200, **why
) -> HttpResponse:
    """One row of the table: open with a form, closed without."""
    entry = catalogue_of(answer.assessment.edition).by_code[answer.item.code]
    context = {"line": Line(entry, answer, timezone.localdate()), "form": form, "version": answer.version}
    return render(request, "checklist/_row.html", context | why, status=status)


@clinic_page(Permission.VIEW)
def row(request: HttpRequest, member: Membership, code: str) -> HttpResponse:
    """/c/…/items/<code>/row/: a table row for htmx, opened with ?open=1."""
    answer = answer_to(member, code)
    return row_page(request, answer, form_of(answer) if "open" in request.GET else None)


@clinic_page(Permission.ANSWER)
def exempt(request: HttpRequest, member: Membership, section: str) -> HttpResponse:
    """/c/…/sections/<n>/exempt/: conditional items of a section, 対象外 at once with one reason."""
    round_ = current_round(member)
    chapter = next((each for each in round_.chapters if each.section["code"] == section), None)
    if chapter is None:
        raise Http404
    kept = kept_input(request)
    form = exempt_form(request.POST or kept or None, chapter)
    if request.method == "POST" and form.is_valid():
        return set_exempt(request, round_, chapter, form)
    return exempt_page(request, chapter, form, 422 if form.errors else 200, kept=kept)


def exempt_form(data: QueryDict | None, chapter: Chapter) -> ExemptForm:
    lines = chapter.can_be_exempt
    return ExemptForm(data, lines=lines, initial={"codes": [line.code for line in lines]})


def exempt_page(request: HttpRequest, chapter: Chapter, form: ExemptForm, status: int, **why) -> HttpResponse:
    context = {"chapter": chapter, "form": form, "lines": chapter.can_be_exempt}
    return render(request, "checklist/exempt.html", context | why, status=status)


def set_exempt(request: HttpRequest, round_: Round, chapter: Chapter, form: ExemptForm) -> HttpResponse:
    """Save, or show the section as it stands now where somebody else was first; nothing is half-saved."""
    lines = chapter.can_be_exempt
    chosen = [line.answer for line in lines if line.code in form.cleaned_data["codes"]]
    versions = {line.answer.pk: version_in(request.POST, f"version-{line.code}") for line in lines}
    try:
        round_.assessment.exempt(chosen, versions, form.cleaned_data["reason"], by=request.user)
    except (Conflict, Frozen):
        now = current_round(request.member)
        chapter = next(each for each in now.chapters if each.section == chapter.section)
        return exempt_page(request, chapter, exempt_form(request.POST, chapter), 409, stale=True)
    messages.success(request, f"{len(chosen)}項目を「対象外」にしました。")
    return redirect("items", request.member.clinic.code)
