"""The database, each thing about it broken for real."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from compliance import policies, walls
from compliance.doctor import checks, database
from compliance.health import missing_migrations

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has it")


@pytest.fixture
def file(tmp_path) -> Path:
    """A SQLite file of some pages."""
    path = tmp_path / "db.sqlite3"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE answers (id INTEGER PRIMARY KEY, text TEXT)")
        made.executemany("INSERT INTO answers (text) VALUES (?)", [("あ" * 300,)] * 200)
    made.close()
    return path


# SQLite


def test_a_file_opened_with_other_settings_names_each(file):
    found = database.sqlite_settings(sqlite3.connect(file))
    assert (found.state, found.says) == (
        "bad",
        "SQLiteの設定が違います: synchronous が 2（正しくは EXTRA）、foreign_keys が 0（正しくは ON）。",
    )


def test_a_file_in_wal_mode_is_noticed(file):
    opened = sqlite3.connect(file)
    opened.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=EXTRA; PRAGMA foreign_keys=ON;")
    assert database.sqlite_settings(opened).says == (
        "SQLiteの設定が違います: journal_mode が wal（正しくは DELETE）。"
    )


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="these are SQLite's settings")
def test_our_own_connection_is_set_as_it_should_be():
    assert database.sqlite_settings(checks.raw()).state == "ok"


def test_a_sound_file_is_sound(file):
    assert database.sqlite_sound(file, sqlite3.connect(file)).state == "ok"


@pytest.mark.parametrize("at", [20, 5000, 60_000], ids=["head", "second page", "later"])
def test_a_damaged_file_says_to_keep_it_and_restore(file, at):
    content = bytearray(file.read_bytes())
    content[at : at + 4000] = b"\xff" * 4000
    file.write_bytes(content)
    found = database.sqlite_sound(file, sqlite3.connect(file))
    assert (found.state, found.says) == ("bad", f"データベースのファイル {file} が壊れています。")
    assert "別の場所に写して" in found.do


@pytest.mark.parametrize(("number", "state"), [((3, 40, 1), "ok"), ((3, 31, 0), "ok"), ((3, 30, 9), "bad")])
def test_an_old_sqlite_is_noticed(number, state):
    assert database.sqlite_version(number).state == state


# PostgreSQL


@pytest.mark.parametrize(
    ("number", "state"), [(150009, "ok"), (150008, "warn"), (140014, "ok"), (180000, "ok"), (130016, "bad")]
)
def test_an_old_postgresql_is_noticed(number, state):
    assert database.postgresql_version(number).state == state


@POSTGRESQL
@pytest.mark.django_db
def test_a_table_without_its_wall_is_named():
    assert database.walls(policies.missing(), above=False).state == "ok"
    with walls.as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE checklist_answer DISABLE ROW LEVEL SECURITY")
    found = database.walls(policies.missing(), above=False)
    assert (found.state, found.says) == (
        "bad",
        "医療機関どうしの仕切り（行単位の権限）のない表があります（1件、checklist_answer など）。",
    )


def test_a_role_above_the_walls_is_noticed():
    assert database.walls([], above=True).state == "warn"


# Both


@pytest.mark.django_db
def test_a_migration_that_was_not_applied_is_named():
    assert missing_migrations() == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'vendors' AND name = '0001_initial'")
    found = database.up_to_date(missing_migrations(), "", [])
    assert (found.state, found.says) == (
        "bad",
        "データベースの形が、このプログラムより古いままです（1件、vendors.0001_initial など）。",
    )


def test_the_table_that_counts_log_ins_must_be_there():
    assert database.up_to_date([], "cache", ["cache"]).state == "ok"
    assert database.up_to_date([], "cache", ["other"]).state == "bad"
    assert database.up_to_date([], "", []).state == "ok"


@pytest.mark.django_db
def test_the_database_tells_the_time():
    assert abs(database.of_database() - datetime.now(UTC)) < timedelta(seconds=30)


@pytest.mark.parametrize(
    ("now", "theirs", "entry", "state", "says"),
    [
        (NOW, NOW, NOW, "ok", "時計は 2026-11-22 09:00 です。"),
        (NOW, NOW, None, "ok", "時計は 2026-11-22 09:00 です。"),
        (NOW, NOW + timedelta(seconds=9), NOW, "warn", "データベースの時計と 9秒ずれています。"),
        (NOW, NOW - timedelta(hours=9), NOW, "bad", "データベースの時計と 32400秒ずれています。"),
        (NOW.replace(year=2016), NOW.replace(year=2016), None, "bad", "コンピュータの時計が 2016年になっています。"),
        (
            NOW,
            NOW,
            NOW + timedelta(days=1),
            "bad",
            "いちばん新しい操作記録（2026-11-23 09:00）が、今の時計（2026-11-22 09:00）より先です。",
        ),
    ],
)  # fmt: skip
def test_a_clock_that_is_wrong_is_noticed(now, theirs, entry, state, says):
    found = database.clock(now, theirs, entry)
    assert (found.state, found.says) == (state, says)
