"""The parts of a sheet: tables under one title each, where a sheet holds several forms or products. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from vendors.workbook.cells import ROWS, Sheet
from vendors.workbook.facts import completed, header, opening
from vendors.workbook.layout import Table, tables
from vendors.workbook.questions import lines
from vendors.workbook.readings import Header, Row
from vendors.workbook.titles import is_example, mentioned, named

_TOP = 15


@dataclass(frozen=True)
class Section:
    """Tables from row `first` on; `titles` stand above them, and `above` at the top of the sheet."""

    sheet: Sheet
    first: int
    tables: tuple[Table, ...]
    titles: tuple[str, ...]
    above: tuple[str, ...]

    @property
    def width(self) -> int:
        return max(len(table.groups) for table in self.tables)

    @property
    def names(self) -> set[str]:
        """The form that its own title names, else the one that the sheet's name and titles agree on; else both or none."""
        own = _singly(map(named, self.titles)) if self.first > 1 else set()
        return own or _singly([mentioned(self.sheet.name), *map(named, self.above)])

    def header(self, line: int) -> Header:
        """What stands above the heading of a line; and, where no product is named there, at the top of the sheet."""
        heading = max([self.first, *(table.heading for table in self.tables if table.heading <= line)])
        stated = header(self.sheet, heading - 1, self.first)
        if stated.product or self.first == 1:
            return stated
        return completed(stated, header(self.sheet, _top(tables(self.sheet), ROWS)))


def sections(sheet: Sheet, rows: Iterable[Row]) -> list[Section]:
    """The parts from top to bottom. A further one begins with a title or a product's name between two questions."""
    found = tables(sheet)
    if not found:
        return []
    above = _texts(sheet, 1, _top(found, _TOP))
    begins = [row for row in sheet.rows if row > found[0].heading and _begins(sheet, row, above)]
    numbered = _numbered(sheet, found, rows) if begins else []
    between = [[row for row in begins if one < row < other] for one, other in pairwise(numbered)]
    starts = [1, *(rows[0] for rows in between if rows)]
    ends = [start - 1 for start in starts[1:]] + [ROWS]
    parts = [_clipped(found, numbered, *part) for part in zip(starts, ends, strict=True)]
    return [
        Section(sheet, start, own, above if start == 1 else _texts(sheet, start, own[0].heading - 1), above)
        for start, own in zip(starts, parts, strict=True)
    ]


def is_skipped(sheet: Sheet) -> bool:
    """Whether the sheet only shows how to fill in."""
    return is_example(sheet, _top(tables(sheet), 10))


def _texts(sheet: Sheet, first: int, last: int) -> tuple[str, ...]:
    return tuple(cell.text for cell in opening(sheet, last, first))


def _top(found: list[Table], most: int) -> int:
    return min([most, *(table.heading - 1 for table in found[:1])])


def _singly(told: Iterable[set[str]]) -> set[str]:
    return set().union(*(forms for forms in told if len(forms) == 1))


def _begins(sheet: Sheet, row: int, above: tuple[str, ...]) -> bool:
    """Whether a row names a form or a product; not as a page's head that repeats the sheet's."""
    texts = [cell.text for cell in sheet.rows[row].values() if cell.kind == "text" and cell.text not in above]
    product = header(sheet, row, row).product
    return any(len(named(text)) == 1 for text in texts) or product not in ("", *above)


def _numbered(sheet: Sheet, found: list[Table], rows: Iterable[Row]) -> list[int]:
    lists = frozenset(row.numbers for row in rows)
    groups = [(table, group) for table in found for group in table.groups]
    return sorted({line.row for table, group in groups for line in lines(sheet, table, group, lists, {})})


def _clipped(found: list[Table], numbered: list[int], first: int, last: int) -> tuple[Table, ...]:
    """The tables within two rows; one that goes on there without a heading begins with its first question."""
    if not numbered:
        return tuple(found)
    parts = [replace(each, first=max(each.first, first), last=min(each.last, last)) for each in found]
    rows = [[row for row in numbered if part.first <= row <= part.last] for part in parts]
    return tuple(
        part if part.heading >= first else replace(part, heading=own[0])
        for part, own in zip(parts, rows, strict=True)
        if own
    )
