"""The block of remarks at the end of a sheet, to which the column 備考 points by number. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from vendors.workbook.answering import speaks
from vendors.workbook.cells import Cell, Sheet
from vendors.workbook.layout import Table
from vendors.workbook.numbering import uncircled
from vendors.workbook.texts import plain

_TITLE = re.compile(
    r"[\W_]*(?:備考|注記|補足|特記事項)(?:記載|記入|内容|説明)?(?:欄|一覧|等)?(?:[(\[].*)?[\W_]*"
)
_MARK = r"[(\[（【]?\s*(?:[※*＊]|備考|注|no\.?)?\s*(\d{1,3})\s*[)\]）】]?"
_KEY = re.compile(rf"{_MARK}[.:：、]?", re.IGNORECASE)
_KEY_AND_TEXT = re.compile(rf"{_MARK}\s*[.:：、\s)）]\s*(\S.*)", re.IGNORECASE | re.DOTALL)
_ITEM = r"[(\[]?(?:[※*]|備考|注|no\.?)*\d{1,3}[)\]]?(?:を?参照)?"
_POINTER = re.compile(rf"{_ITEM}(?:(?:[,、・/\s]+|(?=[※*])){_ITEM})*", re.IGNORECASE)
_LONGEST_POINTER = 60


@dataclass(frozen=True)
class Block:
    """Remarks by their number; the block's title stands in row `start`, 0 for no block."""

    start: int = 0
    texts: dict[str, str] = field(default_factory=dict)


def block(sheet: Sheet, table: Table) -> Block:
    """The block below a table: its title stands alone, and nothing after it is answered in the table's columns."""
    for row, cells in sheet.rows.items():
        if table.first <= row <= table.last and _is_title(cells) and not _answers_after(sheet, table, row):
            return Block(row, _texts(sheet, row))
    return Block()


def sheet_of_remarks(sheets: list[Sheet]) -> dict[str, str]:
    """The remarks of a book that gives them a sheet of their own."""
    found: dict[str, str] = {}
    for sheet in sheets:
        if _TITLE.fullmatch(plain(sheet.name)) and not sheet.hidden:
            found |= _texts(sheet, 0)
    return found


def resolved(cell: Cell, texts: dict[str, str]) -> str:
    """The remark that a cell of 備考 holds or points to; a pointer to nothing stays as it is written."""
    if cell.kind in ("formula", "struck"):
        return ""
    return pointed(cell.text, texts) or cell.text


def pointed(pointer: str, texts: dict[str, str]) -> str:
    pointer = unicodedata.normalize("NFKC", uncircled(pointer[: _LONGEST_POINTER + 1])).strip()
    if len(pointer) > _LONGEST_POINTER or not _POINTER.fullmatch(pointer):
        return ""
    keys = [str(int(key)) for key in re.findall(r"\d+", pointer)]
    return "\n".join(texts[key] for key in keys) if all(key in texts for key in keys) else ""


def _is_title(cells: dict[int, Cell]) -> bool:
    first = next(iter(cells.values()))
    return len(cells) <= 2 and first.kind == "text" and bool(_TITLE.fullmatch(plain(first.text)))


def _answers_after(sheet: Sheet, table: Table, start: int) -> bool:
    answers = {column for group in table.groups for column in group.area}
    return any(
        column in answers and speaks(cell)
        for row, cells in sheet.rows.items()
        if start < row <= table.last
        for column, cell in cells.items()
    )


def _texts(sheet: Sheet, start: int) -> dict[str, str]:
    """The keyed rows, each with the rows right below that go on in its column without a key."""
    found: dict[str, str] = {}
    key, last, column = "", start, 0
    for row, cells in sheet.rows.items():
        if row <= start:
            continue
        if keyed := _keyed(list(cells.values())):
            name, text, at = keyed
            key, column = name if name not in found else "", list(cells)[at]
            found.setdefault(name, text)
        elif key and row == last + 1 and list(cells) == [column]:
            found[key] = "\n".join([found[key], *_written(cells.values())])
        else:
            key = ""
        last = row
    return found


def _keyed(cells: list[Cell]) -> tuple[str, str, int] | None:
    """A remark's number, its text, and which of the cells the text begins in."""
    first, rest = uncircled(cells[0].text), _written(cells[1:])
    if (found := _KEY.fullmatch(first)) and rest:
        return str(int(found[1])), "\n".join(rest), 1
    if found := _KEY_AND_TEXT.fullmatch(first):
        return str(int(found[1])), "\n".join([found[2].strip(), *rest]), 0
    return None


def _written(cells: Iterable[Cell]) -> list[str]:
    return [cell.text for cell in cells if cell.kind not in ("formula", "struck")]
