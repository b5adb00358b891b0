"""The database: it opens, it is what we need and set as we set it, it is up to date, and its clock is right."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection

from compliance.doctor import Found, bad, ok, warn

OLDEST_SQLITE, OLDEST_POSTGRESQL = (3, 31, 0), 14
# The first without CVE-2024-10976: a prepared statement planned for another role's rows.
MENDED = {14: 14, 15: 9, 16: 5, 17: 1}
IN_FORCE = {"journal_mode": ("delete", "DELETE"), "synchronous": (3, "EXTRA"), "foreign_keys": (1, "ON")}
_PREPARE = "manage.py prepare を実行してください。"


def opens(file: Path | None) -> Found:
    """`file` is SQLite's; it is looked for first, because opening one that is not there makes it."""
    if file and not file.exists():
        return bad(f"データベースのファイルがまだありません（{file}）。", _PREPARE)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_master" if file else "SELECT 1")
    except Exception as error:
        return _closed(file, error)
    return ok("データベースにつながります。")


def _closed(file: Path | None, error: Exception) -> Found:
    if file is None:
        return bad(
            f"PostgreSQLにつながりません（{type(error).__name__}）。",
            "DATABASE_URL の内容と、PostgreSQLが動いていることを確かめてください。",
        )
    if "locked" in str(error):
        return bad(
            "データベースのファイルを、ほかのプログラムが使い続けています。",
            "ほかのプログラム（表計算・DBの閲覧ソフトなど）で開いていないか確かめてください。",
        )
    if "malformed" in str(error) or "not a database" in str(error):
        return damaged(file)
    return bad(
        f"データベースのファイル {file} を開けません（{error}）。",
        "持ち主と権限、ディスクを確かめてください。",
    )


def damaged(file: Path) -> Found:
    return bad(
        f"データベースのファイル {file} が壊れています。",
        "今のファイルを別の場所に写してから、バックアップから戻してください。",
    )


def sqlite_version(number: tuple[int, ...]) -> Found:
    words = ".".join(map(str, number))
    if number < OLDEST_SQLITE:
        return bad(f"SQLite {words} は古すぎます。", "SQLite 3.31以上のあるOSに上げてください。")
    return ok(f"SQLite {words} です。")


def sqlite_settings(database: sqlite3.Connection) -> Found:
    """What is really in force on an open connection."""
    wrong = []
    for name, (wanted, word) in IN_FORCE.items():
        value = database.execute(f"PRAGMA {name}").fetchone()[0]
        if value != wanted:
            wrong.append(f"{name} が {value}（正しくは {word}）")
    if wrong:
        return bad(
            f"SQLiteの設定が違います: {'、'.join(wrong)}。",
            "settings.py の init_command を元に戻し、データベースをほかのソフトで開かないでください。",
        )
    return ok("SQLiteは、停電に強い設定で開かれています。")


def sqlite_sound(file: Path, database: sqlite3.Connection) -> Found:
    """SQLite's own quick check."""
    try:
        said = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError:
        said = "unreadable"
    return ok("データベースのファイルに、壊れたところはありません。") if said == "ok" else damaged(file)


def postgresql_version(number: int) -> Found:
    """`number` as PostgreSQL counts: 150007 is 15.7."""
    major, minor = divmod(number, 10000)
    if major < OLDEST_POSTGRESQL:
        return bad(f"PostgreSQL {major} は古すぎます。", f"{OLDEST_POSTGRESQL}以上に上げてください。")
    if minor < MENDED.get(major, 0):
        return warn(
            f"PostgreSQL {major}.{minor} には、行単位の権限の不具合があります。",
            f"{major}.{MENDED[major]}以上に上げてください。",
        )
    return ok(f"PostgreSQL {major} です。")


def up_to_date(missing: Sequence[str], cache_table: str, tables: Sequence[str]) -> Found:
    """`missing` migrations, and the table that counts log-ins (empty where the cache is elsewhere)."""
    if missing:
        return bad(
            f"データベースの形が、このプログラムより古いままです（{len(missing)}件、{missing[0]} など）。",
            _PREPARE,
        )
    if cache_table and cache_table not in tables:
        return bad("ログインの回数を数える表がありません。ログインできません。", _PREPARE)
    return ok("データベースの形は、このプログラムと合っています。")


def clock(now: datetime, of_database: datetime, newest_entry: datetime | None) -> Found:
    """The three moments are aware: this process's, the database's, and that of the newest 操作記録."""
    do = "コンピュータの時計を合わせ、時刻の自動調整（NTP）を有効にしてください。"
    apart = abs(now - of_database)
    if not 2026 <= now.year < 2100:
        return bad(f"コンピュータの時計が {now.year}年になっています。", do)
    if newest_entry and newest_entry > now + timedelta(minutes=1):
        return bad(
            f"いちばん新しい操作記録（{newest_entry:%Y-%m-%d %H:%M}）が、今の時計（{now:%Y-%m-%d %H:%M}）より先です。",
            do,
        )
    if apart > timedelta(seconds=60):
        return bad(f"データベースの時計と {round(apart.total_seconds())}秒ずれています。", do)
    if apart > timedelta(seconds=5):
        return warn(f"データベースの時計と {round(apart.total_seconds())}秒ずれています。", do)
    return ok(f"時計は {now:%Y-%m-%d %H:%M} です。")


def of_database() -> datetime:
    """What time the database thinks it is, aware."""
    sql = (
        "SELECT now()"
        if connection.vendor == "postgresql"
        else "SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        said = cursor.fetchone()[0]
    return said if isinstance(said, datetime) else datetime.fromisoformat(said)


def walls(missing: Sequence[str], above: bool) -> Found:
    """Tables without row-level security, and whether our role goes past it (a superuser, or BYPASSRLS)."""
    if missing:
        return bad(
            f"医療機関どうしの仕切り（行単位の権限）のない表があります（{len(missing)}件、{missing[0]} など）。",
            _PREPARE,
        )
    if above:
        return warn(
            "仕切りはありますが、PostgreSQLの特権ユーザーでつないでいます。",
            "特権のない専用のユーザーを作り、DATABASE_URL に書いてください。",
        )
    return ok("医療機関どうしの仕切り（行単位の権限）があります。")
