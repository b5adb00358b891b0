"""What every answer carries, also those that no view has made."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

NOT_NEEDED = ("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone",
              "midi", "payment", "usb")  # fmt: skip
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{each}=()" for each in NOT_NEEDED),
}
# A page whose address is a secret: it goes to no cache, no search engine and into no Referer.
SECRET = {
    "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


def secret_address(view: Callable) -> Callable:
    view.secret_address = True
    return view


def _is_secret(request: HttpRequest) -> bool:
    """Also of an address whose request was refused before a view was looked for."""
    try:
        match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return False
    return getattr(match.func, "secret_address", False)


class Headers:
    """Outside all that may answer: errors, redirects and static files too."""

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _is_secret(request):
            for name, value in SECRET.items():
                response.headers[name] = value
        for name, value in ALWAYS.items():
            response.setdefault(name, value)
        return response
