"""The pages of a desk, shared by the vendor's link and the clinic's own copying. The callers guard."""

from collections import Counter

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import reswap, retarget

from compliance.downloads import as_xlsx
from compliance.tenancy import Conflict
from vendors.choices import DECLARED, Conformity
from vendors.exporting import filled_workbook, submitted_workbook
from vendors.filling import (
    Desk,
    Line,
    chapters_of,
    line_of,
    lines_of,
    progress_now,
    progress_of,
    take,
    take_all,
)
from vendors.models import Submission
from vendors.models.disclosures import Closed
from vendors.reusing import Reuse

UNDECLARED = (Conformity.BLANK, Conformity.UNREAD)


def sheet_page(request: HttpRequest, desk: Desk, lines: list[Line] | None = None, status: int = 200, **why):
    """All rows of a sheet."""
    lines = lines or lines_of(desk.sheet)
    context = {
        "desk": desk,
        "sheet": desk.sheet,
        "chapters": chapters_of(lines),
        "progress": progress_of(lines),
        "reusable": desk.is_vendors and Submission.to_reuse(desk.sheet),
        "returned": [line for line in lines if line.is_open and line.answer.comment],
        "troubled": [line for line in lines if line.has_trouble],
    }
    return render(request, "vendors/filling/sheet.html", context | why, status=status)


def before_submitting(desk: Desk) -> dict:
    """What a 提出 would hand in of this sheet, and the rows that one may still want to mend."""
    lines = lines_of(desk.sheet)
    said = Counter(line.answer.declared for line in lines)
    still = [line for line in lines if line.is_open]
    lacking = [line for line in still if not line.is_answered]
    return {
        "desk": desk,
        "counts": [f"{each.label} {said[each]}行" for each in (*DECLARED, *UNDECLARED)],
        "lacking": lacking,
        "lacking_words": _how_many(lacking),
        "unexplained": [line for line in still if line.said == Conformity.NO and not line.remark.strip()],
    }


def _how_many(lines: list[Line]) -> str:
    """「未回答の行が55行、未読取の行が2行」"""
    said = Counter(line.answer.answer for line in lines)
    return "、".join(f"{each.label}の行が{said[each]}行" for each in UNDECLARED if said[each])


def save_all(request: HttpRequest, desk: Desk, then: str) -> HttpResponse:
    """The whole form: every row that was touched, each on its own; then on, or to what went wrong."""
    lines = lines_of(desk.sheet)
    try:
        take_all(lines, request.POST, desk.by)
    except Closed:
        return closed_page(request, desk)
    if any(line.has_trouble for line in lines):
        status = 409 if any(line.theirs for line in lines) else 422
        return sheet_page(request, desk, lines, status)
    if "next" in request.POST:
        return redirect(then)
    messages.success(request, "保存しました。")
    return redirect(desk.base)


def save_row(request: HttpRequest, desk: Desk, code: str) -> HttpResponse:
    """One row, in place: how that went, and the progress. What is typed stays as it is on the page."""
    line = line_of(desk.sheet, code)
    if line is None or request.method != "POST":
        raise Http404
    try:
        take(line, request.POST, desk.by)
    except Closed:
        raise Http404 from None  # site.js says so in the row
    context = {"desk": desk, "line": line, "progress": progress_now(desk.sheet)}
    if f"theirs-{code}" in request.POST:
        response = render(request, "vendors/filling/_row_again.html", context)
        return retarget(reswap(response, "outerHTML"), f"#{code}")
    status = 409 if line.theirs else 422 if line.has_trouble else 200
    return render(request, "vendors/filling/_saved.html", context, status=status)


def closed_page(request: HttpRequest, desk: Desk) -> HttpResponse:
    return render(request, "vendors/filling/closed.html", {"desk": desk, "sheet": desk.sheet}, status=409)


def workbook(desk: Desk, *, submitted: bool = False) -> HttpResponse:
    """The sheet as a workbook, with what is answered so far or what was submitted."""
    content = submitted_workbook(desk.sheet) if submitted else filled_workbook(desk.sheet)
    return as_xlsx(content, f"{desk.sheet.kind}_{desk.sheet.product}.xlsx")


def reuse(request: HttpRequest, desk: Desk) -> HttpResponse:
    """以前の回答を使う: a preview of every row that would change; a POST takes them all."""
    found = Reuse.of(desk.sheet, lines_of(desk.sheet))
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            found.apply(request.POST.get("seen", ""), by=desk.by)
        except (Closed, Conflict):
            return closed_page(request, desk)
        messages.success(
            request, f"以前の回答を{len(found.changes)}行に入れました。今も正しいか、確かめてください。"
        )
        return redirect(desk.base)
    return render(request, "vendors/filling/reuse.html", {"desk": desk, "sheet": desk.sheet, "reuse": found})
