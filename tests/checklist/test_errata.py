"""Where an erratum stands, as a reader of the printed guideline finds it."""

import pytest

from checklist.catalogue import catalogue_of
from checklist.errata import placed
from checklist.printing import report_html
from tests.papers import sample_snapshot

pytestmark = pytest.mark.django_db


def test_every_erratum_has_a_place(edition):
    errata = catalogue_of(edition).errata
    assert [each for each in errata if not each["place"]] == []
    assert len(errata) == 36


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (23, "はじめに"),
        (49, "1. 本編の対象"),
        (86, "遵守項目 3②"),
        (90, "遵守項目 4.2①"),
        (151, "項目区分 11"),
        (193, "解説 1.4"),
        (199, "解説の 2③"),
        (213, "解説の一覧の例"),
        (262, "解説の 5②"),
        (383, "解説の項目区分 11"),
        (389, "脚注 12"),
        (401, "【別紙】 MDS-06"),
        (461, "【別紙】 SDS-16"),
    ],
)
def test_the_place_is_the_text_that_holds_the_line(line, place, edition):
    assert [each["place"] for each in catalogue_of(edition).errata if line in each["lines"]] == [place]


def test_an_erratum_whose_lines_no_text_holds_has_no_place():
    assert placed(({"lines": [1, 2]},), [([1], "甲"), ([2, 3], "乙")]) == ({"lines": [1, 2], "place": ""},)


def test_a_snapshot_from_before_the_places_still_says_its_lines():
    snapshot = sample_snapshot()
    assert "「行」は変換後の文字データの行" not in report_html(snapshot, keys=["legend"])
    for each in snapshot["errata"]:
        del each["place"]
    html = report_html(snapshot, keys=["legend"])
    assert "<b>79・86行</b>" in html
    assert "「行」は変換後の文字データの行です。" in html
