"""What rows.toml demands against what the rows recorded: pure, and as a table."""

import json
import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path

DATABASES = ("sqlite", "postgresql")
NAMED = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
NOT_RUN = "It was not run."


@dataclass(frozen=True)
class Row:
    """A row of the scoreboard. `size` is the least that must have been done; `minutes` bound one run of it."""

    row: int
    title: str
    means: str  # the size in words
    size: int
    minutes: int
    alone: bool = False  # it measures or loads the machine
    left_out: dict[str, str] = field(default_factory=dict)  # database: why it does not apply there

    @property
    def databases(self) -> list[str]:
        return [each for each in DATABASES if each not in self.left_out]


@dataclass(frozen=True)
class Run:
    """What one run of a row left behind: its recorded lines, and its own complaint, if any."""

    records: list[dict]
    trouble: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of build/scoreboard.json."""

    row: int
    database: str
    size: int
    found: int
    passed: bool
    why: str

    def as_json(self) -> dict:
        made = asdict(self)
        made["pass"] = made.pop("passed")
        return {name: made[name] for name in ("row", "database", "size", "found", "pass", "why")}


def rows_of(path: Path) -> list[Row]:
    return [Row(**each) for each in tomllib.loads(path.read_text("utf-8"))["row"]]


def records_of(path: Path) -> list[dict]:
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def entry_of(row: Row, database: str, run: Run | None) -> Entry:
    """The verdict on one row and database; None: nobody ran it."""
    own = (
        [each for each in run.records if (each["row"], each["database"]) == (row.row, database)]
        if run
        else []
    )
    size, found = (sum(each[name] for each in own) for name in ("size", "found"))
    why = complaint(row, run, bool(own), size, found)
    return Entry(row.row, database, size, found, not why, why)


def complaint(row: Row, run: Run | None, recorded: bool, size: int, found: int) -> str:
    """Why the row has not passed; empty where it has."""
    if run is None:
        return NOT_RUN
    shortfall = f"Only {size:,} of {row.size:,} were done." if recorded and size < row.size else ""
    said = [
        f"{found:,} found." if found else "",
        run.trouble,
        shortfall,
        "" if recorded else "It recorded nothing.",
    ]
    return " ".join(filter(None, said))


def entries_of(rows: list[Row], runs: dict[tuple[int, str], Run]) -> list[Entry]:
    """One entry for each row and database that applies, whether it was run or not."""
    return [entry_of(row, each, runs.get((row.row, each))) for row in rows for each in row.databases]


def write(path: Path, entries: list[Entry]) -> None:
    lines = ",\n".join(json.dumps(each.as_json(), ensure_ascii=False) for each in entries)
    path.write_text(f"[\n{lines}\n]\n", "utf-8")


def show(rows: list[Row], entries: list[Entry]) -> str:
    """One line for each entry; what has failed says why below itself."""
    titles = {each.row: each.title for each in rows}
    lines = []
    for each in entries:
        numbers = f"{each.size:>9,} {each.found:>6,}"
        said = f"{each.row:>3}  {NAMED[each.database]:<10} {numbers}  {'pass' if each.passed else 'FAIL'}"
        lines += [f"{said}  {titles[each.row]}", *([f"{'':>38}  {each.why}"] if each.why else [])]
    passed = sum(each.passed for each in entries)
    head = f"{'#':>3}  {'database':<10} {'size':>9} {'found':>6}"
    return "\n".join([head, *lines, f"{passed} of {len(entries)} pass"])
