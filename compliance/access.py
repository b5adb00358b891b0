"""Who may open a clinic's page. Everything behind /c/<clinic code>/ passes here."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from compliance.choices import Permission, roles_with
from compliance.models import Membership


def clinic_page(permission: Permission, *, post: Permission | None = None) -> Callable:
    """Let a view in with its member: 404 for strangers, a 403 that says who may for members.

    `post` is what a POST needs, where that is more. The view is called as view(request, member, …) and keeps
    `permission` and `post_permission` for the test of all URLs.
    """

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request: HttpRequest, clinic_code: str, **kwargs) -> HttpResponse:
            member = request.member = member_of(request, clinic_code)
            needed = guarded.post_permission if request.method == "POST" else permission
            if member.lacks_second_factor:
                return render(request, "compliance/second_factor_needed.html", status=403)
            return view(request, member, **kwargs) if member.may(needed) else refuse(request, needed)

        guarded.permission, guarded.post_permission = permission, post or permission
        return guarded

    return decorate


def member_of(request: HttpRequest, clinic_code: str) -> Membership:
    """The scope of the request; Http404 for strangers and for clinics that do not exist alike."""
    if "\x00" in request.path:  # PostgreSQL takes no NUL, and nothing is named with one
        raise Http404
    member = request.user.membership_of(clinic_code)
    if member is None:
        raise Http404
    return member


def refuse(request: HttpRequest, permission: Permission) -> HttpResponse:
    roles = "・".join(role.label for role in roles_with(permission))
    return render(
        request, "compliance/refused.html", {"roles": roles, "permission": permission.label}, status=403
    )
