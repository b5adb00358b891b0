from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import reswap, retarget

from checklist.catalogue import catalogue_of
from checklist.choices import Status
from checklist.earlier import beside, taken_over
from checklist.findings import finding_of
from checklist.forms import AnswerForm, ExemptForm
from checklist.models import Answer, Evidence, Frozen
from checklist.rounds import Chapter, Line, Round
from checklist.views.home import current_round
from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.models import Membership
from compliance.sessions import kept_input
from compliance.tenancy import Conflict, new_form_token, version_in
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
    """The item with its commentary and a form; `why` tells of a save that did not happen."""
    context = {"answer": answer, "form": form, "version": answer.version, "form_token": new_form_token()}
    catalogue = catalogue_of(answer.assessment.edition)
    context |= catalogue.page_of(answer.item.code)
    finding = finding_of(answer.clinic_id, catalogue.rule_of(answer.item.code), timezone.localdate())
    context["finding"] = finding
    context["contradiction"] = finding is not None and finding.contradicts(answer.status == Status.DONE)
    context["today"] = timezone.localdate()
    context["earlier"] = beside(answer)
    context["vendors"] = Vendor.objects.visible_to(request.member).values_list("name", flat=True)
    papers = Evidence.objects.visible_to(request.member).in_use().of_item(answer.item.code)
    context["evidence"] = papers.select_related("file")
    return render(request, "checklist/item.html", context | why, status=status)


@clinic_page(Permission.VIEW, post=Permission.ANSWER)
def item(request: HttpRequest, member: Membership, code: str) -> HttpResponse:
    """/c/…/items/<code>/: one item; a POST saves it. What a lost session had typed comes back unsaved."""
    answer = answer_to(member, code)
    if request.method == "POST":
        return save(request, answer)
    kept = kept_input(request)
    version = version_in(kept) if kept else answer.version
    copied = copy_of_earlier(answer) if "earlier" in request.GET and not kept else None
    return item_page(
        request, answer, form_of(answer, kept or copied), kept=kept, copied=copied, version=version
    )


def copy_of_earlier(answer: Answer) -> QueryDict | None:
    """前回の内容 as if it had just been typed: nothing of it is saved until a person saves it."""
    earlier = beside(answer)
    if not (earlier and earlier.only):
        return None
    copied = QueryDict(mutable=True)
    copied.update(taken_over(earlier.only))
    return copied


def save(request: HttpRequest, answer: Answer) -> HttpResponse:
    """Record the posted answer, or say why not; all that was typed stays.

    A form that saves itself (`auto`) saves what is right already, and says what is not.
    """
    form, version = form_of(answer, request.POST), version_in(request.POST)
    auto = "auto" in request.POST
    if not form.is_valid() and not auto:
        return not_saved(request, answer, form, 422, version=version)
    try:
        answer.record(version, by=request.user, **sender_in(request.POST), **form.cleaned_data)
    except Conflict as conflict:
        theirs = conflict.current
        return not_saved(request, answer, form, 409, theirs=theirs, version=theirs.version)
    except Frozen:
        return not_saved(request, answer, form, 409, frozen=True, version=version)
    if auto:
        return in_place(request, answer, form, 422 if form.errors else 200)
    return saved(request, answer, form)


def sender_in(data: QueryDict) -> dict:
    """Which opened page sends, and after how many unanswered sends."""
    return {"form": data.get("form_token", "").replace("\x00", "")[:40], "turn": version_in(data, "turn")}


def not_saved(request: HttpRequest, answer: Answer, form: AnswerForm, status: int, **why) -> HttpResponse:
    show = in_place if request.htmx else item_page
    return show(request, answer, form, status, **why)


def in_place(
    request: HttpRequest, answer: Answer, form: AnswerForm, status: int = 200, **why
) -> HttpResponse:
    """How saving went, for a form that stays as it is: somebody may be typing in it."""
    entry = catalogue_of(answer.assessment.edition).by_code[answer.item.code]
    context = {"answer": answer, "item": entry, "form": form, "version": answer.version}
    context["auto"] = "auto" in request.POST
    return render(request, "checklist/_saved.html", context | why, status=status)


def saved(request: HttpRequest, answer: Answer, form: AnswerForm) -> HttpResponse:
    """Where a press leads: back to the table, on to the next item, or the same place with 保存済."""
    if "row" in request.POST:
        return saved_row(request, answer)
    code = answer.clinic.code
    if "next" in request.POST:
        tell_gaps(request, answer)
        after = catalogue_of(answer.assessment.edition).page_of(answer.item.code)["after"]
        target = reverse("item", args=[code, after["code"]]) if after else reverse("sections", args=[code])
        return HttpResponse(status=204, headers={"HX-Redirect": target}) if request.htmx else redirect(target)
    if not request.htmx:
        return redirect(f"{reverse('item', args=[code, answer.item.code])}#answer")
    return in_place(request, answer, form)


def tell_gaps(request: HttpRequest, answer: Answer) -> None:
    """On the next page, where nobody would see what the saved one still wants."""
    if answer.gaps:
        shown = catalogue_of(answer.assessment.edition).by_code[answer.item.code]["shown"]
        messages.warning(request, f"{shown}を保存しました。{'・'.join(answer.gaps)}が未記入です。")


def saved_row(request: HttpRequest, answer: Answer) -> HttpResponse:
    if request.htmx:
        closed = row_page(request, answer, None, saved=True)
        return retarget(reswap(closed, "outerHTML"), "closest tr")
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
        "form_token": new_form_token(),
        "form": form_of(line.answer) if line else None,
        "exemptable": [chapter for chapter in round_.chapters if chapter.can_be_exempt],
    }
    return render(request, "checklist/items.html", context)


FILTERS = [Status.UNANSWERED, Status.DONE, Status.OPEN, Status.UNSURE, Status.NOT_APPLICABLE]


def row_page(request: HttpRequest, answer: Answer, form: AnswerForm | None, **why) -> HttpResponse:
    """One row of the table: open with a form, closed without."""
    entry = catalogue_of(answer.assessment.edition).by_code[answer.item.code]
    context = {"line": Line(entry, answer, timezone.localdate()), "form": form, "version": answer.version}
    return render(request, "checklist/_row.html", context | {"form_token": new_form_token()} | why)


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
