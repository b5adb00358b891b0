"""Which sheets of a book are filled forms, and what the book looks like where none is. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from vendors.workbook.cells import Sheet
from vendors.workbook.facts import header, opening
from vendors.workbook.layout import Group, Table, group_name, tables
from vendors.workbook.questions import Line, lines
from vendors.workbook.readings import FORMS, Header, Row
from vendors.workbook.texts import likeness, plain

_EXAMPLE_NAME = re.compile(
    r"(?:記入|記載|入力|回答)(?:例|見本|サンプル)|^(?:見本|サンプル|例|sample|example)(?:シート|sheet)?$|[(\[]例[)\]]"
)
_EXAMPLE_TITLE = re.compile(
    r"[\W_]*(?:記入|記載|入力|回答)(?:例|見本|サンプル)[\W_]*|.{1,60}[(\[【](?:記入|記載|入力|回答)(?:例|見本)[)\]】]"
)
_TITLE = re.compile(
    r"[\W_]*(?:記入|記載|入力|回答)(?:例|見本|サンプル)[\W_]*|.{1,60}[(\[【](?:記入|記載|入力|回答)(?:例|見本)[)\]】]"
)
_TITLE = re.compile(r"医療情報セキュリティ開示書|(?<![a-z])[ms]ds(?![a-z2])")
_OWN_TITLE = "医療情報セキュリティ開示書"
_WRONG = (
    (
        re.compile(r"mds\s*2|manufacturerdisclosurestatement"),
        "MDS2（医療機器の英文の開示書）のようです。MDS/SDSの項番とは対応しません。"
        "販売業者か製造業者に、MDS/SDS（医療情報セキュリティ開示書）をもらってください。",
    ),
    (
        re.compile(r"サービス仕様適合開示書"),
        "サービス仕様適合開示書のようです。受領した資料として添付できますが、別紙の確認にはSDSが要ります。"
        "事業者にSDSをもらってください。",
    ),
    (
        re.compile(r"サイバーセキュリティ(?:対策|確保).{0,10}チェックリスト"),
        "立入検査で使うサイバーセキュリティ対策チェックリストのようです。事業者にMDS/SDSをもらってください。",
    ),
)
_NOT_A_FORM = (
    "MDS/SDS（医療情報セキュリティ開示書）の表が見つかりません。事業者にMDS/SDSのExcelブックをもらうか、"
    "回答を画面で入力し、このファイルを受領した資料として添付してください。"
)
_NO_ANSWERS = (
    "MDS/SDSのようですが、項番と回答欄（はい・いいえ・対象外）の並ぶ表が見つかりません。"
    "回答は画面で入力し、このファイルを受領した資料として添付してください。"
)
_CLEARLY_OTHER = 0.25
_LIKE_ENOUGH = 0.25


@dataclass(frozen=True)
class Found:
    """One form as one sheet gives it, for one product; `name` is what a person chooses by."""

    form: str
    name: str
    sheet: Sheet
    header: Header
    lines: tuple[Line, ...]
    title: str = ""

    @property
    def numbers(self) -> set[str]:
        return {number for line in self.lines for number in line.numbering.numbers}

    @property
    def is_answered(self) -> bool:
        return any(line.said.answer != "blank" for line in self.lines)


def is_example(sheet: Sheet) -> bool:
    """記入例 by the sheet's name or by a title of its own."""
    titles = (plain(cell.text) for cell in opening(sheet, 10))
    return bool(_EXAMPLE_NAME.search(plain(sheet.name))) or any(map(_EXAMPLE_TITLE.fullmatch, titles))


def forms_in(sheet: Sheet, rows: tuple[Row, ...], form: str | None, remarks: dict[str, str]) -> list[Found]:
    """The forms that a sheet holds: one per product, none for any other sheet."""
    found = tables(sheet)
    if not found or _wrong(_opening(sheet, found)):
        return []
    groups = max((table.groups for table in found), key=len)
    made = [_found(sheet, found, index, rows, form, remarks, len(groups) > 1) for index in range(len(groups))]
    return [each for each in made if each]


def _found(
    sheet: Sheet,
    found: list[Table],
    index: int,
    rows: tuple[Row, ...],
    form: str | None,
    remarks: dict[str, str],
    several: bool,
) -> Found | None:
    read = {
        each: _lines(sheet, found, index, [row for row in rows if row.form == each], remarks)
        for each in FORMS
    }
    kind = _form(sheet, found, rows, read, form)
    if not kind or not _is_form(sheet, found, [row for row in rows if row.form == kind], read[kind]):
        return None
    group = next(table.groups[index] for table in found if index < len(table.groups))
    facts = header(sheet, found[0].heading - 1)
    name = group_name(sheet, group) if several else sheet.name
    return Found(kind, name, sheet, facts, tuple(read[kind]), group.title if several else "")


def _lines(
    sheet: Sheet, found: list[Table], index: int, rows: list[Row], remarks: dict[str, str]
) -> list[Line]:
    lists = frozenset(row.numbers for row in rows)
    grouped: list[tuple[Table, Group]] = [
        (table, table.groups[index]) for table in found if index < len(table.groups)
    ]
    return [line for table, group in grouped for line in lines(sheet, table, group, lists, remarks)]


def _form(
    sheet: Sheet, found: list[Table], rows: tuple[Row, ...], read: dict[str, list[Line]], wanted: str | None
) -> str:
    """MDS or SDS: by the sheet's name, by its title, by the numbers; `wanted` decides where these leave it open."""
    for text in (plain(sheet.name), _opening(sheet, found)):
        named = _named(text)
        if len(named) == 1:
            return named.pop() if not wanted or named == {wanted} else ""
    share = {each: _coverage([row for row in rows if row.form == each], read[each]) for each in FORMS}
    likely = max(share, key=lambda each: share[each])
    if wanted:
        return wanted if share[likely] - share[wanted] < _CLEARLY_OTHER else ""
    return likely


def _named(text: str) -> set[str]:
    marks = {"MDS": r"(?<![a-z])mds(?![a-z2])", "SDS": r"(?<![a-z])sds(?![a-z])"}
    named = {form for form, mark in marks.items() if re.search(mark, text)}
    makers = {"MDS": "製造業者による", "SDS": "サービス事業者による"}
    both = re.search("製造業者[・/、]サービス事業者による", text)
    return named or (set() if both else {form for form, maker in makers.items() if maker in text})


def _coverage(rows: list[Row], read: Iterable[Line]) -> float:
    known = {number for row in rows for number in row.numbers}
    return len(known & {number for line in read for number in line.numbering.numbers}) / max(len(known), 1)


def _is_form(sheet: Sheet, found: list[Table], rows: list[Row], read: list[Line]) -> bool:
    known = {number for row in rows for number in row.numbers}
    matched = known & {number for line in read for number in line.numbering.numbers}
    if len(matched) < 3:
        return False
    if _TITLE.search(f"{plain(sheet.name)} {_opening(sheet, found)}") or len(matched) >= 0.7 * len(known):
        return True
    return len(matched) >= 8 and mean_likeness(rows, read) >= _LIKE_ENOUGH


def mean_likeness(rows: Iterable[Row], read: Iterable[Line]) -> float:
    """How much the sheet's questions look like 別紙's own, 0.0-1.0, over the numbers that both have."""
    texts = {number: row.question for row in rows for number in row.numbers}
    found = [
        likeness(texts[number], line.question)
        for line in read
        for number in line.numbering.numbers[:1]
        if number in texts and line.question
    ]
    return sum(found) / len(found) if found else 0.0


def _opening(sheet: Sheet, found: list[Table]) -> str:
    last = min(15, found[0].heading - 1 if found else 15)
    return " ".join(plain(cell.text) for cell in opening(sheet, last))


def _wrong(text: str) -> str:
    says = next((says for pattern, says in _WRONG if pattern.search(text)), "")
    return "" if _OWN_TITLE in text else says


def looks_like(sheets: list[Sheet]) -> str:
    """A sentence about a book without any form: what it seems to be, and what to do."""
    text = " ".join(f"{plain(sheet.name)} {_opening(sheet, [])}" for sheet in sheets if not sheet.hidden)
    return _wrong(text) or (_NO_ANSWERS if _TITLE.search(text) else _NOT_A_FORM)
