"""Hands of the tests about papers: the filled sample's snapshot, and a PDF read back."""

import copy
import json
import re
from datetime import date
from functools import lru_cache
from io import BytesIO

from django.core.management import call_command
from django.db import transaction
from pypdf import PdfReader

from checklist import sample
from checklist.models import Assessment
from checklist.snapshot import canonical, snapshot_of
from compliance.models import GuidelineEdition

TODAY = date(2026, 11, 20)
MOMENT = "2026-11-20T05:03:00.123456+00:00"
CONFIRMATION = {"number": 2, "confirmed_at": MOMENT, "confirmed_by": "髙﨑 美咲", "examiner": "大瀨 健",
                "safety_officer": "髙﨑 美咲", "examined_on": "2026-11-20"}  # fmt: skip
ISSUE = {
    "number": "2026-0003",
    "issued_at": MOMENT,
    "issued_by": "髙﨑 美咲",
    "preset": "すべて",
    "public_url": "",
    "head": {"number": 122, "digest": "0123456789abcdef"},
}


@lru_cache(maxsize=1)
def _sample_text() -> str:
    with transaction.atomic():
        if not GuidelineEdition.objects.exists():
            call_command("load_guideline", verbosity=0)
        clinic = sample.seed(TODAY)
        text = canonical(snapshot_of(Assessment.objects.get(clinic=clinic), TODAY))
        transaction.set_rollback(True)
    return text


def sample_snapshot() -> dict:
    """The filled sample's draft as of TODAY, the reader's own copy; nothing of it stays in the database."""
    return json.loads(_sample_text())


def confirmed(snapshot: dict) -> dict:
    return copy.deepcopy(snapshot) | {"confirmation": CONFIRMATION}


def bare(text: str) -> str:
    """Without blanks: where a PDF breaks its lines is no matter."""
    return re.sub(r"\s", "", text)


class Printed:
    """A PDF read back: `pages` and `text` are without blanks."""

    def __init__(self, content: bytes):
        self.content, self.reader = content, PdfReader(BytesIO(content))
        self.pages = [bare(page.extract_text()) for page in self.reader.pages]
        self.text = "".join(self.pages)
