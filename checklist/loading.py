"""fixtures/ into the database: idempotent, all or nothing, and never a changed word under a confirmed round."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from django.db import models, transaction

from checklist.models import Assessment, Commentary, Confirmation, Erratum, Flowchart, Footnote, Item, Section
from compliance.models import GuidelineEdition
from vendors.models import DisclosureRow


class LoadRefused(Exception):
    """The files would reword or remove what confirmed assessments use; `codes` names it."""

    def __init__(self, codes: list[str]):
        super().__init__(
            "confirmed assessments use these texts, so they can neither be reworded nor removed: "
            + ", ".join(codes)
        )
        self.codes = codes


@dataclass
class Changes:
    """What a load did, as codes."""

    added: list[str] = field(default_factory=list)
    reworded: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    our_words: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.reworded or self.removed or self.our_words)


def fingerprint(guideline: dict) -> str:
    """SHA-256 of an edition's content."""
    return hashlib.sha256(json.dumps(guideline, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def load(guideline: dict) -> Changes:
    """Bring the database to `guideline` (Guideline.as_dict()). Raises LoadRefused and then changes nothing."""
    changes = Changes()
    mark = fingerprint(guideline)
    if GuidelineEdition.objects.filter(code=guideline["edition"]["code"], fingerprint=mark).exists():
        return changes
    with transaction.atomic():
        edition = _edition(guideline, mark, changes)
        for model, rows in _tables(guideline).items():
            _bring(model, edition, rows, changes)
        frozen = changes.reworded + changes.removed
        if frozen and _is_frozen(edition):
            raise LoadRefused(frozen)
    return changes


def _is_frozen(edition: GuidelineEdition) -> bool:
    """Some clinic has confirmed a round with it, or left one behind."""
    left = Assessment.objects.filter(edition=edition).exclude(next=None)
    return left.exists() or Confirmation.objects.filter(assessment__edition=edition).exists()


def _edition(guideline: dict, mark: str, changes: Changes) -> GuidelineEdition:
    facts = guideline["edition"]
    names = ("title", "number", "part", "publisher", "source_line")
    columns = {name: facts[name] for name in names} | {
        "notified_on": date.fromisoformat(facts["notified_on"])
    }
    columns["prose"] = {key: value for key, value in facts.items() if key not in columns}
    edition = GuidelineEdition.objects.filter(code=facts["code"]).first()
    if edition and any(getattr(edition, name) != value for name, value in columns.items()):
        changes.reworded.append(f"GuidelineEdition {edition.code}")
    defaults = columns | {"fingerprint": mark}
    return GuidelineEdition.objects.update_or_create(code=facts["code"], defaults=defaults)[0]


def _tables(guideline: dict) -> dict[type[models.Model], list[tuple[str, dict]]]:
    """model → (code, columns) in document order"""
    plain = {each["item"]: each for each in guideline["plain"]}
    items = [{**item, "plain": plain.get(item["code"], {})} for item in guideline["items"]]
    return {
        Section: _entries(guideline["sections"], "code"),
        Item: _entries(items, "code"),
        Commentary: _entries(guideline["commentary"], "id"),
        Footnote: _entries(guideline["footnotes"], "number"),
        Erratum: _errata(guideline["errata"]),
        Flowchart: [("figure-1", {"position": 1, "entry": guideline["flowchart"]})],
        DisclosureRow: [(row["id"], _row(n, row)) for n, row in enumerate(guideline["rows"], 1)],
    }


def _errata(errata: list[dict]) -> list[tuple[str, dict]]:
    """An erratum's code says where it stands and the how-manieth there it is, so that a new one renames few others."""
    seen: Counter = Counter()
    rows = []
    for position, each in enumerate(errata, 1):
        place = "L" + "+".join(map(str, each["lines"]))
        seen[place] += 1
        rows.append((f"{place}-{seen[place]}", {"position": position, "entry": each}))
    return rows


def _entries(entries: list[dict], key: str) -> list[tuple[str, dict]]:
    return [(str(each[key]), {"position": n, "entry": each}) for n, each in enumerate(entries, 1)]


def _row(position: int, row: dict) -> dict:
    columns = {name: row[name] for name in ("kind", "chapter", "numbers", "text")}
    return {**columns, "position": position, "chapter_title": row["chapter_title"]["text"], "entry": row}


def _bring(model, edition: GuidelineEdition, rows: list[tuple[str, dict]], changes: Changes) -> None:
    standing = {each.code: each for each in model.objects.filter(edition=edition)}
    for code, columns in rows:
        known = standing.pop(code, None)
        if known is None:
            model.objects.create(edition=edition, code=code, **columns)
            changes.added.append(f"{model.__name__} {code}")
        elif stands := {
            name: getattr(known, name) for name in columns if getattr(known, name) != columns[name]
        }:
            model.objects.filter(pk=known.pk).update(**columns)
            ours = _wording(stands) == _wording({name: columns[name] for name in stands})
            (changes.our_words if ours else changes.reworded).append(f"{model.__name__} {code}")
    for code, gone in standing.items():
        changes.removed.append(f"{model.__name__} {code}")
        _remove(gone, changes)


def _wording(columns: dict) -> dict:
    """What is the ministry's: our plain words may be improved at any time, a snapshot has its own copy."""
    entry = columns.get("entry")
    return {**columns, "entry": {k: v for k, v in entry.items() if k != "plain"}} if entry else columns


def _remove(gone: models.Model, changes: Changes) -> None:
    try:
        gone.delete()
    except models.ProtectedError:
        raise LoadRefused(changes.removed) from None
