"""Rows as processes of their own: two at once, those that measure or load the machine alone, each within its time."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import urlsplit, urlunsplit

from tests.scoreboard.table import Row, Run, records_of

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "scoreboard"
LANES = 2
FOREIGN = {
    "DATABASE_URL",
    "PRODUCTION",
    "DEBUG",
    "PUBLIC_URL",
    "WEB_CONCURRENCY",
    "BEHIND_PROXY",
    "VAR_DIR",
    "TASKS",
}


def files_of(row: Row) -> list[str]:
    return sorted(map(str, Path(__file__).parent.glob(f"test_row_{row.row:02}_*.py")))


def environment(database: str, server: str, lane: int, out: Path) -> dict[str, str]:
    """A fresh clone's, but for the database. On PostgreSQL each lane has a name of its own on the server.

    Only the server of DATABASE_URL is there for certain: pytest-django makes `test_<name>`, and a row that starts the
    product itself makes a database of its own.
    """
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    own |= {"SCOREBOARD_OUT": str(out), "PYTHONHASHSEED": "0"}
    if database == "postgresql":
        own["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/scoreboard_{lane}"))
    return own


def run_row(row: Row, database: str, server: str, lane: int, seconds: float) -> Run:
    """Run that row's files with pytest; afterwards none of its processes is left."""
    files = files_of(row)
    if not files:
        return Run([], "There is no test file of it.")
    if seconds <= 0:
        return Run([], "It was not run: the time of the whole was over.")
    name = f"row-{row.row:02}-{database}"
    out, log = OUT / f"{name}.jsonl", OUT / f"{name}.log"
    out.unlink(missing_ok=True)
    with log.open("wb") as lines:
        command = [sys.executable, "-m", "pytest", "-n", "0", "-rA", "--show-capture=stdout", *files]
        process = subprocess.Popen(  # noqa: S603 (our own)
            command,
            cwd=ROOT,
            env=environment(database, server, lane, out),
            stdout=lines,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        trouble = ended(process, seconds)
    return Run(records_of(out), trouble and f"{trouble} {complaint_in(log)}See {log.relative_to(ROOT)}.")


def ended(process: subprocess.Popen, seconds: float) -> str:
    """Wait for it; what went wrong, as a sentence."""
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return f"It took longer than {seconds:.0f} s."
    finally:
        end(process)
    return {0: "", 5: "No test was left to run."}.get(status, f"pytest ended with {status}.")


def end(process: subprocess.Popen) -> None:
    """The whole session: a row may have left a server or a browser behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def complaint_in(log: Path) -> str:
    """The first failure that pytest names in its summary."""
    said = re.search(r"^(?:FAILED|ERROR) \S*?::(.+)$", log.read_text("utf-8", "replace"), re.MULTILINE)
    return f"{said[1].strip()[:200]} " if said else ""


def run_all(
    wanted: list[tuple[Row, str]], server: str, minutes: float, tell: Callable[[Row, str, Run, float], None]
) -> dict[tuple[int, str], Run]:
    """Every wanted row on its database: the independent ones in two lanes, then the others one by one."""
    OUT.mkdir(parents=True, exist_ok=True)
    until, runs, lanes = time.monotonic() + minutes * 60, {}, SimpleQueue()
    for lane in range(1, LANES + 1):
        lanes.put(lane)

    def one(job: tuple[Row, str]) -> None:
        row, database = job
        lane, begun = lanes.get(), time.monotonic()
        try:
            run = run_row(row, database, server, lane, min(row.minutes * 60, until - begun))
        finally:
            lanes.put(lane)
        runs[row.row, database] = run
        tell(row, database, run, time.monotonic() - begun)

    together = sorted((job for job in wanted if not job[0].alone), key=lambda job: -job[0].minutes)
    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(one, together))
    for job in wanted:
        if job[0].alone:
            one(job)
    return runs
