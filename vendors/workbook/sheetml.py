"""SpreadsheetML into sheets, within fixed bounds."""

import posixpath
import re
from datetime import date, timedelta

from vendors.workbook.cells import CELLS, COLUMNS, ROWS, SHEETS, Cell, Merge, Sheet, position
from vendors.workbook.container import DAMAGED, TOO_BIG, Refused
from vendors.workbook.parsing import Attributes, is_on, parse, unescaped
from vendors.workbook.styles import strings, styles
from vendors.workbook.texts import clean

_MERGED = 20_000  # positions per sheet
_KINDS = {"s": "text", "str": "text", "inlineStr": "text", "e": "error", "b": "bool", "d": "date"}


def sheets(parts: dict[str, bytes]) -> list[Sheet]:
    """The worksheets in the book's order. Refused for damaged XML, DTDs and more cells than any form has."""
    book = _Book(parts)
    return [book.sheet(*each) for each in book.listed[:SHEETS]]


class _Book:
    def __init__(self, parts: dict[str, bytes]) -> None:
        self.parts = {name.lower(): content for name, content in parts.items()}
        self.main = self._related("", "officeDocument") or "xl/workbook.xml"
        self.read_cells = 0
        self.epoch = date(1899, 12, 30)
        self.listed: list[tuple[str, bool, str]] = []
        self._list_sheets()
        self.shared = strings(self._part(self._related(self.main, "sharedStrings")))
        self.styles = styles(self._part(self._related(self.main, "styles")))

    def _part(self, name: str) -> bytes:
        return self.parts.get(name.lower(), b"")

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        """id → (last word of the type, target part) of what `part` refers to."""
        folder, name = posixpath.split(part)
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, at: Attributes) -> None:
            if tag == "Relationship":
                target = posixpath.normpath(posixpath.join("/", folder, at.get("Target", ""))).lstrip("/")
                found[at.get("Id", "")] = (at.get("Type", "").rsplit("/", 1)[-1], target)

        parse(self._part(posixpath.join(folder, "_rels", f"{name}.rels")), start)
        return found

    def _related(self, part: str, kind: str) -> str:
        return next((target for each, target in self._relations(part).values() if each == kind), "")

    def _list_sheets(self) -> None:
        relations = self._relations(self.main)

        def start(tag: str, at: Attributes) -> None:
            if tag == "workbookPr" and is_on(at.get("date1904")):
                self.epoch = date(1904, 1, 1)
            if tag == "sheet":
                kind, target = relations.get(at.get("id", ""), ("", ""))
                if kind == "worksheet":
                    hidden = at.get("state", "visible") != "visible"
                    self.listed.append((clean(at.get("name", ""))[:100], hidden, target))

        if not self._part(self.main):
            raise Refused(DAMAGED)
        parse(self._part(self.main), start)

    def sheet(self, name: str, hidden: bool, part: str) -> Sheet:
        sheet = Sheet(name, hidden)
        content = self._part(part)
        if not content:
            raise Refused(DAMAGED)
        reader = _SheetReader(self, sheet)
        parse(content, reader.start, reader.end, reader.text)
        drawings = [self._part(at) for kind, at in self._relations(part).values() if kind == "vmlDrawing"]
        sheet.has_controls |= any(re.search(rb'ObjectType="(Checkbox|Radio)"', each) for each in drawings)
        return sheet

    def count(self) -> None:
        self.read_cells += 1
        if self.read_cells > CELLS:
            raise Refused(TOO_BIG)


class _SheetReader:
    """Takes the events of one sheet's part."""

    def __init__(self, book: _Book, sheet: Sheet) -> None:
        self.book, self.sheet = book, sheet
        self.row = self.column = self.merged = 0
        self.type = self.style = ""
        self.has_formula = self.is_struck = False
        self.texts: list[str] = []
        self.collects = False
        self.in_phonetic = False

    def start(self, tag: str, at: Attributes) -> None:
        if tag == "c":
            self._open_cell(at)
        elif tag in ("v", "t"):
            self.collects = not self.in_phonetic
        elif starter := self._STARTERS.get(tag):
            starter(self, at)

    def _open_row(self, at: Attributes) -> None:
        self.row, self.column = int(at.get("r", self.row + 1)), 0
        if is_on(at.get("hidden")) and self.row <= ROWS:
            self.sheet.hidden_rows.add(self.row)

    def _open_cell(self, at: Attributes) -> None:
        self.row, self.column = position(at["r"]) if "r" in at else (self.row, self.column + 1)
        self.type, self.style = at.get("t", "n"), at.get("s", "0")
        self.has_formula = self.is_struck = False
        self.texts = []

    def _formula(self, at: Attributes) -> None:
        self.has_formula = True

    def _strike(self, at: Attributes) -> None:
        self.is_struck = at.get("val", "1") not in ("0", "false")

    def _phonetic(self, at: Attributes) -> None:
        self.in_phonetic = True

    def _columns(self, at: Attributes) -> None:
        if is_on(at.get("hidden")):
            last = min(int(at.get("max", 0)), COLUMNS)
            self.sheet.hidden_columns.update(range(int(at.get("min", 1)), last + 1))

    def _merge(self, at: Attributes) -> None:
        first, _, last = at.get("ref", "").partition(":")
        top, left = position(first)
        bottom, right = position(last or first)
        merge = Merge(top, left, min(bottom, ROWS), min(right, COLUMNS))
        self.merged += max(merge.bottom - top + 1, 1) * max(merge.right - left + 1, 1)
        if self.merged > _MERGED:
            raise Refused(TOO_BIG)
        if top <= ROWS and left <= COLUMNS:
            self.sheet.merges.append(merge)

    def _controls(self, at: Attributes) -> None:
        self.sheet.has_controls = True

    _STARTERS = {
        "row": _open_row,
        "f": _formula,
        "strike": _strike,
        "rPh": _phonetic,
        "col": _columns,
        "mergeCell": _merge,
        "control": _controls,
    }

    def text(self, text: str) -> None:
        if self.collects:
            self.texts.append(text)

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self.collects = False
        elif tag == "rPh":
            self.in_phonetic = False
        elif tag == "c" and 1 <= self.row <= ROWS and 1 <= self.column <= COLUMNS:
            self._close_cell()

    def _close_cell(self) -> None:
        cell = self._cell("".join(self.texts))
        if cell.text or cell.kind == "formula":
            self.book.count()
            self.sheet.cells[self.row, self.column] = cell

    def _cell(self, value: str) -> Cell:
        kind, text = self._typed(value) if value else ("text", "")
        if self.has_formula:
            return Cell(text, "formula")
        return Cell(text, "struck" if self.is_struck or self.style in self.book.styles.struck else kind)

    def _typed(self, value: str) -> tuple[str, str]:
        kind = _KINDS.get(self.type, "number")
        if self.type == "s":
            shared = self.book.shared[_index(value)]
            return ("struck" if shared.is_struck else kind), shared.text
        if kind == "number":
            return self._number(value)
        if kind == "bool":
            return kind, "TRUE" if is_on(value.strip()) else "FALSE"
        return kind, date.fromisoformat(value[:10]).isoformat() if kind == "date" else unescaped(value)

    def _number(self, value: str) -> tuple[str, str]:
        number = float(value)
        if self.style in self.book.styles.dates and 1 <= number < 2_958_466:
            return "date", (self.book.epoch + timedelta(days=int(number))).isoformat()
        return "number", str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _index(value: str) -> int:
    """ValueError for what would count from the end."""
    index = int(value)
    if index < 0:
        raise ValueError(value)
    return index
