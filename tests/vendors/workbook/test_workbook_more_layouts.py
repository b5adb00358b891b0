"""Whole forms in layouts that were once misread: every answer is read, asked or unread, none is false."""

import pytest
from openpyxl import Workbook

from tests.vendors.workbook.books import MDS_TITLE, ROWS, book, content, marked, question
from vendors.workbook import read

SAID = {
    "3": "はい",
    "4": "",
    "4.1": "はい",
    "6": "",
    "6.1": "いいえ",
    "7": "対象外",
    "11": "いいえ",
    "14": "",
    "14.1": "はい",
    "16": "",
    "16.1": "はい",
    "16.2": "いいえ",
    "16.3": "対象外",
    "22": "はい",
    "28": "はい",
}
WORDS = {"yes": "はい", "no": "いいえ", "na": "対象外", "blank": ""}
ROWS_OF = {number: row.id for row in ROWS if row.form == "MDS" for number in row.numbers}
ASKED = [number for number in SAID if number in ROWS_OF]


def form(head: tuple, line, said: dict[str, str] = SAID) -> Workbook:
    """A sheet MDS with `head` in row 3, and what `line(number, answer)` gives for each row from row 4 on."""
    made, (sheet,) = book("MDS")
    sheet["A1"] = MDS_TITLE
    for row, cells in enumerate([head, *(line(number, answer) for number, answer in said.items())], start=3):
        for column, value in enumerate(cells, start=1):
            sheet.cell(row, column, value)
    return made


def rows_of(made: Workbook) -> dict:
    rows = {row.id: row for row in read(content(made), ROWS, form="MDS").rows}
    return {number: rows[ROWS_OF[number]] for number in ASKED if rows}


def answers(made: Workbook) -> dict[str, str]:
    return {number: row.answer for number, row in rows_of(made).items()}


def expected(**other: str) -> dict[str, str]:
    """What SAID says, and `other` than it for each of its words: yes="ask"."""
    names = {word: name for name, word in WORDS.items()}
    said = {number: names[SAID[number]] for number in ASKED}
    return {number: other.get(name, name) for number, name in said.items()}


def choices(number: str, answer: str, order: tuple = (0, 1, 2)) -> tuple:
    marks = marked(answer, "○")
    return (number, question(number), *(marks[place] for place in order))


def merged(made: Workbook, *spans: tuple[int, int], rows: range = range(3, 19)) -> Workbook:
    for row in rows:
        for first, last in spans:
            made["MDS"].merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
    return made


# The numbers


def parts(number: str) -> list[str]:
    return [*number.split("."), ""][:2]


@pytest.mark.parametrize("shown", ["{}", "({})", "{})", "①"])
@pytest.mark.parametrize("between", [(), ("認証",)])
def test_a_part_under_its_own_label(shown, between):
    def line(number, answer):
        main, sub = parts(number)
        said = chr(ord("①") + int(sub or 1) - 1) if shown == "①" else shown.format(sub)
        return (int(main), *between, said if sub else None, question(number), answer)

    assert answers(form(("項番", *("分類" for _ in between), "枝番", "質問", "回答"), line)) == expected()


@pytest.mark.parametrize("dash", ["-", None])
def test_parts_with_a_column_between_them(dash):
    def line(number, answer):
        main, sub = parts(number)
        return (int(main), dash if sub else None, int(sub) if sub else None, None, question(number), answer)

    made = form(("番号", None, None, None, "質問", "回答"), line)
    assert answers(made if dash else merged(made, (1, 2), (3, 4))) == expected()


@pytest.mark.parametrize("spelled", [("a", "c"), ("a)", "c)"), ("ア", "ウ"), ("（ｱ）", "（ｳ）")])
def test_a_part_in_letters_is_asked(spelled):
    said = {"14": "", "14.1": "はい", "16": "", "16.3": "いいえ"} | {
        n: SAID[n] for n in ("3", "7", "22", "28")
    }
    letters = dict(zip(("14.1", "16.3"), spelled, strict=True))

    def line(number, answer):
        return (number.split(".")[0], letters.get(number), question(number), answer)

    found = answers(form(("項番", "枝番", "質問", "回答"), line, said))
    assert [found[number] for number in said if number in found] == [
        "blank",
        "ask",
        "blank",
        "ask",
        "yes",
        "na",
        "yes",
        "yes",
    ]


@pytest.mark.parametrize("place", ["beside", "before the question"])
def test_a_part_that_no_label_tells_is_asked(place):
    def line(number, answer):
        main, sub = parts(number)
        counted = f"({sub})" if sub else ""
        beside = place == "beside"
        return (main, counted if beside else "", ("" if beside else counted) + question(number), answer)

    asked = {"4.1": "ask", "14.1": "ask", "16.1": "ask", "16.3": "ask"}
    assert answers(form(("項番", "", "質問", "回答"), line)) == expected() | asked


def test_a_column_of_small_numbers_beside_the_main_ones_is_no_part_of_them():
    said = {number: answer or "はい" for number, answer in SAID.items() if "." not in number}

    def line(number, answer):
        return (int(number), 1 + int(number) % 3, question(number), answer)

    found = answers(form(("番号", "重要度", "質問", "回答"), line, said))
    assert [found[number] for number in ("3", "4.1", "11", "16.1", "28")] == [
        "yes",
        "blank",
        "no",
        "blank",
        "yes",
    ]


def test_main_numbers_apart_and_sub_numbers_before_the_question():
    def line(number, answer):
        main, sub = parts(number)
        text = f"{number} {question(number)}" if sub else question(number)
        return (None if sub else main, text, answer)

    assert answers(form(("番号", "質問", "回答"), line)) == expected()


@pytest.mark.parametrize("spelled", ["({})", "{})", "【{}】", "[{}]"])
def test_a_column_of_bracketed_numbers(spelled):
    made = form(
        ("番号", "質問", "回答"), lambda number, answer: (spelled.format(number), question(number), answer)
    )
    assert answers(made) == expected()


def test_numbers_padded_with_zeros():
    def line(number, answer):
        return (".".join(f"{int(part):02}" for part in number.split(".")), question(number), answer)

    assert answers(form(("番号", "質問", "回答"), line)) == expected()


@pytest.mark.parametrize("dot", ["・", "。", ",", "の"])
def test_numbers_with_other_dots_are_asked(dot):
    made = form(("番号", "質問", "回答"), lambda n, answer: (n.replace(".", dot), question(n), answer))
    assert answers(made) == expected() | {"4.1": "ask", "14.1": "ask", "16.1": "ask", "16.3": "ask"}


NEXT = dict(zip(SAID, [*list(SAID)[1:], "3"], strict=True))


@pytest.mark.parametrize(
    "labels", [("旧No.", "新No."), ("旧項番", "新項番"), ("旧", "MDS番号"), ("番号（旧）", "番号（新）")]
)
def test_the_numbers_of_an_earlier_edition_do_not_count(labels):
    made = form(
        (*labels, "質問", "回答"), lambda number, answer: (NEXT[number], number, question(number), answer)
    )
    assert answers(made) == expected()


@pytest.mark.parametrize("labels", [("番号（4.1版）", "番号（5.0版）"), ("Ver.4.1", "Ver.5.0")])
def test_two_columns_of_numbers_are_asked_where_they_differ(labels):
    other = SAID | {}
    swapped = {"22": "28", "28": "22"}
    made = form(
        (*labels, "質問", "回答"),
        lambda number, answer: (swapped.get(number, number), number, question(number), answer),
        other,
    )
    assert answers(made) == expected() | {"22": "ask", "28": "ask"}


def test_a_hidden_column_of_numbers_does_not_count():
    made = form(("項番", "MDSの番号", "質問", "回答"), lambda n, answer: (NEXT[n], n, question(n), answer))
    made["MDS"].column_dimensions["A"].hidden = True
    assert answers(made) == expected()


def test_a_hidden_column_of_numbers_counts_where_no_other_names_them():
    made = form(
        ("項番", "重要度", "質問", "回答"), lambda n, answer: (n, 1 + len(n) % 3, question(n), answer)
    )
    made["MDS"].column_dimensions["A"].hidden = True
    assert answers(made) == expected()


def test_counts_beside_the_heading_of_a_chapter_are_no_marks():
    made = form(("番号", "質問", "はい", "いいえ", "対象外"), choices)
    made["MDS"].append(("7. 情報システムの利用", None, 1, 0, 0))
    assert answers(made) == expected()


def test_counts_beside_a_chapter_whose_number_no_row_has_are_asked():
    said = {number: answer for number, answer in SAID.items() if number != "7"}
    made = form(("番号", "質問", "はい", "いいえ", "対象外"), choices, said)
    made["MDS"].append(("7. 情報システムの利用", None, 1, 0, 0))
    assert answers(made) == expected() | {"7": "ask"}


# The columns of answers


@pytest.mark.parametrize(
    "labels",
    [
        ("はい※1", "いいえ", "対象外"),
        ("はい/Yes", "いいえ/No", "対象外/NA"),
        ("はい\nYes", "いいえ\nNo", "対象外\nN/A"),
        ("1.はい", "2.いいえ", "3.対象外"),
        ("①はい", "②いいえ", "③対象外"),
        ("はい○", "いいえ○", "対象外○"),
        ("ハイ", "イイエ", "対象外"),
        ("はい", "いいえ", "対象外 ※理由を備考に記入"),
        ("はい", "いいえ", "対象外＊"),
        ("はい", "いいえ", "対象外/該当なし"),
    ],
)
def test_labels_of_choices(labels):
    assert answers(form(("番号", "質問", *labels, "備考"), choices)) == expected()


@pytest.mark.parametrize("label", ["非対象", "該当しない", "該当なし", "その他", "ほかの欄"])
def test_a_third_choice_of_another_name_is_unread(label):
    made = form(("番号", "質問", "はい", "いいえ", label, "備考"), choices)
    assert answers(made) == expected(na="unread")


@pytest.mark.parametrize("label", ["はい（一部）", "はい（対応予定）"])
def test_a_second_yes_is_unread(label):
    def line(number, answer):
        yes, no, na = marked(answer, "○")
        return (number, question(number), None, yes, no, na)

    made = form(("番号", "質問", "はい", label, "いいえ", "対象外"), line)
    assert answers(made) == expected(yes="unread")


@pytest.mark.parametrize("label", ["対応事項", "実施事項", "その他"])
def test_a_question_is_no_remark_whatever_its_label(label):
    rows = rows_of(form(("番号", label, "はい", "いいえ", "対象外"), choices))
    assert ({n: row.answer for n, row in rows.items()}, rows["28"].remark) == (expected(), "")


@pytest.mark.parametrize("order", [(1, 0, 2), (2, 0, 1), (1, 2, 0)])
def test_choices_in_any_order(order):
    labels = [("はい", "いいえ", "対象外")[place] for place in order]
    made = form(("番号", "質問", *labels, "備考"), lambda number, answer: choices(number, answer, order))
    assert answers(made) == expected()


def test_a_second_no_apart_from_the_first_is_unread():
    def line(number, answer):
        yes, no, na = marked(answer, "○")
        return (number, question(number), yes, None, na, no)

    made = form(("番号", "質問", "はい", "いいえ（予定あり）", "対象外", "いいえ（予定なし）"), line)
    assert answers(made) == expected(no="unread")


def test_no_heads_the_numbers_where_another_no_follows():
    made = form(("No", "Item", "No", "Yes", "N/A"), lambda number, answer: choices(number, answer, (1, 0, 2)))
    assert answers(made) == expected()


@pytest.mark.parametrize("label", ["対応予定時期", "代替手段", "対応予定", "予定", "その他特記事項"])
def test_a_text_beside_no_is_its_remark(label):
    def line(number, answer):
        return (*choices(number, answer), "2026年4月" if answer == "いいえ" else None)

    rows = rows_of(form(("番号", "質問", "はい", "いいえ", "対象外", label, "備考"), line))
    assert (rows["11"].answer, rows["11"].remark) == ("no", "2026年4月")


def test_a_text_about_a_part_beside_yes_is_unread():
    def line(number, answer):
        return (*choices(number, answer), "印刷だけ" if answer == "はい" else None)

    made = form(("番号", "質問", "はい", "いいえ", "対象外", "一部対応"), line)
    assert answers(made) == expected(yes="unread")


def test_a_heading_that_is_not_understood_ends_the_columns_above_it():
    made = form(("番号", "質問", "はい", "いいえ", "対象外"), choices)
    made["MDS"].append(("番号", "質問", "対象外", "はい", "いいえ？"))
    made["MDS"].append(choices("29", "はい", (2, 0, 1)))
    rows = {row.id: row for row in read(content(made), ROWS, form="MDS").rows}
    assert (answers(made), rows[ROWS_OF["29"]].answer) == (expected(), "unread")


@pytest.mark.parametrize("beside", [62, "2025/10/1"])
def test_a_number_right_of_the_heading(beside):
    assert answers(form(("番号", "質問", "はい", "いいえ", "対象外", "備考", beside), choices)) == expected()


GRID = (("番号", 1, 2), ("質問", 3, 6), ("はい", 7, 9), ("いいえ", 10, 12), ("対象外", 13, 15))


def grid(offset: int = 0) -> Workbook:
    """方眼紙: each label over two columns or more, and marks `offset` columns right of where theirs begins."""
    places = {first: name for name, first, _ in GRID}

    def line(number, answer):
        cells = {1: number, 3: question(number)} | {
            first + offset: "○" for first, name in places.items() if name == answer
        }
        return tuple(cells.get(column) for column in range(1, 16))

    return form(tuple(places.get(column) for column in range(1, 16)), line)


SPANS = [(first, last) for _, first, last in GRID]


def test_grid_paper():
    assert answers(merged(grid(), *SPANS)) == expected()


@pytest.mark.parametrize("offset", [0, 1, 2])
def test_grid_paper_with_only_its_heading_merged(offset):
    assert answers(merged(grid(offset), *SPANS, rows=range(3, 4))) == expected()


def test_marks_below_no_label_at_all_are_unread():
    assert answers(grid(1)) == expected(yes="unread", no="unread", na="unread")


def test_one_answer_cell_over_several_columns():
    made = form(("番号", "質問", "回答", None, None, "備考"), lambda n, answer: (n, question(n), answer))
    assert answers(merged(made, (3, 5))) == expected()


@pytest.mark.parametrize(
    "label", ["貴社回答", "御社ご回答欄", "事業者の回答", "ベンダー回答※1", "今回回答", "回答内容"]
)
@pytest.mark.parametrize("other", ["判定", "評価", "選択", "対応", "前回回答", "当院確認"])
def test_the_vendors_answer_beside_somebody_elses(label, other):
    made = form(("項番", "質問", other, label, "備考"), lambda n, answer: (n, question(n), "はい", answer))
    assert answers(made) == expected()


@pytest.mark.parametrize(
    "labels", [("回答（前回）", "回答（今回）"), ("回答※前回分", "回答※"), ("回答（例）", "回答")]
)
def test_the_answer_of_now_beside_that_of_another_time(labels):
    made = form(("項番", "質問", *labels, "備考"), lambda n, answer: (n, question(n), "はい", answer))
    assert answers(made) == expected()


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (("前回", "今回"), {"はい": "○", "いいえ": "×", "対象外": "－"}),
        (("医療機関に求める水準", "貴社の状況"), {"はい": "対応済", "いいえ": "未対応", "対象外": "なし"}),
        (("望ましい回答", "貴社"), {"はい": "対応済", "いいえ": "未対応", "対象外": "なし"}),
    ],
)
def test_words_that_may_be_somebody_elses_are_not_read(labels, shown):
    made = form(
        ("番号", "質問", *labels, "備考"),
        lambda number, answer: (number, question(number), "はい", shown.get(answer)),
    )
    assert read(content(made), ROWS, form="MDS").opened == "not-a-form"


@pytest.mark.parametrize("label", ["前回", "当院の要望"])
def test_marks_beside_words_of_somebody_else(label):
    made = form(
        ("番号", "質問", label, "はい※1", "いいえ", "対象外"),
        lambda number, answer: (number, question(number), "はい", *marked(answer, "○")),
    )
    assert answers(made) == expected()


# Remarks


@pytest.mark.parametrize(
    "label",
    [
        "備考・補足",
        "備考／コメント",
        "理由・備考",
        "説明・備考",
        "備考※",
        "備考１",
        "補足事項",
        "理由",
        "対応内容",
        "詳細",
        "摘要",
        "特記",
    ],
)
def test_labels_of_remarks(label):
    made = form(("項番", "質問", "回答", label), lambda n, answer: (n, question(n), answer, f"備考{n}です"))
    assert rows_of(made)["28"].remark == "備考28です"


def test_the_time_of_an_answer_in_one_column():
    made = form(
        ("項番", "質問", "回答", "対応予定時期"), lambda n, answer: (n, question(n), answer, "2026年4月")
    )
    assert rows_of(made)["11"].remark == "2026年4月"


def test_a_text_before_the_answers_explains_the_question():
    made = form(("項番", "質問", "詳細", "回答"), lambda n, answer: (n, question(n), "例えば", answer))
    assert rows_of(made)["28"].remark == ""


def test_remarks_beside_a_column_of_words_with_an_unknown_label():
    made = form(("項番", "質問", "記入欄", "備考"), lambda n, answer: (n, question(n), answer, "備考です"))
    rows = rows_of(made)
    assert ({number: row.answer for number, row in rows.items()}, rows["28"].remark) == (
        expected(),
        "備考です",
    )


@pytest.mark.parametrize(
    ("pointer", "block", "read_as"),
    [
        (1, [(1, "一つめ"), (None, "その続き"), (2, "二つめ")], "一つめ\nその続き"),
        (1, [("1. 一つめ",), ("その続き",), ("2. 二つめ",)], "一つめ\nその続き"),
        (1, [(1, "一つめ"), ("改訂履歴",), ("2025年4月", "初版")], "一つめ"),
        ("②", [("①", "一つめ"), ("②", "二つめ")], "二つめ"),
        ("②", [("① 一つめ",), ("② 二つめ",)], "二つめ"),
    ],
)
def test_the_block_of_remarks(pointer, block, read_as):
    made = form(
        ("番号", "質問", "はい", "いいえ", "対象外", "備考"),
        lambda number, answer: (*choices(number, answer), pointer if number == "28" else None),
    )
    for line in [("備考記載欄",), *block]:
        made["MDS"].append(line)
    assert rows_of(made)["28"].remark == read_as


# Answers


@pytest.mark.parametrize(
    ("written", "answer", "remark"),
    [
        ("はい（備考欄参照）", "yes", ""),
        ("はい 注1)", "yes", "備考1"),
        ("はい*1)", "yes", "備考1"),
        ("はい（注釈1）", "yes", "備考1"),
        ("はい①", "yes", "備考1"),
        ("はい 備考①", "yes", "備考1"),
        ("はい（右記参照）", "yes", "右記参照"),
        ("はい（別紙1参照）", "yes", "別紙1参照"),
        ("はい/Yes", "yes", ""),
        ("Yes（はい）", "yes", ""),
        ("対象外（N/A）", "na", ""),
        ("1.はい", "yes", ""),
        ("①はい", "yes", ""),
        ("（はい）", "yes", ""),
        ("☑はい", "yes", ""),
        ("■いいえ", "no", ""),
        ("いいえ（2026年対応予定）", "no", "2026年対応予定"),
        ("いいえ(運用で対応)", "no", "運用で対応"),
        ("いいえ（対象外）", "unread", ""),
        ("いいえ（一部はい）", "unread", ""),
        ("いいえ（不要のため）", "unread", ""),
        ("はい（2026年対応予定）", "unread", ""),
        ("対象外（無線LANを使用しないため）", "unread", ""),
        ("○はい", "unread", ""),
        ("はい/いいえ", "unread", ""),
        ("はい（No）", "unread", ""),
        ("はい1", "unread", ""),
    ],
)
def test_an_answer_in_one_cell(written, answer, remark):
    said = SAID | {"28": written}
    row = rows_of(form(("項番", "質問", "回答", "備考"), lambda n, each: (n, question(n), each), said))["28"]
    assert (row.answer, row.remark) == (answer, remark)


@pytest.mark.parametrize(
    ("mark", "answer"),
    [
        *((mark, "no") for mark in ("v", "V", "√", "🗸", "ㇾ", "◎", "○ 注1)", "○*1)", "○①")),
        *((mark, "unread") for mark in ("X", "✕", "☒", "済", "*", "○ 2026年", "○1")),
    ],
)
def test_a_mark_in_one_of_three_cells(mark, answer):
    said = {number: "" if number == "28" else each for number, each in SAID.items()}
    made = form(("番号", "質問", "はい", "いいえ", "対象外"), choices, said)
    made["MDS"].cell(18, 4, mark)
    assert rows_of(made)["28"].answer == answer
