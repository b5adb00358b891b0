"""Out and in again: our own workbook reads back as it was written, and never holds a formula."""

import io
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vendors.workbook.books import ROWS, content, opened
from vendors.workbook import Header, clean, read, write
from vendors.workbook.writer import Written

WRITTEN = Written(
    clinic="森内科クリニック",
    system="電子カルテ",
    header=Header(date="2026-11-05", provider="架空システムズ", product="サンプルカルテ", version="3.2"),
)
NASTY = (
    "=1+1", "+81", "-1", "@SUM(A1)", "＝1+1", "_x0041_", "_x005F_x0041_", "#N/A", "0123", "1月1日", "MDS-07",
    "disclosure-sheet-1", "はい", "a\r\nb\tc", "\x00\x0b\x1f\x7f", "\ud800", "\ufffe\uffff", "  ", "<&>\"'", "備考1",
    "𠮷野家",
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=40))
SOME = tuple(row for row in ROWS if row.form == "MDS" and row.id[-1] == "1")
ANSWERS = st.dictionaries(
    st.sampled_from([row.id for row in SOME]),
    st.tuples(st.sampled_from(["", "yes", "no", "na"]), TEXTS),
    max_size=12,
)


def read_back(answers, written=WRITTEN):
    return read(write(SOME, written, answers), SOME)


@settings(max_examples=500, deadline=None)
@given(answers=ANSWERS)
def test_answers_and_remarks_come_back(answers):
    reading = read_back(answers)
    expected = {row.id: answers.get(row.id, ("", "")) for row in SOME}
    found = {row.id: (row.answer, row.remark) for row in reading.rows}
    assert found == {name: (answer or "blank", clean(remark)) for name, (answer, remark) in expected.items()}


@settings(max_examples=50, deadline=None)
@given(clinic=TEXTS, provider=TEXTS, product=TEXTS, version=TEXTS)
def test_header_comes_back(clinic, provider, product, version):
    header = Header(date="2026-11-05", provider=provider, product=product, version=version)
    found = read_back({}, Written(clinic=clinic, system=clinic, header=header)).header
    cleaned = {name: clean(text) for name, text in vars(header).items()}
    assert vars(found) == cleaned


def test_a_workbook_that_was_written_in_earlier_words_still_comes_back():
    """Until 2026 its explanations were called 「当製品の説明」, which a vendor read as theirs."""
    answers = {row.id: ("no", "備考") for row in ROWS}
    book, out, changed = opened(write(ROWS, WRITTEN, answers)), io.BytesIO(), 0
    for cell in [cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line]:
        if "このサービスの説明" in str(cell.value):
            cell.value, changed = cell.value.replace("このサービスの説明", "当製品の説明"), changed + 1
    book.save(out)
    assert changed > 2
    for form in ("MDS", "SDS"):
        reading = read(out.getvalue(), ROWS, form)
        assert [row.id for row in reading.rows] == [row.id for row in ROWS if row.form == form]
        assert {(row.answer, row.remark) for row in reading.rows} == {("no", "備考")}


def test_nothing_written_is_a_formula():
    answers = {row.id: ("yes", NASTY[i % len(NASTY)]) for i, row in enumerate(ROWS)}
    sheets = opened(write(ROWS, WRITTEN, answers)).worksheets
    kinds = {cell.data_type for sheet in sheets for row in sheet.iter_rows() for cell in row}
    assert kinds == {"s", "n"}
    assert [
        c.value for s in sheets for row in s.iter_rows() for c in row if c.data_type == "n" and c.value
    ] == []
    assert [c.quotePrefix for c in sheets[0]["E"] if c.value == "=1+1"] != []
    assert {c.quotePrefix for c in sheets[0]["E"] if c.value == "=1+1"} == {True}


def test_the_same_answers_give_the_same_bytes():
    answers = {"MDS-01": ("yes", "備考")}
    assert write(ROWS, WRITTEN, answers) == write(ROWS, WRITTEN, answers)


def test_a_written_sheet_is_protected_but_for_answers_remarks_and_facts():
    sheet = opened(write(ROWS, WRITTEN, {}))["MDS"]
    unlocked = {
        cell.column_letter
        for row in sheet.iter_rows(min_row=12)
        for cell in row
        if not cell.protection.locked
    }
    assert sheet.protection.sheet is True
    assert sheet.column_dimensions["A"].hidden is True
    assert unlocked == {"D", "E"}
    assert [cell.coordinate for (cell,) in sheet["C3:C8"] if not cell.protection.locked] == [
        "C5",
        "C6",
        "C7",
        "C8",
    ]
    assert [each.formula1 for each in sheet.data_validations.dataValidation] == ['"はい,いいえ,対象外"']


def test_a_book_of_one_form_has_one_sheet():
    rows = [row for row in ROWS if row.form == "SDS"]
    made = write(rows, WRITTEN, {})
    assert opened(made).sheetnames == ["SDS"]
    assert len(read(made, ROWS).rows) == 58


def test_a_line_moved_away_from_its_id_is_asked():
    made = opened(write(ROWS, WRITTEN, {"MDS-01": ("yes", "")}))
    line = next(cell.row for cell in made["MDS"]["A"] if cell.value == "MDS-01")
    made["MDS"].cell(line, 2).value = "No.29"
    first = read(content(made), ROWS).rows[0]
    assert (first.id, first.answer, first.cell) == ("MDS-01", "ask", f"MDS!D{line}")


def test_without_its_ids_our_workbook_reads_like_any_other():
    answers = {row.id: (("yes", "no", "na")[i % 3], f"備考{row.id}です") for i, row in enumerate(ROWS)}
    made = opened(write(ROWS, WRITTEN, answers))
    for sheet in made:
        for region in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(region))
        sheet.delete_cols(1)
    reading = read(content(made), ROWS)
    assert {row.id: (row.answer, row.remark) for row in reading.rows} == answers
    assert reading.header == WRITTEN.header


def test_a_formula_typed_as_an_answer_is_unread_and_as_a_remark_is_left_out():
    made = opened(write(ROWS, WRITTEN, {}))
    line = next(cell.row for cell in made["MDS"]["A"] if cell.value == "MDS-01")
    made["MDS"].cell(line, 4).value, made["MDS"].cell(line, 5).value = '="はい"', "=A1"
    first = read(content(made), ROWS).rows[0]
    assert (first.answer, first.remark, first.cell) == ("unread", "", f"MDS!D{line}")


def test_parts_carry_no_clock():
    with zipfile.ZipFile(io.BytesIO(write(ROWS, WRITTEN, {}))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2020, 1, 1, 0, 0, 0)}
