"""Which sheets of a book are filled forms. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from vendors.workbook import ours
from vendors.workbook.cells import Sheet
from vendors.workbook.layout import group_name
from vendors.workbook.questions import Line, lines
from vendors.workbook.readings import FORMS, Header, Row, RowReading
from vendors.workbook.sections import Section, sections
from vendors.workbook.texts import likeness
from vendors.workbook.titles import is_titled, other_document

_CLEARLY_MORE = 0.25
_CLEARLY_LIKER = 0.15
_LIKE_ENOUGH = 0.25
_WHOLE = 0.7
_FEWEST = 3
_REPEATED = 3
_AGAIN = 5
_BLANK_ELSEWHERE = "同じ項番が、同じシートの別の表または離れた行では空欄です"


@dataclass(frozen=True)
class Found:
    """One form as one sheet gives it, for one product; `name` is what a person chooses by.

    A sheet of ours has `own` readings, any other one `lines`.
    """

    form: str
    name: str
    sheet: Sheet
    header: Header
    lines: tuple[Line, ...] = ()
    title: str = ""
    own: tuple[RowReading, ...] = ()

    @property
    def is_answered(self) -> bool:
        answers = [*(line.said.answer for line in self.lines), *(row.answer for row in self.own)]
        return any(answer != "blank" for answer in answers)


@dataclass(frozen=True)
class _Match:
    """How much of a form a table holds: `count` of its numbers, their `share`, and how `like` the questions are."""

    count: int
    share: float
    like: float


def forms_in(sheet: Sheet, rows: tuple[Row, ...], remarks: dict[str, str]) -> list[Found]:
    """The forms that a sheet holds: one per title and product, none for any other sheet."""
    if own := ours.form(sheet):
        readings = ours.row_readings(sheet, [row for row in rows if row.form == own])
        return [Found(own, sheet.name, sheet, ours.facts(sheet), own=readings)] if readings else []
    parts = sections(sheet, rows)
    made = [_found(part, at, rows, remarks, len(parts) > 1) for part in parts for at in range(part.width)]
    return [found for found in made if found]


def _found(
    part: Section, index: int, rows: tuple[Row, ...], remarks: dict[str, str], several: bool
) -> Found | None:
    own = {form: [row for row in rows if row.form == form] for form in FORMS}
    read = {form: _lines(part, index, own[form], remarks) for form in FORMS}
    matches = {form: _match(own[form], read[form]) for form in FORMS}
    form = _form(part.names, matches)
    if not form or not _is_form(part, matches[form]):
        return None
    group = next(table.groups[index] for table in part.tables if index < len(table.groups))
    name = group_name(part.sheet, group) if part.width > 1 or several else part.sheet.name
    return Found(
        form,
        f"{name}{part.tables[0].heading}" if several else name,
        part.sheet,
        part.header(read[form][0].row),
        tuple(read[form]),
        group.title if part.width > 1 else "",
    )


def _lines(part: Section, index: int, rows: list[Row], remarks: dict[str, str]) -> list[Line]:
    lists = frozenset(row.numbers for row in rows)
    found: list[Line] = []
    for table in part.tables:
        if index < len(table.groups):
            for more in _runs(lines(part.sheet, table, table.groups[index], lists, remarks)):
                found = found + more if goes_on(found, more) else _doubted(found, more)
    return found


def _runs(read: list[Line]) -> list[list[Line]]:
    """Where the numbers begin again and are answered again, another product's list may have been put below."""
    begins = _begins_again(read)
    parts = read[:begins], read[begins:]
    common = _numbers(parts[0]) & _numbers(parts[1])
    answered = all(any(line.said.answer != "blank" for line in part) for part in parts)
    return [parts[0], *_runs(parts[1])] if answered and len(common) >= _AGAIN else [read]


def _begins_again(read: list[Line]) -> int:
    """The first line with a number of some lines before; 0 where there is none."""
    last: dict[str, int] = {}
    for at, line in enumerate(read):
        if any(at - last.get(number, at) > _AGAIN for number in line.numbering.numbers):
            return at
        last |= dict.fromkeys(line.numbering.numbers, at)
    return 0


def goes_on(first: Iterable[Line], more: Iterable[Line]) -> bool:
    """Whether `more` is a further page: no number stands on both, but for a few that it repeats, unanswered, at its top."""
    known, more = _numbers(first), list(more)
    again = [line for line in more if known.intersection(line.numbering.numbers)]
    repeats = again == more[: len(again)] and all(line.said.answer == "blank" for line in again)
    return repeats and len(again) <= _REPEATED


def _doubted(first: list[Line], more: list[Line]) -> list[Line]:
    """Both tables; what one leaves blank and the other answers may be of another product."""
    said = [_numbers(line for line in part if line.said.answer != "blank") for part in (first, more)]
    differing = (said[0] ^ said[1]) & _numbers(first) & _numbers(more)
    return [
        replace(line, numbering=replace(line.numbering, doubt=line.numbering.doubt or _BLANK_ELSEWHERE))
        if differing.intersection(line.numbering.numbers)
        else line
        for line in first + more
    ]


def _numbers(read: Iterable[Line]) -> set[str]:
    return {number for line in read for number in line.numbering.numbers}


def _form(names: set[str], matches: dict[str, _Match]) -> str:
    """MDS or SDS: by what is asked, else by the titles that the numbers do not contradict, else by the numbers."""
    liked = _leading({form: match.like for form, match in matches.items()}, _CLEARLY_LIKER)
    if liked and matches[liked].like >= _LIKE_ENOUGH:
        return liked
    shares = {form: match.share for form, match in matches.items()}
    counted = _leading(shares, _CLEARLY_MORE)
    if len(names) == 1:
        return "".join(names) if names >= {counted} - {""} else ""
    return _leading(shares, 0.01) if names else counted


def _leading(by_form: dict[str, float], margin: float) -> str:
    """The form that is ahead by a margin, else ""."""
    last, first = sorted(by_form, key=lambda form: by_form[form])
    return first if by_form[first] - by_form[last] >= margin else ""


def _match(rows: list[Row], read: list[Line]) -> _Match:
    known = {number for row in rows for number in row.numbers}
    count = len(known & _numbers(read))
    like = mean_likeness(rows, read) if count >= _FEWEST else 0.0
    return _Match(count, count / max(len(known), 1), like)


def _is_form(part: Section, match: _Match) -> bool:
    if match.count < _FEWEST:
        return False
    texts = (part.sheet.name, *part.above, *part.titles)
    is_whole = match.share >= _WHOLE
    if other_document(texts) and not (is_whole and match.like >= _LIKE_ENOUGH):
        return False
    return is_titled(texts) or is_whole or (match.count >= 8 and match.like >= _LIKE_ENOUGH)


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
