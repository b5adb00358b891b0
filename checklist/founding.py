"""Clinics come into being with their first 管理担当 and their first round."""

import hashlib
import hmac
import ipaddress

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from checklist.models import Assessment
from compliance import walls
from compliance.dates import fiscal_year
from compliance.models import Clinic, GuidelineEdition, User


def found(*, by: User, **fields) -> Clinic:
    """A clinic with `by` as 管理担当 and this fiscal year's round begun."""
    with walls.as_server(), transaction.atomic():
        clinic = Clinic.found(by=by, **fields)
        Assessment.begin(clinic, GuidelineEdition.current(), fiscal_year(timezone.localdate()), by=by)
    return clinic


def start(*, clinic: str, name: str, position: str, email: str, password: str) -> tuple[Clinic, User]:
    """First start: the person, the clinic, the round, all or nothing."""
    with transaction.atomic():
        user = User.objects.create_user(email, password, name=name)
        director = name if position == "director" else ""
        return found(by=user, name=clinic, director=director), user


def start_code() -> str:
    """What the server's console shows, and first start asks of anybody who is not at the same machine."""
    digest = hmac.new(settings.SECRET_KEY.encode(), b"first start", hashlib.sha256).hexdigest()
    return "-".join(digest[n : n + 4] for n in (0, 4, 8, 12))


def is_local(request: HttpRequest) -> bool:
    """True for a browser on the server's own machine; a proxy in between makes everybody look local."""
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
