"""The evidence index of a snapshot: what stands on the list, numbered E-01 …, each file with its SHA-256."""

from django.db.models import Count

from checklist.catalogue import Catalogue
from checklist.models import Evidence
from compliance.dates import iso


def evidence_index(clinic_id: int, catalogue: Catalogue) -> list[dict]:
    """Two queries, however long the list."""
    found = Evidence.objects.filter(clinic=clinic_id).in_use().listed().annotate(Count("earlier_files"))
    return [_entry(number, each, catalogue) for number, each in enumerate(found, 1)]


def _entry(number: int, evidence: Evidence, catalogue: Catalogue) -> dict:
    file = evidence.file
    return {
        "id": evidence.pk,
        "number": f"E-{number:02d}",
        "title": evidence.title,
        "place": evidence.place,
        "file": str(file or ""),
        "size": file.size if file else 0,
        "sha256": file.sha256 if file else "",
        "dated_on": iso(evidence.dated_on),
        "expires_on": iso(evidence.expires_on),
        "items": shown_codes(evidence, catalogue),
        "replaced": evidence.earlier_files__count,
    }


def shown_codes(evidence: Evidence, catalogue: Catalogue) -> list[str]:
    """「10⑨」… in the order of the document; those of other editions are left out."""
    mine = set(evidence.items)
    return [item["shown"] for item in catalogue.items if item["code"] in mine]
