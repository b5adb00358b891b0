"""From one edition of the guideline to the next: what became of each item and row. Pure: no Django, no database.

fixtures/guideline-*/conversion.toml holds the steps from the edition named in `from`; every code of both
editions stands in it once. The table is ours; the words beside it are those of both editions.
"""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

KINDS = ("item", "row")


class Change(StrEnum):
    """What became of an item or row; the later in this order is the greater change."""

    UNCHANGED = "unchanged"
    REWORDED = "reworded"
    SPLIT = "split"
    MERGED = "merged"
    NEW = "new"
    DELETED = "deleted"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Change.UNCHANGED: "そのまま",
    Change.REWORDED: "文が変わった",
    Change.SPLIT: "分かれた",
    Change.MERGED: "まとまった",
    Change.NEW: "新しい",
    Change.DELETED: "なくなった",
}
# (old codes, new codes) that each change joins: exactly 1, any number above 1 ("many"), or none.
_SHAPES = {
    Change.UNCHANGED: ("one", "one"),
    Change.REWORDED: ("one", "one"),
    Change.SPLIT: ("one", "many"),
    Change.MERGED: ("many", "one"),
    Change.NEW: ("none", "one"),
    Change.DELETED: ("one", "none"),
}


@dataclass(frozen=True)
class Origin:
    """Where one code of the new edition comes from; `keep`: what was said there is still an answer here."""

    codes: tuple[str, ...]
    change: Change
    keep: bool
    why: str = ""


@dataclass(frozen=True)
class Table:
    """{new code: its origin}, and the old codes that lead nowhere. None for `origins`: it is the same edition."""

    origins: Mapping[str, Origin] | None = None
    gone: tuple[str, ...] = ()

    def origin(self, code: str) -> Origin:
        return Origin((code,), Change.UNCHANGED, True) if self.origins is None else self.origins[code]

    def heir(self, code: str) -> str:
        """The one code that takes over what was said under `code`; empty where there is none."""
        return (
            code
            if self.origins is None
            else next((new for new in self.origins if self.source(new) == code), "")
        )

    def source(self, code: str) -> str:
        """The one old code whose answer `code` takes over; empty where there is none."""
        origin = self.origin(code)
        return origin.codes[0] if origin.keep and len(origin.codes) == 1 else ""

    def then(self, later: "Table") -> "Table":
        """This table, and the next edition's after it."""
        if self.origins is None or later.origins is None:
            return later if self.origins is None else self
        origins = {code: self._through(each) for code, each in later.origins.items()}
        led = {code for each in origins.values() for code in each.codes}
        old = dict.fromkeys(code for each in self.origins.values() for code in each.codes)
        return Table(origins, (*self.gone, *(code for code in old if code not in led)))

    def _through(self, later: Origin) -> Origin:
        earlier = [self.origin(code) for code in later.codes]
        codes = tuple(dict.fromkeys(code for each in earlier for code in each.codes))
        changes = [later.change, *(each.change for each in earlier if each.codes)]
        change = max(changes, key=list(Change).index) if codes else Change.NEW
        keep = bool(codes) and later.keep and all(each.keep for each in earlier)
        return Origin(
            codes, change, keep, "／".join(filter(None, [*(each.why for each in earlier), later.why]))
        )


@dataclass(frozen=True)
class Conversion:
    """How items and rows came over from an earlier edition."""

    items: Table = field(default_factory=Table)
    rows: Table = field(default_factory=Table)

    def then(self, later: "Conversion") -> "Conversion":
        return Conversion(self.items.then(later.items), self.rows.then(later.rows))

    @classmethod
    def of(cls, steps: Mapping) -> "Conversion":
        """From the content of conversion.toml, which `problems` finds sound."""
        return cls(*(_table(steps.get(kind, [])) for kind in KINDS))


def _table(steps: Sequence[Mapping]) -> Table:
    origins = {
        new: Origin(tuple(step["old"]), Change(step["change"]), step["keep"], step.get("why", ""))
        for step in steps
        for new in step["new"]
    }
    return Table(origins, tuple(code for step in steps if not step["new"] for code in step["old"]))


def read(folder: Path) -> dict:
    """The content of conversion.toml; empty where an edition has none. Raises tomllib.TOMLDecodeError."""
    path = folder / "conversion.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def problems(steps: Mapping, old: Mapping, new: Mapping) -> list[str]:
    """What is wrong with a table between two guidelines (Guideline.as_dict()), as sentences; [] when all is well."""
    found = []
    for kind, key, code in (("item", "items", "code"), ("row", "rows", "id")):
        texts = [{each[code]: each["text"] for each in edition[key]} for edition in (old, new)]
        found += _problems(kind, steps.get(kind, []), *texts)
    return found


def _problems(kind: str, steps: Sequence[Mapping], old: Mapping, new: Mapping) -> Iterator[str]:
    for side, codes in (("old", old), ("new", new)):
        named = Counter(code for step in steps for code in step[side])
        yield from (f"{kind}: {side} {code} is not told of" for code in codes if code not in named)
        yield from (f"{kind}: there is no {side} {code}" for code in named if code not in codes)
        yield from (f"{kind}: {side} {code} is told of twice" for code, n in named.items() if n > 1)
    for step in steps:
        yield from _faults(kind, step, old, new)


def _faults(kind: str, step: Mapping, old: Mapping, new: Mapping) -> Iterator[str]:
    name = f"{kind} {'+'.join(step['old']) or '-'} → {'+'.join(step['new']) or '-'}"
    if step["change"] not in LABELS:
        yield f"{name}: there is no change {step['change']}"
        return
    if tuple(map(_size, (step["old"], step["new"]))) != _SHAPES[step["change"]]:
        yield f"{name}: that is not {step['change']}"
    elif step["change"] in {Change.UNCHANGED, Change.REWORDED}:
        same = old.get(step["old"][0]) == new.get(step["new"][0])
        if same != (step["change"] == Change.UNCHANGED):
            yield f"{name}: the texts {'are the same' if same else 'differ'}"
    if step["keep"] and step["change"] in {Change.NEW, Change.DELETED}:
        yield f"{name}: there is nothing to keep"
    if not step["keep"] and step["change"] == Change.UNCHANGED:
        yield f"{name}: what has not changed keeps its answer"


def _size(codes: Sequence[str]) -> str:
    return "many" if len(codes) > 1 else "one" if codes else "none"
