"""照合: does a paper or file match what was issued? Nothing else of a report is ever told."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from checklist.models import Report
from compliance import walls
from compliance.fields import plain_code


@dataclass(frozen=True)
class Match:
    """Whether it matches, and when it was issued."""

    found: bool
    issued_at: datetime | None = None


def _match(reports: QuerySet) -> Match:
    """Of whichever clinic it is."""
    with walls.as_server():
        report = reports.first()
    return Match(report is not None, report.issued_at if report else None)


def file_matches(content: bytes) -> Match:
    """By the file's own hash: only the very bytes that were issued match."""
    return _match(Report.objects.issued().filter(pdf_sha256=hashlib.sha256(content).hexdigest()))


def print_matches(number: str, digest: str) -> Match:
    """By what stands on the paper: the number, and the whole hash of the snapshot, blanks ignored."""
    label, hashed = re.fullmatch("([0-9]{4})-([0-9]{4,9})", plain_code(number)), plain_code(digest).lower()
    if not label or not re.fullmatch("[0-9a-f]{64}", hashed):
        return Match(False)
    found = Report.objects.issued().filter(
        number=int(label[2]),
        confirmation__assessment__fiscal_year=int(label[1]),
        confirmation__sha256=hashed,
    )
    return _match(found)
