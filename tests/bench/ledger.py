"""What people were told of their saves against what the clinic's 操作記録 says. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles

SAVED, CONFLICT = 200, 409


@dataclass(frozen=True)
class Save:
    """One save as its sender knows it: `known` stood there when it was written, `note` was to stand there."""

    person: str
    item: str
    known: str
    note: str
    status: int
    ms: float


@dataclass(frozen=True)
class Entry:
    """One 操作記録 of a note: who made what out of what."""

    person: str
    item: str
    before: str
    after: str


def numbers_of(saves: Sequence[Save], entries: Sequence[Entry], standing: dict[str, str]) -> dict:
    """`standing` is {item: note} as it stands at the end.

    Keys: p50_ms, p95_ms, p99_ms (of all saves), saves, conflicts, and how many were refused, lost or overwritten unseen.
    """
    hundredths = quantiles([each.ms for each in saves], n=100, method="inclusive")
    return {
        **{f"p{part}_ms": round(hundredths[part - 1], 1) for part in (50, 95, 99)},
        "saves": len(saves),
        "conflicts": sum(each.status == CONFLICT for each in saves),
        "refused": sum(each.status not in {SAVED, CONFLICT} for each in saves),
        "lost": len(lost(saves, entries, standing)),
        "overwritten": len(overwritten(saves, entries)),
    }


def lost(saves: Iterable[Save], entries: Iterable[Entry], standing: dict[str, str]) -> list[str]:
    """Notes that were acknowledged without being recorded, or recorded last without standing there."""
    entries = list(entries)
    recorded = {(each.person, each.item, each.after) for each in entries}
    newest = {each.item: each.after for each in entries}
    unrecorded = [
        each.note
        for each in saves
        if each.status == SAVED and (each.person, each.item, each.note) not in recorded
    ]
    return unrecorded + [note for item, note in newest.items() if standing.get(item) != note]


def overwritten(saves: Iterable[Save], entries: Iterable[Entry]) -> list[str]:
    """Notes that gave way to somebody who had not seen them."""
    known = {(each.item, each.note): each.known for each in saves}
    return [each.before for each in entries if known.get((each.item, each.after)) != each.before]
