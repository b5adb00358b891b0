"""A sheet while it is filled in: by a vendor through a link, or by the clinic from paper."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from zlib import crc32

from django.http import QueryDict

from compliance.audit import writing
from compliance.models import User
from compliance.tenancy import Conflict, version_in
from vendors.choices import DECLARED, Conformity, DisclosureState
from vendors.forms.rows import RowForm
from vendors.models import Disclosure, DisclosureAnswer, DisclosureRequest


@dataclass(frozen=True)
class Desk:
    """Where a sheet is filled in, and by whom. Every page of it lies under `base`."""

    sheet: Disclosure
    by: User | str
    base: str
    request: DisclosureRequest | None = None  # of a vendor's link

    @property
    def is_vendors(self) -> bool:
        return self.request is not None


@dataclass
class Line:
    """A row on its way: what is saved, what was typed, and what is wrong with that."""

    answer: DisclosureAnswer
    form: RowForm | None = None
    theirs: DisclosureAnswer | None = None
    is_saved: bool = False
    typed: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.answer.row.code

    @property
    def said(self) -> str:
        return self.typed.get("answer", self.answer.answer)

    @property
    def said_label(self) -> str:
        return Conformity(self.said or Conformity.BLANK).label

    @property
    def remark(self) -> str:
        return self.typed.get("remark", self.answer.remark)

    @property
    def stamp(self) -> str:
        """What the form was made from: the version, and what the row said then. 0 while a conflict is undecided."""
        if self.theirs:
            return "0"
        said = (
            self.answer.answer if self.answer.answer in DECLARED else Conformity.BLANK
        )  # no radio is chosen
        return f"{self.answer.version}-{_mark(said, self.answer.remark)}"

    @property
    def is_answered(self) -> bool:
        return self.answer.answer in DECLARED

    @property
    def is_open(self) -> bool:
        return self.answer.is_open

    @property
    def has_trouble(self) -> bool:
        return self.theirs is not None or bool(self.form and self.form.errors)

    @property
    def problems(self) -> list[str]:
        return [sentence for errors in self.form.errors.values() for sentence in errors] if self.form else []


@dataclass(frozen=True)
class Progress:
    """How far a sheet is, after how many saves, and where it goes on."""

    saves: int
    total: int
    answered: int
    next_code: str
    next_numbers: str

    @classmethod
    def of(cls, rows: Iterable[tuple[int, str, str, bool, list[str]]]) -> "Progress":
        """From (version, row code, answer, whether it may be answered, numbers) of every row."""
        rows = list(rows)
        left = [row for row in rows if row[2] not in DECLARED]
        _, code, _, _, numbers = next((row for row in left if row[3]), (0, "", "", False, []))
        saves, answered = sum(version for version, *_ in rows), len(rows) - len(left)
        return cls(saves, len(rows), answered, code, "No." + " / ".join(numbers))


def lines_of(sheet: Disclosure) -> list[Line]:
    """All rows in the document's order; the sheet comes from `with_answers`."""
    answers = list(sheet.answers.all())
    for each in answers:
        each.disclosure, each.clinic = sheet, sheet.clinic
    return [Line(each) for each in answers]


def line_of(sheet: Disclosure, code: str) -> Line | None:
    """One row alone: all that a save in place reads."""
    answer = sheet.answers.select_related("row").filter(row__code=code).first()
    if answer is None:
        return None
    answer.disclosure, answer.clinic = sheet, sheet.clinic
    return Line(answer)


def progress_of(lines: list[Line]) -> Progress:
    return Progress.of(
        (x.answer.version, x.code, x.answer.answer, x.is_open, x.answer.row.numbers) for x in lines
    )


def progress_now(sheet: Disclosure) -> Progress:
    """As `progress_of`, from the database and without the rows themselves."""
    rows = sheet.answers.order_by("row__position")
    returned = sheet.state == DisclosureState.RETURNED
    return Progress.of(
        (version, code, said, bool(comment) or not returned, numbers)
        for version, code, said, comment, numbers in rows.values_list(
            "version", "row__code", "answer", "comment", "row__numbers"
        )
    )


def chapters_of(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """(chapter's heading, its lines), in order."""
    grouped = groupby(lines, lambda line: (line.answer.row.chapter, line.answer.row.chapter_title))
    return [(f"{code}. {title}", list(group)) for (code, title), group in grouped]


def take_all(lines: list[Line], data: QueryDict, by: User | str) -> None:
    """What a whole form says, each row on its own: one in trouble keeps no other from being saved."""
    with writing(lines[0].answer.clinic_id):
        for line in lines:
            take(line, data, by)


def take(line: Line, data: QueryDict, by: User | str) -> Line:
    """Save what the form says of one row, if it says anything new; the line then tells how that went.

    `mine-<code>` and `theirs-<code>` are a person's decision after a conflict.
    """
    code = line.code
    if f"version-{code}" not in data or not line.is_open:
        return line
    typed = {"answer": data.get(f"answer-{code}", ""), "remark": data.get(f"remark-{code}", "")}
    version, _, mark = data[f"version-{code}"].partition("-")
    if f"theirs-{code}" in data or mark == _mark(typed["answer"] or Conformity.BLANK, typed["remark"]):
        line.is_saved = line.answer.updated_at is not None
        return line
    form = RowForm(typed)
    if not form.is_valid():
        line.form, line.typed = form, typed
        return line
    version = version_in(data, f"mine-{code}") or version_in({"version": version})
    return _save(line, version, form.cleaned_data, by)


def _save(line: Line, version: int, said: dict, by: User | str) -> Line:
    answer = line.answer
    same = said["answer"] == Conformity.BLANK or (said["answer"] == answer.answer and not answer.is_settled)
    if same and answer.why + answer.cell:  # only the remark is another
        said = {**said, "answer": answer.answer, "cell": answer.cell, "why": answer.why}
    try:
        answer.record(version, by=by, **said)
        line.is_saved = True
    except Conflict as conflict:
        current = conflict.current
        if (current.answer, current.remark) != (said["answer"], said["remark"]):
            line.theirs, line.typed = current, said
        else:  # its own autosave was quicker
            answer.answer, answer.remark, answer.version = current.answer, current.remark, current.version
            line.is_saved = True
    return line


def _mark(said: str, remark: str) -> str:
    """What tells whether a row was touched: of people at one sheet, each sends the others' rows along."""
    text = remark.replace("\r\n", "\n").strip()
    return f"{crc32(f'{said}|{text}'.encode(errors='replace')):08x}"
