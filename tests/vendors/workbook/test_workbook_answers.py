"""Answers as vendors write them: only what leaves no doubt is はい, いいえ or 対象外."""

import pytest
from openpyxl.styles import Font

from tests.vendors.workbook.books import (
    ROWS,
    as_excel_saves,
    book,
    content,
    one_sheet,
    part,
    plain_lines,
    question,
    replaced,
    single,
    triple,
)
from vendors.workbook import read

AT = ("4.1", question("4.1"))


def row_of(content: bytes):
    return next(row for row in read(content, ROWS).rows if row.numbers == ("4.1",))


@pytest.mark.parametrize(
    ("written", "answer"),
    [
        ("はい", "yes"),
        ("はい。", "yes"),
        (" は い ", "yes"),
        ("ハイ", "yes"),
        ("ﾊｲ", "yes"),
        ("YES", "yes"),
        ("Ｙｅｓ", "yes"),
        ("Y", "yes"),
        ("いいえ", "no"),
        ("イイエ", "no"),
        ("No", "no"),
        ("N", "no"),
        ("対象外", "na"),
        ("対象外。", "na"),
        ("N/A", "na"),
        ("ＮＡ", "na"),
        ("はい（備考1）", "yes"),
        ("はい(※2)", "yes"),
        ("はい※1", "yes"),
        ("はい 備考1参照", "yes"),
        ("いいえ（備考参照）", "no"),
        ("☑はい　□いいえ　□対象外", "yes"),
        ("□はい ■いいえ □対象外", "no"),
        ("□はい □いいえ □対象外", "blank"),
        ("", "blank"),
        ("一部", "unread"),
        ("はい（一部）", "unread"),
        ("はい、ただし条件あり", "unread"),
        ("はい・いいえ", "unread"),
        ("はい/いいえ/対象外", "unread"),
        ("☑はい ☑いいえ", "unread"),
        ("○はい　○いいえ", "unread"),
        ("有", "unread"),
        ("無", "unread"),
        ("○", "unread"),
        ("×", "unread"),
        ("－", "unread"),
        ("1", "unread"),
        (1, "unread"),
        (True, "unread"),
        ("該当なし", "unread"),
        ("非該当", "unread"),
        ("対応予定", "unread"),
        ("いいえではない", "unread"),
        ("#N/A", "unread"),
        ("別紙参照", "unread"),
        ('="はい"', "unread"),
        ("=C5", "unread"),
    ],
)
def test_one_column(written, answer):
    row = row_of(one_sheet([*plain_lines(), (*AT, written, "")]))
    assert (row.answer, row.cell) == (answer, "Sheet1!C10")


@pytest.mark.parametrize(
    "mark", ["○", "◯", "〇", "●", "⭕️", "レ", "ﾚ", "✓", "✔", "✔️", "☑", "■", 1, "1", "１", True]
)
def test_marks_in_three_columns(mark):
    lines = [(*AT, "はい", ""), ("6", question("6"), "いいえ", ""), ("29", question("29"), "対象外", "")]
    rows = {row.numbers: row for row in read(one_sheet(plain_lines() + lines, triple, mark=mark), ROWS).rows}
    found = [(rows[(number,)].answer, rows[(number,)].cell) for number in ("4.1", "29")]
    assert found == [("yes", "Sheet1!C10"), ("na", "Sheet1!E12")]


@pytest.mark.parametrize(
    ("cells", "answer", "cell"),
    [
        (("はい", None, None), "yes", "C10"),
        ((None, "No", None), "no", "D10"),
        ((None, None, "対象外"), "na", "E10"),
        (("○（備考1）", None, None), "yes", "C10"),
        (("○", "－", "－"), "yes", "C10"),
        (("■", "□", "□"), "yes", "C10"),
        ((True, False, False), "yes", "C10"),
        ((1, 0, 0), "yes", "C10"),
        (("□", "□", "□"), "blank", "C10, D10, E10"),
        ((False, False, False), "blank", "C10, D10, E10"),
        ((None, None, None), "blank", "C10, D10, E10"),
        (("○", "○", None), "unread", "C10, D10"),
        (("○", "×", "×"), "unread", "C10, D10, E10"),
        (("○", None, "△"), "unread", "C10, E10"),
        (("△", None, None), "unread", "C10"),
        (("×", None, None), "unread", "C10"),
        ((None, None, "－"), "unread", "E10"),
        (("いいえ", None, None), "unread", "C10"),
        ((None, "はい", None), "unread", "D10"),
        (('=IF(1,"○","")', None, None), "unread", "C10"),
        (("一部対応", None, None), "unread", "C10"),
    ],
)
def test_three_columns(cells, answer, cell):
    row = row_of(one_sheet([*plain_lines(), (*AT, cells, "")], triple))
    assert (row.answer, row.cell) == (answer, ", ".join(f"Sheet1!{each}" for each in cell.split(", ")))


def test_a_formula_tells_its_saved_result_and_does_not_count_it():
    row = row_of(one_sheet([*plain_lines(), (*AT, '="はい"', "")]))
    assert row.why == "回答が数式で入っています。数式は計算せず、回答として数えません。"


@pytest.mark.parametrize("saved", [bytes, as_excel_saves])
@pytest.mark.parametrize("layout", [single, triple])
def test_a_struck_answer_does_not_count(layout, saved):
    made, (sheet,) = book("MDS")
    layout(sheet, [*plain_lines(), (*AT, "はい", "")])
    sheet["C10"].font = Font(strike=True)
    row = row_of(saved(content(made)))
    assert (row.answer, row.cell) == ("unread", "MDS!C10")


def test_an_answer_struck_in_part_does_not_count():
    file = as_excel_saves(one_sheet([*plain_lines(), (*AT, "はい", "")]))
    texts = part(file, "xl/sharedStrings.xml").decode()
    last = texts.rindex("<r><t>は</t></r>")
    struck = texts[:last] + texts[last:].replace("<r><t>", "<r><rPr><strike/></rPr><t>", 1)
    row = row_of(replaced(file, {"xl/sharedStrings.xml": struck.encode()}))
    assert (row.answer, row.cell) == ("unread", "Sheet1!C10")


def test_sub_rows_left_blank_because_the_parent_is_no_stay_blank():
    lines = [("4.3", question("4.3"), "いいえ", ""), ("4.3.2", question("4.3.2"), "", "")]
    rows = {row.numbers: row.answer for row in read(one_sheet(plain_lines() + lines), ROWS).rows}
    assert (rows[("4.3",)], rows[("4.3.2",)]) == ("no", "blank")


@pytest.mark.parametrize(
    ("remark", "block", "read_as"),
    [
        ("社内規程によります。", [], "社内規程によります。"),
        ("=1+1", [], ""),
        (1, [("備考記載欄",), (1, "ICカードです。")], "ICカードです。"),
        ("※1", [("【備考】",), ("※1", "ICカードです。")], "ICカードです。"),
        ("備考1", [("備考記載欄",), ("備考1：ICカードです。",)], "ICカードです。"),
        ("１、２", [("備考一覧",), ("1", "一つめ"), ("2", "二つめ")], "一つめ\n二つめ"),
        ("(2)", [("■備考",), ("(1) 一つめ",), ("(2) 二つめ",)], "二つめ"),
        ("※1※2", [("備考記載欄",), (1, "一つめ"), (2, "二つめ")], "一つめ\n二つめ"),
        ("備考1、備考2参照", [("備考記載欄",), (1, "一つめ"), (2, "二つめ")], "一つめ\n二つめ"),
        (9, [("備考記載欄",), (1, "ICカードです。")], "9"),
        (3, [("備考記載欄",), (3, "はい、ICカードです。")], "はい、ICカードです。"),
    ],
)
def test_remarks(remark, block, read_as):
    row = row_of(one_sheet([*plain_lines(), (*AT, "はい", remark), (), *block]))
    assert (row.answer, row.remark) == ("yes", read_as)


def test_the_remark_that_an_answer_names():
    lines = [
        *plain_lines(),
        (*AT, "はい（備考1）", ""),
        (),
        ("備考記載欄",),
        (1, "ICカードです。"),
        (29, "備考の29です。"),
    ]
    reading = read(one_sheet(lines), ROWS)
    rows = {row.numbers: row for row in reading.rows}
    assert (rows[("4.1",)].remark, rows[("29",)].answer) == ("ICカードです。", "blank")


def test_remarks_in_a_block_are_no_rows():
    lines = [*plain_lines(), (), ("備考記載欄",), *((i, f"備考の{i}です。") for i in range(1, 30))]
    rows = {row.numbers: row.answer for row in read(one_sheet(lines, triple_safe), ROWS).rows}
    assert [rows[(number,)] for number in ("5", "8", "29", "6")] == ["blank", "blank", "blank", "yes"]


def triple_safe(sheet, lines):
    blank = [line if len(line) == 4 else (*line, *("",) * (4 - len(line))) for line in lines]
    return triple(sheet, blank)
