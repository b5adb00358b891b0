"""The lines of a form: number, what is said, remark, question. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from vendors.workbook.answering import Said, chosen, single
from vendors.workbook.cells import COLUMNS, Cell, Sheet
from vendors.workbook.layout import Group, Table, answer_cell
from vendors.workbook.numbering import Numbering, joined, leading, numbering
from vendors.workbook.remarks import block, pointed, resolved

Numbers = dict[int, Numbering]
_ENOUGH = 3


@dataclass(frozen=True)
class Line:
    """One numbered row of a sheet."""

    row: int
    numbering: Numbering
    said: Said
    remark: str
    question: str


def lines(
    sheet: Sheet, table: Table, group: Group, lists: frozenset[tuple[str, ...]], remarks: dict[str, str]
) -> list[Line]:
    """A table's numbered rows. `lists`: the rows of the catalogue that name several numbers."""
    ending = block(sheet, table)
    table = replace(table, last=ending.start - 1) if ending.start else table
    known = {number for numbers in lists for number in numbers}
    numbers = _best(sheet, table, group, known, lists)
    texts = remarks | ending.texts
    beside = replace(table, remarks=_own_remarks(table, group))
    return [_line(sheet, beside, group, row, numbers[row], texts) for row in numbers]


def _line(
    sheet: Sheet, table: Table, group: Group, row: int, found: Numbering, texts: dict[str, str]
) -> Line:
    said = said_at(sheet, group, row)
    remark = _remark(sheet, table, row, texts)
    noted = pointed(said.reference, texts) or (f"備考{said.reference}" if said.reference else "")
    if noted and noted not in remark:
        remark = "\n".join(filter(None, (remark, noted)))
    if any(sheet.at(row, column).kind == "formula" for column in table.remarks):
        said = replace(said, why=f"{said.why}備考は数式のため読んでいません。")
    if row in sheet.hidden_rows and said.answer in ("yes", "no", "na"):
        found = replace(found, doubt=found.doubt or "非表示の行に書かれています")
    return Line(row, found, said, remark, _question(sheet, table, group, row))


def said_at(sheet: Sheet, group: Group, row: int) -> Said:
    """What a row's answer cells say."""
    cells = {name: answer_cell(sheet, row, column, group) for name, column in group.columns.items()}
    places = [place for cell, place in cells.values() if cell.text]
    if len(places) > len(set(places)):
        return Said("unread", places[0], "回答欄どうしが結合されていて、どの回答か読めません。")
    if "single" not in cells:
        return chosen(cells)
    spilled = [place for name, (cell, place) in cells.items() if name != "single" and cell.text]
    if spilled:
        return Said("unread", ", ".join(spilled), "見出しのない欄に書かれていて、どの回答か読めません。")
    return single(*cells["single"])


def _remark(sheet: Sheet, table: Table, row: int, texts: dict[str, str]) -> str:
    found = []
    for column in table.remarks:
        at_row, at_column = sheet.anchor(row, column)
        if at_column in table.remarks:
            found.append(resolved(sheet.at(at_row, at_column), texts))
    return "\n".join(dict.fromkeys(filter(None, found)))


def _question(sheet: Sheet, table: Table, group: Group, row: int) -> str:
    taken = {*group.columns.values(), *table.remarks}
    columns = [column for column in sheet.rows.get(row, {}) if column not in taken]
    return max((sheet.at(row, column).text for column in columns), key=len, default="")


def _own_remarks(table: Table, group: Group) -> tuple[int, ...]:
    """The remarks right of a group's answers; else those that all groups share, outside of all of them."""
    if len(table.groups) == 1:
        return table.remarks
    firsts = sorted(each.first for each in table.groups)
    after = min((first for first in firsts if first > group.first), default=COLUMNS + 1)
    own = tuple(column for column in table.remarks if group.first < column < after)
    return own or tuple(column for column in table.remarks if not firsts[0] < column < firsts[-1])


def _best(
    sheet: Sheet, table: Table, group: Group, known: set[str], lists: frozenset[tuple[str, ...]]
) -> Numbers:
    """The numbers by row, from the columns that name most numbers of the catalogue, dotted ones above all.

    Of several groups each may have numbers of its own, at its left; else they share the numbers of the sheet.
    """
    taken = {column for group in table.groups for column in group.columns.values()} | set(table.remarks)
    rows = [row for row in sheet.rows if table.first <= row <= table.last]
    free = sorted({column for row in rows for column in sheet.rows[row]} - taken)
    before = [max(each.columns.values()) for each in table.groups if each.first < group.first]
    own = [column for column in free if max(before, default=0) < column < group.first]
    for columns in (own, free) if len(table.groups) > 1 else (free,):
        candidates = _candidates(sheet, table, rows, columns, lists)
        scored = [(_score(each, known, rank), each) for rank, each in candidates]
        score, numbers = max(scored, key=lambda each: each[0], default=(0, {}))
        if score >= _ENOUGH or columns is free:
            return numbers
    return {}


def _candidates(
    sheet: Sheet, table: Table, rows: list[int], free: list[int], lists: frozenset[tuple[str, ...]]
) -> Iterator[tuple[int, Numbers]]:
    for column in free:
        rank = table.numbers.get(column, 0)
        yield rank, _single_column(sheet, rows, column, lambda cell: numbering(cell, lists) or leading(cell))
    for first in free[:12]:
        for width in range(2, 6):
            if set(range(first, first + width)) <= set(free):
                rank = max(table.numbers.get(column, 0) for column in range(first, first + width))
                yield rank, _split(sheet, rows, range(first, first + width))


def _score(numbers: Numbers, known: set[str], rank: int) -> float:
    found = {number for each in numbers.values() for number in each.numbers} & known
    score = (len(found) + 2 * sum("." in number for number in found)) * (1 + rank / 4)
    return score / 5 if is_serial([number for each in numbers.values() for number in each.numbers]) else score


def is_serial(numbers: list[str]) -> bool:
    """1, 2, 3 … as nobody numbers this form: its numbers have dots."""
    if len(numbers) < 8 or not numbers[0].isdigit():
        return False
    first = int(numbers[0])
    return numbers == [str(number) for number in range(first, first + len(numbers))]


def _single_column(
    sheet: Sheet, rows: list[int], column: int, named: Callable[[Cell], Numbering | None]
) -> Numbers:
    return {row: found for row in rows if (found := named(sheet.at(row, column)))}


def _split(sheet: Sheet, rows: list[int], columns: range) -> Numbers:
    """Parts side by side. A part left out under an unmerged one above is filled in, and asked."""
    numbers: Numbers = {}
    last: list[Cell] = []
    for row in rows:
        cells = [sheet.at(row, column) for column in columns]
        filled = _filled(cells, last)
        found = joined(filled)
        if found:
            doubt = "" if filled == cells else "項番の一部が空欄で、上の行から補っています"
            numbers[row] = replace(found, doubt=doubt)
            last = filled
    return numbers


def _filled(cells: list[Cell], last: list[Cell]) -> list[Cell]:
    first = next((i for i, cell in enumerate(cells) if cell.text), len(cells))
    complete = first == len(cells) or "." in cells[first].text
    return cells if complete or not first or not last else last[:first] + cells[first:]
