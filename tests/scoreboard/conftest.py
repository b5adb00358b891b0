"""What a row of the scoreboard records: how much was really done, and how much wrong was found."""

import json
import os
import re
from pathlib import Path

import pytest
from django.db import connection


@pytest.fixture
def score(request):
    """score(size, found): of the row that the file's name gives; several calls of one row add up.

    `size` is what was really done, `found` how many faults there were. Written before it is judged, as one JSON line
    to the file that SCOREBOARD_OUT names. `python -m tests.scoreboard` compares the sizes with rows.toml.
    """
    row = int(re.match(r"test_row_(\d+)_", request.path.name)[1])

    def record(size: int, found: int) -> None:
        entry = {"row": row, "database": connection.vendor, "size": size, "found": found, "pass": found == 0}
        if out := os.environ.get("SCOREBOARD_OUT"):
            with Path(out).open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(entry) + "\n")
        assert found == 0, f"row {row}: {found} found in {size:,}"

    return record
