"""The ministry's guideline, read from fixtures/guideline-*/*.toml into frozen values. Pure: no Django.

Every text of the ministry is a `Text`; `compliance.guideline_check` proves that it follows from the seed.
"""

import tomllib
import types
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints


class GuidelineError(ValueError):
    """A file of the guideline is missing, is not TOML, or does not have the shape described here."""


def _named(key: str) -> Any:
    """A field whose key in TOML and JSON is not its name: singular tables, and `from`, no Python name."""
    return field(metadata={"key": key})


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A footnote's mark: it stands after the first occurrence of `after` in the text."""

    number: int
    after: str


@dataclass(frozen=True, kw_only=True)
class Bullet:
    """One line of the list that ends a text; level 2 stands under the level 1 before it."""

    raw: str
    text: str
    level: int = 1
    footnotes: tuple[Reference, ...] = ()
    emphasis: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Text:
    """Words of the ministry from the 1-based seed lines `lines`.

    `raw` keeps the whole, its list included; `text` ends before the list, and may hold line breaks.
    """

    lines: tuple[int, ...]
    raw: str
    text: str
    footnotes: tuple[Reference, ...] = ()
    emphasis: tuple[str, ...] = ()
    bullets: tuple[Bullet, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Passage(Text):
    """A paragraph, note or heading with an id of ours; `mark` is the 「※1」 that `text` leaves out."""

    id: str
    mark: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    title: Text
    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, kw_only=True)
class TableHead:
    id: str
    cells: tuple[Text, ...]


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What this edition must hold: `items` per leaf section in order, rows and numbers of 別紙."""

    sections: int
    items: tuple[int, ...]
    conditional: int
    footnotes: int
    mds_rows: int
    mds_numbers: int
    sds_rows: int
    sds_numbers: int
    sds_distinct: int


@dataclass(frozen=True, kw_only=True)
class Edition:
    """The edition's name and provenance, its prose, and which seed lines are content or mere layout."""

    code: str
    title: str
    number: str
    part: str
    publisher: str
    notified_on: date
    licence: str
    source_line: str
    source_file: str
    first_line: int
    layout_lines: tuple[int, ...]
    counts: Counts
    headings: tuple[Passage, ...] = _named("heading")
    introduction: tuple[Passage, ...]
    scope: tuple[Passage, ...]
    table_heads: tuple[TableHead, ...] = _named("table_head")
    example_table: Table


@dataclass(frozen=True, kw_only=True)
class Section:
    """項目区分. `code` "1", "1.1"; only leaves hold items. `chapter3_lines` repeat the title in chapter 3."""

    code: str
    title: Text
    chapter3_lines: tuple[int, ...]
    parent: str = ""
    leaf: bool = False


@dataclass(frozen=True, kw_only=True)
class NamedDate:
    on: date
    label: str


@dataclass(frozen=True, kw_only=True)
class Item(Text):
    """遵守項目, worded as in chapter 2. `code` "1.1-1" is stable, `shown` 「1.1①」 is for people.

    `chapter3_lines` say the same in chapter 3; `chapter3` holds that wording where it differs in more than
    blanks, `chapter3_footnotes` the footnotes of a wording that does not. `condition` (ours, completes
    「…場合」) says when a `not_applicable="conditional"` item does not apply; "warn" is every other item.
    """

    code: str
    shown: str
    section: str
    position: int
    chapter3_lines: tuple[int, ...]
    not_applicable: str
    condition: str = ""
    dates: tuple[NamedDate, ...] = ()
    chapter3: Text | None = None
    chapter3_footnotes: tuple[Reference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Commentary(Text):
    """解説: one bullet of chapter 3, and the items it speaks of (our reading), its own section's first."""

    id: str
    section: str
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Footnote(Text):
    """脚注, and the ids of the passages, items and commentary that refer to it."""

    number: int
    places: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Node:
    """A box of the flowchart; `text` has one entry per drawn line. `ours`: not the ministry's words."""

    id: str
    kind: str
    text: tuple[str, ...]
    x: int
    y: int
    w: int
    h: int
    ours: bool
    lines: tuple[int, ...] = ()
    asks: str = ""
    outcome: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A line of the flowchart, followed on `answer`; "" is the only way on. `points` are a polyline."""

    source: str = _named("from")
    target: str = _named("to")
    points: tuple[tuple[int, ...], ...]
    ours: bool
    lines: tuple[int, ...] = ()
    answer: str = ""
    label: str = ""
    label_at: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Flowchart:
    """図1, drawn anew because the picture did not survive; all measures in the SVG's user units."""

    title: str
    drawn_by: str
    width: int
    height: int
    nodes: tuple[Node, ...] = _named("node")
    edges: tuple[Edge, ...] = _named("edge")


@dataclass(frozen=True, kw_only=True)
class CombineRule:
    """How a row with several numbers is judged; the ministry does not say, so `ours` is true."""

    ours: bool
    all: str
    any: str


@dataclass(frozen=True, kw_only=True)
class DisclosureRow(Text):
    """確認事項: one row of 別紙, keyed by our id. `chapter` is one of システム運用編, no section here."""

    id: str
    kind: str
    chapter: str
    chapter_title: Text
    number_cell: str
    numbers: tuple[str, ...]
    choices: tuple[Text, ...] = ()
    note: Text | None = None
    combine: str = "all"


@dataclass(frozen=True, kw_only=True)
class Erratum:
    """正誤: a fault of the conversion, where `wrong` is read as `right`; "certain" or "likely"."""

    lines: tuple[int, ...]
    wrong: str = _named("from")
    right: str = _named("to")
    certainty: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Plain:
    """Our own plain words for an item; `reason_example` only where it may not apply."""

    item: str
    gist: str
    enough: tuple[str, ...]
    show: tuple[str, ...]
    ask_vendor: str = ""
    reason_example: str = ""


@dataclass(frozen=True, kw_only=True)
class Guideline:
    edition: Edition
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    commentary: tuple[Commentary, ...]
    footnotes: tuple[Footnote, ...]
    flowchart: Flowchart
    answers: tuple[str, ...]
    combine: CombineRule
    rows: tuple[DisclosureRow, ...]
    errata: tuple[Erratum, ...]
    plain: tuple[Plain, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Everything, raw and text, with the keys of the TOML files; ready for json.dumps."""
        return _exported(self)


def read(folder: Path) -> Guideline:
    """The guideline in `folder`'s TOML files; plain.toml may be missing. Raises GuidelineError."""
    checklist, disclosure = _load(folder, "checklist"), _load(folder, "disclosure")
    plain = _load(folder, "plain").get("plain", []) if (folder / "plain.toml").exists() else []
    return _build(Guideline, "guideline", {
        "edition": _load(folder, "edition"),
        "sections": checklist.get("section", []),
        "items": checklist.get("item", []),
        "commentary": _load(folder, "commentary").get("commentary", []),
        "footnotes": _load(folder, "footnotes").get("footnote", []),
        "flowchart": _load(folder, "flowchart"),
        "answers": disclosure.get("answers", []),
        "combine": disclosure.get("combine", {}),
        "rows": _with_chapter_titles(disclosure),
        "errata": _load(folder, "errata").get("erratum", []),
        "plain": plain,
    })  # fmt: skip


def _load(folder: Path, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise GuidelineError(f"{name}.toml: {error}") from error


def _with_chapter_titles(disclosure: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows, each with the title that its chapter's first row carries in the seed."""
    titles = {(c.get("kind"), c.get("code")): c.get("title") for c in disclosure.get("chapter", [])}
    return [row | {"chapter_title": titles.get((row.get("kind"), row.get("chapter")))}
            for row in disclosure.get("row", [])]  # fmt: skip


def _key(attribute: Any) -> str:
    return attribute.metadata.get("key", attribute.name)


def _build(cls: type, where: str, table: Any) -> Any:
    if not isinstance(table, dict):
        raise GuidelineError(f"{where}: a table is needed, not {table!r}")
    known = {_key(f): f for f in fields(cls)}
    if unknown := table.keys() - known.keys():
        raise GuidelineError(f"{where}: unknown {', '.join(sorted(unknown))}")
    if missing := {key for key, f in known.items() if f.default is MISSING} - table.keys():
        raise GuidelineError(f"{where}: missing {', '.join(sorted(missing))}")
    hints = get_type_hints(cls)
    return cls(**{known[k].name: _value(hints[known[k].name], f"{where}.{k}", v) for k, v in table.items()})


def _value(kind: Any, where: str, value: Any) -> Any:
    """`value` as the annotated `kind`: a tuple, a dataclass, `X | None`, or a plain TOML value."""
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise GuidelineError(f"{where}: a list is needed, not {value!r}")
        return tuple(_value(get_args(kind)[0], f"{where}[{i}]", v) for i, v in enumerate(value))
    if get_origin(kind) is types.UnionType:
        return _value(get_args(kind)[0], where, value)
    if is_dataclass(kind):
        return _build(kind, where, value)
    if type(value) is not kind:
        raise GuidelineError(f"{where}: {kind.__name__} is needed, not {value!r}")
    return value


def _exported(value: Any) -> Any:
    if is_dataclass(value):
        return {_key(f): _exported(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [_exported(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
