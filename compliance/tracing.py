"""Each request has an id, and one line in the log: which page, not whose; what came of it, and how long it took."""

import logging
import re
import time
import uuid
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from compliance.addresses import plain
from compliance.logs import REQUEST_ID

# Hexadecimal, so that nobody writes words into our log with it.
WELL_FORMED = re.compile(r"[0-9a-f-]{16,36}", re.ASCII)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
logger = logging.getLogger("compliance.requests")


class RequestLog:
    """The outermost middleware: also what the others refuse has its id and its line."""

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        request.request_id = request_id(request)
        token = REQUEST_ID.set(request.request_id)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = request.request_id
            milliseconds = round((time.perf_counter() - began) * 1000)
            logger.info("request", extra=facts(request, response) | {"ms": milliseconds})
            return response
        finally:
            REQUEST_ID.reset(token)


def request_id(request: HttpRequest) -> str:
    """What a proxy that we trust calls the request, else 32 random hexadecimal digits."""
    named = request.headers.get("X-Request-ID", "")
    return named if WELL_FORMED.fullmatch(named) and _by_proxy(request) else uuid.uuid4().hex


def _by_proxy(request: HttpRequest) -> bool:
    """Whether one of our proxies handed the request on."""
    trusted, address = settings.TRUSTED_PROXIES, plain(request.META.get("REMOTE_ADDR", ""))
    if isinstance(trusted, int):
        return trusted > 0
    return not address or any(ip_address(address) in network for network in trusted)  # none: our own socket


def facts(request: HttpRequest, response: HttpResponse) -> dict:
    # Asking request.user could ask the database; this is what has been found already.
    user = getattr(request, "_cached_user", None)
    method = request.method if request.method in METHODS else "OTHER"
    return {
        "method": method,
        "route": route_of(request),
        "status": response.status_code,
        "user": getattr(user, "pk", None) or "-",
    }


def route_of(request: HttpRequest) -> str:
    """The name of the page behind a path; "static" for a static file, "-" for none."""
    if request.path_info.startswith(settings.STATIC_URL):
        return "static"
    try:
        return (request.resolver_match or resolve(request.path_info)).view_name or "-"
    except Resolver404:
        return "-"
