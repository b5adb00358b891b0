"""A person's open sessions, in words; allauth.usersessions keeps where each began."""

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest
from django.utils import timezone

from compliance.addresses import client_address
from compliance.models import User

# The first that is named counts: Edge calls itself Chrome, and Chrome calls itself Safari.
BROWSERS = {"Edg": "Edge", "Firefox": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome", "Chrome": "Chrome",
            "Safari": "Safari"}  # fmt: skip
MACHINES = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Macintosh": "Mac",
            "CrOS": "Chromebook", "Linux": "Linux"}  # fmt: skip


@dataclass(frozen=True)
class OpenSession:
    began_at: datetime
    seen_at: datetime  # at most five minutes behind
    where: str
    ip: str
    is_this: bool


def open_sessions(user: User, this: str | None = None) -> list[OpenSession]:
    """Those that still count, the newest first; `this` is the key of the one that asks."""
    kept = sorted(UserSession.objects.purge_and_list(user), key=lambda each: each.created_at, reverse=True)
    return [_open_session(each, this) for each in kept]


def _open_session(kept: UserSession, this: str | None) -> OpenSession:
    store = import_module(settings.SESSION_ENGINE).SessionStore(kept.session_key)
    began, seen = (_moment(store.get(name), kept.created_at) for name in ("began", "seen"))
    return OpenSession(began, seen, in_words(kept.user_agent), kept.ip, kept.session_key == this)


def _moment(stamp: float | None, otherwise: datetime) -> datetime:
    return datetime.fromtimestamp(stamp, tz=timezone.get_current_timezone()) if stamp else otherwise


def in_words(agent: str) -> str:
    """ "Chrome・Windows" of a browser's User-Agent."""
    parts = [
        next((word for sign, word in each.items() if sign in agent), "") for each in (BROWSERS, MACHINES)
    ]
    return "・".join(filter(None, parts)) or "不明なブラウザ"


def end_other_sessions(request: HttpRequest) -> None:
    """All but the one that asks; it goes on under a new key."""
    request.user.end_sessions()
    update_session_auth_hash(request, request.user)
    note_session(request=request)


def renew_key(request: HttpRequest) -> None:
    """A new key for the session; it stays the same one in the list."""
    before = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def note_session(request: HttpRequest, **kwargs) -> None:
    """Every log-in is listed, also one by a one-time link, which allauth does not hear of."""
    if request and client_address(request):
        UserSession.objects.create_from_request(request)
