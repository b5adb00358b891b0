"""Sheets and cells in memory. Rows and columns count from 1."""

from dataclasses import dataclass, field
from functools import cached_property

ROWS, COLUMNS, SHEETS, CELLS = 2_000, 120, 20, 60_000


@dataclass(frozen=True)
class Cell:
    """`kind` is "text", "number", "date" (text is ISO), "bool" ("TRUE"), "formula" (its last result), "error",
    or "struck" (through, of whatever kind).
    """

    text: str
    kind: str = "text"


EMPTY = Cell("")


@dataclass(frozen=True)
class Merge:
    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Sheet:
    name: str
    hidden: bool = False
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    has_controls: bool = False

    @cached_property
    def rows(self) -> dict[int, dict[int, Cell]]:
        """The cells that hold something, by row and column, in order."""
        found: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in sorted(self.cells.items(), key=lambda each: each[0]):
            found.setdefault(row, {})[column] = cell
        return found

    @cached_property
    def columns(self) -> list[int]:
        """The columns that are shown, up to the last that holds something."""
        last = max((column for _, column in self.cells), default=0)
        return [column for column in range(1, last + 1) if column not in self.hidden_columns]

    @cached_property
    def merged(self) -> dict[tuple[int, int], Merge]:
        """Each merged position, and its region."""
        found = {}
        for merge in self.merges:
            for row in range(merge.top, merge.bottom + 1):
                for column in range(merge.left, merge.right + 1):
                    found[row, column] = merge
        return found

    def anchor(self, row: int, column: int) -> tuple[int, int]:
        """Where the value shown at a position is stored: itself, or its merged region's first cell."""
        merge = self.merged.get((row, column))
        return (merge.top, merge.left) if merge else (row, column)

    def at(self, row: int, column: int) -> Cell:
        return self.cells.get(self.anchor(row, column), EMPTY)

    def place(self, row: int, column: int) -> str:
        """「SDS!C97」"""
        return f"{self.name}!{letters(column)}{row}"


def letters(column: int) -> str:
    """ "A" for 1, "AA" for 27"""
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def position(reference: str) -> tuple[int, int]:
    """(row, column) of "C97"; ValueError for anything else."""
    reference = reference.replace("$", "")
    head = reference.rstrip("0123456789")
    if not head or len(head) > 3 or not head.isalpha() or not head.isascii():
        raise ValueError(reference)
    column = 0
    for letter in head.upper():
        column = column * 26 + ord(letter) - 64
    return int(reference[len(head) :]), column
