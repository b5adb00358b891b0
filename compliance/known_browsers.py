"""Browsers that somebody has logged in from before: whoever fails elsewhere on their account does not slow them down."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from compliance.cookies import of_host

COOKIE = of_host("known_browser")
LASTS = timedelta(days=365)
MOST_PEOPLE = 10  # at one PC of a clinic
_SALT = "known-browser"


def browser_of(request: HttpRequest, person: str) -> str:
    """The name of this browser, if that person has logged in from it; else ""."""
    known = _read(request)
    return known["browser"] if person in known["people"] else ""


def remember(request: HttpRequest, response: HttpResponse, person: str) -> None:
    """The cookie opens nothing: it only tells an owner's mistakes from a stranger's guesses."""
    known = _read(request)
    others = [each for each in known["people"] if each != person]
    known["people"] = [person, *others][:MOST_PEOPLE]
    response.set_cookie(
        COOKIE,
        signing.dumps(known, salt=_SALT),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def note_person(request: HttpRequest, user, **kwargs) -> None:
    """Somebody has logged in: Limits will remember their browser."""
    request.came_in = str(user.pk)


def _read(request: HttpRequest) -> dict:
    try:
        return signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        return {"browser": secrets.token_urlsafe(12), "people": []}
