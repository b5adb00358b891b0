"""One-time links: who holds one may set a password once."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.http import Http404
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from compliance import env
from compliance.models import User


def site_url() -> str:
    """PUBLIC_URL, or where gunicorn listens as seen from this machine; without a slash at the end."""
    listens = env.text("BIND", env.HERE).replace("0.0.0.0", "127.0.0.1")  # noqa: S104 (read, not bound)
    return settings.PUBLIC_URL or f"http://{listens}"


def welcome_path(user: User) -> str:
    """The path of a link that works until a password is set, at most PASSWORD_RESET_TIMEOUT seconds."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("welcome", args=[uid, default_token_generator.make_token(user)])


def user_of_link(uid: str, token: str) -> User:
    """The person a link is for; Http404 where it is wrong, used or expired: all three look the same."""
    try:
        user = User.objects.get(pk=int(urlsafe_base64_decode(uid)))
    except (ValueError, OverflowError, User.DoesNotExist):
        raise Http404 from None
    if not default_token_generator.check_token(user, token):
        raise Http404
    return user
