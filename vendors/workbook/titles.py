"""What titles and sheet names say: which form, only an example, or another document. Pure."""

import re
from collections.abc import Iterable

from vendors.workbook.cells import Sheet
from vendors.workbook.container import BY_HAND
from vendors.workbook.texts import plain

_EXAMPLE_NAME = re.compile(
    r"(?:記入|記載|入力|回答)(?:例|見本|サンプル)|^(?:見本|サンプル|例|sample|example)(?:シート|sheet)?$|[(\[]例[)\]]"
)
_EXAMPLE_TITLE = re.compile(
    r"[\W_]*(?:記入|記載|入力|回答)(?:例|見本|サンプル)[\W_]*|.{1,60}[(\[【](?:記入|記載|入力|回答)(?:例|見本)[)\]】]"
)
_OWN_TITLE = "医療情報セキュリティ開示書"
_MARKS = {"MDS": r"(?<![a-z])mds(?![a-z]|2(?!\d))", "SDS": r"(?<![a-z])sds(?![a-z])"}
_MAKERS = {"MDS": "製造業者による", "SDS": "サービス事業者による"}
_TWO_MAKERS = re.compile("製造業者[・/、]サービス事業者による")
# A company or a product may be called MDS, and a note may speak of the other form.
_IN_A_TITLE = re.compile(
    r"開示書|チェックリスト|による|jahis|jira|^[\W\d_年度第版ver]*[ms]ds[\W\d_年度第版ver]*$"
)
_LONGEST_TITLE = 80
_WRONG = (
    (
        re.compile(r"mds\s*2(?!\d)|manufacturerdisclosurestatement"),
        "MDS2（医療機器の英文の開示書）のようです。MDS/SDSの項番とは対応しません。"
        "MDS/SDS（医療情報セキュリティ開示書）のファイルを選んでください。",
    ),
    (
        re.compile(r"サービス仕様適合開示書"),
        "サービス仕様適合開示書のようです。別紙の確認には、SDSのファイルが要ります。"
        "医療機関では、このファイルを受領した資料として添付できます。",
    ),
    (
        re.compile(r"サイバーセキュリティ(?:対策|確保).{0,10}チェックリスト"),
        "立入検査で使うサイバーセキュリティ対策チェックリストのようです。MDS/SDSのファイルを選んでください。",
    ),
)
_NOT_A_FORM = f"MDS/SDS（医療情報セキュリティ開示書）の表が見つかりません。{BY_HAND}"
_NO_ANSWERS = f"MDS/SDSのようですが、項番と回答欄（はい・いいえ・対象外）の並ぶ表が見つかりません。{BY_HAND}"


def named(text: str) -> set[str]:
    """The forms that a title names."""
    title = plain(text)
    is_title = len(title) <= _LONGEST_TITLE and _IN_A_TITLE.search(title)
    return mentioned(text) if is_title else set()


def mentioned(text: str) -> set[str]:
    """The forms that any text speaks of, by abbreviation or by who declares; in a sheet's name that names them."""
    text = plain(text)
    marked = {form for form, mark in _MARKS.items() if re.search(mark, text)}
    both = _TWO_MAKERS.search(text)
    return marked | (set() if both else {form for form, maker in _MAKERS.items() if maker in text})


def is_titled(texts: Iterable[str]) -> bool:
    """Whether a sheet's name, the first of them, or a title speaks of a form, of whichever."""
    name, *titles = texts
    return bool(mentioned(name)) or any(_OWN_TITLE in plain(text) or named(text) for text in titles)


def is_example(sheet: Sheet, last: int) -> bool:
    """記入例 by the sheet's name, or by a title in rows 1-`last`: in the first one, or alone in its row."""
    if _EXAMPLE_NAME.search(plain(sheet.name)):
        return True
    above = [cells for row, cells in sheet.rows.items() if row <= last]
    titles = [cell for i, cells in enumerate(above) if not i or len(cells) == 1 for cell in cells.values()]
    return any(_EXAMPLE_TITLE.fullmatch(plain(cell.text)) for cell in titles)


def other_document(texts: Iterable[str]) -> str:
    """A sentence about what else the titles speak of, "" where they speak of the form itself or of nothing."""
    spoken = [plain(text) for text in texts]
    if any(_OWN_TITLE in text for text in spoken):
        return ""
    return next((says for pattern, says in _WRONG if any(map(pattern.search, spoken))), "")


def looks_like(texts: list[str]) -> str:
    """A sentence about a book without any form: what its titles seem to be, and what to do."""
    marked = any(_OWN_TITLE in plain(text) or mentioned(text) for text in texts)
    return other_document(texts) or (_NO_ANSWERS if marked else _NOT_A_FORM)
