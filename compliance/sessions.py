"""Sessions that end, and what was typed in them that does not get lost."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import UpdateError
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, resolve_url
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from compliance.models import TypedInput, User
from compliance.open_sessions import renew_key
from compliance.troubles import is_full

SEEN_EVERY = 300  # seconds: saving on every request would turn each GET into a write
_SALT = "typed-by"
_NEVER_KEPT = {"csrfmiddlewaretoken", "typed_by"}


def begin(request: HttpRequest, **kwargs) -> None:
    """Somebody has logged in, by whichever way: the session's hours begin."""
    now = timezone.now().timestamp()
    request.session.update({"began": now, "seen": now, "proved": now})


def prove(request: HttpRequest, *, reauthenticated: bool = False, **kwargs) -> None:
    """Whoever is signed in has given a password, code or passkey once more; the session goes on under a new key."""
    if reauthenticated:
        renew_key(request)
        request.session["proved"] = timezone.now().timestamp()


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person has proved who they are in the last minutes; not after the clock was set back."""
    age = timezone.now().timestamp() - request.session.get("proved", 0)
    return -SEEN_EVERY < age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


class SessionLimits:
    """Ends a session 60 idle minutes or 12 hours after it began."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self.limit(request, timezone.now().timestamp())
        return self.get_response(request)

    def limit(self, request: HttpRequest, now: float) -> None:
        began = request.session.setdefault("began", now)
        seen = request.session.setdefault("seen", now)
        if seen > now + SEEN_EVERY:  # the clock was set back: what it said before is no longer a measure
            began, seen = min(began, now), now
            request.session.update({"began": began, "seen": seen})
        idle, absolute = settings.SESSION_IDLE.total_seconds(), settings.SESSION_ABSOLUTE.total_seconds()
        if now - seen > idle or now - began > absolute:
            logout(request)
        elif now - seen > SEEN_EVERY:
            note_seen(request, now)


def note_seen(request: HttpRequest, now: float) -> None:
    """Write it down at once: a disk that is too full for it must not keep anybody from reading."""
    request.session["seen"] = now
    try:
        request.session.save()
    except UpdateError as error:  # so the store names whatever the database refuses
        if not is_full(error):
            return  # it was ended elsewhere: SessionMiddleware tries once more, and says so
    request.session.modified = False


class KeepTypedInput:
    """A form that comes without a session is kept for its writer, who is sent to log in and back."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated or _needs_no_log_in(request):
            return self.get_response(request)
        in_place = request.headers.get("HX-Request")
        if request.method == "POST":
            return kept_or_told(request, to_log_in) or self.get_response(request)
        # A partial must not be replaced by the log-in page.
        return to_log_in(_page_of(request), in_place) if in_place else self.get_response(request)


def kept_or_told(request: HttpRequest, way: Callable[[str, str | None], HttpResponse]) -> HttpResponse | None:
    """Keep a form that cannot be taken now, and show its writer the `way` to where it is shown again.

    A form that saves itself only hears of it (401) and stays where it is: its writer may be typing. So does one
    that cannot be kept. None for a whole page that is not kept.
    """
    in_place = request.headers.get("HX-Request")
    if in_place and "auto" in request.POST:
        return HttpResponse(status=401)
    if keep(request):
        return way(f"{request.path}?kept=1", in_place)
    return HttpResponse(status=401) if in_place else None


def _needs_no_log_in(request: HttpRequest) -> bool:
    """A page for people without an account: its forms are nobody's kept input."""
    try:
        return not getattr(resolve(request.path_info).func, "login_required", True)
    except Resolver404:
        return False


def lead(url: str, in_place: str | None) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": url}) if in_place else redirect(url)


def to_log_in(then: str, in_place: str | None) -> HttpResponse:
    return lead(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': then})}", in_place)


def to_prove(then: str, in_place: str | None) -> HttpResponse:
    """To the question for the password, or for what else proves the person, and back."""
    return lead(f"{reverse('account_reauthenticate')}?{urlencode({'next': then})}", in_place)


def _page_of(request: HttpRequest) -> str:
    """The path of the page that htmx runs on."""
    try:
        return urlsplit(request.headers.get("HX-Current-URL", "/")).path
    except ValueError:
        return "/"


class NoStore:
    """Signed-in pages are never stored by browsers or proxies."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response


def signed_writer(user) -> str:
    """The proof, put into each form, of who was typing."""
    return signing.dumps(user.pk, salt=_SALT)


def keep(request: HttpRequest) -> bool:
    """Keep a form's input (≤ 64 kB) for the person who typed it; False where it is not known who that was."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > TypedInput.MAX_BYTES:
        return False
    try:
        writer = signing.loads(
            request.POST.get("typed_by", ""), salt=_SALT, max_age=settings.SESSION_ABSOLUTE
        )
    except signing.BadSignature:
        return False
    if not User.objects.filter(pk=writer, is_active=True).exists():
        return False
    typed = [(name, values) for name, values in request.POST.lists() if name not in _NEVER_KEPT]
    # PostgreSQL keeps no NUL; the form would have refused it.
    fields = {
        name.replace("\x00", ""): [each.replace("\x00", "") for each in values] for name, values in typed
    }
    TypedInput.keep(writer, request.path.replace("\x00", ""), fields)
    return True


def kept_input(request: HttpRequest) -> QueryDict | None:
    """What this person had typed on this page before the session ended; handed out once, unsaved."""
    if "kept" not in request.GET:
        return None
    fields = TypedInput.take(request.user, request.path)
    if fields is None:
        return None
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data
