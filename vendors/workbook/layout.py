"""Where a sheet's tables begin, and which columns hold answers and remarks. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from vendors.workbook.answering import is_mark, word
from vendors.workbook.cells import ROWS, Cell, Sheet, letters
from vendors.workbook.labels import (
    answer_rank,
    choice,
    is_known,
    is_neighbour,
    is_others,
    is_part,
    is_remark,
    is_single,
    label,
    number_rank,
    tells_more,
)
from vendors.workbook.numbering import leading, numbering
from vendors.workbook.readings import WORDS

_GAP = 2
_SHORT = 10


@dataclass(frozen=True)
class Label:
    """A text of a heading, over the columns `first`-`last`."""

    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Group:
    """One product's answers: {"yes": 3, "no": 4, "na": 5, "other6": 6}, or {"single": 3} and what it spans.

    `lasts` has the last column of a choice's merged label; `beside` are the columns next to the choices
    whose labels say nothing.
    """

    columns: dict[str, int]
    title: str = ""
    lasts: dict[int, int] = field(default_factory=dict)
    beside: tuple[int, ...] = ()

    @property
    def first(self) -> int:
        return min(self.columns.values())

    @property
    def area(self) -> set[int]:
        return {each for column in self.columns.values() for each in self.span(column)}

    def span(self, column: int) -> range:
        return range(column, self.lasts.get(column, column) + 1)


@dataclass(frozen=True)
class Table:
    """Rows `first`-`last` under one heading; `numbers` ranks the columns whose labels speak of a number.

    `parts` are number columns that go on from others (枝番). Where `is_lost`, the heading could not be understood.
    """

    heading: int
    first: int
    last: int
    groups: tuple[Group, ...]
    remarks: tuple[int, ...]
    numbers: dict[int, int]
    parts: frozenset[int] = frozenset()
    is_lost: bool = False


def tables(sheet: Sheet) -> list[Table]:
    """The tables from top to bottom; one without a heading only where a column speaks plain words."""
    found: list[Table] = []
    for row in sheet.rows:
        if table := _heading(sheet, row):
            found.append(table)
        elif found and _is_lost_heading(sheet, row):
            found.append(replace(found[-1], heading=row, first=row + 1, is_lost=True))
    following = [table.heading for table in found[1:]] + [ROWS + 1]
    placed = [replace(table, last=end - 1) for table, end in zip(found, following, strict=False)]
    filled = [table for table in placed if table.last >= table.first]
    return filled or list(_without_heading(sheet))


def _heading(sheet: Sheet, row: int) -> Table | None:
    labels = _labels(sheet, row)
    groups = _choice_groups(sheet, row, labels) or _single_groups(sheet, row, labels)
    if not groups or _is_numbered(sheet, row, min(group.first for group in groups)):
        return None
    return _table(sheet, row, groups)


def _table(sheet: Sheet, row: int, groups: tuple[Group, ...]) -> Table:
    used = {column for group in groups for column in group.area}
    texts = {column: _text(sheet, row, column) for column in sheet.columns if column not in used}
    first = min(group.first for group in groups)
    remarks = [c for c, text in texts.items() if is_remark(text) or (c > first and tells_more(text))]
    ranks = {column: rank for column, text in texts.items() if (rank := number_rank(text))}
    inner = {c for c in ranks if sheet.anchor(row, c)[1] < c}
    parts = inner | {column for column, text in texts.items() if is_part(text)}
    return Table(row, row + 1, ROWS, groups, tuple(remarks), ranks, frozenset(parts))


def _text(sheet: Sheet, row: int, column: int) -> str:
    return label(sheet.at(row, column).text) or label(sheet.at(row - 1, column).text)


def _labels(sheet: Sheet, row: int) -> list[Label]:
    """What a row shows from left to right; a merged region is one label."""
    found = []
    for place, columns in groupby(sheet.columns, lambda column: sheet.anchor(row, column)):
        shown = list(columns)
        if text := label(sheet.at(*place).text):
            found.append(Label(shown[0], shown[-1], text))
    return found


def _is_numbered(sheet: Sheet, row: int, before: int) -> bool:
    cells = (cell for column, cell in sheet.rows[row].items() if column < before)
    return any(numbering(cell) or leading(cell) for cell in cells)


def _is_lost_heading(sheet: Sheet, row: int) -> bool:
    """はい and 対象外 side by side in a row without a number: columns changed, but not to any that are known."""
    said = {column: choice(label(cell.text)) for column, cell in sheet.rows[row].items()}
    roles = {column: role for column, role in said.items() if role in WORDS}
    return len(set(roles.values())) > 1 and not _is_numbered(sheet, row, min(roles))


def _choice_groups(sheet: Sheet, row: int, labels: list[Label]) -> tuple[Group, ...]:
    """はい | いいえ | 対象外 in any order, once per product; other choices only after one of these."""
    groups: list[dict[str, Label]] = []
    for at, each in enumerate(labels):
        role = _role(labels, at)
        last = next(reversed(groups[-1].items()), None) if groups else None
        is_next = bool(last) and _is_near(labels, last[1], each)
        if role in WORDS and is_next and role == last[0]:
            role = "other"
        if role in WORDS and (not is_next or role in groups[-1]):
            groups.append({})
        if role in WORDS:
            groups[-1][role] = each
        elif role and is_next:
            groups[-1][f"{role}{each.first}"] = each
    complete = [group for group in groups if {"yes", "no"} <= group.keys()]
    return tuple(_choices(sheet, row, labels, group, complete) for group in complete)


def _role(labels: list[Label], at: int) -> str:
    """A 「No」 before the other choices heads the numbers, unless it is the only one and stands beside them."""
    role = choice(labels[at].text)
    if labels[at].text != "no" or any(choice(each.text) == "yes" for each in labels[:at]):
        return role
    after = [choice(each.text) for each in labels[at + 1 :]]
    return role if after and after[0] in ("yes", "na") and "no" not in after else ""


def _is_near(labels: list[Label], one: Label, other: Label) -> bool:
    between = any(one.last < each.first < other.first for each in labels)
    return other.first - one.last <= _GAP or not between


def _choices(
    sheet: Sheet, row: int, labels: list[Label], group: dict[str, Label], groups: list[dict[str, Label]]
) -> Group:
    columns = {role: each.first for role, each in group.items()}
    lasts = {each.first: each.last for each in group.values()}
    title = sheet.at(row - 1, min(columns.values())).text
    used = [each for other in groups for each in other.values()]
    beside = _unknown(sheet, labels, list(group.values()), used)
    return Group(columns, "" if is_single(label(title)) else title, lasts, beside)


def _unknown(sheet: Sheet, labels: list[Label], own: list[Label], used: list[Label]) -> tuple[int, ...]:
    """The columns among a group's and next to them that no label tells to be something else."""
    first, last = min(each.first for each in own), max(each.last for each in own)
    known = [each for each in labels if each in used or is_known(each.text) or is_single(each.text)]
    before = max((each.last for each in known if each.last < first), default=0)
    after = min((each.first for each in known if each.first > last), default=sheet.columns[-1] + 1)
    taken = {column for each in known for column in range(each.first, each.last + 1)}
    return tuple(column for column in sheet.columns if before < column < after and column not in taken)


def _single_groups(sheet: Sheet, row: int, labels: list[Label]) -> tuple[Group, ...]:
    rank = max((answer_rank(each.text) for each in labels), default=0)
    answers = [each for each in labels if rank and answer_rank(each.text) == rank]
    used = {column for each in answers for column in range(each.first, each.last + 1)}
    beside = (_text(sheet, row, column) for column in sheet.columns if column not in used)
    if not answers or not any(map(is_neighbour, beside)):
        return ()
    return tuple(Group(_spanned(sheet, each), sheet.at(row, each.first).text) for each in answers)


def _spanned(sheet: Sheet, each: Label) -> dict[str, int]:
    others = [c for c in range(each.first + 1, each.last + 1) if c not in sheet.hidden_columns]
    return {"single": each.first} | {f"other{column}": column for column in others}


def _without_heading(sheet: Sheet) -> Iterator[Table]:
    """A table that nobody headed: the one column in which はい, いいえ, 対象外 stand as words."""
    spoken: dict[int, list[int]] = {}
    for (row, column), cell in sheet.cells.items():
        if column not in sheet.hidden_columns and word(cell):
            spoken.setdefault(column, []).append(row)
    columns = [column for column, rows in spoken.items() if len(rows) >= 5]
    if len(columns) != 1:
        return
    column, rows = columns[0], spoken[columns[0]]
    row = _label_above(sheet, min(rows), column)
    text = label(sheet.at(row, column).text)
    if is_others(text) or (not is_single(text) and _is_answered_elsewhere(sheet, row, column, rows)):
        return
    groups = (Group({"single": column}),)
    yield _table(sheet, row, groups) if row else Table(min(rows) - 1, min(sheet.rows), ROWS, groups, (), {})


def _is_answered_elsewhere(sheet: Sheet, heading: int, column: int, rows: list[int]) -> bool:
    """Whether the same rows hold marks or other short texts, which may be the answers instead of these words."""
    filled = Counter(
        other
        for row in rows
        for other, cell in sheet.rows[row].items()
        if is_mark(cell)
        or (heading and cell.kind == "text" and len(cell.text) <= _SHORT and not numbering(cell))
    )
    return any(
        other != column and 2 * count >= len(rows) and not is_known(_text(sheet, heading, other))
        for other, count in filled.items()
    )


def _label_above(sheet: Sheet, top: int, column: int) -> int:
    """The row of the nearest text right above a column that is not a row of the table, 0 for none."""
    rows = [row for row in sheet.rows if row < top and column in sheet.rows[row]]
    return max((row for row in rows if not _is_numbered(sheet, row, column)), default=0)


def answer_cell(sheet: Sheet, row: int, column: int, group: Group) -> tuple[Cell, str]:
    """The cell shown under an answer's label, and its place; a heading merged across the row is no answer."""
    shown = dict.fromkeys(sheet.anchor(row, each) for each in group.span(column))
    own = [place for place in shown if place[1] in group.area]
    filled = [place for place in own if sheet.at(*place).text]
    if len(filled) > 1:
        cells = [sheet.at(*place) for place in filled]
        kind = next((cell.kind for cell in cells if cell.kind in ("struck", "formula")), "text")
        return Cell(" ".join(cell.text for cell in cells), kind), sheet.place(*filled[0])
    if not own:
        return Cell(""), sheet.place(row, column)
    place = (filled or own)[0]
    return sheet.at(*place), sheet.place(*place)


def group_name(sheet: Sheet, group: Group) -> str:
    """「MDS!D」: a sheet and the first column of one product's answers."""
    return f"{sheet.name}!{letters(group.first)}"
