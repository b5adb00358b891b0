"""What a migrated state holds and shows, as JSON: `python -m tests.upgrades.look <tag>`."""

import gzip
import hashlib
import json
import sys
from collections import defaultdict

import django
from django.apps import apps
from django.test import Client
from django.urls import reverse

from tests.upgrades import HERE


def main(tag: str) -> None:
    django.setup()
    from compliance.walls import as_server

    with gzip.open(HERE / f"{tag}.jsonl.gz", "rt", encoding="utf-8") as lines:
        entries = [json.loads(line) for line in lines]
    with as_server():
        said = {"lost": lost(entries), "broken": broken()}
    print(json.dumps(said | seen(entries), ensure_ascii=False))


def lost(entries: list[dict]) -> dict[str, int]:
    """{model: rows that are gone}"""
    wanted = defaultdict(set)
    for each in entries:
        if "model" in each:
            wanted[each["model"]].add(each["fields"]["id"])
    there = {label: set(apps.get_model(label)._base_manager.values_list("pk", flat=True)) for label in wanted}
    return {label: len(keys - there[label]) for label, keys in wanted.items() if keys - there[label]}


def broken() -> dict[int, list[int]]:
    from compliance.audit import AuditEntry, broken_links

    chains = AuditEntry.objects.values_list("clinic_id", flat=True).distinct()
    return {chain: links for chain in chains if (links := broken_links(chain))}


def seen(entries: list[dict]) -> dict:
    """Pages of the clinic that stood then, its 確定版 on paper, its issued PDF's SHA-256, its file, and a save."""
    from checklist.models import Report
    from compliance.models import Clinic
    from compliance.walls import as_server

    with as_server():
        report = Report.objects.select_related("clinic", "confirmation__assessment").get()
        director, round_ = report.issued_by, report.confirmation
        sample = Clinic.objects.get(is_sample=True)
        visitor = sample.memberships.earliest("pk").user
    pages = {name: status_of(director, name, report.clinic.code) for name in OF_CLINIC}
    pages |= {f"sample {name}": status_of(visitor, name, sample.code) for name in OF_CLINIC}
    frozen = [report.clinic.code, round_.assessment.fiscal_year, round_.number]
    pages["all of a 確定版"] = (
        client_of(director).get(reverse("print_confirmed", args=frozen), {"parts": "all"}).status_code
    )
    content = client_of(director).get(reverse("report_pdf", args=[report.clinic.code, report.number]))
    issued = hashlib.sha256(b"".join(content.streaming_content)).hexdigest()
    then = next(each["fields"] for each in entries if each.get("model") == "checklist.Report")
    saved = saving(visitor, sample.code)
    return {"pages": pages, "report": issued, "report_then": then["pdf_sha256"], "saved": saved}


OF_CLINIC = (
    "clinic_home",
    "items",
    "sections",
    "evidence",
    "prints",
    "history",
    "disclosures",
    "todo",
    "clinic",
    "files",
)


def client_of(user) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def status_of(user, name: str, code: str) -> int:
    return client_of(user).get(reverse(name, args=[code])).status_code


def saving(user, code: str) -> int:
    """A page that was opened and saved after the upgrade; the status of the save."""
    from tests.web import form_with

    client, path = client_of(user), reverse("item", args=[code, "8-1"])
    form = form_with(client.get(path), "note")
    return client.post(path, form | {"status": "ask", "note": "更新後の記入"}).status_code


if __name__ == "__main__":
    main(*sys.argv[1:])
