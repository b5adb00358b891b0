"""Writing an entry: inside the transaction of the change it tells of, one writer at a time for each chain."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from compliance.audit import heads
from compliance.audit.chain import SITE, AuditEntry


def record(actor, clinic, action: str, target: str, detail: dict | None = None) -> AuditEntry:
    """Append an entry; call it inside the transaction of the change it tells of.

    `actor` is a user, the name of somebody without an account (a vendor), or None for the server itself.
    """
    return append(actor, clinic.pk if clinic else SITE, action, target, detail)


def append(actor, clinic_id: int, action: str, target: str, detail: dict | None = None) -> AuditEntry:
    """As `record`, to the chain of a clinic that may be gone.

    Where somebody calls it outside a transaction (allauth tells of some things after its commit), it is one.
    """
    with transaction.atomic(savepoint=False):
        return _appended(actor, clinic_id, action, target, detail)


def _appended(actor, clinic_id: int, action: str, target: str, detail: dict | None) -> AuditEntry:
    hold(clinic_id)
    last = heads.newest(clinic_id)
    entry = AuditEntry(
        clinic_id=clinic_id,
        sequence=last.sequence + 1 if last else 1,
        at=timezone.now(),
        actor_id=getattr(actor, "pk", None),
        actor_name=str(actor)[:100] if actor else "サーバ",
        action=action,
        target=target[:200],
        detail=_plain(detail or {}),
        previous=last.digest if last else "",
    )
    entry.digest = entry.seal()
    entry.save(force_insert=True)
    # Looked at now: after the commit the table may be behind its wall.
    if heads.holds(clinic_id, last):
        head = heads.Head.of(entry)
        # No partial: where the disk is full, Django tells of what failed by its __qualname__.
        transaction.on_commit(lambda: heads.advance(head), robust=True)
    return entry


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
