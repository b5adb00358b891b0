"""The words and the address of an invitation, and its mail."""

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone

from compliance.context import PRODUCT
from compliance.dates import both_calendars
from compliance.people import Invitation


def link_to(path: str) -> str:
    """The absolute address, built from PUBLIC_URL and never from a request's Host; without one, the path alone."""
    return settings.PUBLIC_URL + path


def invitation_of(token: str) -> Invitation:
    """The live invitation of a link; Http404 where it is wrong, used, revoked or expired: all look the same."""
    return Invitation.objects.of_token(token)


def invitation_link(token: str) -> str:
    return link_to(reverse("invitation", args=[token]))


def mail_text(invitation: Invitation, token: str) -> str:
    """The whole mail, to copy or to send."""
    clinic, until = invitation.clinic.name, both_calendars(timezone.localdate(invitation.expires_at))
    return "\n".join(
        [
            f"{clinic}の{invitation.made_by}です。",
            f"「{PRODUCT}」に、{invitation.get_role_display()}として招待します。",
            "",
            "下のリンクを開いて、氏名とパスワードを決めると、使い始められます。",
            invitation_link(token),
            "",
            f"リンクは{until}まで、1回だけ使えます。ほかの方に転送しないでください。",
        ]
    )


def mail(invitation: Invitation, token: str) -> bool | None:
    """Send it by SMTP: None where there is no server or no address to link to, False where the mail was not taken."""
    if not (settings.EMAIL_HOST and settings.PUBLIC_URL):
        return None
    clinic = " ".join(invitation.clinic.name.split())  # a subject is one line
    try:
        send_mail(f"{PRODUCT}への招待（{clinic}）", mail_text(invitation, token), None, [invitation.email])
    except (OSError, SMTPException):
        return False
    return True
