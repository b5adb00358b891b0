"""Which form a sheet is, whose it is, and what is only an example, where titles, notes and numbers disagree."""

import pytest

from tests.vendors.workbook.books import (
    MDS_TITLE,
    ROWS,
    SDS_TITLE,
    book,
    content,
    one_sheet,
    opened,
    plain_lines,
    question,
    single,
    triple,
)
from vendors.workbook import read, write
from vendors.workbook.writer import Written

TITLES = {"MDS": MDS_TITLE, "SDS": SDS_TITLE}
OTHER = {"MDS": "SDS", "SDS": "MDS"}
MAKERS = {"MDS": "製造業者による", "SDS": "サービス事業者による"}
HEAD = ("項番", "項目", "回答", "備考")


def numbers(form):
    return list(dict.fromkeys(number for row in ROWS if row.form == form for number in row.numbers))


def whole(form, answer="はい", blank=()):
    return [(n, question(n, form), "" if n in blank else answer, "") for n in numbers(form)]


def outcome(file, form=None, sheet=None):
    """(opened, forms read, answers that occur)"""
    reading = read(file, ROWS, form=form, sheet=sheet)
    rows = reading.rows
    return reading.opened, sorted({row.form for row in rows}), sorted({row.answer for row in rows})


def answers(reading, *wanted):
    rows = {row.numbers: row.answer for row in reading.rows}
    return [rows[(number,)] for number in wanted]


def below(sheet, rows):
    """Further rows, after an empty one."""
    for at, row in enumerate(rows, start=sheet.max_row + 2):
        for column, value in enumerate(row, start=1):
            sheet.cell(at, column, value)


def own_book(form="MDS", answer="yes"):
    rows = [row for row in ROWS if row.form == form]
    said = {row.id: (answer, "") for row in rows} if answer else {}
    return opened(write(rows, Written(clinic="医院", system="電子カルテ"), said))


def copied(made, other, name):
    """The one sheet of another book of ours, as a further sheet."""
    sheet = made.create_sheet(name)
    for row in other.worksheets[0].iter_rows():
        for cell in row:
            sheet.cell(cell.row, cell.column, cell.value)
    return made


@pytest.mark.parametrize("form", ["MDS", "SDS"])
@pytest.mark.parametrize(
    "stray",
    [
        ("会社名", "株式会社{}"),
        ("サービス名称", "{}-Cloud"),
        ("※{}は別ファイルを参照してください",),
        ("※{}のチェックリストは別ファイルを参照してください",),
    ],
)
def test_the_other_form_s_abbreviation_above_the_table_names_no_form(form, stray):
    made, (sheet,) = book("チェックリスト")
    single(sheet, whole(form), f"{MAKERS[form]}医療情報セキュリティ開示書 チェックリスト")
    for column, text in enumerate(stray, start=1):
        sheet.cell(2, column, text.format(OTHER[form]))
    file = content(made)
    assert [outcome(file, wanted)[:2] for wanted in (None, form, OTHER[form])] == [
        ("read", [form]),
        ("read", [form]),
        ("not-a-form", []),
    ]


def test_numbers_that_speak_against_the_sheet_s_name_are_not_read():
    file = one_sheet([(n, "", "はい", "") for n in numbers("SDS")], title="回答", name="MDS")
    assert [outcome(file, wanted)[0] for wanted in (None, "MDS", "SDS")] == ["not-a-form"] * 3


def test_questions_of_the_other_form_decide_against_the_sheet_s_name():
    file = one_sheet(whole("SDS"), title=SDS_TITLE, name="MDS")
    assert [outcome(file, wanted)[:2] for wanted in ("MDS", "SDS")] == [("not-a-form", []), ("read", ["SDS"])]


@pytest.mark.parametrize("form", ["MDS", "SDS"])
def test_a_part_under_a_title_of_both_forms_is_known_by_its_questions(form):
    part = [line for line in whole(form) if int(line[0].split(".")[0]) <= 40]
    file = one_sheet(part, title="医療情報セキュリティ開示書チェックリスト", name="1")
    assert [outcome(file, wanted)[:2] for wanted in (None, form, OTHER[form])] == [
        ("read", [form]),
        ("read", [form]),
        ("not-a-form", []),
    ]


def test_numbers_that_may_be_of_either_form_are_not_read_without_questions_and_titles():
    part = [(n, "", "はい", "") for n in numbers("SDS") if int(n.split(".")[0]) <= 40]
    file = one_sheet(part, title="医療情報セキュリティ開示書チェックリスト", name="1")
    assert [outcome(file, wanted)[0] for wanted in (None, "MDS", "SDS")] == ["not-a-form"] * 3


@pytest.mark.parametrize("form", ["MDS", "SDS"])
def test_a_file_of_the_other_form_is_told_as_that(form):
    says = f"{form}のファイルのようです。{OTHER[form]}のファイルを選んでください。"
    theirs, ours = one_sheet(whole(form), title=TITLES[form]), content(own_book(form))
    assert [read(file, ROWS, form=OTHER[form]).says for file in (theirs, ours)] == [says, says]


@pytest.mark.parametrize("headed", [True, False])
def test_two_forms_on_one_sheet_answer_nothing_for_each_other(headed):
    blank = ("7", "22", "27")
    made, (sheet,) = book("開示書")
    single(sheet, whole("MDS", blank=blank), "医療情報セキュリティ開示書（MDS・SDS）")
    below(sheet, [(SDS_TITLE,), *([HEAD] if headed else []), *whole("SDS", "いいえ")])
    file = content(made)
    mds, sds, both = (read(file, ROWS, form=form) for form in ("MDS", "SDS", None))
    assert answers(mds, *blank, "28") == ["blank", "blank", "blank", "yes"]
    assert {row.answer for row in sds.rows} == {"no"}
    assert both.rows == mds.rows + sds.rows


def test_two_products_below_each_other_are_chosen():
    made, (sheet,) = book("MDS")
    single(sheet, whole("MDS", blank=("7",)))
    sheet["A2"], sheet["B2"] = "製品名称", "カルテA"
    below(sheet, [(MDS_TITLE,), ("製品名称", "カルテB"), HEAD, *whole("MDS", "いいえ")])
    file = content(made)
    asked = read(file, ROWS)
    first, second = (read(file, ROWS, sheet=name) for name in asked.choices)
    assert (asked.opened, asked.choices) == ("choose", ("MDS!C4", "MDS!C52"))
    assert [(r.header.product, *answers(r, "7", "28")) for r in (first, second)] == [
        ("カルテA", "blank", "yes"),
        ("カルテB", "no", "no"),
    ]
    assert read(file, ROWS, sheet="MDS").opened == "choose"


def test_what_a_further_table_of_the_sheet_answers_instead_is_asked():
    made, (sheet,) = book("MDS")
    single(sheet, whole("MDS", blank=("7",)))
    below(sheet, [HEAD, *whole("MDS")])
    row = next(row for row in read(content(made), ROWS).rows if row.numbers == ("7",))
    assert (row.answer, row.why) == (
        "ask",
        "同じ項番が、同じシートの別の表または離れた行では空欄です。回答欄の読み取りは「はい」です。確かめてください。",
    )


def test_pages_of_one_sheet_that_repeat_its_title_are_one_form():
    lines = whole("MDS")
    made, (sheet,) = book("MDS")
    single(sheet, lines[:20])
    for page in (lines[20:42], lines[42:]):
        below(sheet, [(MDS_TITLE,), HEAD, *page])
    assert outcome(content(made)) == ("read", ["MDS"], ["yes"])


def test_the_second_form_of_a_sheet_has_the_product_named_at_the_top():
    made, (sheet,) = book("開示書")
    single(sheet, whole("MDS"))
    sheet["A2"], sheet["B2"] = "製品名称", "カルテ"
    below(sheet, [(SDS_TITLE,), HEAD, *whole("SDS")])
    assert read(content(made), ROWS, form="SDS").header.product == "カルテ"


def test_a_form_on_two_sheets_of_which_the_second_repeats_a_parent_is_read_whole():
    lines = whole("MDS")
    made, (one, other) = book("MDS-1", "MDS-2")
    single(one, lines[:20])
    single(other, [(lines[19][0], "（続き）", "", ""), *lines[20:]])
    assert outcome(content(made)) == ("read", ["MDS"], ["yes"])


def test_two_sheets_that_answer_in_turn_are_chosen():
    made, sheets = book("MDS", "MDS (2)")
    for sheet, blank in zip(sheets, (numbers("MDS")[:20], numbers("MDS")[20:]), strict=True):
        single(sheet, whole("MDS", blank=blank))
    assert read(content(made), ROWS).choices == ("MDS", "MDS (2)")


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("yes", "no", ("choose", [], [])),
        ("", "yes", ("read", ["MDS"], ["yes"])),
        ("no", "", ("read", ["MDS"], ["no"])),
    ],
)
def test_our_own_sheet_and_its_copy(first, second, found):
    made = copied(own_book(answer=first), own_book(answer=second), "MDS (2)")
    assert outcome(content(made), "MDS") == found


@pytest.mark.parametrize(("ours", "found"), [("", ("read", ["MDS"], ["no"])), ("yes", ("choose", [], []))])
def test_a_vendor_s_own_sheet_in_our_workbook(ours, found):
    made = own_book(answer=ours)
    triple(made.create_sheet("当社MDS"), whole("MDS", "いいえ"))
    assert outcome(content(made), "MDS") == found


def test_our_own_sheets_of_two_products_are_one_reading():
    made = copied(own_book("MDS"), own_book("SDS", "no"), "SDS")
    for sheet, product in zip(made.worksheets, ("端末", "クラウド"), strict=True):
        cell = next(cell for cell in sheet["B"] if cell.value == "製品名・サービス名")
        sheet.cell(cell.row, 3).value = product
    assert outcome(content(made)) == ("read", ["MDS", "SDS"], ["no", "yes"])


@pytest.mark.parametrize(("label", "reworded"), [("回答", "回答（はい・いいえ・対象外）"), ("項番", "番号")])
def test_our_own_sheet_with_a_reworded_heading_is_read_by_its_numbers(label, reworded):
    made = own_book()
    next(cell for row in made["MDS"].iter_rows() for cell in row if cell.value == label).value = reworded
    assert outcome(content(made), "MDS") == ("read", ["MDS"], ["yes"])


@pytest.mark.parametrize(
    ("cells", "opened"),
    [
        ({"A3": "記入例", "B3": "該当する欄に○を付けてください"}, "read"),
        ({"D4": "備考（記入例）"}, "read"),
        ({"E4": "記入例"}, "read"),
        ({"B5": "記入例"}, "read"),
        ({"B3": "【記入例】"}, "not-a-form"),
        ({"A1": "記入例", "D1": "2025年4月1日"}, "not-a-form"),
    ],
    ids=["a legend", "a heading", "a column", "a line", "a title", "a title beside a date"],
)
def test_only_a_title_makes_an_example(cells, opened):
    made, (sheet,) = book("MDS")
    single(sheet, whole("MDS"))
    for place, text in cells.items():
        sheet[place] = text
    assert read(content(made), ROWS).opened == opened


def test_an_example_that_is_left_out_is_told():
    made, (example, sheet) = book("MDS記入例", "MDS")
    single(example, whole("MDS", "いいえ"))
    says = "シート「MDS記入例」は記入例のようなため、読んでいません。"
    alone = read(content(made), ROWS, form="MDS")
    single(sheet, whole("MDS"))
    beside = read(content(made), ROWS, form="MDS")
    assert (alone.says.startswith(says), beside.warnings) == (True, (says,))


@pytest.mark.parametrize(
    "texts",
    [
        ("MDS 2025年度版",),
        ("製造業者による情報セキュリティ開示書 MDS", "2025年10月1日"),
        ("MDS2に準拠したものではない 製造業者による開示書 MDS",),
        ("MDS", "サービス仕様適合開示書は別途お渡しします"),
        ("MDS", "サイバーセキュリティ対策チェックリストもご覧ください"),
    ],
)
def test_another_document_that_is_only_spoken_of(texts):
    made, (sheet,) = book("チェック")
    single(sheet, whole("MDS"))
    for column, text in enumerate(texts, start=1):
        sheet.cell(1, column, text)
    assert outcome(content(made), "MDS") == ("read", ["MDS"], ["yes"])


def test_an_unrelated_list_of_a_company_called_mds_is_no_form():
    lines = [(number, f"要求事項その{number}", "はい", "") for number in ("3", "6", "28", "4.1")]
    made, (sheet,) = book("点検")
    single(sheet, lines, "社内の点検表")
    sheet["A2"], sheet["B2"] = "会社名", "株式会社MDS"
    assert read(content(made), ROWS).opened == "not-a-form"


@pytest.mark.parametrize("lines", [[], plain_lines()])
def test_what_is_no_form_is_told_to_clinic_and_vendor_alike(lines):
    says = read(one_sheet([line[1:2] for line in lines], title="ご説明"), ROWS).says
    assert says == (
        "MDS/SDS（医療情報セキュリティ開示書）の表が見つかりません。"
        "回答は画面で入力してください。医療機関では、このファイルを受領した資料として添付できます。"
    )


def test_in_our_own_workbook_what_is_said_of_an_iie_is_kept_as_a_remark():
    own = [row for row in ROWS if row.form == "SDS"]
    made = opened(write(own, Written(clinic="院", system="電子カルテ"), {own[0].id: ("no", "備考")}))
    line = next(cells for cells in made["SDS"].iter_rows() if cells[0].value == own[0].id)
    line[3].value = "いいえ（2026年対応予定）"
    said = read(content(made), ROWS, "SDS").rows[0]
    assert (said.answer, said.remark) == ("no", "備考\n2026年対応予定")


@pytest.mark.parametrize("form", ["MDS", "SDS"])
@pytest.mark.parametrize("gap", [0, 1], ids=["directly below", "after an empty row"])
def test_a_second_product_below_without_a_word_fills_no_blank_of_the_first(form, gap):
    first, second = numbers(form)[0], numbers(form)[1]
    lines = [*whole(form, "はい", {first}), *[("",) * 4] * gap, *whole(form, "はい", {second})]
    made, (sheet,) = book(TITLES[form])
    for row in [(TITLES[form],), HEAD, *lines]:
        sheet.append(row)
    reading = read(content(made), ROWS)
    said = {row.answer for row in reading.rows}
    asked = {row.numbers for row in reading.rows if row.answer == "ask"}
    assert (reading.opened, said) == ("read", {"yes", "ask"})
    assert asked == {row.numbers for row in ROWS if row.form == form and {first, second} & set(row.numbers)}


def test_a_number_that_is_repeated_for_its_own_lines_is_no_second_product():
    lines = [
        each for n in numbers("MDS") for each in ((n, question(n, "MDS"), "はい", ""), (n, "補足", "", ""))
    ]
    made, (sheet,) = book(MDS_TITLE)
    for row in [(MDS_TITLE,), HEAD, *lines]:
        sheet.append(row)
    assert outcome(content(made)) == ("read", ["MDS"], ["yes"])


def test_answered_lines_with_an_unanswered_list_below_stand():
    made, (sheet,) = book(MDS_TITLE)
    for row in [(MDS_TITLE,), HEAD, *whole("MDS"), *whole("MDS", "")]:
        sheet.append(row)
    assert outcome(content(made)) == ("read", ["MDS"], ["yes"])
