"""別紙's verdict on one sheet: four outcomes, each in words, whatever is on the sheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendors.choices import WANTED, Conformity, Source
from vendors.verdict import Outcome, judge, not_yet

MET, EXPLAINED, NOT_MET, UNKNOWN = Outcome
LINK, TERMS = Source.LINK, Source.TERMS
LETTERS = {"y": "yes", "n": "no", "a": "na", "b": "blank", "u": "unread"}


def sheet(letters: str) -> dict[str, str]:
    """A sheet by its rows' letters: sheet("yn") is {"1": "yes", "2": "no"}."""
    return {str(number): LETTERS[letter] for number, letter in enumerate(letters, 1)}


@pytest.mark.parametrize(
    ("rows", "explained", "source", "outcome", "words"),
    [
        ("yya", "", LINK, MET, "すべて「はい」か「対象外」"),
        ("aaa", "", LINK, MET, "すべて「はい」か「対象外」"),
        ("yya", "123", LINK, MET, "すべて「はい」か「対象外」"),
        ("nny", "", LINK, NOT_MET, "いいえ2件のうち説明済み0件"),
        ("nnn", "13", LINK, NOT_MET, "いいえ3件のうち説明済み2件"),
        ("nny", "12", LINK, EXPLAINED, "いいえ2件は、すべて説明済み"),
        ("nny", "13", LINK, NOT_MET, "いいえ2件のうち説明済み1件"),
        ("yyb", "", LINK, UNKNOWN, "まだ確認できない（未回答1件）"),
        ("yub", "", LINK, UNKNOWN, "まだ確認できない（未回答1件・未読取1件）"),
        ("yyu", "3", LINK, UNKNOWN, "まだ確認できない（未読取1件）"),
        ("yyb", "3", LINK, UNKNOWN, "まだ確認できない（未回答1件）"),
        ("nub", "1", LINK, UNKNOWN, "まだ確認できない（未回答1件・未読取1件）。いいえ1件は、すべて説明済み"),
        ("nnu", "1", LINK, UNKNOWN, "まだ確認できない（未読取1件）。いいえ2件のうち説明済み1件"),
        # What a 約款 does not speak of is explained like an いいえ (seed L379-380).
        ("yyb", "", TERMS, NOT_MET, "約款に記載のない1件のうち説明済み0件"),
        ("yyb", "3", TERMS, EXPLAINED, "約款に記載のない1件は、すべて説明済み"),
        ("nbb", "12", TERMS, NOT_MET, "いいえ1件と約款に記載のない2件のうち説明済み2件"),
        ("yyu", "3", TERMS, UNKNOWN, "まだ確認できない（未読取1件）"),
        ("yya", "", TERMS, MET, "すべて「はい」か「対象外」"),
        # A sheet without rows says nothing.
        ("", "", LINK, UNKNOWN, "まだ確認できない"),
    ],
)
def test_the_verdict_on_a_sheet(rows, explained, source, outcome, words):
    verdict = judge(sheet(rows), set(explained), source)
    assert (verdict.outcome, verdict.words) == (outcome, words)


def test_a_verdict_names_the_rows_behind_it():
    verdict = judge(sheet("ynbuan"), {"2", "5", "9"}, LINK)
    assert (verdict.no, verdict.unanswered, verdict.unread, verdict.explained) == (
        ("2", "6"),
        ("3",),
        ("4",),
        ("2",),
    )


@pytest.mark.parametrize(
    ("rows", "explained", "is_fine", "mark"),
    [("y", "", True, "done"), ("n", "1", True, "done"), ("n", "", False, "no"), ("u", "", False, "unread")],
)
def test_met_and_explained_are_fine_and_each_has_its_sign(rows, explained, is_fine, mark):
    verdict = judge(sheet(rows), set(explained), LINK)
    assert (verdict.is_fine, verdict.mark) == (is_fine, mark)


def test_of_a_sheet_that_is_not_handed_in_nothing_is_known():
    verdict = not_yet("回答中")
    assert (verdict.outcome, verdict.words, verdict.is_fine) == (UNKNOWN, "まだ確認できない（回答中）", False)


rows = st.dictionaries(
    st.text("12345", min_size=1, max_size=2), st.sampled_from(list(Conformity)), min_size=1
)


@given(rows, st.sets(st.text("12345", min_size=1, max_size=2)), st.sampled_from(list(Source)))
def test_met_means_that_every_row_is_はい_or_対象外_and_nothing_else_does(conformity, explained, source):
    verdict = judge(conformity, explained, source)
    assert (verdict.outcome == MET) == all(each in WANTED for each in conformity.values())


@given(rows, st.sets(st.text("12345", min_size=1, max_size=2)), st.sampled_from(list(Source)))
def test_no_record_makes_an_unread_row_fine(conformity, explained, source):
    verdict = judge(conformity | {"x": Conformity.UNREAD}, explained | {"x"}, source)
    assert (verdict.outcome, verdict.is_fine, "x" in verdict.explained) == (UNKNOWN, False, False)


@given(rows, st.sampled_from(list(Source)))
def test_writing_a_record_never_makes_it_worse(conformity, source):
    before, after = (judge(conformity, codes, source) for codes in ((), set(conformity)))
    assert after.outcome == {NOT_MET: EXPLAINED}.get(before.outcome, before.outcome)


@pytest.mark.parametrize(
    ("rows", "explained", "waits"),
    [("yyb", "", True), ("nub", "1", True), ("nub", "", False), ("nyy", "", False)],
)
def test_rows_are_asked_for_once_every_いいえ_is_explained(rows, explained, waits):
    assert judge(sheet(rows), explained, LINK).waits_for_answers is waits
