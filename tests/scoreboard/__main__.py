"""The scoreboard: `python -m tests.scoreboard [row …] [sqlite|postgresql]` runs only what is named.

Every row runs on SQLite, and on PostgreSQL at DATABASE_URL or, without it, at the machine's own server. The table goes to
the terminal and, where nothing was left out, to build/scoreboard.json. Exit status 1: some row has not passed.
"""

import os
import signal
import sys
import time
from pathlib import Path

import psycopg

from tests.scoreboard.running import ROOT, run_all
from tests.scoreboard.table import DATABASES, NAMED, Row, Run, entries_of, rows_of, show, write

ROWS = Path(__file__).parent / "rows.toml"
LOCAL = "postgres://postgres@127.0.0.1:5432/postgres"
MINUTES = 45


def main(words: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    rows = rows_of(ROWS)
    numbers, databases = choice_of(words, {each.row for each in rows})
    chosen = [each for each in rows if each.row in numbers]
    server = server_at_hand() if "postgresql" in databases else ""
    there = [each for each in databases if each == "sqlite" or server]
    wanted = [(row, each) for each in there for row in chosen if each in row.databases]
    begun = time.monotonic()
    entries = entries_of(chosen, run_all(wanted, server, MINUTES, tell))
    entries = [each for each in entries if each.database in databases]
    if not words:
        write(ROOT / "build" / "scoreboard.json", entries)
    print(show(rows, entries), f"{(time.monotonic() - begun) / 60:.1f} minutes", sep="\n")
    if "postgresql" in databases and not server:
        print("No PostgreSQL answered: name one with DATABASE_URL.")
    return 0 if all(each.passed for each in entries) else 1


def choice_of(words: list[str], known: set[int]) -> tuple[set[int], list[str]]:
    """The rows and databases that are named; without any, all."""
    databases = [each for each in DATABASES if each in words]
    named = {word for word in words if word not in DATABASES}
    if unknown := {word for word in named if not word.isdigit() or int(word) not in known}:
        sys.exit(
            f"There is no row {', '.join(sorted(unknown))}; there are 1 to {max(known)}, and {', '.join(DATABASES)}."
        )
    return {int(word) for word in named} or known, databases or list(DATABASES)


def server_at_hand() -> str:
    """The PostgreSQL to use, or nothing."""
    url = os.environ.get("DATABASE_URL") or LOCAL
    try:
        psycopg.connect(url.replace("postgres://", "postgresql://", 1), connect_timeout=5).close()
    except psycopg.OperationalError:
        return ""
    return url


def tell(row: Row, database: str, run: Run, seconds: float) -> None:
    said = run.trouble or "done"
    print(f"row {row.row} {NAMED[database]}: {said} ({seconds:.0f} s)", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
