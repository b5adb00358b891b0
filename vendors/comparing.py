"""What an earlier 提出 of the same system said otherwise."""

from dataclasses import dataclass

from vendors.choices import Conformity
from vendors.models import Disclosure, DisclosureRow, Submission


@dataclass(frozen=True)
class Difference:
    row: DisclosureRow
    before: str
    now: str
    remark_before: str
    remark_now: str


@dataclass(frozen=True)
class Comparison:
    """With the newest earlier 提出; `earlier` is None where there is none."""

    earlier: Submission | None
    differences: list[Difference]


def compared(sheet: Disclosure) -> Comparison:
    earlier = Submission.before(sheet)
    if earlier is None:
        return Comparison(None, [])
    found = [_difference(each, earlier.answers.get(each.row.code)) for each in sheet.answers.all()]
    return Comparison(earlier, [each for each in found if each])


def _difference(answer, before: list[str] | None) -> Difference | None:
    said, remark = before or [Conformity.BLANK, ""]
    if [said, remark] == [answer.answer, answer.remark]:
        return None
    return Difference(answer.row, Conformity(said).label, answer.get_answer_display(), remark, answer.remark)
