"""Before a round begins: what would come along, counted. Nothing is written."""

from collections import Counter
from dataclasses import dataclass

from checklist.catalogue import Catalogue, catalogue_of
from checklist.choices import Status
from checklist.rounds import Round
from checklist.succession import Next
from compliance.conversion import Change, Origin, Table
from vendors.carrying import to_carry
from vendors.models import Disclosure, RiskTreatment


@dataclass(frozen=True)
class Moved:
    """An item or row that does not come over as it is: the words of both editions."""

    origin: Origin
    old: list[dict]
    new: dict | None

    @property
    def change(self) -> Change:
        return self.origin.change


@dataclass(frozen=True)
class SheetMoved:
    """A disclosure: how many of its rows come over, and how many are to be asked anew."""

    disclosure: Disclosure
    kept: int
    open: int


@dataclass(frozen=True)
class Simulation:
    """`counts`, `row_counts`: (label, number) by change; `beside`, `dropped`: how many declared answers come along."""

    counts: list[tuple[str, int]]
    row_counts: list[tuple[str, int]]
    beside: int
    dropped: int
    moved: list[Moved]
    moved_rows: list[Moved]
    sheets: list[SheetMoved]
    risks_left: list[RiskTreatment]


def simulate(wanted: Next, round_: Round) -> Simulation:
    """What beginning `wanted` would do; `round_` is the one that it follows."""
    old, new = round_.catalogue, catalogue_of(wanted.edition)
    items, rows = wanted.conversion.items, wanted.conversion.rows
    declared = {line.code for line in round_.lines if line.answer.status != Status.UNANSWERED}
    kept = {code for item in new.items for code in _kept(items, item["code"])}
    return Simulation(
        counts=_counts(items, new.by_code),
        row_counts=_counts(rows, new.annex),
        beside=len(declared & kept),
        dropped=len(declared - kept),
        moved=_moved(items, old.by_code, new.by_code),
        moved_rows=_moved(rows, old.annex, new.annex),
        sheets=_sheets(wanted, rows, new) if wanted.switches else [],
        risks_left=_risks_left(wanted, rows) if wanted.switches else [],
    )


def _kept(table: Table, code: str) -> tuple[str, ...]:
    origin = table.origin(code)
    return origin.codes if origin.keep else ()


def _counts(table: Table, codes) -> list[tuple[str, int]]:
    counts = Counter(table.origin(code).change for code in codes) + Counter({Change.DELETED: len(table.gone)})
    return [(change.label, counts[change]) for change in Change if counts[change]]


def _moved(table: Table, old: dict[str, dict], new: dict[str, dict]) -> list[Moved]:
    """In the new document's order; what is gone comes last."""
    origins = [(table.origin(code), new[code]) for code in new]
    found = [Moved(origin, [old[code] for code in origin.codes], each) for origin, each in origins]
    gone = [Moved(Origin((code,), Change.DELETED, False), [old[code]], None) for code in table.gone]
    return [each for each in [*found, *gone] if each.change != Change.UNCHANGED]


def _sheets(wanted: Next, table: Table, new: Catalogue) -> list[SheetMoved]:
    found = []
    for sheet in to_carry(wanted.after.clinic_id, wanted.after.edition):
        codes = [code for code in new.annex if code.startswith(sheet.kind)]
        kept = sum(bool(_kept(table, code)) for code in codes)
        found.append(SheetMoved(sheet, kept, len(codes) - kept))
    return found


def _risks_left(wanted: Next, table: Table) -> list[RiskTreatment]:
    own = RiskTreatment.objects.filter(clinic=wanted.after.clinic_id)
    return list(own.without_heir(wanted.after.edition, table).select_related("system", "row"))
