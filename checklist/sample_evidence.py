"""The sample clinic's 根拠資料, from fixtures/sample-evidence.toml; two come with a workbook made on the spot."""

import tomllib
from datetime import date, timedelta

from django.conf import settings

from checklist.models import Evidence
from compliance.models import Clinic, User
from compliance.tables import workbook
from compliance.uploads import Upload
from vendors.models import Component

FILE = settings.BASE_DIR / "fixtures" / "sample-evidence.toml"


def keep_evidence(clinic: Clinic, people: dict[str, User], today: date) -> None:
    """Every paper that the sample keeps, as of `today`; the clinic's machines are registered already."""
    for entry in tomllib.loads(FILE.read_text("utf-8"))["evidence"]:
        Evidence.register(clinic, by=people[entry["by"]], file=_file(entry, clinic), **_fields(entry, today))


def _fields(entry: dict, today: date) -> dict:
    fields = {name: entry[name] for name in ("title", "place", "items", "note") if name in entry}
    fields["dated_on"] = entry.get("dated_on") or today - timedelta(days=entry["dated_days_ago"])
    if "expires_in_days" in entry:
        fields["expires_on"] = today + timedelta(days=entry["expires_in_days"])
    return fields


def _file(entry: dict, clinic: Clinic) -> Upload | None:
    if "workbook" not in entry:
        return None
    rows = entry["workbook"].get("rows") or _machines(clinic)
    return Upload(entry["workbook"]["name"], workbook({entry["title"]: rows}))


def _machines(clinic: Clinic) -> list[list[str]]:
    here = Component.objects.filter(clinic=clinic).exclude(name__startswith="事業者のクラウド").order_by("pk")
    rows = [[each.name, each.get_kind_display(), str(each.quantity)] for each in here]
    return [["機器", "種類", "台数"], *rows]
