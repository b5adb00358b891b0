"""The table of the scoreboard: nothing passes that was not run, or not at its size."""

import json
from pathlib import Path

import pytest

from tests.scoreboard.__main__ import ROWS, choice_of
from tests.scoreboard.running import complaint_in, environment, files_of
from tests.scoreboard.table import NOT_RUN, Row, Run, entries_of, entry_of, records_of, rows_of, show, write

ROW = Row(5, "hostile files", "1,000 seeded", size=1000, minutes=1)


def record(size=1000, found=0, row=5, database="sqlite") -> dict:
    return {"row": row, "database": database, "size": size, "found": found, "pass": found == 0}


def test_a_row_at_its_size_without_a_find_passes():
    entry = entry_of(ROW, "sqlite", Run([record()]))
    assert entry.as_json() == {
        "row": 5,
        "database": "sqlite",
        "size": 1000,
        "found": 0,
        "pass": True,
        "why": "",
    }


def test_several_records_of_a_row_add_up():
    entry = entry_of(ROW, "sqlite", Run([record(600), record(400, found=2), record(400, found=1)]))
    assert (entry.size, entry.found, entry.passed, entry.why) == (1400, 3, False, "3 found.")


@pytest.mark.parametrize(
    ("run", "why"),
    [
        (None, NOT_RUN),
        (Run([]), "It recorded nothing."),
        (Run([], "It took longer than 60 s."), "It took longer than 60 s. It recorded nothing."),
        (Run([record()], "pytest ended with 1."), "pytest ended with 1."),
        (Run([record(999)]), "Only 999 of 1,000 were done."),
        (Run([record(found=1)], "pytest ended with 1."), "1 found. pytest ended with 1."),
        (Run([record(database="postgresql")]), "It recorded nothing."),
        (Run([record(row=6)]), "It recorded nothing."),
    ],
)
def test_a_row_that_was_not_run_in_full_does_not_pass(run, why):
    entry = entry_of(ROW, "sqlite", run)
    assert (entry.passed, entry.why) == (False, why)


def test_a_database_that_does_not_apply_has_no_entry():
    rows = [ROW, Row(6, "round trip", "500", 500, 1, left_out={"postgresql": "No database is asked."})]
    entries = entries_of(rows, {(5, "sqlite"): Run([record()])})
    assert [(each.row, each.database, each.passed) for each in entries] == [
        (5, "sqlite", True),
        (5, "postgresql", False),
        (6, "sqlite", False),
    ]


def test_the_written_scoreboard_is_a_list_of_entries(tmp_path):
    path = tmp_path / "scoreboard.json"
    write(path, entries_of([ROW], {}))
    assert json.loads(path.read_text("utf-8")) == [
        {"row": 5, "database": each, "size": 0, "found": 0, "pass": False, "why": NOT_RUN}
        for each in ("sqlite", "postgresql")
    ]


def test_the_table_names_what_has_failed():
    table = show([ROW], entries_of([ROW], {(5, "sqlite"): Run([record()])})).splitlines()
    assert table[1:] == [
        "  5  SQLite         1,000      0  pass  hostile files",
        "  5  PostgreSQL         0      0  FAIL  hostile files",
        f"{'':>38}  {NOT_RUN}",
        "1 of 2 pass",
    ]


def test_records_are_read_line_by_line(tmp_path):
    path = tmp_path / "row.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in [record(), record(2)]), "utf-8")
    assert records_of(path) == [record(), record(2)]


def test_a_row_that_wrote_nothing_has_no_records(tmp_path):
    assert records_of(tmp_path / "none.jsonl") == []


def test_every_row_of_the_scoreboard_is_there_with_its_tests():
    rows = rows_of(ROWS)
    assert [each.row for each in rows] == list(range(1, 25))
    assert [each.row for each in rows if not files_of(each)] == []


def test_every_row_is_bounded_in_time():
    assert [each.row for each in rows_of(ROWS) if not 0 < each.minutes <= 15] == []


def test_what_is_named_is_chosen():
    assert choice_of([], {1, 2, 3}) == ({1, 2, 3}, ["sqlite", "postgresql"])
    assert choice_of(["3", "1", "sqlite"], {1, 2, 3}) == ({1, 3}, ["sqlite"])


@pytest.mark.parametrize("word", ["4", "mysql", "-1"])
def test_what_is_not_there_cannot_be_chosen(word):
    with pytest.raises(SystemExit, match=word):
        choice_of([word], {1, 2, 3})


def test_each_lane_has_a_database_of_its_own_on_the_same_server():
    url = environment("postgresql", "postgres://me:secret@db.example:5433/mine", 2, Path("out"))[
        "DATABASE_URL"
    ]
    assert url == "postgres://me:secret@db.example:5433/scoreboard_2"
    assert "DATABASE_URL" not in environment("sqlite", "postgres://me@db.example/mine", 1, Path("out"))


def test_the_first_failure_is_quoted(tmp_path):
    log = tmp_path / "row.log"
    log.write_text(
        "..F\nFAILED tests/scoreboard/test_row_05_x.py::test_files - row 5: 2 found in 1,000\n", "utf-8"
    )
    assert complaint_in(log) == "test_files - row 5: 2 found in 1,000 "
