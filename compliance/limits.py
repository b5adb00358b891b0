"""How often somebody may try: by person and by address, counted before the request's own transaction begins."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import NamedTuple

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve

from compliance.addresses import client_address, neighbourhood
from compliance.counting import counting_or_not, key_of, one_less, one_more
from compliance.fields import plain_address
from compliance.known_browsers import browser_of, remember
from compliance.models import User
from compliance.sessions import keep

MINUTE, HOUR = 60, 3600


class Rate(NamedTuple):
    times: int
    seconds: int


def session_of(request: HttpRequest) -> SessionBase:
    """What SessionMiddleware will read a moment later, inside the request's transaction."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    return store(request.COOKIES.get(settings.SESSION_COOKIE_NAME))


def signed_in(request: HttpRequest, match: ResolverMatch) -> str | None:
    """Whom a session names; "" for a stranger to a page that is open, None to one that will refuse anyway."""
    person = session_of(request).get(SESSION_KEY, "")
    return person or (None if getattr(match.func, "login_required", True) else "")


def typed_address(request: HttpRequest, match: ResolverMatch) -> str:
    """Whose password is tried, read as the form reads it: no second spelling has tries of its own."""
    email = plain_address(request.POST.get("login", "").replace("\x00", "")).lower()[:254]
    found = User.objects.filter(email=email).values_list("pk", flat=True).first()
    return str(found or email)


def half_way_in(request: HttpRequest, match: ResolverMatch) -> str:
    """Who has given the password and is asked for the second factor."""
    return str((session_of(request).get(LOGIN_SESSION_KEY) or {}).get("user_pk", ""))


@dataclass(frozen=True)
class Limit:
    """What one door allows in a span of time.

    `both`: one person from one address, or from a browser that is known to be theirs, to which no other rate
    applies. `address`: all who come from there. `person`: one person from everywhere. `fails`: the statuses that
    count, where not every request does. `late`: whoever succeeds is let in whatever others did before.
    """

    name: str
    both: Rate | None = None
    address: Rate | None = None
    person: Rate | None = None
    methods: tuple[str, ...] = ("POST",)
    fails: tuple[int, ...] = ()
    late: bool = False
    who: Callable[[HttpRequest, ResolverMatch], str | None] = signed_in

    def keys(self, who: str, request: HttpRequest, now: float) -> list[tuple[str, Rate]]:
        """The counts that a request adds to, the strictest first."""
        place = neighbourhood(client_address(request))
        known = browser_of(request, who) if who and self.both else ""
        if known:
            wanted = [("known", self.both, who, known)]
        else:
            both, person = self.both if who else None, self.person if who else None
            wanted = [("both", both, who, place), ("address", self.address, place), ("person", person, who)]
        return [
            (key_of(self.name, scope, *words, seconds=rate.seconds, now=now), rate)
            for scope, rate, *words in wanted
            if rate
        ]


FAILED = (200, 400)  # the form once more, with what is wrong
GUESS, FEW, MANY = Rate(5, 5 * MINUTE), Rate(20, 5 * MINUTE), Rate(30, 5 * MINUTE)
LOG_IN = Limit("log-in", GUESS, MANY, Rate(100, HOUR), fails=FAILED, who=typed_address)
CODE = Limit("code", GUESS, MANY, Rate(20, HOUR), fails=FAILED, who=half_way_in)
AGAIN = Limit("again", Rate(10, 5 * MINUTE), MANY, Rate(60, HOUR), fails=FAILED)
START_CODE = Limit("start-code", address=Rate(10, 5 * MINUTE), fails=(422,))
LINK = Limit("link", address=FEW, methods=("GET", "HEAD", "POST"), fails=(404,), late=True)
CHECK = Limit("check", address=FEW)
UPLOAD = Limit("upload", person=Rate(60, 10 * MINUTE), address=Rate(200, 10 * MINUTE))
PDF = Limit("pdf", person=MANY, address=Rate(150, 5 * MINUTE), methods=("GET", "HEAD", "POST"))
# Views that are allauth's
BY_NAME = {
    "account_login": LOG_IN,
    "mfa_authenticate": CODE,
    **dict.fromkeys(
        (
            "account_reauthenticate",
            "account_change_password",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
        ),
        AGAIN,
    ),
}


def limited(limit: Limit) -> Callable:
    """Declare what a view allows; Limits reads it."""

    def decorate(view: Callable) -> Callable:
        view.limit = limit
        return view

    return decorate


class Limits:
    """Counts before the request, refuses in place of the view, and takes back what was no failure."""

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = time.time()
        tries = tries_of(request, now)
        request.wait = max((each.begin(now) for each in tries), default=0)
        response = self.get_response(request)
        waits = [each.end(response.status_code, now) for each in tries]
        if person := getattr(request, "came_in", ""):
            remember(request, response, person)
        return too_often(request, max(waits)) if any(waits) else response

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        return too_often(request, request.wait) if request.wait else None


@dataclass
class Try:
    """One request at one door."""

    limit: Limit
    keys: list[tuple[str, Rate]]
    counted: list[str] = field(default_factory=list)
    refused: bool = False

    def begin(self, now: float) -> int:
        """Seconds to wait; 0 for a request that may go on."""
        return 0 if self.limit.late else self.count(now)

    def end(self, status: int, now: float) -> int:
        """The same, where it is known only afterwards; what did not fail is not counted."""
        failed = status in self.limit.fails
        if self.limit.late:
            return self.count(now) if failed else 0
        if self.limit.fails and not failed and not self.refused:
            with counting_or_not():
                for key in self.counted:
                    one_less(key)
        return 0

    def count(self, now: float) -> int:
        with counting_or_not():
            for key, (times, seconds) in self.keys:
                end = (now // seconds + 1) * seconds
                self.counted.append(key)
                if one_more(key, now, end) > times:
                    self.refused = True
                    return math.ceil(end - now)
        return 0


def tries_of(request: HttpRequest, now: float) -> list[Try]:
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return []
    wanted = [getattr(match.func, "limit", None) or BY_NAME.get(match.url_name)]
    if request.method == "POST" and request.content_type == "multipart/form-data" and request.FILES:
        wanted.append(UPLOAD)
    return [each for limit in wanted if limit and (each := _try(limit, request, match, now))]


def _try(limit: Limit, request: HttpRequest, match: ResolverMatch, now: float) -> Try | None:
    if request.method not in limit.methods:
        return None
    who = getattr(match.func, "who", limit.who)(request, match)
    return None if who is None else Try(limit, limit.keys(who, request, now))


def too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    """429: when to try again, and the way back to what was typed."""
    back = f"{request.path}?kept=1" if request.method == "POST" and keep(request) else ""
    context = {"minutes": math.ceil(seconds / MINUTE), "back": back}
    response = render(request, "429.html", context, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response
