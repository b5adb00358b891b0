"""The sample workbooks read as their expected.json says."""

import json

import pytest

from tests.vendors.workbook.books import ROWS, SAMPLES
from vendors.workbook import read

EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))["samples"]


@pytest.fixture(params=EXPECTED, ids=lambda sample: sample["file"])
def sample(request):
    return request.param, read((SAMPLES / request.param["file"]).read_bytes(), ROWS)


def key(row) -> str:
    return f"{row.form}:{','.join(row.numbers)}"


def test_answers_of_every_row(sample):
    expected, reading = sample
    best = {
        name: each if isinstance(each, str) else each["expect"] for name, each in expected["rows"].items()
    }
    assert reading.opened == expected["open"]
    assert {key(row): row.answer for row in reading.rows} == best


def test_header(sample):
    expected, reading = sample
    assert vars(reading.header) == expected["header"]


def test_remarks_of_every_row(sample):
    expected, reading = sample
    assert {key(row): row.remark for row in reading.rows if row.remark} == expected["remarks"]


def test_cells_of_rows_with_several_numbers(sample):
    expected, reading = sample
    cells = {key(row): row.cell.split(", ") for row in reading.rows}
    at = {name: each["at"] for name, each in expected["rows"].items() if not isinstance(each, str)}
    rows = {name: [f"SDS!{cell.removeprefix('SDS!C')}" for cell in cells[name]] for name in at}
    assert rows == at
