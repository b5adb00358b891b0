"""The clinic's own desk: copying a disclosure from paper, or taking a vendor's workbook over."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.models import Membership
from vendors.choices import Source
from vendors.filling import Desk
from vendors.models import Disclosure
from vendors.models.disclosures import Closed
from vendors.views import filling, uploads


def desk_of(request: HttpRequest, pk: int, *, one_row: bool = False) -> Desk:
    """The member's desk for one of the clinic's sheets that takes answers, or 404."""
    member = request.member
    sheets = Disclosure.objects.visible_to(member).select_related("system")
    found = get_object_or_404(sheets if one_row else sheets.with_answers(), pk=pk)
    if not found.takes_answers or found.source == Source.LINK:
        raise Http404
    found.clinic = member.clinic
    return Desk(found, request.user, reverse("fill", args=[member.clinic.code, pk]))


@clinic_page(Permission.REQUEST)
def fill(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/disclosures/<id>/fill/: the rows, copied from what came; a POST saves them all."""
    desk = desk_of(request, pk)
    if request.method == "POST":
        return filling.save_all(request, desk, f"{desk.base}#done")
    return filling.sheet_page(request, desk)


@clinic_page(Permission.REQUEST)
def fill_row(request: HttpRequest, member: Membership, pk: int, row: str) -> HttpResponse:
    """/c/…/disclosures/<id>/fill/rows/<row>/: one row, saved in place."""
    return filling.save_row(request, desk_of(request, pk, one_row=True), row)


@clinic_page(Permission.REQUEST)
def fill_workbook(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/disclosures/<id>/fill/workbook.xlsx: to send to the vendor."""
    return filling.workbook(desk_of(request, pk))


@clinic_page(Permission.REQUEST)
def fill_upload(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/disclosures/<id>/fill/upload/"""
    return uploads.upload(request, desk_of(request, pk))


@clinic_page(Permission.REQUEST)
def fill_preview(request: HttpRequest, member: Membership, pk: int, upload: int) -> HttpResponse:
    """/c/…/disclosures/<id>/fill/upload/<id>/"""
    return uploads.preview(request, desk_of(request, pk), upload)


@clinic_page(Permission.REQUEST)
@require_POST
def fill_done(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/disclosures/<id>/fill/done/: copied; now it is reviewed like any other."""
    desk = desk_of(request, pk)
    try:
        desk.sheet.submit(by=request.user)
    except Closed:
        return filling.closed_page(request, desk)
    messages.success(request, "書き写しを終えました。内容を確認してください。")
    return redirect("review", member.clinic.code, pk)
