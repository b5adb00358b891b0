"""Where reports and 根拠資料 hold stored files; what a 確定版 names stays."""

import json
from collections.abc import Iterator

from django.urls import reverse

from checklist.models import Confirmation, EarlierFile, Evidence, Report
from compliance.file_uses import Use, contributes
from compliance.models import Clinic


@contributes
def of_reports(clinic: Clinic) -> Iterator[tuple[int, Use]]:
    reports = Report.objects.filter(clinic=clinic, file__isnull=False)
    for each in reports.select_related("confirmation__assessment").defer("confirmation__snapshot_text"):
        path = reverse("report", args=[clinic.code, each.number])
        yield each.file_id, Use(f"点検報告書{each}", path, "発行した報告書は、番号とともに残します。")


@contributes
def of_evidence(clinic: Clinic) -> Iterator[tuple[int, Use]]:
    """A paper on the list needs its file; off the list, or replaced, only what a 確定版 names must stay."""
    named = _named_in_confirmations(clinic)
    for each in Evidence.objects.filter(clinic=clinic, file__isnull=False).select_related("file"):
        keeps = named.get(each.file.sha256, "") if each.retired_at else "一覧にある根拠資料のファイルです。"
        yield (
            each.file_id,
            _use(
                clinic, each, f"根拠資料「{each}」{'（一覧から外した資料）' * bool(each.retired_at)}", keeps
            ),
        )
    for each in EarlierFile.objects.filter(clinic=clinic).select_related("file", "evidence"):
        words = f"根拠資料「{each.evidence}」の差し替えた前のファイル"
        yield each.file_id, _use(clinic, each.evidence, words, named.get(each.file.sha256, ""))


def _use(clinic: Clinic, paper: Evidence, words: str, keeps: str) -> Use:
    return Use(words, reverse("evidence_paper", args=[clinic.code, paper.pk]), keeps)


def _named_in_confirmations(clinic: Clinic) -> dict[str, str]:
    """{SHA-256 of a file: why it stays}, by the newest 確定版 whose evidence index names it."""
    named = {}
    confirmations = Confirmation.objects.filter(clinic=clinic).select_related("assessment").order_by("pk")
    for each in confirmations.iterator(chunk_size=10):
        papers = json.loads(each.snapshot_text).get("evidence") or ()
        named |= {
            paper["sha256"]: f"確定版（{each}）の根拠資料の一覧に載っています。"
            for paper in papers
            if paper["sha256"]
        }
    return named
