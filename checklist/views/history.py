from collections.abc import Iterator

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from checklist.catalogue import catalogue_of
from checklist.earlier import names_before
from checklist.history import Told, past_answers, told
from checklist.models import Answer, Frozen
from checklist.views.evidence import catalogue_for
from checklist.views.items import answer_to
from compliance.access import clinic_page
from compliance.audit import AuditEntry, check
from compliance.choices import Permission
from compliance.models import Membership
from compliance.tenancy import Conflict, version_in

PER_PAGE = 50
AT_ONCE = 2_000  # a chain of so many entries is looked at with its page: 20 µs each


@clinic_page(Permission.VIEW)
def history(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/history/?item=…&before=…: what was done at the clinic, newest first; ?check=1 looks at the whole chain."""
    catalogue, wanted = catalogue_for(member), request.GET.get("item", "").replace("\x00", "").strip()[:20]
    codes, before = catalogue.codes_named(wanted), version_in(request.GET, "before")
    entries = AuditEntry.objects.visible_to(member).newest_first()
    if wanted:
        entries = entries.filter(action="answer.record", target__in=codes)
    if before:
        entries = entries.filter(sequence__lt=before)
    shown = {code: item["shown"] for code, item in catalogue.by_code.items()}
    found = list(entries[: PER_PAGE + 1])
    context = {"page": [told(each, shown) for each in found[:PER_PAGE]], "wanted": wanted, "before": before}
    context["code_of_item"] = codes[0] if codes else ""
    context["older"] = found[PER_PAGE - 1].sequence if len(found) > PER_PAGE else 0
    short = not wanted and not before and (not found or found[0].sequence <= AT_ONCE)
    if short or "check" in request.GET:
        context["verdict"] = check(member.clinic_id)
    return render(request, "checklist/history.html", context)


@clinic_page(Permission.VIEW, post=Permission.ANSWER)
def item_history(request: HttpRequest, member: Membership, code: str) -> HttpResponse:
    """/c/…/items/<code>/history/: every change of one answer; a POST restores an earlier state as a new change."""
    answer = answer_to(member, code)
    if request.method == "POST":
        return restore(request, answer)
    return item_history_page(request, answer)


def item_history_page(request: HttpRequest, answer: Answer, status: int = 200, **why) -> HttpResponse:
    item = catalogue_of(answer.assessment.edition).by_code[answer.item.code]
    context = {"item": item, "answer": answer, "past": past_of(request.member, answer)}
    context["earlier"] = list(told_before(request.member, answer))
    context["now"] = {name: getattr(answer, name) for name in Answer.DECLARED}
    return render(request, "checklist/item_history.html", context | why, status=status)


def told_before(member: Membership, answer: Answer) -> Iterator[Told]:
    """What was declared of the item in the rounds before, under its names there, the newest first."""
    entries, until = AuditEntry.objects.visible_to(member), answer.assessment.begun_at
    for round_, codes in names_before(answer):
        shown = {code: each["shown"] for code, each in catalogue_of(round_.edition).by_code.items()}
        own = entries.of_item(*codes).filter(at__gte=round_.begun_at, at__lt=until)
        yield from (told(each, shown) for each in own.reverse())
        until = round_.begun_at


def past_of(member: Membership, answer: Answer) -> list:
    """The states of this round's answer, the newest first."""
    entries = AuditEntry.objects.visible_to(member).of_item(answer.item.code)
    shown = {answer.item.code: answer.item.code}
    return past_answers(entries.filter(at__gte=answer.assessment.begun_at), shown)


def restore(request: HttpRequest, answer: Answer) -> HttpResponse:
    """Declare again what was declared then; 404 for an entry that is not one of this answer."""
    wanted = version_in(request.POST, "sequence")
    state = next((p.state for p in past_of(request.member, answer) if p.told.entry.sequence == wanted), None)
    if state is None:
        raise Http404
    try:
        answer.record(version_in(request.POST), by=request.user, **state)
    except Conflict as conflict:
        return item_history_page(request, answer_to(request.member, answer.item.code), 409,
                                 theirs=conflict.current)  # fmt: skip
    except Frozen:
        return item_history_page(request, answer, 409, frozen=True)
    messages.success(request, "前の内容に戻しました。いまの内容も、記録に残っています。")
    return redirect("item", answer.clinic.code, answer.item.code)
