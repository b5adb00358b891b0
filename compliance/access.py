"""Who may open a clinic's page. Everything behind /c/<clinic code>/ passes here."""

from collections.abc import Callable
from functools import wraps

from allauth.core.exceptions import ReauthenticationRequired
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from compliance import walls
from compliance.choices import Permission, roles_with
from compliance.models import Membership
from compliance.sessions import is_fresh, kept_or_told, to_prove

FORM, BUTTON = "form", "button"


def clinic_page(permission: Permission, *, post: Permission | None = None, fresh: str = "") -> Callable:
    """Let a view in with its member: 404 for strangers, a 403 that says who may for members.

    `post` is what a POST needs, where that is more. `fresh`: it also needs somebody who proved who they are just
    now; what was typed into a FORM is shown again afterwards, what a BUTTON wanted is done. The view is called as
    view(request, member, …) and keeps `permission`, `post_permission` and `fresh` for the test of all URLs.
    """

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request: HttpRequest, clinic_code: str, **kwargs) -> HttpResponse:
            member = request.member = member_of(request, clinic_code)
            needed = guarded.post_permission if request.method == "POST" else permission
            if member.lacks_second_factor:
                return render(request, "compliance/second_factor_needed.html", status=403)
            if not member.may(needed):
                return refuse(request, needed)
            if _must_prove(request, member, guarded):
                return prove_first(request, fresh)
            return view(request, member, **kwargs)

        guarded.permission, guarded.post_permission, guarded.fresh = permission, post or permission, fresh
        return guarded

    return decorate


def member_of(request: HttpRequest, clinic_code: str) -> Membership:
    """The scope of the request; Http404 for strangers and for clinics that do not exist alike."""
    if "\x00" in request.path:  # PostgreSQL takes no NUL, and nothing is named with one
        raise Http404
    member = request.user.membership_of(clinic_code)
    if member is None:
        raise Http404
    walls.enter(member.clinic_id)
    return member


def _must_prove(request: HttpRequest, member: Membership, page: Callable) -> bool:
    """Before a POST; and before the page of a form that is good for nothing else, so that its POST comes in time.

    The sample's people have no password, and nothing of theirs is worth one.
    """
    ahead = page.fresh == FORM and page.permission == page.post_permission
    asks = page.fresh if request.method == "POST" else ahead
    return bool(asks) and not member.clinic.is_sample and not is_fresh(request)


def prove_first(request: HttpRequest, fresh: str) -> HttpResponse:
    """To the question for the password; allauth keeps, and does later, what is no form to be shown again."""
    kept = kept_or_told(request, to_prove) if fresh == FORM and request.method == "POST" else None
    if kept is None:
        raise ReauthenticationRequired
    return kept


def refuse(request: HttpRequest, permission: Permission) -> HttpResponse:
    roles = "・".join(role.label for role in roles_with(permission))
    return render(
        request, "compliance/refused.html", {"roles": roles, "permission": permission.label}, status=403
    )
