"""The vendor's pages behind a link. Nothing of the clinic is seen here but its name, the system and the rows."""

from contextlib import suppress

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from compliance.downloads import as_pdf
from compliance.headers import secret_address
from compliance.limits import LINK, PDF, limited
from compliance.renderer import pdf
from vendors.choices import SHEETS
from vendors.filling import Desk
from vendors.forms.rows import SignForm
from vendors.linking import comes_from_elsewhere, gone, let_in, link_page, request_of, sheets_of
from vendors.models import DisclosureRequest
from vendors.models.disclosures import Closed
from vendors.receipt import receipt_facts, receipt_html
from vendors.views import filling, uploads


@secret_address
@limited(LINK)
@csrf_exempt  # the token itself is the proof; see linking.comes_from_elsewhere
@login_not_required
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """/r/<token>/: who asks for what by when. Looking uses nothing up; a POST begins."""
    found = request_of(token)
    if found is None or comes_from_elsewhere(request):
        return gone(request)
    if request.method == "POST":
        found.open()
        return let_in(found)
    return render(request, "vendors/public/landing.html", facts(found))


def facts(request_: DisclosureRequest) -> dict:
    """What a vendor may know: who asks, which system, which sheets, by when."""
    days_left = (request_.expires_on - timezone.localdate()).days
    return {"asked": request_, "sheets": sheets_of(request_), "days_left": days_left}


@link_page()
def answer(request: HttpRequest, request_: DisclosureRequest) -> HttpResponse:
    """/v/<code>/: its sheets; straight to the only one."""
    known = facts(request_)
    if len(known["sheets"]) == 1:
        return redirect("answer_sheet", request_.code, known["sheets"][0].kind)
    return render(request, "vendors/public/overview.html", known)


def desk_of(request_: DisclosureRequest, kind: str, *, one_row: bool = False) -> Desk:
    """The vendor's desk for one of the request's sheets, or 404; for one row the others are not fetched."""
    sheets = request_.disclosures.filter(kind=kind)
    found = (sheets if one_row else sheets.with_answers()).first()
    if found is None or kind not in SHEETS:
        raise Http404
    found.clinic, found.system = request_.clinic, request_.system
    return Desk(found, request_.vendor_words, reverse("answer_sheet", args=[request_.code, kind]), request_)


@link_page()
def sheet(request: HttpRequest, request_: DisclosureRequest, kind: str) -> HttpResponse:
    """/v/<code>/<kind>/: the rows; a POST saves them all (without JavaScript)."""
    desk = desk_of(request_, kind)
    if request.method == "POST":
        return filling.save_all(request, desk, reverse("submit_answers", args=[request_.code]))
    return filling.sheet_page(request, desk, **facts(request_))


@link_page()
def row(request: HttpRequest, request_: DisclosureRequest, kind: str, row: str) -> HttpResponse:
    """/v/<code>/<kind>/rows/<row>/: one row, saved in place."""
    return filling.save_row(request, desk_of(request_, kind, one_row=True), row)


@link_page()
def reuse(request: HttpRequest, request_: DisclosureRequest, kind: str) -> HttpResponse:
    """/v/<code>/<kind>/reuse/: 以前の回答を使う."""
    return filling.reuse(request, desk_of(request_, kind))


@link_page(closed_too=True)
def workbook(request: HttpRequest, request_: DisclosureRequest, kind: str) -> HttpResponse:
    """/v/<code>/<kind>/workbook.xlsx: with what is answered so far, later with what was submitted."""
    return filling.workbook(desk_of(request_, kind), submitted=bool(request_.closed_at))


@link_page()
def upload(request: HttpRequest, request_: DisclosureRequest, kind: str) -> HttpResponse:
    """/v/<code>/<kind>/upload/"""
    return uploads.upload(request, desk_of(request_, kind))


@link_page()
def preview(request: HttpRequest, request_: DisclosureRequest, kind: str, pk: int) -> HttpResponse:
    """/v/<code>/<kind>/upload/<id>/"""
    return uploads.preview(request, desk_of(request_, kind), pk)


@link_page(closed_too=True)
def submit(request: HttpRequest, request_: DisclosureRequest) -> HttpResponse:
    """/v/<code>/submit/: what is handed in, who answers, 提出. The second of two finds it done."""
    if request_.closed_at:
        return redirect("receipt", request_.code)
    form = SignForm(request.POST or None, initial={"company": request_.system.vendor_name})
    if request.method == "POST" and form.is_valid():
        with suppress(Closed):  # somebody of the vendor was first: the receipt is the same
            request_.submit(**form.cleaned_data)
        return redirect("receipt", request_.code)
    context = facts(request_) | {"form": form}
    desks = [desk_of(request_, each.kind) for each in context["sheets"]]
    context["checks"] = [filling.before_submitting(desk) for desk in desks]
    return render(request, "vendors/public/submit.html", context, status=422 if request.POST else 200)


@link_page(closed_too=True)
def receipt(request: HttpRequest, request_: DisclosureRequest) -> HttpResponse:
    """/v/<code>/receipt/: what was submitted, with its hash."""
    if not request_.closed_at:
        return redirect("answer", request_.code)
    return render(request, "vendors/public/receipt.html", receipt_facts(request_))


@link_page(closed_too=True)
@limited(PDF)
def receipt_pdf(request: HttpRequest, request_: DisclosureRequest) -> HttpResponse:
    """/v/<code>/receipt.pdf: 受領書."""
    if not request_.closed_at:
        raise Http404
    return as_pdf(pdf(receipt_html(request_)), f"受領書_{request_.system.name}.pdf")
