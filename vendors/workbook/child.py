"""The reading process: bytes on stdin, a reading as JSON on stdout, and hard limits on itself."""

import json
import resource
import sys

from vendors.workbook.reader import read
from vendors.workbook.readings import Row

MEMORY_LIMIT = 280 * 1024 * 1024
CPU_SECONDS = 8


def main() -> None:
    """Limits first, then one line of JSON (form, sheet, rows), then the file."""
    _limit(resource.RLIMIT_AS, MEMORY_LIMIT)
    _limit(resource.RLIMIT_CPU, CPU_SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    asked = json.loads(sys.stdin.buffer.readline())
    rows = [Row(**{**row, "numbers": tuple(row["numbers"])}) for row in asked["rows"]]
    reading = read(sys.stdin.buffer.read(), rows, asked["form"], asked["sheet"])
    sys.stdout.buffer.write(json.dumps(reading.as_dict()).encode())


def _limit(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))
