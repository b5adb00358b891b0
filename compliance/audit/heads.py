"""Where each chain ends, stated outside the table: one small file for each clinic in AUDIT_HEADS.

A chain cannot show that its end was cut off; a head stated elsewhere can. Several machines share one folder.
"""

import fcntl
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from django.conf import settings

from compliance.audit.chain import AuditEntry

PRINTED = 16  # hex digits of a digest as a paper shows it: 64 bits
_WRITTEN = re.compile(rf"([0-9]{{1,18}}):([0-9]{{1,9}}):([0-9a-f]{{{PRINTED},64}})")
_log = logging.getLogger(__name__)


class Unreadable(Exception):
    """The file of a head cannot be read, or says something else."""


@dataclass(frozen=True)
class Head:
    """An entry by which the whole chain up to it is known. `digest`: 64 hex digits, or the first of them."""

    clinic_id: int
    sequence: int
    digest: str

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        return cls(entry.clinic_id, entry.sequence, entry.digest)

    @classmethod
    def read(cls, text: str) -> Self:
        """From 「12:345:89abcdef…」, as str() writes it; ValueError for anything else."""
        found = _WRITTEN.fullmatch(text.strip().lower())
        if not found:
            raise ValueError(f"{text!r} is no head; one looks like 12:345:{'0' * PRINTED}")
        return cls(int(found[1]), int(found[2]), found[3])

    def __str__(self) -> str:
        return f"{self.clinic_id}:{self.sequence}:{self.digest}"

    def is_of(self, digest: str) -> bool:
        return digest.startswith(self.digest)


def newest(clinic_id: int) -> AuditEntry | None:
    """The last entry of a chain, without what it tells."""
    ends = AuditEntry.objects.filter(clinic_id=clinic_id).newest_first()
    return ends.only("clinic_id", "sequence", "digest", "previous").first()


def stated(clinic_id: int) -> Head | None:
    """What the file says; None where there is none, or a power cut emptied it. Raises Unreadable."""
    try:
        said = _path(clinic_id).read_text("ascii").strip("\0\n")
        head = Head.read(said) if said else None
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Unreadable(str(error)) from error
    if head and head.clinic_id != clinic_id:
        raise Unreadable(f"{_path(clinic_id)} is of chain {head.clinic_id}")
    return head


def stated_chains() -> set[int]:
    folder = settings.AUDIT_HEADS
    return {int(each.name) for each in folder.iterdir() if each.name.isdigit()} if folder.exists() else set()


def holds(clinic_id: int, last: AuditEntry | None) -> bool:
    """Whether the stated head is part of the chain that ends with `last`, or none is stated.

    One that is not found the table cut or altered. It is a witness then: nothing overwrites it but restate.
    """
    try:
        head = stated(clinic_id)
        sound = head is None or (last is not None and _is_part(head, last))
    except Unreadable:
        sound = False
    if not sound:
        _log.error("The head of audit chain %s does not fit the table; run manage.py verify_audit", clinic_id)
    return sound


def _is_part(head: Head, last: AuditEntry) -> bool:
    if head.sequence == last.sequence:
        return head.is_of(last.digest)
    if head.sequence == last.sequence - 1:
        return head.is_of(last.previous)
    found = AuditEntry.objects.filter(clinic_id=head.clinic_id, sequence=head.sequence)
    return any(head.is_of(digest) for digest in found.values_list("digest", flat=True))


def advance(head: Head) -> None:
    """State a committed entry; of two workers that arrive in the wrong order the later entry stays."""
    with _alone():
        before = stated(head.clinic_id)
        if before is None or before.sequence < head.sequence:
            _write(head)


def forget(clinic_id: int) -> None:
    with _alone():
        _path(clinic_id).unlink(missing_ok=True)


def _path(clinic_id: int) -> Path:
    return settings.AUDIT_HEADS / str(clinic_id)


@contextmanager
def _alone() -> Iterator[None]:
    settings.AUDIT_HEADS.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.AUDIT_HEADS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(head: Head) -> None:
    """The old one or the new one for whoever reads; 0.2 ms.

    Without fsync, which would take a third of what a save's own commit takes (2 ms and more): a power cut may leave
    an older head or an empty file, while the table has every entry, and the next one states the head again.
    """
    new = settings.AUDIT_HEADS / "new"
    new.write_text(f"{head}\n", "ascii")
    new.replace(_path(head.clinic_id))
