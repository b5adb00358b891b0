"""The filters of the report: Texts as HTML, marks, counts and moments."""

import pytest

from checklist.templatetags.report import counted, mark, verdict
from compliance.templatetags.words import few_lines, in_eights, rich, w3c


def test_a_footnote_stands_after_its_anchor_and_emphasis_is_bold():
    text = {
        "text": "法 (甲) と法 (乙) に従うこと。",
        "footnotes": [{"number": 2, "after": "法 (甲)"}],
        "emphasis": ["従う"],
    }
    assert rich(text) == "法 (甲)<sup>2</sup> と法 (乙) に<b>従う</b>こと。"


def test_an_anchor_inside_or_at_the_end_of_emphasis_keeps_the_tags_in_order():
    inside = {"text": "甲乙丙", "footnotes": [{"number": 1, "after": "乙"}], "emphasis": ["甲乙丙"]}
    at_end = {"text": "甲乙丙", "footnotes": [{"number": 1, "after": "甲乙"}], "emphasis": ["甲乙"]}
    assert rich(inside) == "<b>甲乙<sup>1</sup>丙</b>"
    assert rich(at_end) == "<b>甲乙</b><sup>1</sup>丙"


def test_everything_else_is_escaped_and_line_breaks_are_kept():
    text = {"text": "<b>太い</b> & 甲\n乙", "footnotes": [{"number": 3, "after": "& 甲"}]}
    assert rich(text) == "&lt;b&gt;太い&lt;/b&gt; &amp; 甲<sup>3</sup><br>乙"


def test_an_anchor_that_is_not_there_marks_nothing():
    assert rich({"text": "甲", "footnotes": [{"number": 3, "after": "乙"}], "emphasis": ["丙"]}) == "甲"


def test_typed_lines_are_kept_unless_they_are_very_many():
    assert few_lines("甲 \n\n\n乙\n") == "甲\n乙"
    assert few_lines("甲\n" * 16) == " ／ ".join(["甲"] * 16)


def test_counts_are_words_without_the_empty_ones():
    assert counted({"done": 5, "open": 1, "na": 0, "ask": 0, "none": 0}) == "● 実施済 5、▲ 未実施・対応中 1"


def test_every_status_has_a_mark_of_its_own():
    assert len({mark(status) for status in ("done", "open", "na", "ask", "none")}) == 5


@pytest.mark.parametrize(("answer", "word"), [("yes", "YES"), ("no", "NO"), ("unclear", "要確認")])
def test_a_server_has_its_verdict(answer, word):
    assert verdict(answer) == word


@pytest.mark.parametrize(
    ("moment", "printed"),
    [
        ("2026-11-20T05:03:00.123456+00:00", "2026-11-20T14:03:00+09:00"),
        ("2026-11-20T14:03:00+09:00", "2026-11-20T14:03:00+09:00"),
        ("", ""),
    ],
)
def test_a_moment_is_written_to_the_second_in_japans_time(moment, printed):
    assert w3c(moment) == printed


def test_a_digest_is_grouped_to_be_read_aloud():
    assert in_eights("0123456789abcdef" * 2) == "01234567 89abcdef 01234567 89abcdef"
