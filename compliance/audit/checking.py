"""Whether a chain is whole: every entry against its seal and its predecessor, and the end against stated heads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from compliance.audit import heads
from compliance.audit.chain import SITE, AuditEntry
from compliance.audit.heads import Head
from compliance.audit.recording import append, writing

WORDS = {
    "altered": "{n}番の記録が、書き換えられたか、ほかから持ち込まれています",
    "moved": "{n}番にあるのは、もとは{m}番だった記録です（並べ替え）",
    "missing": "{n}番から{m}番までの記録がありません",
    "doubled": "{n}番の記録が2つあります",
    "unlinked": "{n}番の記録が、その前の記録とつながっていません",
    "illegible": "{n}番の記録が読めません",
    "cut": "記録は{n}番で終わっていますが、控えには{m}番まであります（{m}番までの末尾が失われています）",
    "differs": "{n}番の記録が、控えと違います",
    "unstated": "最後の記録（{n}番）の控えのファイルがありません",
    "head_illegible": "控えのファイルが読めません（記録は{n}番まであります）",
}
OF_HEADS = {"cut", "differs", "unstated", "head_illegible"}


@dataclass(frozen=True)
class Fault:
    """Where a chain is broken. `other` is the number that `kind` compares `sequence` with."""

    kind: str  # of WORDS
    sequence: int
    other: int = 0

    def __str__(self) -> str:
        return WORDS[self.kind].format(n=self.sequence, m=self.other)


@dataclass(frozen=True)
class Verdict:
    """What was found in one chain: its first broken entry, and the stated heads that do not fit."""

    clinic_id: int
    entries: int
    last: int
    faults: tuple[Fault, ...]
    at: datetime

    @property
    def lacks_heads(self) -> bool:
        return any(fault.kind in OF_HEADS for fault in self.faults)


class Link(NamedTuple):
    """An entry, and what its predecessor makes one expect of it."""

    entry: AuditEntry
    expected: int
    previous: str

    @property
    def is_sound(self) -> bool:
        entry = self.entry
        follows = entry.sequence == self.expected and entry.previous == self.previous
        return follows and entry.digest == entry.seal()

    def fault(self, entries: int) -> Fault:
        """What is wrong with an unsound one, in a chain of that many."""
        entry = self.entry
        if entry.digest != entry.seal():
            numbers = (number for number in range(1, entries + 2) if entry.seal(number) == entry.digest)
            was = next(numbers, 0)
            return Fault("moved" if was else "altered", entry.sequence, was)
        if entry.sequence < self.expected:
            return Fault("doubled", entry.sequence)
        if entry.sequence > self.expected:
            return Fault("missing", self.expected, entry.sequence - 1)
        return Fault("unlinked", entry.sequence)


def links(entries: Iterable[AuditEntry]) -> Iterator[Link]:
    """A chain's entries, oldest first, each with what is expected of it."""
    expected, previous = 1, ""
    for entry in entries:
        following = entry.sequence + 1
        yield Link(entry, expected, previous)
        expected, previous = following, entry.digest


def broken_links(clinic_id: int) -> list[int]:
    """Numbers of all entries that were altered, or whose predecessor is missing or altered."""
    chain = AuditEntry.objects.in_chain(clinic_id).iterator()
    return [link.entry.sequence for link in links(chain) if not link.is_sound]


def check(clinic_id: int, named: Iterable[Head] = ()) -> Verdict:
    """Walk one chain and compare it with its stated head, and with those `named` from a backup or a paper."""
    known, unreadable = _stated(clinic_id)  # before the table: entries written meanwhile only add to it
    known += [head for head in named if head.clinic_id == clinic_id]
    walk = _Walk()
    broken = walk.over(AuditEntry.objects.in_chain(clinic_id).iterator(), {h.sequence for h in known})
    faults = [*broken, *_misfits(known, walk), *([Fault("head_illegible", walk.last)] if unreadable else [])]
    if walk.entries and not unreadable and heads.stated(clinic_id) is None:
        faults.append(Fault("unstated", walk.last))
    return Verdict(clinic_id, walk.entries, walk.last, tuple(faults), timezone.now())


def _stated(clinic_id: int) -> tuple[list[Head], bool]:
    """([the stated head], whether its file is unreadable)"""
    try:
        return [head for head in [heads.stated(clinic_id)] if head], False
    except heads.Unreadable:
        return [], True


class _Walk:
    """What one pass over a chain learns."""

    def __init__(self):
        self.entries, self.last, self.digests = 0, 0, {}

    def over(self, chain: Iterable[AuditEntry], wanted: set[int]) -> list[Fault]:
        """The chain's first fault, if any; notes the digests of the `wanted` numbers."""
        broken, following = None, links(chain)
        try:
            for link in following:
                broken = broken or (None if link.is_sound else link)
                self._note(link.entry, wanted)
        except (ValueError, TypeError, AttributeError):  # what stands in a column is none of its values
            return [broken.fault(self.entries) if broken else Fault("illegible", self.last + 1)]
        return [broken.fault(self.entries)] if broken else []

    def _note(self, entry: AuditEntry, wanted: set[int]) -> None:
        self.entries, self.last = self.entries + 1, entry.sequence
        if entry.sequence in wanted:
            self.digests.setdefault(entry.sequence, entry.digest)


def _misfits(known: Iterable[Head], walk: _Walk) -> Iterator[Fault]:
    for head in known:
        if head.sequence > walk.last:
            yield Fault("cut", walk.last, head.sequence)
        elif not head.is_of(walk.digests.get(head.sequence, "")):
            yield Fault("differs", head.sequence)


def chains() -> list[int]:
    """The clinics, and SITE, that have entries or a stated head."""
    return sorted(
        {*AuditEntry.objects.values_list("clinic_id", flat=True).distinct(), *heads.stated_chains()}
    )


def check_all(named: Iterable[Head] = ()) -> Iterator[Verdict]:
    named = list(named)
    for clinic_id in sorted({*chains(), *(head.clinic_id for head in named)}):
        yield check(clinic_id, named)


def restate(only: int | None = None, *, by=None) -> list[Verdict]:
    """Take each chain's end, or that of `only` one, as the table has it where its stated head does not fit.

    Each is told in its chain; in the site's, where nothing is left of it.

    For after a restore, or a damage that was looked into. Returns what was found before.
    """
    found = [each for each in check_all() if each.lacks_heads and only in {None, each.clinic_id}]
    for verdict in found:
        heads.forget(verdict.clinic_id)
        _tell(verdict, by)
    return found


def _tell(verdict: Verdict, by) -> None:
    found = {"found": [str(fault) for fault in verdict.faults]}
    chain = verdict.clinic_id if verdict.entries else SITE
    target = f"{verdict.last}番" if verdict.entries else f"医療機関（番号{verdict.clinic_id}）の全部"
    with writing(chain):
        append(by, chain, "audit.restate", target, found)
