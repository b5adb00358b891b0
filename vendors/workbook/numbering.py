"""The numbers of questions as people spell them, and where a spelling leaves a doubt. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from vendors.workbook.cells import Cell

_PREFIX = (
    r"(?:(?P<form>mds|sds)[\s\-:._]*)?"
    r"(?P<prefix>no|number|設問|質問|問|項目番号|項番|項目|番号|第|q|#)?[\s.:\-]*"
)
_NUMBER = r"(?P<number>\d{1,3}(?:\s*[.\-‐‑‒–—―−ー_]\s*\d{1,2}){0,4})"
_ALONE = re.compile(rf"^[※*★●■◆・]*[(\[【]?\s*{_PREFIX}{_NUMBER}[\s.、,。:;項番問】\])※*★]*$", re.IGNORECASE)
_LEADING = re.compile(
    rf"^{_PREFIX}{_NUMBER}(?P<gap>[\s.、,。:)\]】]*)(?P<rest>[^\d\s].*)$", re.IGNORECASE | re.DOTALL
)
_CIRCLED = re.compile("[①-⒛❶-➓]")
_BRACKETED = re.compile(r"[(\[【]?([^()\[\]【】]*\d)[)\]】]")
_COUNTER = re.compile(r"[(\[]?(\d{1,2})[)\].]?")
_OTHER_DOTS = re.compile(r"\d{1,3}(?:[・。,の]\d{1,2}){1,4}")
_ORDERS = ("abcdefghijklmnopqrstuvwxyz", "アイウエオカキクケコ")
_COUNTED = re.compile(r"[(\[]?([1-9]\d?|[a-zア-ン])[)\]]")
_MONTH_DAY = re.compile(r"^(?:\d{2,4}年)?(\d{1,2})月(\d{1,2})日$")
_RANGE = re.compile(r"^\D*(\d{1,3})\s*[~〜～\-–]\s*(?:no\.?\s*)?(\d{1,3})$", re.IGNORECASE)


@dataclass(frozen=True)
class Numbering:
    """The numbers that a cell names; with a `doubt` (a clause in Japanese) they are only possible ones."""

    numbers: tuple[str, ...]
    doubt: str = ""


def numbering(cell: Cell, lists: Iterable[tuple[str, ...]] = ()) -> Numbering | None:
    """What a cell of the number column names; None for no number. `lists`: the rows that name several."""
    if cell.kind == "formula":
        found = _spelled(cell.text, lists)
        return found and Numbering(found.numbers, "項番が数式で入っているため、確認が必要です")
    if cell.kind == "date":
        return _dated(date.fromisoformat(cell.text[:10]))
    if cell.kind == "number" and "." in cell.text:
        return Numbering(
            (cell.text,), f"項番が数値の{cell.text}で入っていて、{cell.text}0などと区別できません"
        )
    return _spelled(cell.text, lists) if cell.kind in ("text", "number") else None


def leading(cell: Cell) -> Numbering | None:
    """The number that starts a question's own cell: 「４．１　二要素…」."""
    text = unicodedata.normalize("NFKC", cell.text[:200]).strip()
    if cell.kind != "text" or _CIRCLED.match(cell.text.strip()) or not (found := _LEADING.match(text)):
        return None
    number = _dotted(found["number"])
    unmistakable = found["gap"] or found["prefix"] or "." in number
    return Numbering((number,)) if unmistakable and len(found["rest"]) > 3 else None


def joined(cells: Iterable[Cell]) -> Numbering | None:
    """A number whose parts stand in neighbouring cells: 12 | 3 | 1 | 1, or 4 | 4.1 | 4.1.2."""
    number = ""
    for cell in cells:
        if not cell.text:
            continue
        part = _spelled(cell.text, ()) if cell.kind in ("text", "number") else None
        if (
            part is None
            or part.doubt
            or len(part.numbers) > 1
            or (cell.kind == "number" and "." in cell.text)
        ):
            return None
        text = part.numbers[0]
        number = text if not number or text.startswith(f"{number}.") else f"{number}.{text}"
    return Numbering((number,)) if number else None


def uncircled(text: str) -> str:
    """③ as (3), before NFKC makes it a bare 3."""
    return _CIRCLED.sub(lambda found: f"({int(unicodedata.numeric(found[0]))})", text)


def part(cell: Cell) -> Cell:
    """The cell of a column that counts parts: (3) and ③ as 3."""
    found = _COUNTER.fullmatch(unicodedata.normalize("NFKC", uncircled(cell.text[:20])).strip())
    return replace(cell, text=found[1]) if found and cell.kind == "text" else cell


def counter(cell: Cell) -> str:
    """The 2 or b with which a row counts within its number: 「(2) …」, 「②」, 「b) …」; "" for none."""
    found = _COUNTED.match(unicodedata.normalize("NFKC", uncircled(cell.text[:20])).strip().lower())
    return found[1] if found and cell.kind == "text" else ""


def ordinal(letter: str) -> str:
    """2 for b and for イ; anything else as it is."""
    places = (letters.find(letter.lower()) + 1 for letters in _ORDERS if len(letter) == 1)
    return next((str(place) for place in places if place), letter)


def unbracketed(cell: Cell) -> Cell | None:
    """The cell of a column in which all numbers stand in brackets: (28) as 28; None for any other."""
    found = _BRACKETED.fullmatch(unicodedata.normalize("NFKC", cell.text[:40]).strip())
    is_plain = cell.kind == "text" and not _CIRCLED.search(cell.text)
    return replace(cell, text=found[1]) if found and is_plain else None


def _spelled(raw: str, lists: Iterable[tuple[str, ...]]) -> Numbering | None:
    text = unicodedata.normalize("NFKC", raw[:61]).strip()
    if not text or len(text) > 60 or _CIRCLED.search(raw):
        return None
    if found := _MONTH_DAY.match(text):
        return Numbering((f"{int(found[1])}.{int(found[2])}",), "項番が日付の形です")
    if found := _ALONE.match(text):
        number = _dotted(found["number"])
        bracketed = text[0] in "([【" or text[-1] in ")]】"
        # (3) and 3) count the choices of a question.
        if not bracketed or "." in number:
            exact = _ranged(text, lists)
            return exact or Numbering((number,))
        return None
    return _ranged(text, lists) or _listed(text, lists) or _otherwise_dotted(text)


def _otherwise_dotted(text: str) -> Numbering | None:
    """4の1 and 4・1: most likely 4.1, but 1・2 may be two numbers."""
    number = re.sub("[・。,の]", ".", text) if _OTHER_DOTS.fullmatch(text) else ""
    return (
        Numbering((_dotted(number),), "項番の区切りが「.」でなく、読み方が確かでありません")
        if number
        else None
    )


def _ranged(text: str, lists: Iterable[tuple[str, ...]]) -> Numbering | None:
    """59～63, where the catalogue has a row of just these numbers."""
    if not (found := _RANGE.match(text)) or not 0 < int(found[2]) - int(found[1]) < 10:
        return None
    numbers = tuple(str(each) for each in range(int(found[1]), int(found[2]) + 1))
    return Numbering(numbers) if numbers in lists else None


def _listed(text: str, lists: Iterable[tuple[str, ...]]) -> Numbering | None:
    """57.1 / 57.2; whole numbers only where the catalogue lists just these, for 4/1 may be a date."""
    found = [
        _ALONE.match(each.strip()) for each in re.split(r"[/,、・\n;]|および|及び|と", text) if each.strip()
    ]
    if len(found) < 2 or not all(found):
        return None
    numbers = tuple(_dotted(each["number"]) for each in found if each)
    return Numbering(numbers) if numbers in lists or all("." in each for each in numbers) else None


def _dated(day: date) -> Numbering:
    shown = f"{day.year}年{day.month}月{day.day}日"
    names = (f"{day.month}.{day.day}", f"{day.year % 100}.{day.month}.{day.day}")
    return Numbering(names, f"項番が日付（{shown}）になっています")


def _dotted(number: str) -> str:
    return ".".join(str(int(part)) for part in re.split(r"\s*[.\-‐‑‒–—―−ー_]\s*", number))
