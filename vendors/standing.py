"""Where each system stands with its disclosures: what is asked for, what came, what is still missing. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from vendors.choices import SHEETS, DisclosureKind, DisclosureState
from vendors.models import Disclosure, DisclosureRequest, RiskTreatment, System
from vendors.verdict import Verdict, judge, not_yet

HOLDS_FOR = timedelta(days=365)  # [ours] after seed L227, 「年次などの頻度で」
UNCHECKED = "提出されましたが、確認していません"


@dataclass(frozen=True)
class Standing:
    """One kind of disclosure of one system: `sheet` is the newest that was handed in, else the newest.

    `renewal` is a newer one that is still being answered: until it comes, what was handed in stands.
    """

    system: System
    kind: str
    sheet: Disclosure | None
    request: DisclosureRequest | None
    verdict: Verdict | None
    today: date
    conformity: Mapping[str, str] = field(default_factory=dict)
    renewal: Disclosure | None = None
    remarks: Mapping[str, str] = field(default_factory=dict)

    @property
    def waiting(self) -> Disclosure | None:
        """The sheet that somebody is still to answer."""
        newest = self.renewal or self.sheet
        return newest if newest and newest.is_with_vendor else None

    @property
    def kind_name(self) -> str:
        return self.kind if self.kind != DisclosureKind.SPEC else DisclosureKind.SPEC.label

    @property
    def state_text(self) -> str:
        return self.sheet.get_state_display() if self.sheet else "未依頼"

    @property
    def late_text(self) -> str:
        """「回答期限を3日過ぎています」; empty while there is time, or nobody was asked."""
        if not (self.request and self.waiting) or self.link_text:
            return ""
        late = (self.today - self.request.expires_on).days
        return f"回答期限を{late}日過ぎています" if late > 0 else ""

    @property
    def link_text(self) -> str:
        """Why the vendor has no link to answer by; empty while it has one, or needs none."""
        if not (self.request and self.waiting):
            return ""
        if self.request.revoked_at:
            return "リンクは取り消されています"
        return "新しいリンクを、まだ作っていません" if self.request.closed_at else ""

    @property
    def asks_again(self) -> bool:
        """The next step is a new link."""
        return bool(self.late_text or self.link_text) and not self.is_unchecked

    @property
    def is_unchecked(self) -> bool:
        """Handed in, and nobody has checked it: 10⑨ asks the clinic to, so nothing is shown by it yet."""
        return self.sheet is not None and self.sheet.state == DisclosureState.SUBMITTED

    @property
    def is_accepted(self) -> bool:
        return self.sheet is not None and self.sheet.state == DisclosureState.ACCEPTED

    @property
    def still_holds(self) -> bool:
        """Confirmed to hold within a year."""
        confirmed = self.sheet and self.sheet.holds_confirmed_on
        return bool(confirmed) and self.today - confirmed <= HOLDS_FOR

    @property
    def next_step(self) -> str:
        """What the clinic does next, in words; empty where there is nothing to do."""
        if self.sheet is None:
            return "事業者に依頼する"
        if self.is_unchecked:
            return "回答を確認する"
        if self.asks_again:
            return "期限を延ばして依頼し直す" if self.late_text else "新しいリンクを作る"
        if self.is_accepted and not self.still_holds:
            return "今も有効か確かめる"
        if self.is_accepted and self.verdict and not self.verdict.is_fine:
            return (
                "未回答・未読取の行を確かめる" if self.verdict.waits_for_answers else "リスク評価・対応を書く"
            )
        return ""


@dataclass(frozen=True)
class Sheet:
    """A sheet of a system, its {row code: Conformity}, and its {row code: remark}."""

    disclosure: Disclosure
    conformity: Mapping[str, str]
    remarks: Mapping[str, str] = field(default_factory=dict)


def standings(
    system: System, sheets: Sequence[Sheet], treatments: Mapping[str, RiskTreatment], today: date
) -> list[Standing]:
    """One for each kind that the system needs, and for what it has besides."""
    wanted, had = system.needed_kinds, {sheet.disclosure.kind for sheet in sheets}
    kinds = [*wanted, *(kind for kind in DisclosureKind if kind in had and kind not in wanted)]
    by_kind = {kind: [sheet for sheet in sheets if sheet.disclosure.kind == kind] for kind in kinds}
    return [_standing(system, kind, by_kind[kind], treatments, today) for kind in kinds]


def _standing(
    system: System,
    kind: str,
    sheets: list[Sheet],
    treatments: Mapping[str, RiskTreatment],
    today: date,
) -> Standing:
    if not sheets:
        return Standing(system, kind, None, None, None, today)
    waiting = [each for each in sheets if each.disclosure.is_with_vendor]
    handed_in = [each for each in sheets if not each.disclosure.is_with_vendor]
    newest = _newest(waiting or handed_in)
    shown = _newest(handed_in or waiting)
    sheet, renewal = shown.disclosure, newest.disclosure if newest is not shown else None
    said = shown.conformity if handed_in else {}
    verdict = _verdict(shown, treatments) if kind in SHEETS else None
    return Standing(
        system, kind, sheet, newest.disclosure.request, verdict, today, said, renewal, shown.remarks
    )


def _newest(sheets: Sequence[Sheet]) -> Sheet:
    return max(sheets, key=lambda each: each.disclosure.pk)


def _verdict(shown: Sheet, treatments: Mapping[str, RiskTreatment]) -> Verdict:
    sheet = shown.disclosure
    if sheet.is_with_vendor:
        return not_yet(sheet.get_state_display())
    explained = {code for code, each in treatments.items() if each.explains(sheet)}
    return judge(shown.conformity, explained, sheet.source)
