"""A sheet as its review shows it: what needs a person first. `Review` itself is pure."""

from dataclasses import dataclass
from datetime import date

from vendors.choices import HANDED_IN, WANTED, Conformity, DisclosureState, Source
from vendors.models import Disclosure, DisclosureAnswer, RiskTreatment
from vendors.standing import HOLDS_FOR
from vendors.verdict import Verdict, judge, not_yet


@dataclass(frozen=True)
class Row:
    """An answer with the clinic's risk record, if there is one."""

    answer: DisclosureAnswer
    treatment: RiskTreatment | None
    needs_check: bool

    @property
    def row(self):
        return self.answer.row

    @property
    def is_explained(self) -> bool:
        return self.treatment is not None and self.treatment.is_complete and not self.needs_check


@dataclass(frozen=True)
class Review:
    """All rows of a sheet by what is to be done about them."""

    sheet: Disclosure
    rows: list[Row]
    verdict: Verdict
    today: date

    @classmethod
    def of(cls, sheet: Disclosure, treatments: dict[str, RiskTreatment], today: date) -> "Review":
        rows = [_row(each, treatments.get(each.row.code), sheet) for each in sheet.answers.all()]
        return cls(sheet, rows, _verdict(sheet, rows), today)

    @staticmethod
    def open_answers(sheet: Disclosure) -> list[DisclosureAnswer]:
        """Those that are not はい or 対象外."""
        return [each for each in sheet.answers.all() if each.answer not in WANTED]

    @property
    def no(self) -> list[Row]:
        return self._with(Conformity.NO)

    @property
    def unread(self) -> list[Row]:
        return self._with(Conformity.UNREAD)

    @property
    def blank(self) -> list[Row]:
        return self._with(Conformity.BLANK)

    @property
    def fine(self) -> list[Row]:
        return [row for row in self.rows if row.answer.answer in WANTED]

    @property
    def left(self) -> int:
        """Rows that still want a person; what a 約款 leaves open wants an explanation like an いいえ."""
        from_terms = self.sheet.source == Source.TERMS
        to_explain = [*self.no, *(self.blank if from_terms else [])]
        unknown = [*self.unread, *([] if from_terms else self.blank)]
        return sum(not row.is_explained for row in to_explain) + len(unknown)

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """(sign, label, rows) of each 適合状況 there is, what needs a person first"""
        order = (Conformity.NO, Conformity.BLANK, Conformity.UNREAD, Conformity.YES, Conformity.NA)
        found = [(SIGNS[each], each.label, len(self._with(each))) for each in order]
        return [each for each in found if each[2]]

    @property
    def may_accept(self) -> bool:
        return self.sheet.state == DisclosureState.SUBMITTED and not self.sheet.heir_id

    @property
    def may_return(self) -> bool:
        return self.sheet.state in HANDED_IN and not self.sheet.heir_id

    @property
    def may_settle(self) -> bool:
        """An 未読取 row is read by a person before 確認済 and after."""
        return self.may_return

    @property
    def holds_until(self) -> date | None:
        """When the yearly check is due again (our threshold)."""
        confirmed = self.sheet.holds_confirmed_on
        return confirmed + HOLDS_FOR if confirmed else None

    @property
    def wants_holds_check(self) -> bool:
        stands = self.sheet.state == DisclosureState.ACCEPTED and not self.sheet.heir_id
        return stands and self.today > (self.holds_until or date.min)

    def _with(self, answer: str) -> list[Row]:
        return [row for row in self.rows if row.answer.answer == answer]


SIGNS = {
    Conformity.NO: "no",
    Conformity.BLANK: "none",
    Conformity.UNREAD: "unread",
    Conformity.YES: "done",
    Conformity.NA: "na",
}


def _verdict(sheet: Disclosure, rows: list[Row]) -> Verdict:
    if sheet.is_with_vendor:
        return not_yet(sheet.get_state_display())
    explained = {row.row.code for row in rows if row.is_explained}
    return judge({row.row.code: row.answer.answer for row in rows}, explained, sheet.source)


def _row(answer: DisclosureAnswer, treatment: RiskTreatment | None, sheet: Disclosure) -> Row:
    return Row(answer, treatment, treatment is not None and treatment.needs_check(sheet))


def review_of(sheet: Disclosure, today: date) -> Review:
    """The review with the risk records of its own edition's rows."""
    return Review.of(sheet, RiskTreatment.objects.of_sheet(sheet), today)
