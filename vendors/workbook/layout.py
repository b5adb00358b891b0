"""Where a sheet's tables begin, and which columns hold answers and remarks. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from vendors.workbook.answering import word
from vendors.workbook.cells import COLUMNS, ROWS, Cell, Sheet, letters
from vendors.workbook.numbering import leading, numbering
from vendors.workbook.texts import plain

_YES = re.compile(r"[□■○●(\[【「]*(?:はい|yes)[)\]】」]*(?:[(\[].*)?")
_NO = re.compile(r"[□■○●(\[【「]*(?:いいえ|no)[)\]】」]*(?:[(\[].*)?")
_NA = re.compile(r"[□■○●(\[【「]*(?:対象外|n/?a|n\.a\.?)[)\]】」]*(?:[(\[].*)?")
_OTHER = re.compile(
    r"(?:該当なし|該当せず|非該当|適用外|一部|部分|条件付|代替|対応予定|予定|準備中|検討中|未定|不明|保留|その他).{0,8}"
)
_ANSWER = re.compile(r"(?:ご?回答|適合状況|はい[/・,、]?いいえ).*")
_SINGLE = re.compile(
    r"(?:ご?回答|適合状況|適合|対応状況|チェック(?:結果)?|結果|判定|選択|評価|適否|実施状況|可否|対応|対応有無|有無|遵守状況"
    r"|answer|はい[/・,、]?いいえ(?:[/・,、]?対象外)?)(?:欄|結果)?(?:[(\[].*)?"
)
_REMARK = re.compile(
    r"(?:備考|特記事項|コメント|補足(?:説明)?|説明|remarks?|notes?)(?:欄|番号|no\.?|等)?(?:[(\[].*)?"
)
_QUESTION = re.compile(
    r"(?:質問|設問|項目|内容|要件|(?:チェック|確認|質問|要求)(?:項目|事項|内容)|question)(?:名|文)?(?:[(\[].*)?"
)
_NUMBER_RANKS = (
    (3, re.compile(r"(?:項番|項目番号|項目no\.?|(?:問|設問|質問)(?:番号|no\.?)?)")),
    (2, re.compile(r"(?:番号|大項目|中項目|小項目|細目|枝番)")),
    (1, re.compile(r"(?:no\.?|#)")),
)


@dataclass(frozen=True)
class Group:
    """One product's answers: {"yes": 3, "no": 4, "na": 5, "other0": 6}, or {"single": 3} and what it spans."""

    columns: dict[str, int]
    title: str = ""

    @property
    def first(self) -> int:
        return min(self.columns.values())


@dataclass(frozen=True)
class Table:
    """Rows `first`-`last` under one heading; `numbers` ranks the columns whose labels speak of a number."""

    heading: int
    first: int
    last: int
    groups: tuple[Group, ...]
    remarks: tuple[int, ...]
    numbers: dict[int, int]


def tables(sheet: Sheet) -> list[Table]:
    """The tables from top to bottom; one without a heading only where a column speaks plain words."""
    found = [table for row in sheet.rows if (table := _heading(sheet, row))]
    following = [table.heading for table in found[1:]] + [ROWS + 1]
    placed = [replace(table, last=end - 1) for table, end in zip(found, following, strict=False)]
    filled = [table for table in placed if table.last >= table.first]
    return filled or list(_without_heading(sheet))


def _heading(sheet: Sheet, row: int) -> Table | None:
    labels = {column: plain(sheet.at(row, column).text) for column in _columns(sheet)}
    above = {column: plain(sheet.at(row - 1, column).text) for column in labels}
    groups = _choice_groups(sheet, row, labels) or _single_groups(sheet, row, labels, above)
    if not groups or any(numbering(cell) or leading(cell) for cell in sheet.rows[row].values()):
        return None
    used = {column for group in groups for column in group.columns.values()}
    rest = {column: text or above[column] for column, text in labels.items() if column not in used}
    remarks = tuple(column for column, text in rest.items() if _REMARK.fullmatch(text))
    return Table(row, row + 1, ROWS, groups, remarks, _number_labels(rest))


def _columns(sheet: Sheet) -> list[int]:
    last = max((column for _, column in sheet.cells), default=0)
    return [column for column in range(1, min(last, COLUMNS) + 1) if column not in sheet.hidden_columns]


def _number_labels(labels: dict[int, str]) -> dict[int, int]:
    return {
        column: rank
        for column, text in labels.items()
        for rank, pattern in _NUMBER_RANKS
        if pattern.fullmatch(text)
    }


def _choice_groups(sheet: Sheet, row: int, labels: dict[int, str]) -> tuple[Group, ...]:
    """はい | いいえ | 対象外, once per product; a 「No」 before any 「Yes」 heads the numbers."""
    groups: list[dict[str, int]] = []
    for column, text in labels.items():
        role = _choice(text)
        if role == "yes" or (role and groups and column - max(groups[-1].values()) > 2):
            groups.append({})
        if role and groups:
            role = f"other{column}" if role == "other" else role
            groups[-1].setdefault(role, column)
    complete = [columns for columns in groups if {"yes", "no"} <= columns.keys()]
    return tuple(Group(columns, _title(sheet, row - 1, min(columns.values()))) for columns in complete)


def _choice(text: str) -> str:
    patterns = (("yes", _YES), ("no", _NO), ("na", _NA), ("other", _OTHER))
    return next((role for role, pattern in patterns if pattern.fullmatch(text)), "")


def _single_groups(
    sheet: Sheet, row: int, labels: dict[int, str], above: dict[int, str]
) -> tuple[Group, ...]:
    answers = [column for column, text in labels.items() if _SINGLE.fullmatch(text)]
    # Where one column is called 回答, another one called 結果 or 対応 is about something else.
    answers = [column for column in answers if _ANSWER.fullmatch(labels[column])] or answers
    beside = [labels[column] or above[column] for column in labels if column not in answers]
    if not any(_is_neighbour(text) for text in beside):
        return ()
    spans: dict[tuple[int, int], list[int]] = {}
    for column in answers:
        spans.setdefault(sheet.anchor(row, column), []).append(column)
    named = [(columns, sheet.at(row, columns[0]).text) for columns in spans.values()]
    return tuple(Group(_spanned(columns), title) for columns, title in named)


def _is_neighbour(text: str) -> bool:
    ranks = (pattern for _, pattern in _NUMBER_RANKS)
    return any(pattern.fullmatch(text) for pattern in (_REMARK, _QUESTION, *ranks))


def _spanned(columns: list[int]) -> dict[str, int]:
    return {"single": columns[0]} | {f"other{column}": column for column in columns[1:]}


def _title(sheet: Sheet, row: int, column: int) -> str:
    text = sheet.at(row, column).text
    return "" if _SINGLE.fullmatch(plain(text)) else text


def _without_heading(sheet: Sheet) -> Iterator[Table]:
    """A table that nobody headed: the one column in which はい, いいえ, 対象外 stand as words."""
    spoken: dict[int, list[int]] = {}
    for (row, column), cell in sheet.cells.items():
        if column not in sheet.hidden_columns and word(cell):
            spoken.setdefault(column, []).append(row)
    columns = [column for column, rows in spoken.items() if len(rows) >= 5]
    if len(columns) == 1:
        top = min(spoken[columns[0]])
        yield Table(top - 1, min(sheet.rows), ROWS, (Group({"single": columns[0]}),), (), {})


def answer_cell(sheet: Sheet, row: int, column: int, group: Group) -> tuple[Cell, str]:
    """The cell shown at an answer's position, and its place; a heading merged across the row is no answer."""
    at_row, at_column = sheet.anchor(row, column)
    if at_column not in group.columns.values():
        return Cell(""), sheet.place(row, column)
    return sheet.at(at_row, at_column), sheet.place(at_row, at_column)


def group_name(sheet: Sheet, group: Group) -> str:
    """「MDS!D」: a sheet and the first column of one product's answers."""
    return f"{sheet.name}!{letters(group.first)}"
