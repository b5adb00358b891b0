"""職員, 自分のアカウント and the links of invitations."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from compliance import walls
from compliance.access import BUTTON, FORM, clinic_page
from compliance.choices import Permission
from compliance.forms import WelcomeForm
from compliance.inviting import invitation_link, invitation_of, link_to, mail, mail_text
from compliance.limits import LINK, limited
from compliance.links import welcome_path
from compliance.models import Invitation, Membership, User
from compliance.open_sessions import end_other_sessions, open_sessions
from compliance.people import AlreadyMember, LastAdmin, SecondFactorMissing, has_second_factor
from compliance.people_forms import InvitationForm, NameForm, RemindersForm, RoleForm
from compliance.sessions import kept_input
from compliance.tenancy import Conflict, form_token_in, new_form_token
from compliance.views import BACKEND

LAST_ADMIN = "管理担当は、少なくとも1人必要です。先に、ほかの職員を管理担当にしてください。"
MOVED_ON = "ほかの人が先に役割を変えました。いまの役割を確かめて、必要なら選び直してください。"


# 職員


@clinic_page(Permission.VIEW, post=Permission.MANAGE_PEOPLE, fresh=FORM)
def people(request: HttpRequest, member: Membership) -> HttpResponse:
    """/c/…/people/"""
    kept = kept_input(request)
    form = InvitationForm(request.POST if request.method == "POST" else kept)
    if request.method == "POST" and form.is_valid():
        try:
            proof = request.POST.get("form_token", "")[:40]
            made, token = Invitation.make(
                member.clinic, by=request.user, form_token=proof, **form.cleaned_data
            )
            return render(request, "compliance/invited.html", told(made, token))
        except AlreadyMember:
            form.add_error("email", "この方は、もう職員です。役割は、下の一覧から変えられます。")
    return people_page(request, member, form, kept)


def told(made: Invitation, token: str) -> dict:
    """What is told of an invitation, this once."""
    context = {"invitation": made, "text": mail_text(made, token), "link": invitation_link(token)}
    sent = mail(made, token) if made.is_new else None  # the same form again mails nothing again
    return context | {"mailed": sent, "public": bool(settings.PUBLIC_URL)}


def people_page(
    request: HttpRequest, member: Membership, form: InvitationForm, kept: QueryDict | None
) -> HttpResponse:
    members = Membership.objects.visible_to(member).select_related("user", "clinic")
    context = {
        "form": form,
        "form_token": new_form_token(),
        "kept": kept,
        "members": members.prefetch_related("user__authenticator_set").order_by("role", "user__name", "pk"),
        "invitations": Invitation.objects.visible_to(member).live(timezone.now()).order_by("pk"),
        "manages": member.may(Permission.MANAGE_PEOPLE),
    }
    status = 422 if form.is_bound and kept is None else 200
    return render(request, "compliance/people.html", context, status=status)


@clinic_page(Permission.MANAGE_PEOPLE, fresh=FORM)
def person(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """/c/…/people/<id>/: the role of one member, and what else a 管理担当 may do."""
    other = member_at(member, pk)
    kept = kept_input(request)
    form = RoleForm(request.POST if request.method == "POST" else kept, initial={"role": other.role})
    if request.method != "POST" or not form.is_valid():
        return person_page(request, other, form, 422 if request.method == "POST" else 200, kept=kept)
    try:
        other.take_role(**form.cleaned_data, by=request.user)
    except LastAdmin:
        return person_page(request, other, form, 409, LAST_ADMIN)
    except Conflict as conflict:
        return person_page(request, conflict.current, form, 409, MOVED_ON)
    messages.success(request, f"{other.user}さんの役割を保存しました。")
    return redirect("people", member.clinic.code)


def member_at(member: Membership, pk: int) -> Membership:
    return get_object_or_404(Membership.objects.visible_to(member).select_related("user", "clinic"), pk=pk)


def person_page(
    request: HttpRequest, other: Membership, form: RoleForm, status: int = 200, trouble: str = "", **why
) -> HttpResponse:
    context = {"other": other, "form": form, "trouble": trouble, "open_sessions": open_sessions(other.user)}
    context["form_token"] = new_form_token()
    return render(request, "compliance/person.html", context | why, status=status)


@clinic_page(Permission.MANAGE_PEOPLE, fresh=BUTTON)
@require_POST
def remove_person(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    other = member_at(member, pk)
    try:
        other.remove(by=request.user)
    except LastAdmin:
        return person_page(request, other, RoleForm(initial={"role": other.role}), 409, LAST_ADMIN)
    messages.success(request, f"{other.user}さんを、職員から外しました。")
    return redirect("home") if other.user_id == request.user.pk else redirect("people", member.clinic.code)


@clinic_page(Permission.MANAGE_PEOPLE)
@require_POST
def end_sessions(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    other = member_at(member, pk)
    other.end_sessions(by=request.user, form_token=form_token_in(request.POST))
    messages.success(request, f"{other.user}さんを、すべての端末からログアウトさせました。")
    return redirect("person", member.clinic.code, other.pk)


@clinic_page(Permission.MANAGE_PEOPLE, fresh=BUTTON)
@require_POST
def reset_link(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    """A one-time link for a member who has lost the password; told only here."""
    other = member_at(member, pk)
    other.allow_new_password(by=request.user)
    context = {"other": other, "link": link_to(welcome_path(other.user)), "public": bool(settings.PUBLIC_URL)}
    return render(request, "compliance/reset_link.html", context)


@clinic_page(Permission.MANAGE_PEOPLE, fresh=BUTTON)
@require_POST
def revoke_invitation(request: HttpRequest, member: Membership, pk: int) -> HttpResponse:
    found = get_object_or_404(Invitation.objects.visible_to(member).select_related("clinic"), pk=pk)
    found.revoke(by=request.user)
    messages.success(request, f"{found.email} への招待を取り消しました。")
    return redirect("people", member.clinic.code)


@clinic_page(Permission.MANAGE_PEOPLE, fresh=BUTTON)
@require_POST
def require_second_factor(request: HttpRequest, member: Membership) -> HttpResponse:
    required = request.POST.get("required") == "1"
    try:
        member.clinic.require_second_factor(required, by=request.user)
    except SecondFactorMissing:
        messages.warning(request, "先に、あなた自身の二要素認証を設定してください。")
        return redirect("mfa_index")
    words = "必須にしました" if required else "必須にしないことにしました"
    messages.success(request, f"管理担当の二要素認証を{words}。")
    return redirect("people", member.clinic.code)


# The link of an invitation


@limited(LINK)
@login_not_required
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """/invitations/…/: GET shows who invites to what and uses nothing up."""
    found = invitation_of(token)
    way = found.way_for(request.user)
    typed = request.POST if request.method == "POST" else None
    form = WelcomeForm(typed, user=User(email=found.email)) if way == "join" else None
    if request.method == "POST" and way == "accept":
        found.accept(by=request.user)
    elif form and form.is_valid():
        login(request, found.join(**form.cleaned_data), backend=BACKEND)
    else:
        if typed is not None:
            invitation_of(token)  # used up since it was looked at: 404, as later
        context = {"invitation": found, "way": way, "form": form}
        return render(
            request, "compliance/invitation.html", context, status=422 if typed is not None else 200
        )
    return redirect("clinic_home", found.clinic.code)


# 自分のアカウント


def account(request: HttpRequest) -> HttpResponse:
    """/account/"""
    form = NameForm(request.POST) if request.method == "POST" else NameForm.of(request.user)
    if request.method == "POST" and form.is_valid():
        request.user.rename(**form.cleaned_data)
        messages.success(request, "氏名を保存しました。")
        return redirect("account")
    return account_page(request, form, reminders_form(request.user))


def account_page(request: HttpRequest, form: NameForm, wishes: RemindersForm) -> HttpResponse:
    context = {
        "form": form,
        "wishes": wishes,
        "mails": bool(settings.EMAIL_HOST),
        "open_sessions": open_sessions(request.user, request.session.session_key),
        "has_second_factor": has_second_factor(request.user),
    }
    status = 422 if form.is_bound or wishes.is_bound else 200
    return render(request, "compliance/account.html", context, status=status)


def reminders_form(user: User, data: QueryDict | None = None) -> RemindersForm:
    return RemindersForm(data, members=[each for each in user.mine if not each.clinic.is_sample])


@require_POST
def reminders(request: HttpRequest) -> HttpResponse:
    """/account/reminders/: what the person wants mailed of each clinic."""
    form = reminders_form(request.user, request.POST)
    if not form.is_valid():
        return account_page(request, NameForm.of(request.user), form)
    for member, wish in sorted(
        form.wishes, key=lambda each: each[0].clinic_id
    ):  # always in this order: no deadlock
        walls.enter(member.clinic_id)
        member.choose_reminders(wish, by=request.user)
    messages.success(request, "お知らせメールの受け取り方を保存しました。")
    return redirect("account")


@require_POST
def end_own_sessions(request: HttpRequest) -> HttpResponse:
    end_other_sessions(request)
    messages.success(request, "ほかの端末から、すべてログアウトしました。")
    return redirect("account")
