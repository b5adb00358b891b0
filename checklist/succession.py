"""翌年度: the next round begins where the last one ended, and a new edition of the guideline comes with it.

Systems, vendors, evidence and risk records stay; each answer begins as 未回答 with what was declared before beside it.
"""

from dataclasses import dataclass
from datetime import date

from checklist.choices import AssessmentState
from checklist.models import Answer, Assessment, Evidence, Frozen
from compliance import audit, editions
from compliance.conversion import Conversion
from compliance.dates import fiscal_year, fiscal_year_label
from compliance.models import GuidelineEdition, User
from vendors.carrying import carry_over


class Outdated(Exception):
    """Another round could begin by now than the one that was shown."""


@dataclass(frozen=True)
class Next:
    """The round that may begin after the newest one."""

    after: Assessment
    fiscal_year: int
    edition: GuidelineEdition
    is_early: bool
    today: date

    @property
    def label(self) -> str:
        return fiscal_year_label(self.fiscal_year)

    @property
    def name_before(self) -> str:
        """The round that it follows; within a year its edition tells the two apart."""
        return self.after.name_with_edition if self.switches else str(self.after)

    @property
    def seen(self) -> str:
        """What a page has shown, as one value: only that is begun."""
        return f"{self.after.pk}-{self.fiscal_year}-{self.edition.code}"

    @property
    def switches(self) -> bool:
        """It takes another edition than the round before."""
        return self.edition.pk != self.after.edition_id

    @property
    def conversion(self) -> Conversion:
        return editions.between(self.after.edition.code, self.edition.code)


def next_of(newest: Assessment, today: date) -> Next | None:
    """The round after `newest`; None while that is of next year already, or this year's and still open.

    Within a year only a new edition begins another round; the next year's may begin early, once this one is confirmed.
    """
    this_year, edition = fiscal_year(today), _newest_edition(newest.edition)
    if newest.fiscal_year < this_year:
        return Next(newest, this_year, edition, False, today)
    if edition.pk != newest.edition_id:
        return Next(newest, newest.fiscal_year, edition, False, today)
    if newest.fiscal_year > this_year or newest.is_open:
        return None
    return Next(newest, this_year + 1, edition, True, today)


def _newest_edition(known: GuidelineEdition) -> GuidelineEdition:
    """The newest that is loaded, without a query where it is the one at hand."""
    return known if known.code == editions.newest() else GuidelineEdition.current()


def begin_next(wanted: Next, *, by: User) -> Assessment:
    """Begin it, or return the one that has begun since. An open round before it ends unconfirmed.

    Raises Outdated where it could not begin any more: the one before was reopened or taken back.
    """
    before = wanted.after
    with audit.writing(before.clinic_id):
        if begun := Assessment.objects.with_editions().filter(previous=before).first():
            return begun
        newest = Assessment.objects.filter(clinic=before.clinic_id).current()
        if next_of(newest, wanted.today) != wanted:
            raise Outdated
        open_ = Assessment.objects.filter(pk=before.pk, state=AssessmentState.OPEN)
        open_.update(state=AssessmentState.CLOSED)
        begun = Assessment.begin(before.clinic, wanted.edition, wanted.fiscal_year, by=by, previous=before)
        if wanted.switches:
            _switch(wanted, by)
    return begun


def _switch(wanted: Next, by: User) -> None:
    old, table = wanted.after.edition, wanted.conversion.items
    carry_over(wanted.after.clinic, old, wanted.edition, by=by)
    for each in Evidence.objects.filter(clinic=wanted.after.clinic_id):
        each.speak_of(table, by=by)


def may_withdraw(newest: Assessment) -> bool:
    """It has begun by mistake: the same edition, and nothing is declared or confirmed in it."""
    before = newest.previous
    if before is None or before.edition_id != newest.edition_id or newest.confirmations.exists():
        return False
    return not Answer.objects.filter(assessment=newest).exclude(updated_at=None).exists()


def withdraw(newest: Assessment, *, by: User) -> None:
    """Take back a round in which nothing is declared; the one before goes on as it was. Raises Frozen otherwise."""
    with audit.writing(newest.clinic_id):
        now = Assessment.objects.filter(clinic=newest.clinic_id).current()
        if now != newest or not may_withdraw(now):
            raise Frozen
        now.delete()
        closed = Assessment.objects.filter(pk=now.previous_id, state=AssessmentState.CLOSED)
        closed.update(state=AssessmentState.OPEN)
        audit.record(by, now.clinic, "assessment.withdraw", str(now))
