from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.forms import their_values
from compliance.models import Membership
from compliance.sessions import kept_input
from compliance.tenancy import Conflict, version_in
from vendors.comparing import compared
from vendors.forms.review import HoldsForm, ReturnForm, SettleForm, TreatForm
from vendors.models import Disclosure, DisclosureAnswer, RiskTreatment, Submission
from vendors.models.disclosures import Closed
from vendors.reviewing import Review, review_of
from vendors.views.register import system_of


def sheet_of(member: Membership, pk: int) -> Disclosure:
    """The member's clinic's sheet with its rows, or 404."""
    found = get_object_or_404(Disclosure.objects.visible_to(member).with_answers(), pk=pk)
    found.clinic = found.system.clinic = member.clinic
    return found


def answer_of(sheet: Disclosure, code: str) -> DisclosureAnswer:
    found = next((each for each in sheet.answers.all() if each.row.code == code), None)
    if found is None:
        raise Http404
    found.disclosure, found.clinic = sheet, sheet.clinic
    return found


@clinic_page(Permission.VIEW)
def review(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/disclosures/<id>/: what is not はい or 対象外 first, each with its risk record."""
    return review_page(request, sheet_of(member, pk))


def review_page(request: HttpRequest, sheet: Disclosure, status: int = 200, **why) -> HttpResponse:
    context = {"review": review_of(sheet, timezone.localdate()), "sheet": sheet, "holds": HoldsForm()}
    context |= {"before": Submission.before(sheet), "submission": sheet.submissions.last()}
    return render(request, "vendors/review.html", context | why, status=status)


@clinic_page(Permission.VIEW, post=Permission.REVIEW)
def treat(request: HttpRequest, member: Membership, pk: int, code: str) -> HttpResponse:
    """/c/…/disclosures/<id>/rows/<row>/: リスク評価・対応 of one row."""
    sheet = sheet_of(member, pk)
    answer, kept = answer_of(sheet, code), kept_input(request)
    record = RiskTreatment.of(sheet.system, answer.row)
    return treating(request, record, sheet, kept, said=answer)


@clinic_page(Permission.VIEW, post=Permission.REVIEW)
def treat_missing(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/systems/<id>/risk/: リスク評価・対応 of a system whose disclosure is not to be had."""
    record = RiskTreatment.of(system_of(member, pk), None)
    return treating(request, record, None, kept_input(request))


def treating(
    request: HttpRequest, record: RiskTreatment, sheet: Disclosure | None, kept, **context
) -> HttpResponse:
    data = request.POST or kept
    form = TreatForm(data) if data else TreatForm.of(record)
    context |= {"record": record, "sheet": sheet, "kept": kept, "system": record.system}
    if request.method == "POST" and form.is_valid():
        return treated(request, record, sheet, form, context)
    version = version_in(data) if data else record.version
    status = 422 if request.POST else 200
    return render(request, "vendors/treat.html", context | {"form": form, "version": version}, status=status)


def treated(
    request: HttpRequest, record: RiskTreatment, sheet, form: TreatForm, context: dict
) -> HttpResponse:
    """Save the record, or show both texts where somebody else was first."""
    try:
        record.treat(version_in(request.POST), by=request.user, disclosure=sheet, **form.cleaned_data)
    except Conflict as conflict:
        current = conflict.current
        context |= {"form": form, "theirs": their_values(form, current), "version": current.version}
        return render(request, "vendors/treat.html", context, status=409)
    gaps = "・".join(record.gaps)
    messages.success(
        request, f"保存しました。{gaps}が未記入です。" if gaps else "保存しました。未記入の欄はありません。"
    )
    code = record.clinic.code
    return redirect("review", code, sheet.pk) if sheet else redirect("system", code, record.system_id)


@clinic_page(Permission.REVIEW)
@require_POST
def settle(request: HttpRequest, member: Membership, pk: int, code: str) -> HttpResponse:
    """/c/…/disclosures/<id>/rows/<row>/settle/: a person reads what the importer could not."""
    sheet = sheet_of(member, pk)
    answer, form = answer_of(sheet, code), SettleForm(request.POST)
    if not form.is_valid():
        return review_page(request, sheet, 422, settling=code, form=form)
    try:
        answer.settle(version_in(request.POST), by=request.user, answer=form.cleaned_data["answer"])
    except Conflict:
        return review_page(request, sheet_of(member, pk), 409, moved_on=True)
    messages.success(request, f"{answer.row.numbers_text}を保存しました。")
    return redirect("review", member.clinic.code, pk)


@clinic_page(Permission.REVIEW)
@require_POST
def accept(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/disclosures/<id>/accept/: 確認済."""
    return moved(request, sheet_of(member, pk), Disclosure.accept, "確認済にしました。")


@clinic_page(Permission.REVIEW)
@require_POST
def confirm_holds(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/disclosures/<id>/holds/: the yearly check (seed L227)."""
    sheet, form = sheet_of(member, pk), HoldsForm(request.POST)
    if not form.is_valid():
        return review_page(request, sheet, 422, holds=form, form=form)
    return moved(request, sheet, Disclosure.confirm_holds, "今も有効と記録しました。", **form.cleaned_data)


def moved(request: HttpRequest, sheet: Disclosure, verb, words: str, **fields) -> HttpResponse:
    """One step on the way from 依頼 to 確認; a second click finds the step taken already."""
    try:
        verb(sheet, by=request.user, **fields)
    except Closed:
        return review_page(request, sheet_of(request.member, sheet.pk), 409, moved_on=True)
    messages.success(request, words)
    return redirect("review", request.member.clinic.code, sheet.pk)


@clinic_page(Permission.REVIEW)
def return_rows(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/disclosures/<id>/return/: single rows back to the vendor, each with a comment; then a new link."""
    sheet, kept = sheet_of(member, pk), kept_input(request)
    wanted = request.GET.get("row")
    answers = [each for each in sheet.answers.all() if each.row.code == wanted] or Review.open_answers(sheet)
    form = ReturnForm(request.POST or kept or None, answers=answers)
    if request.method == "POST" and form.is_valid():
        return returned(request, sheet, form.comments)
    context = {"sheet": sheet, "form": form, "kept": kept}
    return render(request, "vendors/return.html", context, status=422 if request.POST else 200)


def returned(request: HttpRequest, sheet: Disclosure, comments: dict[str, str]) -> HttpResponse:
    try:
        sheet.return_(comments, by=request.user)
    except Closed:
        return review_page(request, sheet_of(request.member, sheet.pk), 409, moved_on=True)
    messages.success(
        request, f"{len(comments)}行を差し戻しました。事業者に送る新しいリンクを作ってください。"
    )
    return redirect("ask", request.member.clinic.code, sheet.system_id)


@clinic_page(Permission.VIEW)
def compare(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/disclosures/<id>/compare/: row by row what an earlier 提出 said otherwise."""
    sheet = sheet_of(member, pk)
    return render(request, "vendors/compare.html", {"sheet": sheet, "comparison": compared(sheet)})
