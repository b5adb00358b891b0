"""立入検査: what an inspection looks at in a year, and the items it touches. Pure: no Django, no database.

fixtures/inspection/*.toml hold one edition each, in our own words; a further year is a further file.
"""

import tomllib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from compliance.dates import fiscal_year_label

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "inspection"
# [ours] How closely a topic and an item meet: (key in the files, label, what it means).
STRENGTHS = (
    ("direct", "直接", "ほぼ同じことを求めている"),
    ("partly", "一部", "一部が重なる"),
    ("weak", "弱い", "関わりはあるが、この項目だけでは答えにならない"),
)
NO_ITEM = ("項目なし", "52項目に、同じことを求めるものがない")
NOTE = "メモ"  # of an answer: for the clinic itself, too long beside an item


class InspectionError(ValueError):
    """A file of fixtures/inspection/ is missing, is not TOML, or does not have the shape described there."""


@dataclass(frozen=True)
class Link:
    """An item that a topic touches; `strength` is a label of STRENGTHS."""

    item: str
    strength: str


@dataclass(frozen=True)
class Topic:
    """One line of the year's form, in our words. Its key is (fiscal_year, form, number)."""

    number: str
    title: str
    show: tuple[str, ...]
    links: tuple[Link, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Area:
    title: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class InspectionEdition:
    """One year's form."""

    fiscal_year: int
    form: str
    notice: str
    how: tuple[str, ...]
    areas: tuple[Area, ...]

    @property
    def topics(self) -> list[Topic]:
        return [topic for area in self.areas for topic in area.topics]


# Reading


def editions(folder: Path = FOLDER) -> list[InspectionEdition]:
    """All editions in `folder`, the newest year first. Raises InspectionError."""
    found = [read(path) for path in sorted(folder.glob("*.toml"))]
    if not found:
        raise InspectionError(f"{folder}: no edition")
    if repeated := _repeated((each.fiscal_year, each.form) for each in found):
        raise InspectionError(f"{folder}: two files for {repeated}")
    return sorted(found, key=lambda each: -each.fiscal_year)


@cache
def current_edition(folder: Path = FOLDER) -> InspectionEdition:
    """The edition of the newest year; read once in a process."""
    return editions(folder)[0]


def read(path: Path) -> InspectionEdition:
    """The edition in a file, or an InspectionError that names it."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return InspectionEdition(
            fiscal_year=_of(table, "fiscal_year", int),
            form=_of(table, "form", str),
            notice=_of(table, "notice", str),
            how=_texts(table, "how"),
            areas=tuple(_area(each) for each in _of(table, "area", list)),
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, InspectionError) as error:
        raise InspectionError(f"{path.name}: {error}") from error


def _area(table: dict) -> Area:
    return Area(_of(table, "title", str), tuple(_topic(each) for each in _of(table, "topic", list)))


def _topic(table: dict) -> Topic:
    number, title = _of(table, "number", str), _of(table, "title", str)
    known = {"number", "title", "show", "note", *(key for key, *_ in STRENGTHS)}
    if unknown := table.keys() - known:
        raise InspectionError(f"unknown {', '.join(sorted(unknown))}")
    links = [Link(code, label) for key, label, _ in STRENGTHS for code in _texts(table, key, required=False)]
    note = _of(table, "note", str) if "note" in table else ""
    return Topic(number, title, _texts(table, "show"), tuple(links), note)


def _of(table: dict, key: str, kind: type):
    """A value that must be there and not be empty."""
    if not isinstance(table, dict) or not isinstance(table.get(key), kind) or not table[key]:
        raise InspectionError(f"{key}: {kind.__name__} is needed")
    return table[key]


def _texts(table: dict, key: str, *, required: bool = True) -> tuple[str, ...]:
    if key not in table and not required:
        return ()
    if not all(isinstance(each, str) and each for each in _of(table, key, list)):
        raise InspectionError(f"{key}: texts are needed")
    return tuple(table[key])


# Checking


def problems(edition: InspectionEdition, codes: Collection[str]) -> list[str]:
    """What is wrong with an edition, as sentences; [] when all is well. `codes` are the guideline's items."""
    return [*_numbers(edition), *_links(edition, codes)]


def _numbers(edition: InspectionEdition) -> Iterator[str]:
    for number in _repeated(topic.number for topic in edition.topics):
        yield f"{edition.fiscal_year}: {number} stands twice"


def _links(edition: InspectionEdition, codes: Collection[str]) -> Iterator[str]:
    for topic in edition.topics:
        where, linked = f"{edition.fiscal_year} {topic.number}", [link.item for link in topic.links]
        yield from (f"{where}: {code} is no item" for code in linked if code not in codes)
        yield from (f"{where}: {code} is linked twice" for code in _repeated(linked))
        if not linked and not topic.note:
            yield f"{where}: without an item it needs a note that says so"


def _repeated(names) -> list:
    return [name for name, count in Counter(names).items() if count > 1]


# Beside a clinic's answers


def inspection_of(snapshot: dict, edition: InspectionEdition) -> dict:
    """The edition beside the answers of a snapshot (checklist/snapshot.py), draft or frozen; ready for JSON.

    Keys: fiscal_year, label, form, notice, how, strengths [[label, meaning]], unlinked [number],
    areas [{title, topics [{number, title, note, show, items}]}]; for an item see _item.
    """
    items: dict[str, list[dict]] = {}
    for item in (item for chapter in snapshot["chapters"] for item in chapter["items"]):
        for code in item["known_as"]:
            items.setdefault(code, []).append(item)
    return {
        "fiscal_year": edition.fiscal_year,
        "label": fiscal_year_label(edition.fiscal_year),
        "form": edition.form,
        "notice": edition.notice,
        "how": list(edition.how),
        "strengths": [*([label, meaning] for _, label, meaning in STRENGTHS), list(NO_ITEM)],
        "unlinked": [topic.number for topic in edition.topics if not topic.links],
        "areas": [_with_answers(area, items) for area in edition.areas],
    }


def _with_answers(area: Area, items: dict[str, list[dict]]) -> dict:
    return {"title": area.title, "topics": [_touched(topic, items) for topic in area.topics]}


def _touched(topic: Topic, items: dict[str, list[dict]]) -> dict:
    touched: dict[str, dict] = {}  # an item that two of its items were merged into stands once
    for item, strength in (
        (item, link.strength) for link in topic.links for item in items.get(link.item, ())
    ):
        touched.setdefault(item["code"], _item(item, strength))
    return {
        "number": topic.number,
        "title": topic.title,
        "note": topic.note,
        "show": list(topic.show),
        "items": list(touched.values()),
    }


def _item(item: dict, strength: str) -> dict:
    """An item as a topic shows it: its words, strength, what is declared, what was written, the finding."""
    answer = item["answer"]
    return {
        **{name: item[name] for name in ("code", "shown", "text", "finding")},
        "strength": strength,
        **{name: answer[name] for name in ("status", "label", "gaps", "overdue_days", "needs_action")},
        "facts": _facts(answer),
    }


def _facts(answer: dict) -> list[list[str]]:
    """[[label, text]]: days, where the evidence is kept, reason or plan; a missing place is said."""
    said = [list(pair) for pair in answer["printed"] if pair[0] != NOTE]
    silent = answer["status"] == "done" and not answer["evidence_place"]
    return said + [["根拠の保管場所", "未記入"]] * silent
