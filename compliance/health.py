"""For probes: does the process answer, and may it be given visitors. Neither says anything about the contents."""

from collections.abc import Callable
from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_deny
from django.views.decorators.http import require_safe

from compliance.models import GuidelineEdition


class Probes:
    """Answers probes before a session, or the database, is asked; which hosts may ask is checked all the same."""

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = PROBES.get(request.path_info)
        if view is None:
            return self.get_response(request)
        request.get_host()  # raises DisallowedHost
        return view(request)


@never_cache
@xframe_options_deny
@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """/healthz: 200 while the process answers."""
    return _said("ok")


@never_cache
@xframe_options_deny
@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """/readyz: 200 when the database answers, knows every migration and holds the guideline; else 503."""
    return _said("ready") if is_ready() else _said("not ready", 503)


PROBES = {"/healthz": healthz, "/readyz": readyz}


def is_ready() -> bool:
    try:
        return not missing_migrations() and GuidelineEdition.objects.exists()
    except Error:
        return False


def missing_migrations() -> list[str]:
    """What `manage.py migrate` would apply, as "app.name". Raises django.db.Error where the database is silent."""
    applied = MigrationRecorder(connection).applied_migrations()
    return [f"{app}.{name}" for app, name in _shipped() if (app, name) not in applied]


@cache
def _shipped() -> list[tuple[str, str]]:
    """Read once: a process keeps the code it was started with."""
    return sorted(MigrationLoader(None).graph.nodes)


def _said(word: str, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{word}\n", status=status, content_type="text/plain; charset=utf-8")
