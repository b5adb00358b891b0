"""Names of our cookies: in production a browser takes one only over TLS, and only from this very host."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


def of_host(name: str) -> str:
    """For the path /, as `__Host-` demands."""
    return f"__Host-{name}" if settings.SESSION_COOKIE_SECURE else name


def of_path(name: str) -> str:
    """For a path of its own."""
    return f"__Secure-{name}" if settings.SESSION_COOKIE_SECURE else name


class _MessageCookie(CookieStorage):
    cookie_name = of_host("messages")


class Messages(FallbackStorage):
    storage_classes = (_MessageCookie, SessionStorage)
