"""The header of a form: who declares what of which product and when; and which edition of the form it is. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta

from compliance.dates import parse_date
from vendors.workbook.cells import EMPTY, ROWS, Cell, Sheet
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
# Labels of what nobody asks for here: they are no values, and end one.
_OTHER = (
    r"型番|型式|機種名?|作成者|記入者|回答者|(?:連絡)?担当(?:者|部署|部門)?(?:名|氏名)?|責任者名?|所属|部署名?|役職|連絡先|住所|所在地"
    r"|電話(?:番号)?|tel|fax|e?-?mail|メール(?:アドレス)?|url|備考|(?:(?:改訂|変更|更新)の?)?(?:内容|履歴|理由|箇所)"
)
_FIELDS = {
    name: re.compile(rf"[■●◆【\[]*(?:{pattern})(?:\([^)]*\))?[】\]]*[:*※]*")
    for name, pattern in (_LABELS | {"other": _OTHER}).items()
}
# 「製品名称：カルテ　バージョン：3.2」
_INLINE = re.compile(r"^\s*([^:：]{1,24}?)\s*[:：]|(?<=[\s、,])([^\s:：]{1,24})[:：]")
_NOTHING = re.compile(r"[-‐‑‒–—―−ー─]+|(?:該当)?なし")
_CHANGES = re.compile(r"(?:改訂|変更|更新|内容|履歴|理由|箇所)")
_EDITIONS = (
    (re.compile(r"17-006|(?:ver\.?|version|第)3\.0a"), "3.0a"),
    (re.compile(r"20-005|(?:ver\.?|version|第)4\.0"), "4.0"),
    (re.compile(r"(?:ver\.?|version|第)4\.1"), "4.1"),
    (re.compile(r"24-005|(?:ver\.?|version|第)5\.0"), "5.0"),
)
# 「…開示書」ガイドライン is JAHIS's own, whose edition is asked; any other one is the ministry's.
_OF_THE_MINISTRY = re.compile(
    r"(?<!開示書)(?<!開示書[」』])ガイドライン\D{0,12}\d+(?:\.\d+)?|ガイドライン\D{0,12}\d+(?:\.\d+)?版?[にへ]?(?:対応|準拠)"
)
_REACH = 3


def header(sheet: Sheet, last: int, first: int = 1) -> Header:
    """What the labels in rows `first`-`last` say; the first that says something wins."""
    labels = [
        (row, column, cell)
        for row in range(first, min(last, ROWS) + 1)
        for column, cell in sheet.rows.get(row, {}).items()
        if cell.kind == "text" and len(cell.text) <= 300
    ]
    beside = {(row, column): found for row, column, _ in labels if (found := _beside(sheet, row, column))}
    stated: dict[str, str] = {}
    for row, column, cell in labels:
        at = beside.get((row, column)) or (_below(sheet, row, column, last, not beside) or EMPTY)
        for name, text in _inline(cell.text) or [(_field(cell.text), value(_field(cell.text), at))]:
            if name in _LABELS and text and not _NOTHING.fullmatch(plain(text)):
                stated.setdefault(name, text)
    return Header(**stated)


def completed(first: Header, other: Header) -> Header:
    """`first`, with what it leaves out from `other`."""
    known = {name: value for name, value in asdict(first).items() if value}
    return Header(**(asdict(other) | known))


def form_version(sheets: list[Sheet]) -> str:
    """JAHIS's edition where a title names it: "3.0a", "4.0", "4.1", "5.0"; else ""."""
    texts = (plain(cell.text) for sheet in sheets for cell in opening(sheet, 12))
    titles = (_OF_THE_MINISTRY.sub("", text) for text in texts)
    near = [text for text in titles if re.search(r"jahis|jira|開示書|\b[ms]ds", text)]
    found = {edition for text in near for pattern, edition in _EDITIONS if pattern.search(text)}
    return found.pop() if len(found) == 1 else ""


def opening(sheet: Sheet, last: int, first: int = 1) -> Iterator[Cell]:
    """The cells of rows `first`-`last`."""
    for row, cells in sheet.rows.items():
        if first <= row <= last:
            yield from cells.values()


def _field(text: str) -> str:
    label = plain(text).strip("・/")
    if not label.strip("名称:の"):
        return ""
    return next((name for name, pattern in _FIELDS.items() if pattern.fullmatch(label)), "")


def _inline(text: str) -> list[tuple[str, str]]:
    """What a cell says that holds labels and values: field and text; [] for any other."""
    found = [(each, _field(each[1] or each[2])) for each in _INLINE.finditer(text[:300])]
    named = [(each, name) for each, name in found if name]
    if not named or named[0][0].start() > 0:
        return []
    ends = [each.start() for each, _ in named[1:]] + [len(text)]
    said = [
        (name, text[each.end() : end].strip(" \t\n　、,/／"))
        for (each, name), end in zip(named, ends, strict=True)
    ]
    return [(name, value(name, Cell(text))) for name, text in said if text]


def _is_label(cell: Cell) -> bool:
    return cell.kind == "text" and bool(_field(cell.text) or _inline(cell.text))


def _after(sheet: Sheet, row: int, column: int) -> int:
    merge = sheet.merged.get((row, column))
    return (merge.right if merge else column) + 1


def _beside(sheet: Sheet, row: int, column: int) -> Cell | None:
    """The value at the right of a label; None for no label, and where labels stand side by side or nothing follows."""
    if not _field(sheet.at(row, column).text) or _is_row_of_labels(sheet, row):
        return None
    start = _after(sheet, row, column)
    for other in range(start, start + _REACH):
        cell = sheet.at(row, other)
        if cell.text and plain(cell.text) != ":":
            far = not all(sheet.at(row, between).text for between in range(start, other))
            return None if _is_label(cell) or (far and _has_value(sheet, row, other)) else cell
    return None


def _below(sheet: Sheet, row: int, column: int, last: int, alone: bool) -> Cell | None:
    """The value under a label of a row of labels; with `alone`, also under one that stands by itself."""
    merge = sheet.merged.get((row, column))
    under = (merge.bottom if merge else row) + 1
    cell = sheet.at(under, column)
    if under > last or not cell.text or _is_label(cell):
        return None
    if _is_row_of_labels(sheet, row):
        return None if _is_list(sheet, row, last) else cell
    by_itself = (
        alone and all(map(_is_label, sheet.rows[row].values())) and not _has_value(sheet, under, column)
    )
    return cell if by_itself else None


def _has_value(sheet: Sheet, row: int, column: int) -> bool:
    """Whether a text is itself the label of what follows it."""
    start = _after(sheet, row, column)
    following = next((cell for at in (start, start + 1) if (cell := sheet.at(row, at)).text), EMPTY)
    return bool(following.text) and not _is_label(following)


def _is_row_of_labels(sheet: Sheet, row: int) -> bool:
    return any(
        _field(cell.text) and _field(sheet.at(row, _after(sheet, row, column)).text)
        for column, cell in sheet.rows[row].items()
    )


def _is_list(sheet: Sheet, row: int, last: int) -> bool:
    """A history, or a list of products: no facts of one."""
    second = sheet.rows.get(row + 2, {}) if row + 2 <= last else {}
    goes_on = len(second) > 1 and not any(map(_is_label, second.values()))
    return goes_on or any(_CHANGES.match(plain(cell.text)) for cell in sheet.rows[row].values())


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
