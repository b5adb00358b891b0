"""What comes out of a workbook, and what goes into one: frozen values, ready for JSON."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

FORMS = ("MDS", "SDS")
WORDS = {"yes": "はい", "no": "いいえ", "na": "対象外"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """確認事項 as this package needs it; `combine` "all" or "any" says how several numbers are judged."""

    id: str
    form: str
    numbers: tuple[str, ...]
    combine: str
    shown_number: str
    question: str
    chapter: str = ""


@dataclass(frozen=True, kw_only=True)
class Header:
    """Who declares what of which product; `date` is ISO. Each is "" where the file does not say it."""

    date: str = ""
    provider: str = ""
    product: str = ""
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class RowReading:
    """One row of 別紙: "yes", "no", "na", "blank", "unread" or "ask", where it stood, and why so."""

    id: str
    form: str
    numbers: tuple[str, ...]
    answer: str
    remark: str = ""
    cell: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`opened` is "read", "choose" (of `choices`), "not-a-form" or "refused"; only "read" has rows.

    `form_version` is the edition of JAHIS's form ("5.0") where the file names it.
    """

    opened: str
    says: str
    choices: tuple[str, ...] = ()
    header: Header = field(default_factory=Header)
    rows: tuple[RowReading, ...] = ()
    form_version: str = ""
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Reading":
        rows = (RowReading(**{**row, "numbers": tuple(row["numbers"])}) for row in values["rows"])
        listed = {key: tuple(values[key]) for key in ("choices", "warnings")}
        return cls(**{**values, **listed, "header": Header(**values["header"]), "rows": tuple(rows)})


def refused(says: str) -> Reading:
    return Reading(opened="refused", says=says)


def catalogue(rows: Iterable[Any]) -> tuple[Row, ...]:
    """`compliance.guideline.DisclosureRow`s, or anything with their attributes, as rows of ours."""
    return tuple(_row(row) for row in rows)


def _row(row: Any) -> Row:
    if isinstance(row, Row):
        return row
    question = [row.text, *(f"・{choice.text}" for choice in row.choices)]
    return Row(
        id=row.id,
        form=row.kind,
        numbers=tuple(row.numbers),
        combine=row.combine,
        shown_number=row.number_cell.rstrip("、"),
        question="\n".join(question + ([row.note.text] if row.note else [])),
        chapter=f"{row.chapter}. {row.chapter_title.text}",
    )
