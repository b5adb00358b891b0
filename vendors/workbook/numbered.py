"""Which columns of a table number its questions, and the numbers by row. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from vendors.workbook.answering import is_dash
from vendors.workbook.cells import EMPTY, Cell, Sheet
from vendors.workbook.layout import Group, Table
from vendors.workbook.numbering import (
    Numbering,
    counter,
    joined,
    leading,
    numbering,
    ordinal,
    part,
    unbracketed,
)

Numbers = dict[int, Numbering]
Lists = frozenset[tuple[str, ...]]
_ENOUGH = 3
_NEARLY = 0.7
_LEFT_OUT = "項番の一部が空欄で、上の行から補っています"
_CHAPTER = "章の見出しの番号かもしれません"
_UNJOINED = "枝番の欄を項番に合わせて読めません"
_RIVAL = "項番の欄が2つあり、番号が違います"


@dataclass(frozen=True)
class Numbered:
    """What the columns `columns` name, row by row; `rank` is what their labels promise."""

    columns: tuple[int, ...]
    rank: int
    numbers: Numbers

    def score(self, known: set[str]) -> float:
        """How many numbers of the catalogue are named, dotted ones above all."""
        listed = [number for each in self.numbers.values() for number in each.numbers]
        found = set(listed) & known
        score = len(found) + 2 * sum("." in number for number in found)
        return score / 5 if is_serial(listed) else score

    def worth(self, known: set[str]) -> float:
        return self.score(known) * (1 + self.rank / 4)


def numbers_by_row(sheet: Sheet, table: Table, group: Group, lists: Lists) -> Numbers:
    """The numbers of a table's rows. Of several groups each may have its own, at its left; else they share them."""
    known = {number for numbers in lists for number in numbers}
    rows = [row for row in sheet.rows if table.first <= row <= table.last]
    best = None
    for columns in _pools(sheet, table, group, rows):
        found = list(_candidates(sheet, table, rows, columns, lists))
        best = _best(found, sheet.hidden_columns, known)
        if best and best.worth(known) >= _ENOUGH:
            rivals = [each for each in found if _is_rival(each, best, sheet.hidden_columns, known)]
            return _doubted(sheet, table, best, rivals)
    return best.numbers if best else {}


def _pools(sheet: Sheet, table: Table, group: Group, rows: list[int]) -> list[list[int]]:
    """The columns to look at, one list after the other."""
    old = {column for column, rank in table.numbers.items() if rank < 0}
    free = sorted({column for row in rows for column in sheet.rows[row]} - _taken(table) - old)
    before = [max(each.area) for each in table.groups if each.first < group.first]
    own = [column for column in free if max(before, default=0) < column < group.first]
    return [own, free] if len(table.groups) > 1 else [free]


def _best(found: list[Numbered], hidden: set[int], known: set[str]) -> Numbered | None:
    """The candidate of most worth; a hidden column only where the others name far less."""
    ranked = sorted(found, key=lambda each: each.worth(known), reverse=True)
    seen = [each for each in ranked if not hidden & set(each.columns)]
    enough = [each for each in seen if 2 * each.worth(known) >= ranked[0].worth(known)]
    return next(iter(enough or ranked), None)


def _taken(table: Table) -> set[int]:
    return {column for group in table.groups for column in group.area} | set(table.remarks)


def _candidates(
    sheet: Sheet, table: Table, rows: list[int], columns: list[int], lists: Lists
) -> Iterator[Numbered]:
    for column in columns:
        yield Numbered((column,), table.numbers.get(column, 0), _single_column(sheet, rows, column, lists))
    for chain in _chains(sheet, table, rows, columns):
        rank = max(table.numbers.get(column, 0) for column in chain)
        yield Numbered(chain, rank, _split(sheet, rows, chain, table.parts))
    for at, question in enumerate(columns[:12]):
        led = {row: found for row in rows if (found := leading(sheet.at(row, question)))}
        for column in columns[:at] if led else []:
            nested = _nested(sheet, rows, column, led, lists)
            yield Numbered((column, question), table.numbers.get(column, 0), nested)


def is_serial(numbers: list[str]) -> bool:
    """1, 2, 3 … as nobody numbers this form: its numbers have dots."""
    if len(numbers) < 8 or not numbers[0].isdigit():
        return False
    first = int(numbers[0])
    return numbers == [str(number) for number in range(first, first + len(numbers))]


def _single_column(sheet: Sheet, rows: list[int], column: int, lists: Lists) -> Numbers:
    """A number that stands alone comes before one that leads a text: 「7. 利用」 heads the chapter of row 7."""
    cells = {row: sheet.at(row, column) for row in rows}
    named = {row: found for row, cell in cells.items() if (found := numbering(cell, lists))}
    if named and all(unbracketed(cells[row]) for row in named):
        opened = {row: unbracketed(cell) for row, cell in cells.items()}
        named = {row: found for row, cell in opened.items() if cell and (found := numbering(cell, lists))}
    alone = {number for each in named.values() for number in each.numbers}
    led = {row: found for row, cell in cells.items() if row not in named and (found := leading(cell))}
    kept = {row: found for row, found in led.items() if not alone & set(found.numbers)}
    if len(named) > len(led):
        kept = {
            row: found if "." in found.numbers[0] else replace(found, doubt=_CHAPTER)
            for row, found in kept.items()
        }
    return {row: (named | kept)[row] for row in rows if row in named or row in kept}


def _nested(sheet: Sheet, rows: list[int], column: int, led: Numbers, lists: Lists) -> Numbers:
    """Main numbers in a column of their own, those below them at the head of the question (`led`): 6, then 「6.1 …」."""
    found: Numbers = {}
    parent = ""
    for row in rows:
        if named := numbering(sheet.at(row, column), lists):
            parent = named.numbers[0].split(".")[0]
            found[row] = named
        if row in led and parent and led[row].numbers[0].startswith(f"{parent}."):
            found[row] = led[row]
    return found


def _chains(sheet: Sheet, table: Table, rows: list[int], columns: list[int]) -> Iterator[tuple[int, ...]]:
    """Two to five columns with the parts of a number: side by side, but for dashes, or where a label says so."""
    filled = [column for column in columns if not _is_all(sheet, rows, column, is_dash)]
    counting = {column for column in filled if _counts(sheet, rows, column, column in table.parts)}
    taken = _taken(table)
    for at, first in enumerate(filled[:12]):
        chain, before = [first], first
        for column in filled[at + 1 :]:
            is_beside = before == chain[-1] and not any(before < each < column for each in taken)
            before = column
            if column in counting and (is_beside or column in table.parts) and len(chain) < 5:
                chain.append(column)
                yield tuple(chain)


def _is_all(sheet: Sheet, rows: list[int], column: int, is_such) -> bool:
    return all(is_such(sheet.at(row, column)) for row in rows if sheet.at(row, column).text)


def _counts(sheet: Sheet, rows: list[int], column: int, is_part: bool) -> bool:
    """Whether most of what a column holds may be a part of a number."""
    cells = [cell for row in rows if (cell := sheet.rows[row].get(column)) and not is_dash(cell)]
    return 2 * sum(bool(numbering(part(cell) if is_part else cell)) for cell in cells) >= len(cells) > 0


def _split(sheet: Sheet, rows: list[int], columns: tuple[int, ...], parts: frozenset[int]) -> Numbers:
    """Parts side by side. A part left out under an unmerged one above is filled in, and asked."""
    numbers: Numbers = {}
    last: list[Cell] = []
    for row in rows:
        shown = [(column, sheet.at(row, column)) for column in columns]
        cells = [part(cell) if column in parts else cell for column, cell in shown]
        cells = [EMPTY if is_dash(cell) else cell for cell in cells]
        filled = _filled(cells, last)
        if found := joined(filled):
            numbers[row] = replace(found, doubt="" if filled == cells else _LEFT_OUT)
            last = filled
    # A column that is filled in every row tells something else: how weighty a question is.
    return numbers if any("." not in each.numbers[0] for each in numbers.values()) else {}


def _filled(cells: list[Cell], last: list[Cell]) -> list[Cell]:
    first = next((i for i, cell in enumerate(cells) if cell.text), len(cells))
    complete = first == len(cells) or "." in cells[first].text
    return cells if complete or not first or not last else last[:first] + cells[first:]


def _is_rival(other: Numbered, best: Numbered, hidden: set[int], known: set[str]) -> bool:
    is_apart = not set(other.columns) & (set(best.columns) | hidden)
    return is_apart and other.score(known) >= _NEARLY * best.score(known)


def _doubted(sheet: Sheet, table: Table, best: Numbered, rivals: list[Numbered]) -> Numbers:
    """The numbers, with a doubt where another column says otherwise, or where a part seems to be left out of them."""
    times = Counter(number for each in best.numbers.values() for number in each.numbers)
    numbers = {}
    for row, found in best.numbers.items():
        others = [each.numbers[row].numbers for each in rivals if row in each.numbers]
        further = _further(sheet, table, best, row) if times[found.numbers[0]] > 1 else ""
        if any(named != found.numbers for named in others):
            found = replace(found, doubt=found.doubt or _RIVAL)
        elif further:
            named = (*found.numbers, *(f"{number}.{ordinal(further)}" for number in found.numbers))
            found = Numbering(named, found.doubt or _UNJOINED)
        numbers[row] = found
    return numbers


def _further(sheet: Sheet, table: Table, best: Numbered, row: int) -> str:
    """What a row of a repeated number seems to add to it: (2), ②, or what stands under 枝番."""
    taken = _taken(table) | (set(best.columns) & table.parts)
    for column, cell in sheet.rows[row].items():
        is_part = column in table.parts and column not in best.columns and not is_dash(cell)
        if column not in taken and (found := counter(cell) or (part(cell).text if is_part else "")):
            return found
    return ""
