"""The lines of a form: number, what is said, remark, question. Pure."""

from dataclasses import dataclass, replace

from vendors.workbook.answering import Said, chosen, is_mark, single
from vendors.workbook.cells import COLUMNS, Cell, Sheet
from vendors.workbook.layout import Group, Table, answer_cell
from vendors.workbook.numbered import numbers_by_row
from vendors.workbook.numbering import Numbering
from vendors.workbook.remarks import block, pointed, resolved

_LOST = "この行の上の見出しが読めず、どの欄が回答か分かりません。"


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
    numbers = numbers_by_row(sheet, table, group, lists)
    texts = remarks | ending.texts
    beside = replace(table, remarks=_own_remarks(table, group))
    return [_line(sheet, beside, group, row, numbers[row], texts) for row in numbers]


def _line(
    sheet: Sheet, table: Table, group: Group, row: int, found: Numbering, texts: dict[str, str]
) -> Line:
    said = said_at(sheet, group, row)
    if table.is_lost:
        said = Said("unread", said.cell, _LOST)
    remark = _remark(sheet, table, row, texts)
    noted = pointed(said.reference, texts) or (f"備考{said.reference}" if said.reference else "")
    remark = "\n".join([remark, *(each for each in (said.note, noted) if each not in remark)]).strip()
    if any(sheet.at(row, column).kind == "formula" for column in table.remarks):
        said = replace(said, why=f"{said.why}備考は数式のため読んでいません。")
    if row in sheet.hidden_rows and said.answer in ("yes", "no", "na"):
        found = replace(found, doubt=found.doubt or "非表示の行に書かれています")
    return Line(row, found, said, remark, _question(sheet, table, group, row))


def said_at(sheet: Sheet, group: Group, row: int) -> Said:
    """What a row's answer cells say."""
    cells = {name: answer_cell(sheet, row, column, group) for name, column in group.columns.items()}
    if "single" in cells:
        return _single_at(cells)
    places = [place for cell, place in cells.values() if cell.text]
    if len(places) > len(set(places)):
        return Said("unread", places[0], "回答欄どうしが結合されていて、どの回答か読めません。")
    said = chosen(cells)
    strayed = [sheet.place(row, column) for column in group.beside if is_mark(sheet.at(row, column))]
    if said.answer == "blank" and strayed:
        return Said("unread", ", ".join(strayed), "回答欄の隣の欄に印があり、どの回答か読めません。")
    return said


def _single_at(cells: dict[str, tuple[Cell, str]]) -> Said:
    """The answer of one column. Its label may be merged over more of them, and its cell as well."""
    cell, place = cells["single"]
    spilled = [at for other, at in cells.values() if other.text and at != place]
    if spilled:
        return Said("unread", ", ".join(spilled), "見出しのない欄に書かれていて、どの回答か読めません。")
    return single(cell, place)


def _remark(sheet: Sheet, table: Table, row: int, texts: dict[str, str]) -> str:
    found = []
    for column in table.remarks:
        at_row, at_column = sheet.anchor(row, column)
        if at_column in table.remarks:
            found.append(resolved(sheet.at(at_row, at_column), texts))
    return "\n".join(dict.fromkeys(filter(None, found)))


def _question(sheet: Sheet, table: Table, group: Group, row: int) -> str:
    taken = group.area | set(table.remarks)
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
