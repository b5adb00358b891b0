"""What an exception tells of the machine below."""

import errno
import sqlite3

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError

from compliance.files import NotStored
from compliance.troubles import AWAY, BUSY, FULL, is_full, trouble_of


def of_sqlite(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("said by SQLite")
    cause.sqlite_errorcode = code
    return led_to(OperationalError("said by Django"), cause)


def led_to(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        NotStored(),
        led_to(NotStored(), OSError(errno.ENOSPC, "No space left on device")),
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        of_sqlite(sqlite3.SQLITE_FULL),
        led_to(OperationalError(), psycopg.errors.DiskFull()),
        led_to(ValueError("a consequence"), of_sqlite(sqlite3.SQLITE_FULL)),
    ],
)
def test_a_full_disk_is_known_by_what_it_makes_fail(error):
    assert (trouble_of(error), is_full(error)) == (FULL, True)


@pytest.mark.parametrize(
    "cause",
    [
        psycopg.errors.DeadlockDetected(),
        psycopg.errors.LockNotAvailable(),
        psycopg.errors.SerializationFailure(),
    ],
)
def test_two_that_waited_for_each_other_are_told_to_try_again(cause):
    assert trouble_of(led_to(OperationalError(), cause)) is BUSY


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_BUSY_SNAPSHOT])
def test_a_writer_that_waited_in_vain_is_no_fault_of_the_disk(code):
    assert trouble_of(of_sqlite(code)) is BUSY


@pytest.mark.parametrize(
    "error",
    [
        led_to(OperationalError("connection refused"), psycopg.OperationalError("connection refused")),
        led_to(OperationalError(), psycopg.errors.AdminShutdown()),
        led_to(OperationalError(), psycopg.errors.TooManyConnections()),
        led_to(InterfaceError("connection already closed"), psycopg.InterfaceError()),
    ],
)
def test_a_server_that_is_gone_is_said_to_be_away(error):
    assert trouble_of(error) is AWAY


@pytest.mark.parametrize(
    "error",
    [
        None,
        ValueError("a fault of ours"),
        led_to(NotStored(), PermissionError(errno.EACCES, "Permission denied")),
        PermissionError(errno.EACCES, "Permission denied"),
        led_to(IntegrityError(), psycopg.errors.UniqueViolation()),
        of_sqlite(sqlite3.SQLITE_IOERR),  # with room on the disk it is something else
        of_sqlite(sqlite3.SQLITE_CORRUPT),
    ],
)
def test_anything_else_stays_a_fault_of_our_own(error):
    assert trouble_of(error) is None


def test_a_chain_of_causes_that_bites_its_tail_comes_to_an_end():
    first, second = ValueError("first"), ValueError("second")
    first.__context__, second.__context__ = second, first
    assert trouble_of(first) is None
