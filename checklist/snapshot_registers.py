"""The registers' part of a snapshot: contracts, certifications, boundaries, 別紙 sheets, risk records, findings."""

from datetime import date

from django.utils import timezone

from checklist.catalogue import catalogue_of
from checklist.findings import Finding
from checklist.register_facts import Facts, SystemRegister
from compliance.dates import iso
from compliance.models import GuidelineEdition
from vendors.choices import SHEETS, WANTED, Conformity
from vendors.standing import Standing


def registers(facts: Facts, edition: GuidelineEdition) -> dict:
    """Keys: annex ({row code: question}), registers (one per system), risks (numbered R-01 …)."""
    risks = _risks(facts)
    numbers = dict(zip(_recorded(facts), (risk["number"] for risk in risks), strict=True))
    return {
        "annex": catalogue_of(edition).annex,
        "registers": [
            _register(each, _of_system(numbers, at), facts.today) for at, each in enumerate(facts.systems)
        ],
        "risks": risks,
    }


def _risks(facts: Facts) -> list[dict]:
    """Numbered through the systems in their order, rows in 別紙's."""
    found = [(facts.systems[at], code) for at, code in _recorded(facts)]
    return [_risk(f"R-{number:02d}", system, code) for number, (system, code) in enumerate(found, 1)]


def _recorded(facts: Facts) -> list[tuple[int, str]]:
    """(index of the system, row code) of each risk record; that of a missing disclosure only while it is missing."""
    return [(at, code) for at, system in enumerate(facts.systems) for code in _codes(system)]


def _codes(system: SystemRegister) -> list[str]:
    rows = {code: each.row for code, each in system.treatments.items()}
    wanted = [code for code in rows if code or system.is_unavailable]
    return sorted(wanted, key=lambda code: (rows[code].kind, rows[code].position) if code else ("", 0))


def _of_system(numbers: dict[tuple[int, str], str], wanted: int) -> dict[str, str]:
    return {code: number for (at, code), number in numbers.items() if at == wanted}


def _risk(number: str, system: SystemRegister, code: str) -> dict:
    each = system.treatments[code]
    sheet = next((s.sheet for s in system.standings if each.row and s.kind == each.row.kind), None)
    texts = {name: getattr(each, name) for name in ("risk", "harm", "measure", "owner", "explanation")}
    days = {name: iso(getattr(each, name)) for name in ("due_on", "done_on")}
    return {
        "id": each.pk,
        "number": number,
        "system": system.name,
        "row": code,
        "impact": each.get_impact_display() if each.impact else "",
        "treatment": each.get_treatment_display() if each.treatment else "",
        "gaps": each.gaps,
        "to_check": each.needs_check(sheet),
        "updated_by": str(each.updated_by or ""),
        "updated_on": iso(timezone.localdate(each.updated_at)) if each.updated_at else "",
        **texts,
        **days,
    }


def _register(system: SystemRegister, numbers: dict, today: date) -> dict:
    return {
        "name": system.name,
        "vendor": system.vendor,
        "unavailable": system.unavailable_reason or "理由が未記入" if system.is_unavailable else "",
        "two_factor": system.two_factor_text,
        "boundary": [list(each) for each in system.boundary.items()],
        "storage": [list(each) for each in system.storage_words.items()],
        "agreements": [_agreement(each, today) for each in system.agreements],
        "certifications": [_certification(each, today) for each in system.certifications],
        "sheets": [_sheet(each, numbers) for each in system.standings],
    }


def _agreement(each, today: date) -> dict:
    return {
        "kind": each.get_kind_display(),
        "title": each.title,
        "clause": each.clause,
        "until": iso(each.expires_on),
        "renews": each.renews,
        "expired": each.is_expired(today),
    }


def _certification(each, today: date) -> dict:
    return {
        "kind": each.get_kind_display(),
        "number": each.number,
        "auditor": each.auditor,
        "until": iso(each.expires_on),
        "expired": each.is_expired(today),
        "counts": each.counts(today),
    }


def _sheet(standing: Standing, numbers: dict[str, str]) -> dict:
    """The rows only of what was handed in: nobody stands by the others yet."""
    sheet = standing.sheet
    facts = {
        "kind": standing.kind_name,
        "state": standing.state_text,
        "verdict": "まだ確認できない",
        "rows": [],
    }
    if sheet is None:
        return facts
    return facts | {
        "id": sheet.pk,
        "verdict": standing.verdict.words if standing.verdict else "10⑨には数えません",
        "vendor": sheet.vendor_name,
        "product": f"{sheet.product} {sheet.product_version}".strip(),
        "source": sheet.get_source_display(),
        "source_place": sheet.source_place,
        "dated_on": iso(sheet.dated_on),
        "submitted_at": iso(sheet.submitted_at),
        "holds_confirmed_on": iso(sheet.holds_confirmed_on),
        "counts": _counts(standing) if standing.kind in SHEETS else [],
        "rows": [_row(row, numbers) for row in _said(standing)],
    }


def _said(standing: Standing) -> list[list[str]]:
    """[row code, Conformity, remark] of what was handed in."""
    return [[code, answer, standing.remarks.get(code, "")] for code, answer in standing.conformity.items()]


def _counts(standing: Standing) -> list[str]:
    """「はい 31行」…"""
    every = list(standing.conformity.values())
    return [f"{each.label} {every.count(each)}行" for each in Conformity if each in every]


def _row(row: list, numbers: dict[str, str]) -> dict:
    code, answer, remark = row
    said = {"code": code, "answer": Conformity(answer).label, "remark": remark, "risk": ""}
    return said if answer in WANTED else said | {"act": True, "risk": numbers.get(code, "")}


def finding_words(finding: Finding | None, is_done: bool) -> dict | None:
    """What a report prints of a finding beside the declared answer."""
    if finding is None:
        return None
    return {
        "words": finding.words,
        "lines": list(finding.lines),
        "contradicts": finding.contradicts(is_done),
    }
