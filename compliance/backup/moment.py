"""A database that stands still while everybody goes on working."""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from compliance.backup import Refused
from compliance.walls import as_server

COPY = "backup"
COPIES = ".backup-copy-"  # a prefix that nobody would give a folder of backups
ABANDONED = 24 * 60 * 60  # s


@contextmanager
def frozen() -> Iterator[str]:
    """The alias of a database in which nothing changes any more: a copy (SQLite), or one transaction (PostgreSQL)."""
    with _copied() if connection.vendor == "sqlite" else _repeatable() as alias:
        yield alias


@contextmanager
def _repeatable() -> Iterator[str]:
    with as_server(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield DEFAULT_DB_ALIAS


@contextmanager
def _copied() -> Iterator[str]:
    """SQLite's own backup, beside the database. Reading the database itself for minutes would hold its writers up."""
    _clear_abandoned()
    with TemporaryDirectory(prefix=COPIES, dir=settings.VAR_DIR) as folder:
        copy = Path(folder) / "copy.sqlite3"
        connection.ensure_connection()
        try:
            with closing(sqlite3.connect(copy)) as target:
                connection.connection.backup(target)
        except sqlite3.Error as error:
            raise Refused(
                f"データベースの写しを {folder} に作れません（{error}）。空き容量を確かめてください。"
            ) from error
        connections[COPY] = type(connections[DEFAULT_DB_ALIAS])(
            {**connection.settings_dict, "NAME": str(copy)}, COPY
        )
        try:
            yield COPY
        finally:
            connections[COPY].close()
            del connections[COPY]


def _clear_abandoned() -> None:
    """What a backup that was killed has left behind."""
    for folder in settings.VAR_DIR.glob(f"{COPIES}*"):
        with suppress(FileNotFoundError):  # another backup has just ended
            if time.time() - folder.stat().st_mtime > ABANDONED:
                shutil.rmtree(folder, ignore_errors=True)
