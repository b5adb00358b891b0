"""A workbook's way into a sheet: upload, preview, take over. Shared by both desks; the callers guard."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from compliance.tenancy import Conflict
from compliance.uploads import room_or_said
from vendors.filling import Desk, lines_of
from vendors.forms.rows import WorkbookForm
from vendors.importing import Preview, choose, received, room_for
from vendors.models.disclosures import Closed
from vendors.views.filling import closed_page


def upload(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Choose a file; a POST reads and keeps it, and leads to the preview."""
    form = WorkbookForm(request.POST, request.FILES) if request.method == "POST" else WorkbookForm()
    if request.method == "POST" and form.is_valid() and has_room(desk, form):
        with room_or_said(form):
            made = received(desk.sheet, *form.cleaned_data["file"], by=desk.by)
            return redirect(f"{desk.base}upload/{made.pk}/")
    context = {"desk": desk, "sheet": desk.sheet, "form": form}
    return render(request, "vendors/filling/upload.html", context, status=422 if form.errors else 200)


def has_room(desk: Desk, form: WorkbookForm) -> bool:
    try:
        room_for(desk.sheet, form.cleaned_data["file"].content)
    except ValidationError as error:
        form.add_error("file", error)
    return form.is_valid()


def preview(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """What the file would change, row by row and cell by cell; a POST takes all of it over, or nothing."""
    found = desk.sheet.uploads.waiting().filter(pk=pk).first()
    if found is None:
        return used_up(request, desk)
    found.clinic = desk.sheet.clinic
    if request.method == "POST" and request.POST.get("sheet") in found.reading["choices"]:
        choose(found, request.POST["sheet"])
        return redirect(request.path)
    shown = Preview.of(found, lines_of(desk.sheet))
    if request.method == "POST" and shown.reading.opened == "read":
        return applied(request, desk, shown)
    return preview_page(request, desk, shown)


def used_up(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A vendor who comes back to a file that was taken over finds the sheet: "the link is gone" would be untrue."""
    if not desk.is_vendors:
        raise Http404
    messages.info(request, "このファイルは、取り込み済みか、取り消されています。")
    return redirect(desk.base)


def preview_page(request: HttpRequest, desk: Desk, shown: Preview, status: int = 200, **why) -> HttpResponse:
    context = {"desk": desk, "sheet": desk.sheet, "preview": shown}
    return render(request, "vendors/filling/preview.html", context | why, status=status)


def applied(request: HttpRequest, desk: Desk, shown: Preview) -> HttpResponse:
    if request.POST.get("seen") != shown.seen:
        return preview_page(request, desk, shown, 409, moved_on=True)
    decided = shown.decisions(request.POST)
    try:
        count = shown.upload.apply(decided, shown.versions(), by=desk.by)
    except Conflict:
        again = Preview.of(shown.upload, lines_of(desk.sheet))
        return preview_page(request, desk, again, 409, moved_on=True)
    except Closed:
        return closed_page(request, desk)
    messages.success(request, shown.told(decided, count))
    return redirect(desk.base)
