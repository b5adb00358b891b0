"""What the machine below us could not do, told from the exception that says so. Nothing here asks the database."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError

from compliance.files import NotStored

_LITTLE = 64 * 1024  # bytes: less than a save's journal
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DISK_FULL = "53100"  # PostgreSQL's
_GONE = ("08", "57P", "53300")  # PostgreSQL's: connection lost, server stopping, no connection left
_CROSSED = {"40P01", "40001", "55P03"}  # PostgreSQL's: deadlock, serialization, a lock that did not come
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_UNWRITTEN = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}


@dataclass(frozen=True)
class Trouble:
    """How to say it: the status, and what to do in plain words."""

    status: int
    why: str
    then: str


FULL = Trouble(
    507,
    "サーバの空き容量が足りません。",
    "サーバの管理者に知らせて、空きを作ってもらってください。空きができれば、そのまま続けられます。",
)
AWAY = Trouble(
    503,
    "サーバのデータベースにつながりません。",
    "少し待ってから、もう一度行ってください。続くときは、サーバの管理者に知らせてください。",
)
BUSY = Trouble(
    503,
    "ほかの人の保存が重なり、順番を待ちきれませんでした。",
    "少し待ってから、もう一度行ってください。",
)


def trouble_of(error: BaseException | None) -> Trouble | None:
    """What an exception, or one that led to it, tells of the machine; None where it is something else."""
    return next((trouble for each in _causes(error) if (trouble := _told_by(each))), None)


def is_full(error: BaseException) -> bool:
    return trouble_of(error) is FULL


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _told_by(error: BaseException) -> Trouble | None:
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return FULL
    if isinstance(error, NotStored):  # a folder that may not be written to is something else
        return None if error.__cause__ else FULL
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return _of_postgresql(error) if code is None else _of_sqlite(code & 0xFF)


def _of_sqlite(code: int) -> Trouble | None:
    """SQLite says FULL where a write found no room, but only "I/O error" where the journal did not."""
    if code == sqlite3.SQLITE_FULL or (code in _UNWRITTEN and _has_no_room()):
        return FULL
    return BUSY if code in _BUSY else None


def _of_postgresql(error: DatabaseError | InterfaceError) -> Trouble | None:
    state = getattr(error.__cause__, "sqlstate", None)
    if state == _DISK_FULL:
        return FULL
    if state in _CROSSED:
        return BUSY
    # Without a state the server said nothing: it is not there.
    lost = isinstance(error, OperationalError | InterfaceError) and (not state or state.startswith(_GONE))
    return AWAY if lost else None


def _has_no_room() -> bool:
    disk = os.statvfs(settings.VAR_DIR)
    return disk.f_bavail * disk.f_frsize < _LITTLE or (disk.f_files > 0 and disk.f_favail == 0)
