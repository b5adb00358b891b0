import sys

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from compliance import failures
from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.files import StoredFile
from compliance.forms import ClinicForm, WelcomeForm, their_values
from compliance.limits import LINK, limited
from compliance.links import user_of_link
from compliance.models import Clinic, Membership
from compliance.people import has_second_factor
from compliance.sessions import keep, kept_input, kept_or_told, lead
from compliance.tenancy import Conflict, version_in

BACKEND = "compliance.accounts.Backend"


@login_not_required
def home(request: HttpRequest) -> HttpResponse:
    """/ leads where the person belongs: first start, log-in, the only clinic, or the choice of clinics."""
    if not request.user.is_authenticated:
        return redirect("first_start" if Clinic.first_start_is_due() else "account_login")
    clinics = list(request.user.clinics()[:2])
    return redirect("clinic_home", clinics[0].code) if len(clinics) == 1 else redirect("clinics")


def clinics(request: HttpRequest) -> HttpResponse:
    """/clinics/: the switcher for people in several clinics."""
    return render(request, "compliance/clinics.html", {"clinics": request.user.clinics()})


@clinic_page(Permission.EDIT_CLINIC)
def clinic(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/clinic/"""
    kept = kept_input(request)
    data = request.POST or kept
    form = ClinicForm(data) if data else ClinicForm.of(member.clinic)
    version = version_in(data) if data else member.clinic.version
    if request.method == "POST" and form.is_valid():
        try:
            member.clinic.describe(version, by=request.user, **form.cleaned_data)
            messages.success(request, "医療機関の情報を保存しました。")
            return redirect("clinic_home", member.clinic.code)
        except Conflict as conflict:
            theirs = their_values(form, conflict.current)
            return clinic_form(request, form, 409, theirs=theirs, version=conflict.current.version)
    return clinic_form(request, form, 422 if request.POST else 200, kept=kept, version=version)


def clinic_form(request: HttpRequest, form: ClinicForm, status: int, **context) -> HttpResponse:
    return render(request, "compliance/clinic.html", context | {"form": form}, status=status)


@clinic_page(Permission.VIEW)
def file(request: HttpRequest, member: Membership, pk: int) -> FileResponse:
    """/c/…/files/<id>/: a received file as it came, to be kept and not to be shown."""
    try:
        return get_object_or_404(StoredFile.objects.visible_to(member), pk=pk).as_response()
    except FileNotFoundError as lost:
        raise Http404 from lost


@limited(LINK)
@login_not_required
def welcome(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """/welcome/…/: a one-time link; GET shows the form and uses nothing up."""
    user = user_of_link(uid, token)
    form = WelcomeForm(request.POST or None, user=user, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        user.enter(**form.cleaned_data)
        if has_second_factor(user):  # the link stands for the password only
            messages.success(request, "パスワードを決めました。新しいパスワードでログインしてください。")
            return redirect("account_login")
        login(request, user, backend=BACKEND)
        return redirect("home")
    return render(request, "compliance/welcome.html", {"form": form, "email": user.email})


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose page is older than the log-in: what was typed is kept and shown again, unsaved."""
    if request.headers.get("HX-Request"):
        return kept_or_told(request, lead)
    back = f"{request.path}?kept=1" if keep(request) else request.path
    return render(request, "compliance/form_expired.html", {"back": back}, status=403)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if why := failures.said(
        request, exception
    ):  # Django takes a session that cannot be kept for a bad request
        return why
    too_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    return render(request, "400.html", {"too_large": too_large}, status=400)


@login_not_required
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Also for what broke outside any view, such as keeping the session on a full disk."""
    return failures.said(request, sys.exc_info()[1]) or render(request, "500.html", status=500)
