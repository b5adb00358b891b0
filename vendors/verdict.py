"""別紙's verdict on one sheet (seed L149, L379-380), in words and never as a score. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from vendors.choices import Conformity, Source


class Outcome(StrEnum):
    """The first two are fine for an inspection, the last two are not."""

    MET = "met"
    EXPLAINED = "explained"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Verdict:
    """An outcome, its sentence, and the row codes behind it."""

    outcome: Outcome
    words: str
    no: tuple[str, ...]
    unanswered: tuple[str, ...]
    unread: tuple[str, ...]
    explained: tuple[str, ...]

    @property
    def is_fine(self) -> bool:
        return self.outcome in {Outcome.MET, Outcome.EXPLAINED}

    @property
    def waits_for_answers(self) -> bool:
        """Every いいえ is explained, and rows are left that nobody answered or read."""
        return self.outcome == Outcome.UNKNOWN and set(self.no) <= set(self.explained)

    @property
    def mark(self) -> str:
        """The name of the sign that stands beside the words."""
        return {Outcome.MET: "done", Outcome.EXPLAINED: "done", Outcome.NOT_MET: "no"}.get(
            self.outcome, "unread"
        )


def not_yet(state: str) -> Verdict:
    """The verdict on a sheet that is not handed in: nobody stands by what it says so far."""
    return Verdict(Outcome.UNKNOWN, f"まだ確認できない（{state}）", (), (), (), ())


def judge(conformity: Mapping[str, str], explained: Collection[str], source: str) -> Verdict:
    """The verdict on {row code: Conformity}, with the codes whose risk record is complete.

    A row that the 約款 does not speak of is explained by its record too (L379-380); one that nobody answered
    or read elsewhere is not.
    """
    if not conformity:
        return Verdict(Outcome.UNKNOWN, "まだ確認できない", (), (), (), ())
    by = {each: tuple(code for code, found in conformity.items() if found == each) for each in Conformity}
    no, blank, unread = by[Conformity.NO], by[Conformity.BLANK], by[Conformity.UNREAD]
    to_explain = no + blank if source == Source.TERMS else no
    open_rows = unread if source == Source.TERMS else blank + unread
    told = tuple(code for code in to_explain if code in explained)
    words = _words(len(no), len(to_explain), len(told))
    if open_rows:
        waiting = [("未回答", len(open_rows) - len(unread)), ("未読取", len(unread))]
        counts = "・".join(f"{label}{count}件" for label, count in waiting if count)
        words = f"まだ確認できない（{counts}）" + (f"。{words}" if to_explain else "")
    return Verdict(_outcome(to_explain, told, open_rows), words, no, blank, unread, told)


def _outcome(to_explain: tuple, told: tuple, open_rows: tuple) -> Outcome:
    if open_rows:
        return Outcome.UNKNOWN
    if not to_explain:
        return Outcome.MET
    return Outcome.EXPLAINED if len(told) == len(to_explain) else Outcome.NOT_MET


def _words(no: int, to_explain: int, told: int) -> str:
    """「いいえ3件のうち説明済み2件」"""
    if not to_explain:
        return "すべて「はい」か「対象外」"
    silent = to_explain - no
    rows = "と".join([f"いいえ{no}件"] * bool(no) + [f"約款に記載のない{silent}件"] * bool(silent))
    return f"{rows}は、すべて説明済み" if told == to_explain else f"{rows}のうち説明済み{told}件"
