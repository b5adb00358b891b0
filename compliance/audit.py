"""操作記録: who did what when. Append-only, without foreign keys, each entry chained to the one before."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

SITE = 0  # the chain of what happens outside any clinic


class AuditEntryQuerySet(models.QuerySet):
    def visible_to(self, member):
        """The member's clinic's chain alone."""
        return self.filter(clinic_id=member.clinic_id)

    def newest_first(self):
        return self.order_by("-sequence")

    def of_item(self, *codes: str):
        """What was declared of an item, oldest first; of several where it was known by others."""
        return self.filter(action="answer.record", target__in=codes).order_by("sequence")


class AuditEntry(models.Model):
    """One entry of one clinic's chain. Ids and texts only: it outlives what it speaks of."""

    clinic_id = models.BigIntegerField()
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=100)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic_id", "sequence"], name="one_audit_chain_per_clinic")
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"

    def seal(self) -> str:
        """HMAC-SHA-256 over the entry and its predecessor's digest, as hex."""
        content = [self.clinic_id, self.sequence, self.at.isoformat(), self.actor_id, self.actor_name]
        content += [self.action, self.target, self.detail, self.previous]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def record(actor, clinic, action: str, target: str, detail: dict | None = None) -> AuditEntry:
    """Append an entry; call it inside the transaction of the change it tells of.

    `actor` is a user, the name of somebody without an account (a vendor), or None for the server itself.
    """
    clinic_id = clinic.pk if clinic else SITE
    hold(clinic_id)
    last = (
        AuditEntry.objects.filter(clinic_id=clinic_id)
        .order_by("-sequence")
        .values("sequence", "digest")
        .first()
    )
    entry = AuditEntry(
        clinic_id=clinic_id,
        sequence=last["sequence"] + 1 if last else 1,
        at=timezone.now(),
        actor_id=getattr(actor, "pk", None),
        actor_name=str(actor)[:100] if actor else "サーバ",
        action=action,
        target=target[:200],
        detail=_plain(detail or {}),
        previous=last["digest"] if last else "",
    )
    entry.digest = entry.seal()
    entry.save(force_insert=True)
    return entry


def broken_links(clinic_id: int) -> list[int]:
    """Sequence numbers whose entry was altered, or whose predecessor is missing or altered."""
    broken, previous, expected = [], "", 1
    for entry in AuditEntry.objects.filter(clinic_id=clinic_id).order_by("sequence").iterator():
        if entry.sequence != expected or entry.previous != previous or entry.digest != entry.seal():
            broken.append(entry.sequence)
        previous, expected = entry.digest, entry.sequence + 1
    return broken


@contextmanager
def writing(clinic_id: int) -> Iterator[None]:
    """The transaction of one change: nobody else writes for this clinic until it commits."""
    with transaction.atomic():
        hold(clinic_id)
        yield


def hold(clinic_id: int) -> None:
    """Let one transaction at a time write for a clinic, until it commits; inside atomic()."""
    # On SQLite the IMMEDIATE transaction has already locked the file.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [clinic_id])


def _plain(value):
    """JSON-ready: dates as ISO text, model instances as their name."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)
