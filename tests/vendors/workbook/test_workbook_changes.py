"""A preview by row: what a reading would write, and what it leaves alone."""

import pytest

from vendors.workbook import Change, Reading, RowReading, changes


def preview(answer: str, remark: str, current: dict) -> Change:
    row = RowReading(
        id="MDS-07",
        form="MDS",
        numbers=("6",),
        answer=answer,
        remark=remark,
        cell="MDS!C17",
        why="理由です。",
    )
    (change,) = changes(current, Reading(opened="read", says="", rows=(row,)))
    return change


@pytest.mark.parametrize(
    ("old", "read", "kind", "new"),
    [
        (("", ""), ("yes", "備考"), "new", ("yes", "備考")),
        (("no", "旧"), ("yes", "備考"), "changed", ("yes", "備考")),
        (("no", "旧"), ("yes", ""), "changed", ("yes", "")),
        (("yes", "旧"), ("yes", ""), "same", ("yes", "旧")),
        (("yes", "旧"), ("yes", "新"), "changed", ("yes", "新")),
        (("yes", ""), ("yes", ""), "same", ("yes", "")),
        (("yes", "旧"), ("blank", ""), "blank", ("yes", "旧")),
        (("yes", "旧"), ("blank", "新"), "blank", ("yes", "旧")),
        (("yes", "旧"), ("unread", "新"), "unread", ("yes", "旧")),
        (("", ""), ("ask", ""), "ask", ("", "")),
    ],
)
def test_change(old, read, kind, new):
    change = preview(*read, {"MDS-07": old})
    assert (change.kind, change.new_answer, change.new_remark) == (kind, *new)
    assert (change.id, change.cell, change.old_answer, change.old_remark) == ("MDS-07", "MDS!C17", *old)


def test_a_row_without_a_current_answer_is_new():
    assert preview("na", "", {}).kind == "new"


def test_a_blank_says_that_it_erases_nothing():
    assert (
        preview("blank", "", {"MDS-07": ("yes", "")}).says
        == "ファイルでは空欄のため、今の内容のままにします。"
    )


def test_nothing_read_changes_nothing():
    assert changes({"MDS-07": ("yes", "")}, Reading(opened="refused", says="だめです。")) == ()
