"""What could not be done, said on a page of its own."""

import logging
import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from compliance.renderer import RenderingFailed
from compliance.troubles import Trouble, trouble_of

_log = logging.getLogger(__name__)
_UNSHOWN = {"typed_by", "form_token", "turn", "auto", "next", "seen"}
_CODE = re.compile(r"[a-z_]+")  # of a choice: "yes", "in_house"


class SayWhy:
    """A PDF that could not be made, or a disk that is full, is no server error: the page says why, and nothing is lost."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return for_buttons(request, response) if response.status_code == 405 else response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, RenderingFailed):
            return render(request, "compliance/not_rendered.html", {"why": str(exception)}, status=503)
        return said(request, exception)


def for_buttons(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """405 in words for who opens the address of a button, as by loading its page again; else as it came."""
    opened = request.method in {"GET", "HEAD"} and request.accepts("text/html")
    if opened and not request.headers.get("HX-Request"):
        response.content = render_to_string("405.html", request=request)
    return response


def said(request: HttpRequest, exception: BaseException | None) -> HttpResponse | None:
    """The page for what the machine could not do, with what was typed; None for a fault of our own."""
    trouble = trouble_of(exception)
    if trouble is None:
        return None
    view = request.resolver_match.view_name if request.resolver_match else "?"
    _log.error("%s %s: %s", trouble.status, view, exception)
    return page(request, trouble)


def page(request: HttpRequest, trouble: Trouble) -> HttpResponse:
    """It asks the database for nothing, as that may be what is missing."""
    typed = typed_in(request)
    context = {"trouble": trouble, "typed": typed, "files": request.method == "POST" and bool(request.FILES)}
    context["shown"] = [value for name, value in typed if value.strip() and not _is_ours(name, value)]
    return render(request, "compliance/trouble.html", context, status=trouble.status)


def _is_ours(name: str, value: str) -> bool:
    """Whether a field holds no words of a person, but what the form itself needs."""
    return name in _UNSHOWN or name.startswith("version") or bool(_CODE.fullmatch(value))


def typed_in(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a form that may be shown again: one with `typed_by`. Passwords and codes never have it."""
    if request.method != "POST" or "typed_by" not in request.POST:
        return []
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    return [each for each in fields if each[0] != "csrfmiddlewaretoken"]
