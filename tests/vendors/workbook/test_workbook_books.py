"""Books of several sheets, several products, and books that are no form at all."""

import pytest

from tests.vendors.workbook.books import (
    MDS_TITLE,
    ROWS,
    SDS_TITLE,
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
from vendors.workbook import Header, read

LINES = {"MDS": plain_lines("MDS"), "SDS": plain_lines("SDS")}
TITLES = {"MDS": MDS_TITLE, "SDS": SDS_TITLE}


def form(sheet, kind="MDS", answer="はい", product=""):
    single(sheet, plain_lines(kind, answer), TITLES[kind])
    if product:
        sheet["A2"], sheet["B2"] = "製品名称", product


def counts(reading):
    return [(form, [row.form for row in reading.rows].count(form)) for form in ("MDS", "SDS")]


def answer_of(reading, number, kind="MDS"):
    return next(row.answer for row in reading.rows if row.form == kind and row.numbers == (number,))


def test_cover_history_and_example_before_the_form():
    made, (cover, history, example, sheet) = book("表紙", "改訂履歴", "記入例", "開示書")
    cover["B3"] = "医療情報セキュリティ開示書"
    for row, line in enumerate(
        (("版", "日付", "内容"), ("1.0", "2024-04-01", "初版"), ("1.1", "2025-04-01", "改訂")), 1
    ):
        for column, value in enumerate(line, 1):
            history.cell(row, column, value)
    form(example, answer="いいえ")
    form(sheet)
    reading = read(content(made), ROWS)
    assert (reading.opened, answer_of(reading, "6"), counts(reading)) == (
        "read",
        "yes",
        [("MDS", 41), ("SDS", 0)],
    )


@pytest.mark.parametrize("name", ["記入例", "MDS記入例", "MDS（例）", "回答見本", "Sample", "記載例_MDS"])
def test_an_example_is_never_read(name):
    made, (sheet,) = book(name)
    form(sheet)
    assert read(content(made), ROWS).opened == "not-a-form"
    assert read(content(made), ROWS, sheet=name).opened == "not-a-form"


def test_an_example_by_its_title_is_never_read():
    made, (sheet,) = book("MDS")
    form(sheet)
    sheet["A1"] = f"{MDS_TITLE}（記入例）"
    assert read(content(made), ROWS).opened == "not-a-form"


def test_a_product_called_sample_is_read():
    made, (sheet,) = book("MDS_サンプルカルテ")
    form(sheet)
    assert read(content(made), ROWS).opened == "read"


def test_mds_and_sds_are_both_read_and_one_alone_by_its_form():
    made, (mds, sds) = book("その1", "その2")
    form(mds, "MDS")
    form(sds, "SDS")
    file = content(made)
    assert counts(read(file, ROWS)) == [("MDS", 41), ("SDS", 58)]
    assert counts(read(file, ROWS, form="SDS")) == [("MDS", 0), ("SDS", 58)]
    assert counts(read(file, ROWS, sheet="その1")) == [("MDS", 41), ("SDS", 0)]


def test_several_products_are_chosen_by_sheet():
    made, (one, other) = book("MDS 製品A", "MDS 製品B")
    form(one, product="カルテA")
    form(other, answer="いいえ", product="カルテB")
    file = content(made)
    asked = read(file, ROWS)
    assert (asked.opened, asked.choices, asked.rows) == ("choose", ("MDS 製品A", "MDS 製品B"), ())
    chosen = read(file, ROWS, sheet="MDS 製品B")
    assert (chosen.opened, chosen.header, answer_of(chosen, "6")) == ("read", Header(product="カルテB"), "no")


def test_a_form_in_two_halves_side_by_side():
    made, (sheet,) = book("MDS")
    sheet["A1"] = MDS_TITLE
    sheet.append(())
    sheet.append(("番号", "質問", "回答", "備考") * 2)
    left = [("3", "はい"), ("4.1", "いいえ"), ("4.1.2", "対象外"), ("6", "はい")]
    right = [("16.3", "いいえ"), ("28", "はい"), ("12.3.1.1", "はい"), ("29", "一部")]
    for (one, said), (other, also) in zip(left, right, strict=True):
        sheet.append((one, question(one), said, f"左{one}", other, question(other), also, f"右{other}"))
    found = {row.numbers[0]: (row.answer, row.remark) for row in read(content(made), ROWS).rows if row.cell}
    words = {"はい": "yes", "いいえ": "no", "対象外": "na", "一部": "unread"}
    assert found == {n: (words[said], f"左{n}") for n, said in left} | {
        n: (words[said], f"右{n}") for n, said in right
    }


def test_one_form_on_two_sheets_is_read_whole():
    made, (one, other) = book("MDS(1)", "MDS(2)")
    single(one, LINES["MDS"])
    single(other, [(n, question(n), "いいえ", "") for n in ("20", "22", "4.3.2")])
    reading = read(content(made), ROWS)
    assert (answer_of(reading, "6"), answer_of(reading, "22"), len(reading.rows)) == ("yes", "no", 41)


def test_a_copy_of_the_annex_itself():
    made, sheets = book("MDS別紙", "SDS別紙")
    for sheet, kind in zip(sheets, ("MDS", "SDS"), strict=True):
        own = [row for row in ROWS if row.form == kind]
        single(
            sheet,
            [(row.shown_number, row.question, "はい", f"備考{row.id}") for row in own],
            f"別紙（{kind}）",
        )
    reading = read(content(made), ROWS)
    assert {row.id: (row.answer, row.remark) for row in reading.rows} == {
        row.id: ("yes", f"備考{row.id}") for row in ROWS
    }


def test_mds_and_sds_of_different_products_are_chosen():
    made, (mds, sds) = book("MDS", "SDS")
    form(mds, "MDS", product="カルテ")
    form(sds, "SDS", product="予約")
    assert read(content(made), ROWS).choices == ("MDS", "SDS")


def test_products_side_by_side_are_chosen_by_column():
    made, (sheet,) = book("MDS")
    sheet["A1"] = MDS_TITLE
    sheet["C3"], sheet["F3"] = "製品A", "製品B"
    for column, text in enumerate(
        ("番号", "質問", "はい", "いいえ", "対象外", "はい", "いいえ", "対象外", "備考"), 1
    ):
        sheet.cell(4, column, text)
    for row, (number, asked, _, _) in enumerate(LINES["MDS"], 5):
        for column, text in enumerate((number, asked, "○", None, None, None, "○", None), 1):
            sheet.cell(row, column, text)
    file = content(made)
    assert read(file, ROWS).choices == ("MDS!C", "MDS!F")
    assert [answer_of(read(file, ROWS, sheet=name), "6") for name in ("MDS!C", "MDS!F")] == ["yes", "no"]
    assert read(file, ROWS, sheet="MDS").opened == "choose"


def test_an_unfilled_copy_is_left_alone():
    made, (sheet, copy) = book("MDS", "MDS (原本)")
    form(sheet)
    form(copy, answer="")
    assert answer_of(read(content(made), ROWS), "6") == "yes"


def test_a_hidden_sheet_is_not_read_unless_it_is_named():
    made, (sheet, hidden) = book("MDS", "MDS旧")
    form(sheet)
    form(hidden, answer="いいえ")
    hidden.sheet_state = "hidden"
    reading = read(content(made), ROWS)
    assert (answer_of(reading, "6"), reading.warnings) == (
        "yes",
        ("非表示のシート「MDS旧」は読んでいません。",),
    )
    assert answer_of(read(content(made), ROWS, sheet="MDS旧"), "6") == "no"


def test_a_form_on_a_hidden_sheet_only_is_read_and_said():
    made, (cover, hidden) = book("表紙", "MDS")
    cover["A1"] = "表紙"
    form(hidden)
    hidden.sheet_state = "veryHidden"
    reading = read(content(made), ROWS)
    assert (answer_of(reading, "6"), reading.warnings) == ("yes", ("非表示のシート「MDS」を読みました。",))


def test_a_sheet_that_is_not_there_is_said():
    reading = read(one_sheet(LINES["MDS"], name="MDS"), ROWS, sheet="SDS")
    assert (reading.opened, reading.choices) == ("choose", ("MDS",))


def test_the_other_form_is_not_taken_for_the_wanted_one():
    assert read(one_sheet(LINES["MDS"], name="MDS"), ROWS, form="SDS").opened == "not-a-form"


@pytest.mark.parametrize(("kind", "other"), [("MDS", "SDS"), ("SDS", "MDS")])
def test_numbers_of_the_other_form_are_not_read_as_the_wanted_one(kind, other):
    lines = [(number, "", "はい", "") for row in ROWS if row.form == kind for number in row.numbers]
    file = one_sheet(lines, title="製造業者／サービス事業者による医療情報セキュリティ開示書")
    assert (read(file, ROWS, form=kind).opened, read(file, ROWS, form=other).opened) == ("read", "not-a-form")


def test_a_form_without_a_title_is_known_by_its_questions():
    lines = [
        (n, question(n), "はい", "") for n in ("3", "6", "7", "8", "9", "10", "11", "22", "4.1", "4.1.2")
    ]
    assert counts(read(one_sheet(lines, title="回答書"), ROWS)) == [("MDS", 41), ("SDS", 0)]


def test_sds_is_known_by_its_numbers():
    lines = [
        (number, question(number, "SDS"), "はい", "") for number in ("7", "17.1.2", "72", "105.1", "100")
    ]
    title = "製造業者／サービス事業者による医療情報セキュリティ開示書"
    assert counts(read(one_sheet(lines, title=title), ROWS)) == [("MDS", 0), ("SDS", 58)]


def test_remarks_on_a_sheet_of_their_own():
    made, (sheet, remarks) = book("MDS", "備考一覧")
    single(sheet, [*LINES["MDS"], ("4.1", question("4.1"), "はい", "※1")])
    remarks["A1"], remarks["B1"] = 1, "ICカードです。"
    rows = {row.numbers: row for row in read(content(made), ROWS).rows}
    assert rows[("4.1",)].remark == "ICカードです。"


def test_tick_boxes_outside_the_cells_leave_blanks_and_are_said():
    file = one_sheet([(number, asked, "", "") for number, asked, *_ in LINES["MDS"]], triple, name="MDS")
    xml = part(file, "xl/worksheets/sheet1.xml")
    boxes = b'<controls><control shapeId="1" r:id="rId9" name="Check Box 1"/></controls></worksheet>'
    namespace = b'<worksheet xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    changed = xml.replace(b"</worksheet>", boxes).replace(b"<worksheet ", namespace, 1)
    reading = read(replaced(file, {"xl/worksheets/sheet1.xml": changed}), ROWS)
    assert {row.answer for row in reading.rows} == {"blank"}
    assert [warning[:12] for warning in reading.warnings] == ["チェックボックスなどの部品"[:12]]


def test_a_template_without_answers_is_read_as_blank():
    reading = read(one_sheet([(n, asked, "", "") for n, asked, *_ in LINES["MDS"]], triple), ROWS)
    assert {row.answer for row in reading.rows} == {"blank"}
    assert reading.warnings == ("MDSには回答が1つも書かれていません。",)


def numbered(title: str, **options) -> bytes:
    numbers = [f"{chapter}.{part}" for chapter in range(1, 9) for part in (1, 2)]
    lines = [(number, f"要求事項その{number}", "はい", "") for number in numbers]
    return one_sheet(lines, title=title, **options)


@pytest.mark.parametrize(
    ("file", "looks_like"),
    [
        (numbered("サービス仕様適合開示書"), "サービス仕様適合開示書"),
        (numbered("Manufacturer Disclosure Statement for Medical Device Security – MDS2"), "MDS2"),
        (numbered("チェックシート", name="MDS2"), "MDS2"),
        (numbered("医療機関におけるサイバーセキュリティ対策チェックリスト"), "チェックリスト"),
        (numbered("社内の点検表"), "見つかりません"),
        (
            one_sheet([("当社の安全管理について",), ("二要素認証に対応しています。はい。",)], title="ご説明"),
            "見つかりません",
        ),
        (one_sheet([], title="MDS"), "画面で入力"),
        (content(book("Sheet1")[0]), "見つかりません"),
    ],
)
def test_another_document_is_no_form_and_is_named(file, looks_like):
    reading = read(file, ROWS)
    assert (reading.opened, reading.rows, looks_like in reading.says) == ("not-a-form", (), True)


def test_other_questions_under_the_same_numbers_are_warned_of():
    lines = [(number, "まったく別の内容を尋ねる文章", "はい", "") for number, *_ in LINES["MDS"]]
    reading = read(one_sheet(lines), ROWS)
    row = next(row for row in reading.rows if row.numbers == ("6",))
    assert reading.warnings == ("MDSの質問の文が別紙とかなり違います。版が違うかもしれません。",)
    assert row.why == "回答欄に「はい」とあります。質問の文が別紙とかなり違うため、見比べてください。"


@pytest.mark.parametrize(
    ("title", "version"),
    [
        ("JAHIS標準 17-006 MDS", "3.0a"),
        ("医療情報セキュリティ開示書 Ver.4.1", "4.1"),
        ("JAHIS 24-005 開示書", "5.0"),
        (MDS_TITLE, ""),
    ],
)
def test_edition_of_the_form(title, version):
    assert read(one_sheet(LINES["MDS"], title=title, name="MDS"), ROWS).form_version == version
