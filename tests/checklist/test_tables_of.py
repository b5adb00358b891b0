"""The report's tables as rows and as a workbook that a spreadsheet opens."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from checklist.snapshot import snapshot_of
from checklist.tables import tables_of
from compliance.tables import workbook
from tests.papers import sample_snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def snapshot() -> dict:
    return sample_snapshot()


@pytest.fixture
def tables(snapshot) -> dict:
    return tables_of(snapshot)


def test_every_row_is_as_wide_as_its_head_and_all_are_texts(tables):
    for title, (head, *rows) in tables.items():
        assert (title, {len(row) for row in rows}) == (title, {len(head)})
        assert (title, {type(cell) for row in rows for cell in row}) == (title, {str})


def test_the_52_items_stand_in_order_with_a_tick_beside_what_is_done(snapshot, tables):
    items = [item for chapter in snapshot["chapters"] for item in chapter["items"]]
    found = [(row[0], row[2], row[3]) for row in tables["遵守項目"][1:]]
    ticks = [("✓" if item["answer"]["status"] == "done" else "□") for item in items]
    assert found == [(i["shown"], i["text"], t) for i, t in zip(items, ticks, strict=True)]
    assert len(found) == 52


def test_each_table_has_a_row_for_each_thing(snapshot, tables):
    components = sum(len(system["components"]) for system in snapshot["systems"])
    annex = sum(len(sheet["rows"]) for system in snapshot["registers"] for sheet in system["sheets"])
    counts = {title: len(rows) - 1 for title, rows in tables.items()}
    assert counts == {"遵守項目": 52, "要対応": len(snapshot["todo"]), "システム": len(snapshot["systems"]),
                      "構成機器": components, "別紙": annex,
                      "リスク評価・対応": len(snapshot["risks"]),
                      "根拠資料": len(snapshot["evidence"])}  # fmt: skip
    assert min(counts[title] for title in counts if title != "根拠資料") > 4


def test_a_paper_of_evidence_says_where_it_is_which_file_and_for_which_items(snapshot):
    file = {"file": "規程.pdf", "size": 1234, "sha256": "ab" * 32, "replaced": 2}
    kept = {"number": "E-01", "title": "運用管理規程", "place": "青ファイル1", "dated_on": "2026-04-01",
            "expires_on": "2027-03-31", "items": ["1.1①", "10⑨"]}  # fmt: skip
    plain = {"number": "E-02", "title": "体制図", "place": "受付", "file": "", "size": 0, "sha256": "", "dated_on": "",
             "expires_on": "", "items": [], "replaced": 0}  # fmt: skip
    snapshot["evidence"] = [kept | file, plain]
    assert tables_of(snapshot)["根拠資料"][1:] == [
        [
            "E-01",
            "運用管理規程",
            "青ファイル1",
            "規程.pdf",
            "1234",
            "ab" * 32,
            "令和8年4月1日",
            "令和9年3月31日",
            "1.1①、10⑨",
            "2",
        ],
        ["E-02", "体制図", "受付", "", "", "", "", "", "", ""],
    ]


def test_a_snapshot_from_before_there_was_an_index_has_the_head_alone(snapshot):
    assert len(tables_of(snapshot | {"evidence": None})["根拠資料"]) == 1


def test_a_day_is_written_as_on_paper(snapshot, tables):
    days = {row[1] for row in tables["要対応"][1:]} | {row[9] for row in tables["リスク評価・対応"][1:]}
    assert [day for day in days if day and not day.startswith("令和")] == []
    assert len(days) > 2


def test_a_row_of_a_disclosure_names_its_risk_record(snapshot, tables):
    named = {row[7] for row in tables["別紙"][1:]} - {""}
    assert named == {risk["number"] for risk in snapshot["risks"] if risk["row"]}


def test_the_workbook_opens_and_says_what_the_tables_say(tables):
    book = load_workbook(BytesIO(workbook(tables)))
    read = {sheet.title: [[cell.value or "" for cell in row] for row in sheet.iter_rows()] for sheet in book}
    assert read == tables


@pytest.mark.parametrize(
    "typed", ["=1+1", "+81", "-1", "@SUM(A1)", "＝1+1", " =1+1", "\t=1", '=HYPERLINK("x")']
)
def test_what_a_spreadsheet_would_run_stays_a_text(typed, snapshot):
    snapshot["systems"][0]["name"] = snapshot["todo"][0]["task"] = snapshot["risks"][0]["measure"] = typed
    book = load_workbook(BytesIO(workbook(tables_of(snapshot))))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    found = [cell for cell in cells if cell.value == typed]
    assert [cell.quotePrefix for cell in found] == [1] * len(found)
    assert len(found) >= 3


def test_a_clinic_without_anything_has_heads_alone(assessment):
    counts = {
        title: len(rows) for title, rows in tables_of(snapshot_of(assessment, date(2026, 11, 20))).items()
    }
    assert counts == {
        "遵守項目": 53,
        "要対応": 1,
        "システム": 1,
        "構成機器": 1,
        "別紙": 1,
        "リスク評価・対応": 1,
        "根拠資料": 1,
    }
