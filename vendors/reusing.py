"""The vendor's earlier answers to the same clinic about the same product, offered again."""

import hashlib
from dataclasses import dataclass

from compliance.audit import writing
from vendors.choices import Conformity
from vendors.filling import Line
from vendors.models import Disclosure, Submission
from vendors.models.disclosures import Closed


@dataclass(frozen=True)
class Reused:
    """What one row would become."""

    line: Line
    answer: str
    remark: str

    @property
    def label(self) -> str:
        return Conformity(self.answer).label


@dataclass(frozen=True)
class Reuse:
    """An earlier 提出 and the rows that would change by it."""

    submission: Submission
    changes: list[Reused]

    @classmethod
    def of(cls, sheet: Disclosure, lines: list[Line]) -> "Reuse | None":
        """None where the vendor has submitted nothing by link that could be used again."""
        found = Submission.to_reuse(sheet)
        if found is None:
            return None
        offered = [Reused(line, *found.answers.get(line.code, ["", ""])) for line in lines if line.is_open]
        return cls(found, [each for each in offered if _is_new(each)])

    @property
    def seen(self) -> str:
        """What the preview showed, as one value: rows and their versions."""
        shown = [f"{each.line.code}:{each.line.answer.version}:{each.answer}" for each in self.changes]
        return hashlib.sha256("|".join(shown).encode()).hexdigest()

    def apply(self, seen: str, *, by: str) -> None:
        """All or nothing; raises Closed when a row has moved on since the preview."""
        if seen != self.seen:
            raise Closed
        with writing(self.submission.clinic_id):
            for each in self.changes:
                version = each.line.answer.version
                each.line.answer.record(version, by=by, answer=each.answer, remark=each.remark)


def _is_new(each: Reused) -> bool:
    old = each.line.answer
    return each.answer in {Conformity.YES, Conformity.NO, Conformity.NA} and (
        (old.answer, old.remark) != (each.answer, each.remark)
    )
