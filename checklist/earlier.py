"""前回（要確認）: what the round before declared of an item. Never an answer of this round until a person says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from checklist.choices import Status
from checklist.models import Answer, Assessment
from compliance import editions
from compliance.conversion import Change, Origin, Table


@dataclass(frozen=True)
class Earlier:
    """The answers of the round before, by item code, to the items that this one comes from; none for a new item."""

    origin: Origin
    told: Mapping[str, Answer]

    @property
    def answers(self) -> tuple[Answer, ...]:
        return tuple(self.told.values())

    @property
    def change(self) -> Change:
        return self.origin.change

    @property
    def keep(self) -> bool:
        """They may be taken over as they stand, once checked."""
        return self.origin.keep

    @property
    def is_told(self) -> bool:
        """Whether there is anything to look at: an answer, or that the item is not the same."""
        return self.change != Change.UNCHANGED or bool(self._said)

    @property
    def only(self) -> Answer | None:
        """The one answer that may be taken over; 未回答 is none."""
        said = self._said
        return said[0] if self.keep and len(self.answers) == len(said) == 1 else None

    @property
    def _said(self) -> list[Answer]:
        return [each for each in self.answers if each.status != Status.UNANSWERED]

    @property
    def words(self) -> str:
        """「実施済」, or 「実施済・対象外」 where items were merged."""
        return "・".join(dict.fromkeys(each.get_status_display() for each in self.answers))


def table_to(assessment: Assessment) -> Table:
    """How the items of the round before came into this one's edition; needs `with_editions`."""
    return editions.between(assessment.previous.edition.code, assessment.edition.code).items


def names_before(answer: Answer) -> Iterator[tuple[Assessment, tuple[str, ...]]]:
    """(round, the item's codes in its edition) of the rounds before, the newest first; one query for each."""
    round_, codes = with_its_round(answer), (answer.item.code,)
    while round_.previous_id:
        table = table_to(round_)
        codes = tuple(old for code in codes for old in table.origin(code).codes)
        round_ = Assessment.objects.with_editions().get(pk=round_.previous_id)
        yield round_, codes


def with_its_round(answer: Answer) -> Assessment:
    """The answer's round, with its edition and the round before; the answer keeps it."""
    answer.assessment = Assessment.objects.with_editions().get(pk=answer.assessment_id)
    return answer.assessment


def earlier_of(code: str, table: Table, before: Mapping[str, Answer]) -> Earlier:
    """`before` is {item code: answer} of the round before."""
    origin = table.origin(code)
    return Earlier(origin, {each: before[each] for each in origin.codes if each in before})


def beside(answer: Answer) -> Earlier | None:
    """What stands beside one answer, in two queries; None, and none, in a clinic's first round."""
    if answer.assessment.previous_id is None:
        return None
    table = table_to(with_its_round(answer))
    wanted = table.origin(answer.item.code).codes
    before = Answer.objects.filter(assessment=answer.assessment.previous_id, item__code__in=wanted)
    before = before.select_related("item", "updated_by")
    return earlier_of(answer.item.code, table, {each.item.code: each for each in before})


def taken_over(earlier: Answer) -> dict[str, str]:
    """What a form is filled with from an earlier answer: all but the day, which is to be checked anew."""
    fields = {name: getattr(earlier, name) for name in Answer.DECLARED if name != "confirmed_on"}
    return {
        name: value.isoformat() if isinstance(value, date) else value or "" for name, value in fields.items()
    }
