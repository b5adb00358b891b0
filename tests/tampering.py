"""Hands of the tests about 操作記録: entries reached as only the database's owner reaches them."""

from collections.abc import Iterator
from contextlib import contextmanager

from compliance.audit import AuditEntry, record, triggers
from compliance.models import Clinic


@contextmanager
def untriggered() -> Iterator[None]:
    """Without the triggers that stand between everybody and the entries."""
    triggers.remove()
    yield
    triggers.install()


def entry(clinic: Clinic, sequence: int):
    return AuditEntry.objects.filter(clinic_id=clinic.pk, sequence=sequence)


def alter(clinic: Clinic, sequence: int, **columns) -> None:
    with untriggered():
        assert entry(clinic, sequence).update(**columns) == 1


def remove(clinic: Clinic, *sequences: int) -> None:
    with untriggered():
        for each in sequences:
            entry(clinic, each).delete()


def renumber(clinic: Clinic, *moves: tuple[int, int]) -> None:
    """Each (old, new), one after the other."""
    with untriggered():
        for old, new in moves:
            assert entry(clinic, old).update(sequence=new) == 1


def chain_of(clinic: Clinic, entries: int, by=None) -> Clinic:
    """That many further entries of a clinic."""
    for number in range(1, entries + 1):
        record(by, clinic, "test.step", f"{number}歩目", {"step": number})
    return clinic
