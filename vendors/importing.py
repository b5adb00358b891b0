"""A workbook into a sheet: what the preview shows, and what is written when it is taken over."""

import hashlib
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.http import QueryDict

from compliance.fields import LONG
from compliance.files import within_quota
from compliance.models import User
from vendors.choices import DECLARED, Conformity
from vendors.exporting import rows
from vendors.filling import Line
from vendors.models import Disclosure, DisclosureAnswer, WorkbookUpload
from vendors.workbook import Change, Reading, RowReading, changes, read_safely
from vendors.workbook.texts import plain

UNCLEAR = {"unread", "ask"}
MOST_UPLOADS = 30  # of one sheet
MOST_NAMED = 10  # rows in a message


def room_for(sheet: Disclosure, content: bytes) -> None:
    """ValidationError where the clinic has no room for a file, or the sheet has had too many."""
    if sheet.uploads.count() >= MOST_UPLOADS:
        raise ValidationError(
            f"1つの開示書に受け取れるファイルは{MOST_UPLOADS}個までです。画面で回答してください。",
            code="many",
        )
    within_quota(sheet.clinic, len(content))


def received(sheet: Disclosure, name: str, content: bytes, *, by: User | str) -> WorkbookUpload:
    """Read a workbook in a limited process and keep it with its reading. The sheet is untouched."""
    reading = read_safely(content, rows(sheet.edition.code), sheet.kind)
    return WorkbookUpload.keep(sheet, name, content, reading.as_dict(), by=by)


def choose(upload: WorkbookUpload, sheet_name: str) -> None:
    """Read the same file again, of the sheet or product that a person has chosen."""
    sheet = upload.disclosure
    reading = read_safely(upload.file.content(), rows(sheet.edition.code), sheet.kind, sheet_name)
    upload.sheet, upload.reading = sheet_name, reading.as_dict()
    upload.save(update_fields=["sheet", "reading"])


@dataclass(frozen=True)
class Step:
    """One row of the preview: as it stands, as the file reads, and what taking it over would write."""

    line: Line
    reading: RowReading
    kind: str
    answer: str
    remark: str

    @property
    def old_label(self) -> str:
        return self.line.answer.get_answer_display()

    @property
    def new_label(self) -> str:
        return Conformity(self.answer).label

    @property
    def is_asked(self) -> bool:
        return self.kind in UNCLEAR


@dataclass(frozen=True)
class Preview:
    """Every row of a reading against the sheet."""

    upload: WorkbookUpload
    reading: Reading
    steps: list[Step]

    @classmethod
    def of(cls, upload: WorkbookUpload, lines: list[Line]) -> "Preview":
        reading = Reading.from_dict(upload.reading)
        current = {line.code: (_said(line), line.answer.remark) for line in lines}
        read = {row.id: row for row in reading.rows}
        by_code = {line.code: line for line in lines if line.is_open}
        found = [each for each in changes(current, reading) if each.id in by_code]
        steps = [_step(each, read[each.id], by_code[each.id]) for each in found]
        return cls(upload, reading, steps)

    @property
    def changed(self) -> list[Step]:
        return [step for step in self.steps if step.kind in {"new", "changed"}]

    @property
    def asked(self) -> list[Step]:
        return [step for step in self.steps if step.is_asked]

    @property
    def same(self) -> int:
        return sum(step.kind == "same" for step in self.steps)

    @property
    def blank(self) -> int:
        return sum(step.kind == "blank" for step in self.steps)

    @property
    def is_of_another_product(self) -> bool:
        """Both name a product, and neither name is within the other."""
        theirs, ours = plain(self.reading.header.product), plain(self.upload.disclosure.product)
        return bool(theirs and ours) and theirs not in ours and ours not in theirs

    @property
    def seen(self) -> str:
        """What the preview showed, as one value; it changes with any row of the sheet."""
        shown = [f"{step.line.code}:{step.line.answer.version}" for step in self.steps]
        return hashlib.sha256("|".join([self.upload.sheet, *shown]).encode()).hexdigest()

    def decisions(self, data: QueryDict) -> dict[str, dict]:
        """{row code: fields to record} of everything that is written; an undecided row becomes 未読取."""
        decided = {step.line.code: _clear(step) for step in self.changed}
        for step in self.asked:
            answer = data.get(f"decide-{step.line.code}", "")
            if answer in DECLARED:
                decided[step.line.code] = _clear(step) | {"answer": answer, "remark": step.reading.remark}
            elif step.line.answer.answer in {Conformity.BLANK, Conformity.UNREAD}:
                decided[step.line.code] = _unread(step)
        return decided

    def told(self, decided: dict[str, dict], changed: int) -> str:
        """How taking over went: a row that became 未読取 has changed too, but is none that was taken over."""
        unread = {code: each for code, each in decided.items() if each["answer"] == Conformity.UNREAD}
        answers = [step.line.answer for step in self.asked if step.line.code in unread]
        taken = changed - sum(bool(each.differences(unread[each.row.code])) for each in answers)
        return f"{taken}行を取り込みました。{_unread_words(answers)}"

    def versions(self) -> dict[str, int]:
        return {step.line.code: step.line.answer.version for step in self.steps}


def _unread_words(answers: list[DisclosureAnswer]) -> str:
    numbers = [each.row.numbers_text for each in answers]
    more = "など" if len(numbers) > MOST_NAMED else ""
    named = "、".join(numbers[:MOST_NAMED]) + more
    return f"{len(numbers)}行は読み取れませんでした（{named}）。" if numbers else ""


def _step(change: Change, reading: RowReading, line: Line) -> Step:
    """A remark that is longer than ours may be is asked about: nothing is cut off in silence."""
    kind, length = change.kind, len(change.new_remark)
    if length > LONG and kind in {"new", "changed"}:
        why = f"備考が{length:,}文字あります。回答を選ぶと、先頭の{LONG:,}文字を取り込みます。"
        kind, reading = "ask", replace(reading, why=why)
    return Step(line, reading, kind, change.new_answer or Conformity.BLANK, change.new_remark)


def _said(line: Line) -> str:
    return line.answer.answer if line.answer.answer in DECLARED else ""


def _clear(step: Step) -> dict:
    return {"answer": step.answer, "remark": step.remark[:LONG], "cell": step.reading.cell[:100], "why": ""}


def _unread(step: Step) -> dict:
    fields = {"answer": Conformity.UNREAD, "remark": step.reading.remark[:LONG]}
    return fields | {"cell": step.reading.cell[:100], "why": step.reading.why}
