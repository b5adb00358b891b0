from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_POST

from checklist import founding, sample
from checklist.forms import FirstStartForm, StartCodeForm
from compliance.access import clinic_page
from compliance.choices import Permission
from compliance.limits import START_CODE, limited
from compliance.models import Clinic, Membership
from compliance.views import BACKEND


def may_start(request: HttpRequest) -> bool:
    """At this machine, or after the code from the server's console; 404 once a real clinic exists."""
    if not Clinic.first_start_is_due():
        raise Http404
    return founding.is_local(request) or request.session.get("start_code", False)


@login_not_required
def first_start(request: HttpRequest) -> HttpResponse:
    """/start/: one page to create the clinic and its 管理担当."""
    if request.user.is_authenticated and not Clinic.first_start_is_due():
        return redirect("home")  # a second click on 始める
    if not may_start(request):
        return redirect("start_code")
    form = FirstStartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        clinic, user = founding.start(**form.cleaned_data)
        login(request, user, backend=BACKEND)
        return redirect("clinic_home", clinic.code)
    return render(request, "checklist/first_start.html", {"form": form}, status=422 if form.errors else 200)


@limited(START_CODE)
@login_not_required
def start_code(request: HttpRequest) -> HttpResponse:
    """/start/code/: for a browser on another machine."""
    if may_start(request):
        return redirect("first_start")
    form = StartCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if constant_time_compare(form.cleaned_data["code"].lower(), founding.start_code()):
            request.session["start_code"] = True
            return redirect("first_start")
        form.add_error("code", "開始コードが違います。サーバの画面の文字を、そのまま入力してください。")
    return render(request, "checklist/start_code.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@require_POST
def open_sample(request: HttpRequest) -> HttpResponse:
    """/start/sample/: look at the filled sample clinic; no password, from first start only."""
    if not may_start(request):
        return redirect("start_code")
    login(request, sample.visitor(), backend=BACKEND)
    return redirect("clinic_home", sample.CODE)


@clinic_page(Permission.EDIT_CLINIC)
@require_POST
def delete_sample(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/sample/delete/: the sample goes, with everything in it."""
    if not member.clinic.is_sample:
        raise Http404
    sample.delete(by=request.user)
    messages.success(request, "見本を削除しました。")
    return redirect("home")
