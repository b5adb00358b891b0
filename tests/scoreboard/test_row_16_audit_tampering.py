"""操作記録 tampered with 200 times by somebody who owns the database but not the key: every time it is found."""

import random
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from compliance.audit import AuditEntry, check, triggers
from compliance.models import Clinic
from tests.tampering import chain_of

pytestmark = pytest.mark.django_db
SEED, SIZE, ENTRIES = 16, 200, 30
EDITS = {
    "clinic_id": lambda entry, dice: entry.clinic_id + dice.randint(1000, 2000),
    "sequence": lambda entry, dice: entry.sequence + dice.randint(1000, 2000),
    "at": lambda entry, dice: entry.at.replace(microsecond=(entry.at.microsecond + 1) % 1_000_000),
    "actor_id": lambda entry, dice: dice.randint(1, 99),
    "actor_name": lambda entry, dice: entry.actor_name + " ",
    "action": lambda entry, dice: "test.other",
    "target": lambda entry, dice: entry.target[::-1],
    "detail": lambda entry, dice: {**entry.detail, "step": str(entry.detail["step"])},
    "previous": lambda entry, dice: entry.digest,
    "digest": lambda entry, dice: f"{dice.getrandbits(256):064x}",
}


class Forger:
    """Has every right to the tables, another clinic's whole chain beside the first, and no key."""

    def __init__(self, clinic: Clinic, other: Clinic, dice: random.Random):
        self.clinic, self.other, self.dice = clinic, other, dice

    def chain(self, clinic: Clinic | None = None) -> list[AuditEntry]:
        return list(AuditEntry.objects.in_chain((clinic or self.clinic).pk))

    def write(self, entries: list[AuditEntry]) -> None:
        """These in place of the chain, numbered from 1 as they come."""
        AuditEntry.objects.filter(clinic_id=self.clinic.pk).delete()
        for number, entry in enumerate(entries, start=1):
            entry.pk, entry.sequence, entry.clinic_id = None, number, self.clinic.pk
        AuditEntry.objects.bulk_create(entries)

    def edit(self) -> None:
        entry, column = self.dice.choice(self.chain()), self.dice.choice(list(EDITS))
        AuditEntry.objects.filter(pk=entry.pk).update(**{column: EDITS[column](entry, self.dice)})

    def delete(self) -> None:
        """In the middle, or the beginning; the rest keeps its numbers."""
        first = self.dice.randint(1, ENTRIES - 1)
        gone = range(first, min(first + self.dice.randint(1, 5), ENTRIES))
        AuditEntry.objects.filter(clinic_id=self.clinic.pk, sequence__in=gone).delete()

    def delete_and_close_up(self) -> None:
        entries = self.chain()
        del entries[self.dice.randrange(ENTRIES - 1)]
        self.write(entries)

    def reorder(self) -> None:
        entries = self.chain()
        a, b = self.dice.sample(range(ENTRIES), 2)
        entries[a], entries[b] = entries[b], entries[a]
        self.write(entries)

    def swap_what_is_told(self) -> None:
        """Two entries keep their places and seals, and tell each other's."""
        a, b = self.dice.sample(self.chain(), 2)
        for mine, its in ((a, b), (b, a)):
            told = {"target": its.target, "detail": its.detail}
            AuditEntry.objects.filter(pk=mine.pk).update(**told)

    def cut(self) -> None:
        left = ENTRIES - self.dice.choice([1, 1, 2, 5, 15, ENTRIES])
        AuditEntry.objects.filter(clinic_id=self.clinic.pk, sequence__gt=left).delete()

    def cut_and_go_on(self) -> None:
        """The product writes on, as many entries as are gone or more, and nothing looks missing."""
        gone = self.dice.randint(1, 8)
        AuditEntry.objects.filter(clinic_id=self.clinic.pk, sequence__gt=ENTRIES - gone).delete()
        chain_of(self.clinic, gone + self.dice.choice([0, 0, 1, 2, 5]))

    def insert(self) -> None:
        entries, strange = self.chain(), self.dice.choice(self.chain())
        entries.insert(self.dice.randint(0, ENTRIES), strange)
        self.write(entries)

    def copy_from_another_clinic(self) -> None:
        """One entry, or the whole chain, put in the place of this clinic's."""
        entries, others = self.chain(), self.chain(self.other)
        place = self.dice.randrange(ENTRIES)
        entries[place] = others[place]
        self.write(self.dice.choice([entries, others]))

    def seal_anew(self) -> None:
        """One entry is changed, and all from it on sealed with a guess at the key."""
        entries, first = self.chain(), self.dice.randrange(ENTRIES)
        entries[first].target = "別の項目"
        with override_settings(AUDIT_KEY=self.dice.choice([settings.SECRET_KEY, "", "guess"])):
            for number in range(first, ENTRIES):
                entries[number].previous = entries[number - 1].digest if number else ""
                entries[number].digest = entries[number].seal()
        self.write(entries)

    @property
    def ways(self) -> list[Callable[[], None]]:
        more_often = [self.edit] * 3
        return [
            *more_often,
            *(self.delete, self.delete_and_close_up, self.reorder, self.swap_what_is_told, self.cut),
            *(self.cut_and_go_on, self.insert, self.copy_from_another_clinic, self.seal_anew),
        ]


@pytest.fixture
def chains(django_capture_on_commit_callbacks) -> list[Clinic]:
    """Two clinics with a chain of equal length each, their ends stated."""
    with django_capture_on_commit_callbacks(execute=True):
        return [chain_of(Clinic.objects.create(name=name), ENTRIES) for name in ("甲医院", "乙医院")]


def is_found(forger: Forger, forge: Callable[[], None], capture) -> bool:
    with transaction.atomic():
        triggers.remove()
        with capture(execute=True):
            forge()
        verdict = check(forger.clinic.pk)
        transaction.set_rollback(True)
    return bool(verdict.faults)


@pytest.fixture
def forger(chains) -> Forger:
    return Forger(*chains, random.Random(SEED))  # noqa: S311 (the same one every time)


def test_every_tampering_is_found(forger, score, caplog, django_capture_on_commit_callbacks):
    caplog.set_level("CRITICAL")
    done = [forger.ways[n % len(forger.ways)] for n in range(SIZE)]
    forger.dice.shuffle(done)
    missed = [
        each.__name__ for each in done if not is_found(forger, each, django_capture_on_commit_callbacks)
    ]
    print(f"seed {SEED}; not found: {missed}")
    assert check(forger.clinic.pk).faults == ()
    score(len(done), len(missed))


def test_what_was_not_tampered_with_is_not_blamed(forger, django_capture_on_commit_callbacks):
    assert not is_found(forger, lambda: chain_of(forger.clinic, 3), django_capture_on_commit_callbacks)
