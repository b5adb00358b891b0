"""All that a report prints, as one JSON value: from a draft, or frozen with a 確定版. The report reads nothing else."""

import hashlib
import json
from datetime import date

from checklist.catalogue import Catalogue, catalogue_of
from checklist.changes import changes, facts
from checklist.choices import Status
from checklist.facts import judgement_of
from checklist.findings import Finding, contradictions, findings
from checklist.inspection import current_edition, inspection_of
from checklist.models import Answer, ApplicabilityDetermination, Assessment, Confirmation
from checklist.planning import plan
from checklist.register_facts import facts_of
from checklist.rounds import Line, Round
from checklist.snapshot_evidence import evidence_index
from checklist.snapshot_registers import finding_words, registers
from checklist.wording import determination_words, summary, task
from compliance.audit import AuditEntry
from compliance.dates import fiscal_year_label
from compliance.models import Clinic
from vendors.models import System

SCHEMA = 1
_CLINIC = ("code", "name", "organization", "address", "phone", "institution_code", "director", "safety_officer",
           "safety_officer_since_on", "is_sample")  # fmt: skip
# A system without a vendor: item 10⑩ (seed L150) and the bullet that says otherwise (seed L381).
_TENSION = ("10-10", "10-j")


def canonical(snapshot: dict) -> str:
    """Canonical JSON: sorted keys, no blanks, UTF-8 as it is."""
    return json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def snapshot_of(assessment: Assessment, today: date, confirmation: dict | None = None) -> dict:
    """The snapshot of a round as of `today`.

    Keys: schema, edition, clinic, round, confirmation, history, changed_at, today, determination, flowchart,
    chapters (with items, their answers and findings), unanswered, todo, changes, systems, vendors, contradictions,
    annex, registers, risks (snapshot_registers), evidence, plan, inspection, footnotes, errata, prose,
    section_titles, counts, summary.
    """
    round_ = Round.of(assessment, today)
    systems = list(System.objects.filter(clinic=assessment.clinic_id).listed())
    facts = facts_of(assessment.clinic_id, today, systems=systems)
    found = findings(facts)
    determination = _determination(round_, systems)
    counts = {**round_.counts, "answered": round_.answered, "total": round_.total}
    todo = [_todo(line) for line in round_.todo]
    before = catalogue_of(assessment.previous.edition) if assessment.previous_id else None
    snapshot = {
        "schema": SCHEMA,
        "edition": _edition(assessment),
        "clinic": _clinic(assessment.clinic),
        "round": {"fiscal_year": assessment.fiscal_year, "label": fiscal_year_label(assessment.fiscal_year)},
        "confirmation": confirmation,
        "history": _history(assessment),
        "changed_at": last_change(assessment),
        "today": today.isoformat(),
        "determination": determination,
        "flowchart": round_.catalogue.flowchart,
        "chapters": [_chapter(chapter, round_.catalogue, found) for chapter in round_.chapters],
        "section_titles": {each["code"]: each["title"]["text"] for each in round_.catalogue.sections},
        "counts": counts,
        "summary": summary(counts, todo, determination),
        "unanswered": [line.shown for line in round_.unanswered],
        "todo": todo,
        "changes": changes(round_, before),
        "systems": [_system(system) for system in systems],
        "vendors": _vendors(systems),
        "contradictions": [[line.shown, each.words] for line, each in contradictions(round_, found)],
        **registers(facts, assessment.edition),
        "evidence": evidence_index(assessment.clinic_id, round_.catalogue),
        "footnotes": _footnotes(round_),
        "errata": list(round_.catalogue.errata),
        "prose": round_.catalogue.prose,
    }
    return snapshot | {
        "plan": plan(snapshot),
        "inspection": inspection_of(snapshot, current_edition()),
    }


def last_change(assessment: Assessment) -> str:
    """The moment (ISO) of the clinic's last change: what a draft prints instead of the clock."""
    last = AuditEntry.objects.filter(clinic_id=assessment.clinic_id).order_by("-sequence").first()
    return (last.at if last else assessment.begun_at).isoformat()


def _edition(assessment: Assessment) -> dict:
    edition = assessment.edition
    names = ("code", "title", "number", "part", "publisher", "source_line")
    return {name: getattr(edition, name) for name in names} | {"notified_on": edition.notified_on.isoformat()}


def _clinic(clinic: Clinic) -> dict:
    return {name: _iso(getattr(clinic, name)) for name in _CLINIC}


def _history(assessment: Assessment) -> list[dict]:
    confirmations = Confirmation.objects.of_year(assessment).select_related("confirmed_by", "reopened_by")
    return [_past(each) for each in confirmations.order_by("number")]


def _past(confirmation: Confirmation) -> dict:
    reopened = confirmation.reopened_at
    return {
        "number": confirmation.number,
        "confirmed_at": confirmation.confirmed_at.isoformat(),
        "confirmed_by": str(confirmation.confirmed_by),
        "unanswered": confirmation.unanswered,
        "reopened_at": reopened.isoformat() if reopened else "",
        "reopened_by": str(confirmation.reopened_by or ""),
        "reopened_why": confirmation.reopened_why,
    }


def _determination(round_: Round, systems: list[System]) -> dict | None:
    clinic_id = round_.assessment.clinic_id
    kept = ApplicabilityDetermination.objects.filter(clinic=clinic_id).newest_first().first()
    if kept is None:
        return None
    return {
        **kept.judgement,
        "label": kept.get_outcome_display(),
        "determined_at": kept.determined_at.isoformat(),
        "determined_by": str(kept.determined_by),
        "out_of_date": kept.is_out_of_date(judgement_of(round_.catalogue, systems).as_dict()),
        "words": determination_words(kept.judgement),
        "tension": _tension(round_) if kept.judgement["without_vendor"] else None,
    }


def _tension(round_: Round) -> dict | None:
    """Both texts in the words of the round's edition; None where it has no longer both."""
    catalogue, (code, bullet) = round_.catalogue, _TENSION
    item = catalogue.by_code.get(catalogue.rules.heir(code))
    commentary = next((each for each in catalogue.commentary if each["id"] == bullet), None)
    return {"item": item, "commentary": commentary} if item and commentary else None


def _chapter(chapter, catalogue: Catalogue, found: dict[str, Finding]) -> dict:
    counts = dict.fromkeys(Answer.NEEDED, 0)
    for line in chapter.lines:
        counts[line.answer.status] += 1
    return {
        "code": chapter.section["code"],
        "title": chapter.section["title"]["text"],
        "counts": counts,
        "items": [_item(line, catalogue, found) for line in chapter.lines],
    }


def _footnotes(round_: Round) -> list[dict]:
    """Those that the items refer to."""
    texts = [text for line in round_.lines for text in (line.item, *line.item["bullets"])]
    numbers = {reference["number"] for text in texts for reference in text["footnotes"]}
    return [note for note in round_.catalogue.footnotes if note["number"] in numbers]


def _item(line: Line, catalogue: Catalogue, found: dict[str, Finding]) -> dict:
    """`known_as` are the item's codes in editions.RULES, under which the inspection's topics know it."""
    words = {name: value for name, value in line.item.items() if name != "pk"}
    finding = finding_words(found.get(catalogue.rule_of(line.code)), line.answer.status == Status.DONE)
    known_as = list(catalogue.known_as(line.code))
    return {**words, "known_as": known_as, "answer": _answer(line), "finding": finding}


def _answer(line: Line) -> dict:
    answer = line.answer
    declared = {name: _iso(getattr(answer, name)) for name in Answer.DECLARED}
    return {
        **declared,
        "label": answer.get_status_display(),
        "printed": facts(answer),
        "gaps": answer.gaps,
        "answered": answer.is_answered,
        "needs_action": answer.needs_action(),
        "overdue_days": (line.today - answer.due_on).days if line.is_overdue else 0,
    }


def _todo(line: Line) -> dict:
    words = {"code": line.code, "shown": line.shown, "text": line.item["text"], "task": task(line.answer)}
    return {**words, **_answer(line)}


def _system(system: System) -> dict:
    names = ("name", "product", "product_version", "entrusted_work", "location", "has_no_server")
    return {
        "id": system.pk,
        "vendor_id": system.vendor_id,
        **{name: getattr(system, name) for name in names},
        "location_label": system.get_location_display(),
        "vendor": str(system.vendor or ""),
        "components": [_component(each) for each in system.components.all()],
    }


def _vendors(systems: list[System]) -> list[dict]:
    """The vendors of these systems, in their order, each with the names of its systems."""
    vendors = {system.vendor: [s.name for s in systems if s.vendor == system.vendor] for system in systems}
    names = ("name", "contact", "phone", "email")
    return [{**{n: getattr(v, n) for n in names}, "systems": found} for v, found in vendors.items() if v]


def _component(component) -> dict:
    return {
        "name": component.name,
        "kind": component.kind,
        "kind_label": component.get_kind_display(),
        "quantity": component.quantity,
        "counts_as_server": component.counts_as_server,
        "bearer": component.update_bearer,
        "bearer_label": component.get_update_bearer_display(),
        "written_label": component.get_written_in_display(),
        "place": component.written_place,
    }


def _iso(value):
    return value.isoformat() if isinstance(value, date) else "" if value is None else value
