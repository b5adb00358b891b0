"""Tables as xlsx: texts only, never a formula, readable XML whatever is typed, the same bytes for the same rows."""

import re
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.tables import LONGEST, workbook

NS = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def part(content: bytes, path: str) -> ElementTree.Element:
    with ZipFile(BytesIO(content)) as archive:
        return ElementTree.fromstring(archive.read(path))  # noqa: S314 (our own file)


def cells(content: bytes, sheet: int = 1) -> list[ElementTree.Element]:
    return part(content, f"xl/worksheets/sheet{sheet}.xml").findall(".//x:c", NS)


def unescaped(text: str) -> str:
    """As Excel reads it."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def texts(content: bytes, sheet: int = 1) -> list[str]:
    return [unescaped(cell.findtext("x:is/x:t", "", NS)) for cell in cells(content, sheet)]


def names(content: bytes) -> list[str]:
    return [each.get("name") for each in part(content, "xl/workbook.xml").findall(".//x:sheet", NS)]


def test_rows_come_back_as_they_were():
    rows = [["システム", "事業者"], ["電子カルテ", "株式会社\nカルテ"], ["", " 前後の空白 "]]
    assert texts(workbook({"一覧": rows})) == [each for row in rows for each in row]


def test_every_cell_is_a_text_and_none_a_formula():
    found = cells(workbook({"x": [["a", "=1+1", "12", "true", "2026-11-05"]]}))
    assert {cell.get("t") for cell in found} == {"inlineStr"}
    assert [each for cell in found for each in cell if each.tag.endswith(("}f", "}v"))] == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "\t=1", " =1", "\n=1"])
def test_what_a_spreadsheet_would_run_is_marked_as_text(text):
    content = workbook({"x": [["h"], [text]]})
    styles = part(content, "xl/styles.xml").findall(".//x:cellXfs/x:xf", NS)
    assert styles[int(cells(content)[1].get("s"))].get("quotePrefix") == "1"


def test_an_ordinary_text_has_no_such_mark():
    content = workbook({"x": [["h"], ["電子カルテ"]]})
    styles = part(content, "xl/styles.xml").findall(".//x:cellXfs/x:xf", NS)
    assert [styles[int(cell.get("s"))].get("quotePrefix") for cell in cells(content)] == [None, None]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("a\x00\x07\x1b\x7f\x9fb", "ab"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\ud800x\ufffe\uffff", "x"),
        ("_x0041_", "_x0041_"),
        ("<b>&amp;]]></b>", "<b>&amp;]]></b>"),
        (None, ""),
        (7, "7"),
        ("あ" * 40_000, "あ" * LONGEST),
    ],
)
def test_what_no_cell_can_hold_is_left_out(typed, read):
    assert texts(workbook({"x": [[typed]]})) == [read]


@given(st.lists(st.lists(st.text(max_size=20), max_size=4), max_size=4), st.text(max_size=40))
def test_whatever_is_typed_can_be_read_and_is_the_same_twice(rows, title):
    content = workbook({title: rows})
    assert content == workbook({title: rows})
    assert len(texts(content)) == sum(map(len, rows))
    assert 1 <= len(names(content)[0]) <= 31


def test_sheets_have_names_that_excel_takes():
    wanted = ["一覧", "a/b:c*?[x]\\y", "", "'引用'", "x" * 40, "X" * 40]
    found = names(workbook({title: [["x"]] for title in wanted}))
    assert found[0] == "一覧"
    assert len({each.lower() for each in found}) == len(wanted)
    assert [each for each in found if not each or len(each) > 31 or set(each) & set("[]:*?/\\'")] == []


def test_each_sheet_has_its_rows():
    content = workbook({"一": [["a"]], "二": [["b"], ["c"]]})
    assert (texts(content, 1), texts(content, 2)) == (["a"], ["b", "c"])


def test_columns_beyond_z_have_two_letters():
    places = [cell.get("r") for cell in cells(workbook({"x": [["v"] * 54]}))]
    assert (places[25], places[26], places[52], places[53]) == ("Z1", "AA1", "BA1", "BB1")


def test_the_file_holds_no_clock():
    with ZipFile(BytesIO(workbook({"x": [["a"]]}))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
