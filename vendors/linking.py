"""A vendor's way in: the link's token becomes a cookie for the request's own path; every page asks the database again."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, render
from django.urls import ResolverMatch, reverse
from django.utils import timezone
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_exempt

from compliance.cookies import of_path
from compliance.headers import secret_address
from vendors.models import Disclosure, DisclosureRequest

COOKIE = of_path("disclosure_request")
_SALT = "disclosure-request"


def request_of(token: str) -> DisclosureRequest | None:
    """The request whose live link this token is."""
    return DisclosureRequest.objects.of_token(token, timezone.now())


def sheets_of(request_: DisclosureRequest) -> list[Disclosure]:
    """Its sheets, with how far each is."""
    return list(Disclosure.objects.under(request_).with_counts())


def let_in(request_: DisclosureRequest) -> HttpResponse:
    """Send the vendor on to the request's pages, with the cookie that opens them and nothing else."""
    path = reverse("answer", args=[request_.code])
    response = redirect(path)
    response.set_cookie(
        COOKIE,
        signing.dumps(request_.code, salt=_SALT),
        expires=request_.expires_at,
        path=path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def holds(request: HttpRequest, code: str) -> bool:
    """Whether the browser's cookie is that of the request."""
    try:
        return signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT) == code
    except signing.BadSignature:
        return False


def holder(request: HttpRequest, match: ResolverMatch) -> str | None:
    """Whom compliance.limits counts behind a link; None for somebody who is refused anyway."""
    code = match.kwargs["code"]
    return f"link {code}" if holds(request, code) else None


class OwnForms(CsrfViewMiddleware):
    """Django's check of a form's proof, for pages without a Referer: their forms come with "Origin: null".

    That a POST is none of another site's stands in Sec-Fetch-Site (`comes_from_elsewhere`) and in the cookie, which
    is SameSite=Strict.
    """

    def _origin_verified(self, request: HttpRequest) -> bool:
        return request.headers["Origin"] == "null" or super()._origin_verified(request)


own_forms = decorator_from_middleware(OwnForms)


def comes_from_elsewhere(request: HttpRequest) -> bool:
    """A POST that another site has made."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return request.method == "POST" and site != "same-origin"


def link_page(*, closed_too: bool = False) -> Callable:
    """Let a view in with its request: view(request, request_, …). All others see the same page.

    `closed_too`: pages that still answer after 提出, until the link would have expired.
    """

    def decorate(view: Callable) -> Callable:
        @own_forms
        def guarded(request: HttpRequest, code: str, **kwargs) -> HttpResponse:
            if not holds(request, code) or comes_from_elsewhere(request):
                return gone(request)
            found = DisclosureRequest.objects.of_code(code, timezone.now(), closed_too=closed_too)
            return view(request, found, **kwargs) if found else gone(request)

        @secret_address
        @csrf_exempt  # from the check of all other pages; own_forms has its own
        @login_not_required
        @wraps(view)
        def page(request: HttpRequest, **kwargs) -> HttpResponse:
            try:
                return guarded(request, **kwargs)
            except Http404:  # what is not there looks like what is over
                return gone(request)

        page.who = holder
        return page

    return decorate


def gone(request: HttpRequest) -> HttpResponse:
    """The one page for links that are wrong, expired, revoked or used up."""
    return render(request, "vendors/public/gone.html", status=404)
