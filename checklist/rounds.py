"""A round as pages and reports see it: one line for each item, and what follows from all of them. Pure but for one query."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import ceil

from checklist.catalogue import Catalogue, catalogue_of, chapter_code
from checklist.choices import Status
from checklist.earlier import Earlier, earlier_of, table_to
from checklist.models import Answer, Assessment
from compliance.dates import wareki

MINUTES_PER_ITEM = 0.75  # [ours] a rough guess, shown as 約


@dataclass(frozen=True)
class Line:
    """An item with its answer."""

    item: dict
    answer: Answer
    today: date
    earlier: Earlier | None = None

    @property
    def code(self) -> str:
        return self.item["code"]

    @property
    def shown(self) -> str:
        return self.item["shown"]

    @property
    def may_be_exempt(self) -> bool:
        return self.item["not_applicable"] == "conditional"

    @property
    def is_overdue(self) -> bool:
        return self.answer.is_overdue(self.today)

    @property
    def needs_action(self) -> bool:
        return self.answer.needs_action()

    @property
    def day_text(self) -> str:
        """確認日 or 目標日 in words, what the table's fourth column shows."""
        answer = self.answer
        if answer.status == Status.DONE and answer.confirmed_on:
            return f"{wareki(answer.confirmed_on)}に確認"
        if answer.status == Status.OPEN and answer.due_on:
            late = (self.today - answer.due_on).days
            return f"目標日を{late}日過ぎています" if late > 0 else f"{wareki(answer.due_on)}まで"
        return ""

    @property
    def todo_text(self) -> str:
        """What is to be done about this line, as a sentence."""
        answer = self.answer
        if answer.status == Status.UNSURE and answer.ask_whom:
            return f"{answer.ask_whom}に確かめてください"
        return answer.plan if answer.status == Status.OPEN and answer.plan else f"{answer.state_text}です"


@dataclass(frozen=True)
class Chapter:
    """One of the 11 sections with its lines."""

    section: dict
    lines: list[Line]

    @property
    def answered(self) -> int:
        return sum(line.answer.is_answered for line in self.lines)

    @property
    def is_full(self) -> bool:
        return self.answered == len(self.lines)

    @property
    def todo(self) -> int:
        return sum(line.needs_action for line in self.lines)

    @property
    def can_be_exempt(self) -> list[Line]:
        """Its conditional items that are not 対象外 yet."""
        return [x for x in self.lines if x.may_be_exempt and x.answer.status != Status.NOT_APPLICABLE]

    @property
    def first_to_answer(self) -> Line:
        return next((line for line in self.lines if not line.answer.is_answered), self.lines[0])


@dataclass(frozen=True)
class Round:
    """All lines of one assessment."""

    assessment: Assessment
    catalogue: Catalogue
    lines: list[Line]
    today: date

    @classmethod
    def of(cls, assessment: Assessment, today: date) -> "Round":
        catalogue = catalogue_of(assessment.edition)
        own, beside = _answers(assessment)
        lines = [
            Line(item, own[item["pk"]], today, beside(item["code"]))
            for item in catalogue.items
            if item["pk"] in own
        ]
        return cls(assessment, catalogue, lines, today)

    @cached_property
    def chapters(self) -> list[Chapter]:
        by_chapter: dict[str, list[Line]] = {}
        for line in self.lines:
            by_chapter.setdefault(chapter_code(line.item), []).append(line)
        return [Chapter(top, by_chapter[top["code"]]) for top in self.catalogue.chapters]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Items by status, and "todo"."""
        counts = {status.value: 0 for status in Status}
        for line in self.lines:
            counts[line.answer.status] += 1
        return counts | {"todo": len(self.todo)}

    @property
    def total(self) -> int:
        return len(self.lines)

    @cached_property
    def answered(self) -> int:
        return sum(line.answer.is_answered for line in self.lines)

    @property
    def minutes_left(self) -> int:
        return ceil((self.total - self.answered) * MINUTES_PER_ITEM / 5) * 5

    @cached_property
    def next_line(self) -> Line | None:
        """Where to go on: after the last saved item, the first unanswered; else the first unanswered at all."""
        unanswered = [line for line in self.lines if line.answer.status == Status.UNANSWERED]
        saved = [line for line in self.lines if line.answer.updated_at]
        if not saved:
            return unanswered[0] if unanswered else None
        last = self.lines.index(max(saved, key=lambda line: line.answer.updated_at))
        later = [line for line in unanswered if self.lines.index(line) > last]
        return next(iter(later or unanswered), None)

    @cached_property
    def todo(self) -> list[Line]:
        """要対応: overdue first, then by 目標日, then in document order."""
        waiting = [line for line in self.lines if line.needs_action]
        return sorted(
            waiting, key=lambda line: (line.answer.status == Status.OPEN and line.answer.due_on) or date.max
        )

    @property
    def unanswered(self) -> list[Line]:
        return [line for line in self.lines if line.answer.status == Status.UNANSWERED]

    @property
    def incomplete(self) -> list[Line]:
        """Declared, but something that the status needs is missing."""
        return [line for line in self.lines if line.answer.gaps]

    def with_status(self, wanted: str) -> list[Line]:
        """Lines with a status, or 要対応 for "todo"; all for anything else."""
        if wanted == "todo":
            return self.todo
        return (
            [line for line in self.lines if line.answer.status == wanted]
            if wanted in self.counts
            else self.lines
        )


def _answers(assessment: Assessment) -> tuple[dict[int, Answer], Callable[[str], Earlier | None]]:
    """({item id: answer} of the round, what was declared before of an item code), in one query."""
    rounds = [assessment.pk, assessment.previous_id]
    found = list(Answer.objects.filter(assessment__in=[each for each in rounds if each]))
    own = {each.item_id: each for each in found if each.assessment_id == assessment.pk}
    if assessment.previous_id is None:
        return own, lambda code: None
    table, items = table_to(assessment), catalogue_of(assessment.previous.edition).items
    codes = {item["pk"]: item["code"] for item in items}
    before = {codes[each.item_id]: each for each in found if each.assessment_id != assessment.pk}
    return own, lambda code: earlier_of(code, table, before)
