"""Layouts of one sheet as vendors make them. Each reads 4.1 はい, 4.1.2 いいえ, 7 対象外 and 28 はい, or says why not."""

from datetime import datetime

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.vendors.workbook.books import (
    MDS_TITLE,
    ROWS,
    as_excel_saves,
    book,
    content,
    marked,
    question,
    triple,
)
from vendors.workbook import read

SAID = {"4.1": "はい", "4.1.2": "いいえ", "7": "対象外", "28": "はい", "12.3.1.1": "はい", "16.3": "はい"}
ANSWERS = {"4.1": "yes", "4.1.2": "no", "7": "na", "28": "yes", "12.3.1.1": "yes", "16.3": "yes"}
LAYOUTS = {}


def layout(name: str, **expected: str):
    """Registers a builder; `expected` are what other answers than `ANSWERS` come out: n4_1="ask"."""

    def register(builder):
        LAYOUTS[name] = (builder, {key[1:].replace("_", "."): answer for key, answer in expected.items()})
        return builder

    return register


def put(sheet: Worksheet, row: int, *values) -> None:
    for column, value in enumerate(values, start=1):
        sheet.cell(row, column, value)


def head(sheet: Worksheet, row: int, *labels) -> int:
    sheet["A1"] = MDS_TITLE
    put(sheet, row, *labels)
    return row + 1


@layout("two heading rows, はい いいえ 対象外 under a merged 適合状況")
def _(sheet):
    head(sheet, 4, "番号", "質問", "適合状況", None, None, "備考")
    put(sheet, 5, None, None, "はい", "いいえ", "対象外")
    for region in ("A4:A5", "B4:B5", "C4:E4", "F4:F5"):
        sheet.merge_cells(region)
    for row, (number, said) in enumerate(SAID.items(), start=6):
        put(sheet, row, number, question(number), *marked(said, "○"))


@layout("two heading rows without merging")
def _(sheet):
    head(sheet, 4, "番号", "質問", "適合状況", None, None, "備考")
    put(sheet, 5, None, None, "はい", "いいえ", "対象外")
    for row, (number, said) in enumerate(SAID.items(), start=6):
        put(sheet, row, number, question(number), *marked(said, "レ"))


@layout("number after the question")
def _(sheet):
    row = head(sheet, 3, "確認事項", "項番", "回答", "備考")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, question(number), f"No.{number}", said)


@layout("answers right of the remarks")
def _(sheet):
    row = head(sheet, 3, "項番", "質問", "備考", "はい", "いいえ", "対象外")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, number, question(number), "備考です", *marked(said, "●"))


@layout("number in the question's own cell")
def _(sheet):
    row = head(sheet, 3, "質問", "回答", "備考")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, f"{number}　{question(number)}", said)


@layout("parts of the number in columns under a merged 番号")
def _(sheet):
    row = head(sheet, 3, "番号", None, None, None, "質問", "はい", "いいえ", "対象外", "備考")
    sheet.merge_cells("A3:D3")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        parts = [int(part) for part in number.split(".")]
        put(sheet, at, *parts, *[None] * (4 - len(parts)), question(number), *marked(said, "○"))


@layout("大項目, 中項目 and 小項目 with merged parents")
def _(sheet):
    head(sheet, 3, "大項目", "中項目", "小項目", "質問", "回答", "備考")
    put(sheet, 4, 4, 1, None, question("4.1"), "はい")
    put(sheet, 5, None, None, 2, question("4.1.2"), "いいえ")
    put(sheet, 6, 7, None, None, question("7"), "対象外")
    put(sheet, 7, 28, None, None, question("28"), "はい")
    put(sheet, 8, 16, 3, None, question("16.3"), "はい")
    sheet.merge_cells("A4:A5")
    sheet.merge_cells("B4:B5")


LAYOUTS["大項目, 中項目 and 小項目 with merged parents"][1]["12.3.1.1"] = "blank"


@layout("parents left out without merging are asked", n4_1_2="ask", n12_3_1_1="blank")
def _(sheet):
    head(sheet, 3, "大項目", "中項目", "小項目", "質問", "回答", "備考")
    put(sheet, 4, 4, 1, None, question("4.1"), "はい")
    put(sheet, 5, None, None, 2, question("4.1.2"), "いいえ")
    put(sheet, 6, 7, None, None, question("7"), "対象外")
    put(sheet, 7, 28, None, None, question("28"), "はい")
    put(sheet, 8, 16, 3, None, question("16.3"), "はい")


@layout("a full number at each level's own column")
def _(sheet):
    row = head(sheet, 3, "大項目", "中項目", "小項目", "質問", "回答")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        level = min(number.count("."), 2)
        put(sheet, at, *[None] * level, number, *[None] * (2 - level), question(number), said)


@layout("heading repeated on every page, with columns moved")
def _(sheet):
    head(sheet, 3, "番号", "質問", "はい", "いいえ", "対象外", "備考")
    for at, number in enumerate(("4.1", "4.1.2", "7"), start=4):
        put(sheet, at, number, question(number), *marked(SAID[number], "○"))
    put(sheet, 9, "番号", "質問", "備考", "はい", "いいえ", "対象外")
    for at, number in enumerate(("28", "12.3.1.1", "16.3"), start=10):
        put(sheet, at, number, question(number), None, *marked(SAID[number], "○"))


@layout("headings of chapters merged across the table")
def _(sheet):
    row = head(sheet, 3, "番号", "質問", "はい", "いいえ", "対象外", "備考")
    for at, (number, said) in enumerate(SAID.items()):
        put(sheet, row + 2 * at, f"{at + 3}. 章の見出し")
        sheet.merge_cells(start_row=row + 2 * at, end_row=row + 2 * at, start_column=1, end_column=6)
        put(sheet, row + 2 * at + 1, number, question(number), *marked(said, "○"))


LAYOUTS["headings of chapters merged across the table"][1]["7"] = "na"


@layout("English heading")
def _(sheet):
    row = head(sheet, 3, "No.", "Question", "Yes", "No", "N/A", "Remarks")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, number, question(number), *marked(said, "✓"))


@layout("number and question on two merged rows")
def _(sheet):
    row = head(sheet, 3, "番号", "質問", "はい", "いいえ", "対象外")
    for at, (number, said) in enumerate(SAID.items()):
        put(sheet, row + 2 * at, number, question(number), *marked(said, "○"))
        put(sheet, row + 2 * at + 1, None, "（補足の行）")
        sheet.merge_cells(start_row=row + 2 * at, end_row=row + 2 * at + 1, start_column=1, end_column=1)


@layout("answers of two merged rows")
def _(sheet):
    row = head(sheet, 3, "番号", "質問", "回答")
    for at, (number, said) in enumerate(SAID.items()):
        put(sheet, row + 2 * at, number, question(number), said)
        for column in (1, 3):
            start = row + 2 * at
            sheet.merge_cells(start_row=start, end_row=start + 1, start_column=column, end_column=column)


@layout("three answer cells merged into one", n4_1="unread")
def _(sheet):
    row = head(sheet, 3, "番号", "質問", "はい", "いいえ", "対象外")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, number, question(number), *marked(said, "○"))
    sheet.merge_cells(start_row=row, end_row=row, start_column=3, end_column=5)


@layout("no heading at all, answers in words")
def _(sheet):
    sheet["A1"] = MDS_TITLE
    for at, (number, said) in enumerate(SAID.items(), start=3):
        put(sheet, at, f"問{number}", question(number), said)


@layout("heading of one column that lists the choices")
def _(sheet):
    row = head(sheet, 3, "No", "チェック項目", "はい／いいえ／対象外", "備考（番号）")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, number, question(number), said)


@layout("No, Yes, No and NA as bare words")
def _(sheet):
    row = head(sheet, 3, "No", "Item", "Yes", "No", "NA", "Notes")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        words = {"はい": ("Yes", None, None), "いいえ": (None, "No", None), "対象外": (None, None, "NA")}
        put(sheet, at, number, question(number), *words[said])


@layout("a column 結果 beside the column 回答")
def _(sheet):
    row = head(sheet, 3, "項番", "質問", "回答", "確認結果", "結果", "備考")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, number, question(number), said, "はい", "はい")


@layout("a legend above the table")
def _(sheet):
    put(sheet, 2, "凡例", None, "はい", "いいえ", "対象外")
    row = head(sheet, 4, "項番", "質問", "回答", "備考")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, number, question(number), said)


@layout("last year's answers beside this year's")
def _(sheet):
    row = head(sheet, 3, "項番", "質問", "前回回答", "回答", "備考")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, number, question(number), "はい", said)


@layout("a hidden column of other answers")
def _(sheet):
    row = head(sheet, 3, "項番", "質問", "回答", "回答", "備考")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, number, question(number), "はい", said)
    sheet.column_dimensions["C"].hidden = True


@layout("a hidden row is asked", n4_1="ask")
def _(sheet):
    triple(sheet, [(number, question(number), said, "") for number, said in SAID.items()])
    sheet.row_dimensions[5].hidden = True


@layout("a fourth column 一部対応", n4_1="unread")
def _(sheet):
    row = head(sheet, 3, "番号", "質問", "はい", "いいえ", "対象外", "一部対応", "備考")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        marks = marked(said, "○") if number != "4.1" else (None, None, None, "○")
        put(sheet, at, number, question(number), *marks)


@layout("a third column 該当なし is not 対象外", n7="unread")
def _(sheet):
    row = head(sheet, 3, "番号", "質問", "はい", "いいえ", "該当なし", "備考")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, number, question(number), *marked(said, "○"))


@layout("answers under one merged heading over three unnamed columns", n4_1_2="unread", n7="unread")
def _(sheet):
    row = head(sheet, 3, "番号", "質問", "回答", None, None)
    sheet.merge_cells("C3:E3")
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, number, question(number), *marked(said, said))


@layout("every number typed as a number", n4_1="ask", n16_3="ask")
def _(sheet):
    row = head(sheet, 3, "番号", "質問", "はい", "いいえ", "対象外")
    typed = {"4.1": 4.1, "7": 7, "28": 28, "16.3": 16.3}
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, typed.get(number, number), question(number), *marked(said, "○"))


@layout("a number that became a date", n4_1="ask", n4_1_2="ask")
def _(sheet):
    row = head(sheet, 3, "番号", "質問", "回答")
    typed = {"4.1": datetime(2026, 4, 1), "4.1.2": datetime(2004, 1, 2)}
    for at, (number, said) in enumerate(SAID.items(), start=row):
        put(sheet, at, typed.get(number, number), question(number), said)


@layout("wide and low, far from the corner")
def _(sheet):
    sheet["A1"] = MDS_TITLE
    for column, label in enumerate(("番号", "質問", "はい", "いいえ", "対象外"), start=30):
        sheet.cell(200, column, label)
    for at, (number, said) in enumerate(SAID.items(), start=201):
        for column, value in enumerate((number, question(number), *marked(said, "○")), start=30):
            sheet.cell(at, column, value)


@layout("a protected sheet")
def _(sheet):
    triple(sheet, [(number, question(number), said, "") for number, said in SAID.items()])
    sheet.protection.sheet = True
    sheet.protection.password = "geheim"


@pytest.mark.parametrize("saved", [bytes, as_excel_saves], ids=["as built", "as Excel saves"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name, saved):
    builder, other = LAYOUTS[name]
    made, (sheet,) = book("Sheet1")
    builder(sheet)
    reading = read(saved(content(made)), ROWS)
    found = {row.numbers[0]: row.answer for row in reading.rows if row.answer != "blank"}
    expected = {number: answer for number, answer in (ANSWERS | other).items() if answer != "blank"}
    assert (reading.opened, found) == ("read", expected)
