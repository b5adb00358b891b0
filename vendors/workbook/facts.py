"""The header of a form: who declares what of which product and when; and which edition of the form it is. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta

from compliance.dates import parse_date
from vendors.workbook.cells import Cell, Sheet
from vendors.workbook.readings import Header
from vendors.workbook.texts import plain

_LABELS = {
    "date": r"(?:作成|記入|記載|発行|回答|更新|改訂|提出)?(?:年月日|日付|日)",
    "provider": r"(?:(?:製造業者|メーカー|製造販売業者)?[・/]?(?:(?:提供)?(?:サービス)?事業者)?|会社|企業|ベンダー?|社)"
    r"(?:の)?(?:名|名称)?",
    "product": r"(?:製品|サービス|製品[・/]サービス|システム|商品)(?:の)?(?:名|名称)"
    r"(?:[・/](?:製品|サービス|システム)名称?)?",
    "version": r"(?:製品|サービス|システム)?(?:の)?(?:バージョン|ver\.?|version|版数?|型番・バージョン)(?:番号|情報|no\.?)?",
}
_FIELDS = {
    name: re.compile(rf"[■●◆【\[]*(?:{pattern})(?:\([^)]*\))?[】\]]*[:*※]*")
    for name, pattern in _LABELS.items()
}
_INLINE = re.compile(r"\s*([^:：]{1,24}?)\s*[:：]\s*(\S.*)", re.DOTALL)
_EDITIONS = (
    (re.compile(r"17-006|(?:ver\.?|version|第)3\.0a"), "3.0a"),
    (re.compile(r"20-005|(?:ver\.?|version|第)4\.0"), "4.0"),
    (re.compile(r"(?:ver\.?|version|第)4\.1"), "4.1"),
    (re.compile(r"24-005|(?:ver\.?|version|第)5\.0"), "5.0"),
)
_REACH = 6


def header(sheet: Sheet, last: int) -> Header:
    """What the labels in rows 1-`last` say; the first that says something wins."""
    found: dict[str, str] = {}
    for row, cells in sheet.rows.items():
        if row > last:
            break
        for column, cell in cells.items():
            for name, value in _stated(sheet, row, column, cell):
                if value and name not in found:
                    found[name] = value
    return Header(**found)


def completed(first: Header, other: Header) -> Header:
    """`first`, with what it leaves out from `other`."""
    known = {name: value for name, value in asdict(first).items() if value}
    return Header(**(asdict(other) | known))


def form_version(sheets: list[Sheet]) -> str:
    """JAHIS's edition where a title names it: "3.0a", "4.0", "4.1", "5.0"; else ""."""
    titles = (plain(cell.text) for sheet in sheets for cell in opening(sheet, 12))
    near = [text for text in titles if re.search(r"jahis|jira|開示書|\b[ms]ds", text)]
    found = {edition for text in near for pattern, edition in _EDITIONS if pattern.search(text)}
    return found.pop() if len(found) == 1 else ""


def opening(sheet: Sheet, last: int) -> Iterator[Cell]:
    """The cells of the first `last` rows."""
    for row, cells in sheet.rows.items():
        if row <= last:
            yield from cells.values()


def _stated(sheet: Sheet, row: int, column: int, cell: Cell) -> Iterator[tuple[str, str]]:
    if cell.kind != "text" or len(cell.text) > 300:
        return
    if (found := _INLINE.fullmatch(cell.text)) and (name := _field(found[1])):
        yield name, value(name, Cell(found[2].strip()))
    elif name := _field(cell.text):
        found_at = _beside(sheet, row, column) or _below(sheet, row, column)
        yield name, value(name, found_at) if found_at else ""


def _field(text: str) -> str:
    label = plain(text).strip("・/")
    if not label.strip("名称:の"):
        return ""
    return next((name for name, pattern in _FIELDS.items() if pattern.fullmatch(label)), "")


def _beside(sheet: Sheet, row: int, column: int) -> Cell | None:
    """The next value to the right; None where labels stand side by side, for then the values are below."""
    merge = sheet.merged.get((row, column))
    start = (merge.right if merge else column) + 1
    for other in range(start, start + _REACH):
        cell = sheet.at(row, other)
        if cell.text and plain(cell.text) not in (":", "-"):
            return None if _is_label(cell) else cell
    return None


def _below(sheet: Sheet, row: int, column: int) -> Cell | None:
    merge = sheet.merged.get((row, column))
    cell = sheet.at((merge.bottom if merge else row) + 1, column)
    return cell if cell.text and not _is_label(cell) else None


def _is_label(cell: Cell) -> bool:
    inline = _INLINE.fullmatch(cell.text[:300])
    return cell.kind == "text" and bool(_field(cell.text) or (inline and _field(inline[1])))


def value(name: str, cell: Cell) -> str:
    """A cell as the fact `name`: dates as ISO, "" for a formula or what is no date."""
    if cell.kind in ("formula", "error", "struck"):
        return ""
    return _iso(cell) if name == "date" else cell.text[:200]


def _iso(cell: Cell) -> str:
    if cell.kind == "date":
        return cell.text[:10]
    if cell.kind == "number" and cell.text.isdigit() and 20_000 <= int(cell.text) <= 80_000:
        return (date(1899, 12, 30) + timedelta(days=int(cell.text))).isoformat()
    text = re.sub(r"[(\[].*|(?:作成|記入|現在|時点|発行)$|[月火水木金土日]曜日?$", "", plain(cell.text))
    text = re.sub(r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3", unicodedata.normalize("NFKC", text))
    try:
        return parse_date(text).isoformat()
    except ValueError:
        return ""
