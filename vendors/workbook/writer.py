"""The workbook that a clinic sends or downloads: one sheet per form, read back by its hidden ids."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from vendors.workbook.ours import FACTS, LABELS, MARK, TITLES
from vendors.workbook.readings import FORMS, WORDS, Header, Row, catalogue
from vendors.workbook.texts import LONGEST, clean

_COLUMNS = {"A": 10, "B": 16, "C": 62, "D": 10, "E": 40}
_HOW = (
    "記入のしかた（このサービスの説明）：「回答」の欄で、はい・いいえ・対象外から選んでください。補足は「備考」に書いてください。"
    "行や列は増やさず、このままの形（.xlsx）で返送してください。"
)
_STAMP = datetime(2020, 1, 1)
_LINE = Side(style="thin", color="999999")
_GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_SHADE = PatternFill("solid", fgColor="EEF1F4")
_OPEN = Protection(locked=False)
_RISKY = tuple("=+-@＝＋－＠\t")


@dataclass(frozen=True, kw_only=True)
class Written:
    """What stands above the table: who asks, about which system, and what is known of the answerer."""

    clinic: str
    system: str
    header: Header = field(default_factory=Header)


def write(rows: Iterable[Any], written: Written, answers: Mapping[str, tuple[str, str]]) -> bytes:
    """An .xlsx of `rows`, one sheet per form; `answers`: row id → ("yes" | "no" | "na" | "", remark).

    The same arguments give the same bytes. ValueError for a text longer than a cell holds.
    """
    book = Workbook()
    book.remove(book.active)
    wanted = catalogue(rows)
    for form in FORMS:
        if own := [row for row in wanted if row.form == form]:
            _fill(book.create_sheet(form), form, own, written, answers)
    return _packed(book)


def _fill(
    sheet: Worksheet, form: str, rows: list[Row], written: Written, answers: Mapping[str, tuple[str, str]]
) -> None:
    _put(sheet, 1, 2, TITLES[form]).font = Font(bold=True, size=14)
    _put_wide(sheet, 2, _HOW, height=34)
    _put_facts(sheet, written)
    heading = 4 + len(FACTS)
    _put(sheet, heading, 1, MARK)
    for column, label in enumerate(LABELS.values(), start=2):
        cell = _put(sheet, heading, column, label)
        cell.font, cell.fill, cell.border = Font(bold=True), _SHADE, _GRID
    at = heading + 1
    for chapter, own in groupby(rows, key=lambda row: row.chapter):
        _put_wide(sheet, at, chapter, height=20).font = Font(bold=True)
        at += 1
        for row in own:
            _put_row(sheet, at, row, *answers.get(row.id, ("", "")))
            at += 1
    _set_up(sheet, heading, at - 1)


def _put_facts(sheet: Worksheet, written: Written) -> None:
    values = {"clinic": written.clinic, "system": written.system} | vars(written.header)
    for row, (name, label) in enumerate(FACTS.items(), start=3):
        _put(sheet, row, 2, label).fill = _SHADE
        cell = _put(sheet, row, 3, values[name])
        if name not in ("clinic", "system"):
            cell.protection, cell.border = _OPEN, _GRID


def _put_row(sheet: Worksheet, at: int, row: Row, answer: str, remark: str) -> None:
    texts = (row.id, row.shown_number, _question(row), WORDS[answer] if answer else "", remark)
    cells = [_put(sheet, at, column, text) for column, text in enumerate(texts, start=1)]
    for cell in cells[1:]:
        cell.border = _GRID
    for cell in cells[3:]:
        cell.protection = _OPEN
    lines = max(_lines(texts[2], 34), _lines(remark, 22), _lines(row.shown_number, 9))
    sheet.row_dimensions[at].height = min(15 * lines + 4, 400)


def _question(row: Row) -> str:
    if len(row.numbers) == 1:
        return row.question
    rule = (
        "いずれか1つでも「はい」なら「はい」を選んでください。"
        if row.combine == "any"
        else "すべてが「はい」か「対象外」なら「はい」を、すべて「対象外」なら「対象外」を選んでください。"
    )
    return f"{row.question}\n（このサービスの説明：{'、'.join(row.numbers)}をまとめて答える行です。{rule}）"


def _put(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """A string, whatever it looks like: never a formula, an error or a number."""
    text = clean(text)
    if len(text.encode("utf-16-le")) // 2 > LONGEST:
        raise ValueError(f"{len(text)} characters are more than a cell holds")
    cell = sheet.cell(row, column)
    if text:
        # Excel would decode _x0041_ into A.
        cell.value = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(_RISKY)
    cell.alignment = Alignment(wrap_text=column > 2 or row > 2, vertical="top")
    return cell


def _put_wide(sheet: Worksheet, row: int, text: str, height: int) -> Any:
    sheet.merge_cells(start_row=row, end_row=row, start_column=2, end_column=5)
    sheet.row_dimensions[row].height = height
    cell = _put(sheet, row, 2, text)
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _lines(text: str, width: int) -> int:
    return sum(1 + len(line) // width for line in text.split("\n"))


def _set_up(sheet: Worksheet, heading: int, last: int) -> None:
    for letter, width in _COLUMNS.items():
        sheet.column_dimensions[letter].width = width
    sheet.column_dimensions["A"].hidden = True
    sheet.freeze_panes = f"A{heading + 1}"
    choice = DataValidation(type="list", formula1=f'"{",".join(WORDS.values())}"', allow_blank=True)
    choice.error, choice.errorTitle = "はい・いいえ・対象外から選んでください。", "回答"
    choice.add(f"D{heading + 1}:D{last}")
    sheet.add_data_validation(choice)
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.page_setup.paperSize, sheet.page_setup.orientation = sheet.PAPERSIZE_A4, "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{heading}:{heading}"
    sheet.oddFooter.center.text = "&P / &N"


def _packed(book: Workbook) -> bytes:
    """The book with its clocks stopped, so that the same answers give the same bytes."""
    book.properties.creator = ""
    book.properties.created = _STAMP
    draft, final = io.BytesIO(), io.BytesIO()
    book.save(draft)
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(final, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _STAMP.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, _stopped(name, source.read(name)))
    return final.getvalue()


def _stopped(name: str, content: bytes) -> bytes:
    if name != "docProps/core.xml":
        return content
    stamp = f"{_STAMP.isoformat()}Z".encode()
    return re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
