"""Counts that all workers share, each changed by one statement: neither database lets two of them meet unseen.

They stand in the table of Django's database cache, whose own `incr` reads and writes in two steps.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256

from django.db import OperationalError, connection

TABLE = "cache"  # settings.CACHES names it, createcachetable makes it
_ONE_MORE = (
    f"INSERT INTO {TABLE} (cache_key, value, expires) VALUES (%s, '1', %s) ON CONFLICT (cache_key) DO UPDATE"  # noqa: S608 (our own)
    f" SET value = CAST(CAST({TABLE}.value AS integer) + 1 AS text) RETURNING CAST(value AS integer)"
)
_ONE_LESS = f"UPDATE {TABLE} SET value = CAST(CAST(value AS integer) - 1 AS text) WHERE cache_key = %s"  # noqa: S608 (our own)
_OVER = f"DELETE FROM {TABLE} WHERE expires < %s"  # noqa: S608 (our own)


def key_of(*parts: str, seconds: int, now: float) -> str:
    """The count of these words in the span of `seconds` that holds `now`. Words may be personal: only a hash is kept."""
    words = "\0".join([*parts, str(seconds), str(int(now // seconds))])
    return f"count:{sha256(words.encode(errors='replace')).hexdigest()}"


def one_more(key: str, now: float, until: float) -> int:
    """Count one; how many that makes. `until`: when the count may go. Both in seconds since 1970."""
    with connection.cursor() as cursor:
        cursor.execute(_ONE_MORE, [key, _moment(until)])
        count = cursor.fetchone()[0]
        if count == 1:  # seldom enough to sweep
            cursor.execute(_OVER, [_moment(now)])
    return count


@contextmanager
def counting_or_not() -> Iterator[None]:
    """Where the database takes nothing, on a full disk, the page itself says so, with what was typed."""
    with suppress(OperationalError):
        yield


def one_less(key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ONE_LESS, [key])


def _moment(seconds: float):
    return connection.ops.adapt_datetimefield_value(datetime.fromtimestamp(seconds, tz=UTC))
