"""Numbers as people spell them: read where they leave no doubt, asked where they do."""

from datetime import datetime

import pytest

from tests.vendors.workbook.books import ROWS, SDS_TITLE, one_sheet, plain_lines, question, single, triple
from vendors.workbook import read
from vendors.workbook.cells import Cell
from vendors.workbook.numbering import Numbering, joined, leading, numbering

LISTS = frozenset(row.numbers for row in ROWS)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("4.1", ("4.1",)),
        ("No.12.3.1.1", ("12.3.1.1",)),
        ("no 12.3.1.1", ("12.3.1.1",)),
        ("№4.1", ("4.1",)),
        ("１２．３．１．１", ("12.3.1.1",)),
        ("12-3-1-1", ("12.3.1.1",)),
        ("１２－３－１－１", ("12.3.1.1",)),
        ("12−3‐1–1", ("12.3.1.1",)),
        ("問4.1", ("4.1",)),
        ("問 4.1", ("4.1",)),
        ("Q4.1", ("4.1",)),
        ("項番4.1", ("4.1",)),
        ("第4.1項", ("4.1",)),
        ("12.3.1.1.", ("12.3.1.1",)),
        ("4.1 ", ("4.1",)),
        ("4.1、", ("4.1",)),
        ("（4.1）", ("4.1",)),
        ("【4.1】", ("4.1",)),
        ("MDS 4.1", ("4.1",)),
        ("12. 3. 1. 1", ("12.3.1.1",)),
        ("04.1", ("4.1",)),
        ("4.1※", ("4.1",)),
        ("■4.1", ("4.1",)),
        ("4.10", ("4.10",)),
        ("28", ("28",)),
        ("No.57.1 / 57.2", ("57.1", "57.2")),
        ("57.1、57.2", ("57.1", "57.2")),
        ("57.1\n57.2", ("57.1", "57.2")),
        ("20/21", ("20", "21")),
        ("59～63", ("59", "60", "61", "62", "63")),
        ("No.59 / 60 / 61 / 62 / 63", ("59", "60", "61", "62", "63")),
    ],
)
def test_a_number_without_a_doubt(text, numbers):
    assert numbering(Cell(text), LISTS) == Numbering(numbers)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "③",
        "(3)",
        "3)",
        "3つ",
        "4/1",
        "第6.0版",
        "2025年",
        "2025/10/1",
        "例）4.1",
        "A-3",
        "Ver.3",
        "12:30",
        "4.1.x",
        "一",
    ],
)
def test_no_number(text):
    assert numbering(Cell(text), LISTS) is None


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        (Cell("4.1", "number"), ("4.1",)),
        (Cell("2026-01-01", "date"), ("1.1", "26.1.1")),
        (Cell("2004-01-02", "date"), ("1.2", "4.1.2")),
        (Cell("4月1日"), ("4.1",)),
        (Cell("4.1", "formula"), ("4.1",)),
    ],
)
def test_a_number_with_a_doubt(cell, numbers):
    found = numbering(cell, LISTS)
    assert (found.numbers, bool(found.doubt)) == (numbers, True)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("４．１　二要素認証が可能か？", ("4.1",)),
        ("4.1二要素認証が可能か？", ("4.1",)),
        ("問28 標準形式で出力できるか？", ("28",)),
        ("5. システム設計の見直し", ("5",)),
        ("3つの要素を組み合わせる", None),
        ("2025年10月1日に改訂した", None),
        ("③ 物理媒体（ICカード等）", None),
    ],
)
def test_a_number_before_its_question(text, numbers):
    assert leading(Cell(text)) == (Numbering(numbers) if numbers else None)


@pytest.mark.parametrize(
    ("cells", "number"),
    [
        (("12", "3", "1", "1"), "12.3.1.1"),
        (("4", "4.1", "4.1.2"), "4.1.2"),
        (("4", "", ""), "4"),
        (("", "", "4.1.2"), "4.1.2"),
        (("4", "認証"), None),
    ],
)
def test_a_number_in_parts(cells, number):
    assert joined(Cell(text) for text in cells) == (Numbering((number,)) if number else None)


def answers(content: bytes, *numbers: str) -> list[tuple[str, str]]:
    rows = {row.numbers: row for row in read(content, ROWS).rows}
    return [(rows[(number,)].answer, rows[(number,)].cell) for number in numbers]


@pytest.mark.parametrize("layout", [single, triple])
@pytest.mark.parametrize("number", [4.1, datetime(2026, 4, 1)])
def test_a_float_and_a_date_are_asked_with_their_cell(layout, number):
    content = one_sheet([*plain_lines(), (number, question("4.1"), "はい", "")], layout)
    assert answers(content, "4.1", "6") == [("ask", "Sheet1!C10"), ("yes", "Sheet1!C7")]


def test_a_float_beside_the_same_number_as_text_takes_nothing_away():
    lines = [
        *plain_lines(),
        ("4.1", question("4.1"), "いいえ", ""),
        (4.1, "（別紙に含まれない項目）", "はい", ""),
    ]
    assert answers(one_sheet(lines), "4.1") == [("no", "Sheet1!C10")]


def test_4_10_as_text_is_another_number():
    lines = [*plain_lines(), ("4.10", "（別紙に含まれない項目）", "はい", "")]
    assert answers(one_sheet(lines), "4.1") == [("blank", "")]


def test_a_whole_number_typed_as_a_number_is_clear():
    assert answers(one_sheet([*plain_lines(), (29, question("29"), "はい", "")]), "29") == [
        ("yes", "Sheet1!C10")
    ]


def test_the_same_number_twice_with_other_answers_is_asked():
    lines = [*plain_lines(), ("29", question("29"), "はい", ""), ("29", question("29"), "いいえ", "")]
    assert answers(one_sheet(lines), "29") == [("ask", "Sheet1!C10, Sheet1!C11")]


def test_the_same_number_twice_with_one_answer_is_read():
    lines = [*plain_lines(), ("29", question("29"), "はい", ""), ("29", question("29"), "はい", "")]
    assert answers(one_sheet(lines), "29") == [("yes", "Sheet1!C10, Sheet1!C11")]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (("はい", "はい"), "yes"),
        (("はい", "対象外"), "yes"),
        (("対象外", "対象外"), "na"),
        (("はい", "いいえ"), "no"),
        (("いいえ", ""), "no"),
        (("はい", ""), "ask"),
        (("はい", "一部"), "ask"),
        (("", "一部"), "unread"),
        (("", ""), "blank"),
    ],
)
def test_all_of_several_numbers(said, answer):
    lines = plain_lines("SDS") + [
        (n, question(n, "SDS"), a, "") for n, a in zip(("58.1", "58.2"), said, strict=True)
    ]
    rows = {row.numbers: row for row in read(one_sheet(lines, title=SDS_TITLE), ROWS).rows}
    assert rows[("58.1", "58.2")].answer == answer


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (("いいえ", "対象外", "はい", "", "一部"), "yes"),
        (("いいえ", "いいえ", "いいえ", "いいえ", "いいえ"), "no"),
        (("対象外",) * 5, "na"),
        (("いいえ", "", "", "", ""), "ask"),
        (("一部", "", "", "", ""), "unread"),
        (("",) * 5, "blank"),
    ],
)
def test_any_of_several_numbers(said, answer):
    named = zip(("59", "60", "61", "62", "63"), said, strict=True)
    lines = plain_lines("SDS") + [(n, question(n, "SDS"), a, "") for n, a in named]
    rows = {row.numbers: row for row in read(one_sheet(lines, title=SDS_TITLE), ROWS).rows}
    assert rows[("59", "60", "61", "62", "63")].answer == answer


def test_a_line_that_names_all_numbers_of_a_row_answers_it_and_no_other():
    lines = [
        *plain_lines("SDS"),
        ("No.57.1", question("57.1", "SDS"), "いいえ", ""),
        ("No.57.1 / 57.2", question("57.2", "SDS"), "はい", ""),
    ]
    rows = {row.id: row.answer for row in read(one_sheet(lines, title=SDS_TITLE), ROWS).rows}
    assert (rows["SDS-02"], rows["SDS-30"]) == ("no", "yes")


def test_serial_numbers_beside_the_real_ones_are_not_taken_for_them():
    lines = [
        (i, number, asked, answer) for i, (number, asked, answer, _) in enumerate(plain_lines() * 6, start=1)
    ]
    content = one_sheet(lines, head=("No.", "項番", "質問", "回答"))
    assert answers(content, "6", "28", "5", "8") == [
        ("yes", ", ".join(f"Sheet1!D{row}" for row in range(7, 37, 5))),
        ("yes", ", ".join(f"Sheet1!D{row}" for row in range(9, 37, 5))),
        ("blank", ""),
        ("blank", ""),
    ]


def test_serial_numbers_alone_are_asked():
    content = one_sheet([(i, f"自社で作った確認の文その{i}", "はい", "") for i in range(1, 41)])
    assert answers(content, "3", "28") == [("ask", "Sheet1!C7"), ("ask", "Sheet1!C32")]
