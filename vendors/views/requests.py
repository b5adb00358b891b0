from smtplib import SMTPException

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from compliance.access import BUTTON, FORM, clinic_page
from compliance.choices import Permission
from compliance.models import Membership
from compliance.sessions import kept_input
from compliance.tenancy import form_token_in
from compliance.uploads import room_or_said
from vendors import asking
from vendors.choices import DisclosureKind
from vendors.forms.requests import AskForm, SheetForm
from vendors.models import Disclosure, DisclosureRequest, System
from vendors.overview import overview_of
from vendors.views.register import system_of


@clinic_page(Permission.VIEW)
def disclosures(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/disclosures/: every system, and where each of its disclosures stands."""
    overview = overview_of(member.clinic_id, timezone.localdate())
    return render(request, "vendors/disclosures.html", {"overview": overview})


@clinic_page(Permission.REQUEST, fresh=FORM)
def ask(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/systems/<id>/ask/: a POST makes the link and shows it, this once."""
    system, kept, token = system_of(member, pk), kept_input(request), form_token_in(request.POST)
    form = AskForm.of(system, request.POST or kept or None)
    if request.method == "POST" and form.is_valid() and asking.can_link():
        return asked(request, system, form.cleaned_data | {"form_token": token})
    context = {"system": system, "form": form, "kept": kept, "can_link": asking.can_link()}
    context |= {"can_mail": asking.can_mail(), "form_token": token}
    return render(request, "vendors/ask.html", context, status=422 if request.POST else 200)


def asked(request: HttpRequest, system: System, wanted: dict) -> HttpResponse:
    """The link, its mail text, and whether the mail went out. But for the same form again no page shows the token."""
    made, token = DisclosureRequest.ask(system, wanted.pop("kinds"), by=request.user, **wanted)
    if not made.is_live(timezone.now()):
        messages.info(request, "この画面から作ったリンクは、もう使えません。必要なら、作り直してください。")
        return redirect("system", system.clinic.code, system.pk)
    context = {
        "system": system,
        "asked": made,
        "link": asking.link_to(token),
        "text": asking.mail_text(made, token),
    }
    if made.is_new and "mail" in request.POST and made.email and asking.can_mail():
        context["mailed"] = mailed(made, token)
    return render(request, "vendors/asked.html", context)


def mailed(made: DisclosureRequest, token: str) -> bool:
    try:
        asking.mail(made, token)
    except (OSError, SMTPException):
        return False
    return True


@clinic_page(Permission.REQUEST, fresh=BUTTON)
@require_POST
def revoke(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/requests/<id>/revoke/: the link stops working at once."""
    target = get_object_or_404(DisclosureRequest.objects.visible_to(member).select_related("system"), pk=pk)
    target.revoke(by=request.user)
    messages.success(request, "リンクを取り消しました。もう開けません。")
    return redirect("system", member.clinic.code, target.system_id)


@clinic_page(Permission.REQUEST)
def new_sheet(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/systems/<id>/sheets/new/: a disclosure that came by another way than the link."""
    system, kept, token = system_of(member, pk), kept_input(request), form_token_in(request.POST)
    link = DisclosureRequest.objects.visible_to(member).holding(system, timezone.now())
    form = SheetForm.of(system, link, request.POST or kept or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with room_or_said(form):
            return chosen(request, system, link, form.cleaned_data | {"form_token": token})
    context = {"system": system, "link": link, "form": form, "kept": kept, "form_token": token}
    return render(request, "vendors/new_sheet.html", context, status=422 if request.POST else 200)


def chosen(request: HttpRequest, system: System, link: DisclosureRequest | None, wanted: dict):
    """Begin the sheet instead of the vendor's link, or leave the link its time."""
    kind, instead = wanted["kind"], wanted.pop("instead", "")
    if instead == SheetForm.WAIT:
        messages.info(request, "リンクでの回答を待ちます。新しい記入は始めていません。")
        return redirect("system", system.clinic.code, system.pk)
    answer = begun(request, system, wanted)
    if instead == SheetForm.STOP:
        link.give_way(kind, by=request.user)
    return answer


def begun(request: HttpRequest, system: System, wanted: dict) -> HttpResponse:
    """File a サービス仕様適合開示書 away, or open the rows to be filled in."""
    code, received, kind = system.clinic.code, wanted.pop("file"), wanted.pop("kind")
    if kind == DisclosureKind.SPEC:
        fields = {name: wanted[name] for name in ("dated_on", "source_place", "form_token")}
        Disclosure.file_away(system, by=request.user, received=received, **fields)
        messages.success(request, "サービス仕様適合開示書を保管しました。3②の根拠になります。")
        return redirect("system", code, system.pk)
    sheet = Disclosure.begin(system, kind, by=request.user, received=received, **wanted)
    return redirect("fill", code, sheet.pk)
