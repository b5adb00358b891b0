"""What a vendor wrote as an answer. Only words and marks that leave no doubt count. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from vendors.workbook.cells import Cell
from vendors.workbook.readings import WORDS
from vendors.workbook.texts import plain

_SPELLINGS = {
    "yes": ("はい", "ハイ", "yes", "y"),
    "no": ("いいえ", "イイエ", "no", "n"),
    "na": ("対象外", "n/a", "na", "n.a"),
}
_MEANING = {spelling: answer for answer, spellings in _SPELLINGS.items() for spelling in spellings}
_COUNT = r"\d{1,3}(?:[,、・/]\d{1,3})*"
_REFERENCE = rf"(?:[※*]|備考|注|参照|remark|note)+(?:no)?[.:]?(?:{_COUNT})?(?:を?参照)?"
_WITH_REFERENCE = re.compile(
    rf"(?P<word>.+?)[。.]*(?P<ref>[(\[](?:{_REFERENCE}|{_COUNT})[)\]]|{_REFERENCE})?"
)
_AFTER_MARK = re.compile(rf"(?:[(\[](?:{_REFERENCE}|{_COUNT})[)\]]|{_REFERENCE})?")
_LONGEST_ANSWER = 60
_MARKS = set("○◯〇●⭕レ✓✔☑✅■◼1")
_BLANKS = {"", "□", "☐", "◻", "0", "false"}
_DASHES = set("-‐–—―−ー─")
_BOX = re.compile(r"([□☐◻■◼☑✓✔✅●○◯〇レ])\s*(はい|いいえ|対象外)", re.IGNORECASE)
_OPEN_BOXES = set("□☐◻○◯〇")
_FILLED_BOXES = set("■◼☑✓✔✅●レ")


@dataclass(frozen=True)
class Said:
    """What stands at one question: an answer, the cells that say so, and why it was taken so.

    `reference` is the number of a remark that the answer names: はい（備考1）.
    """

    answer: str
    cell: str = ""
    why: str = ""
    reference: str = ""


def word(cell: Cell) -> tuple[str, str] | None:
    """(answer, number of a remark) for a cell that says はい, いいえ or 対象外 in a word; else None."""
    if cell.kind != "text" or len(cell.text) > _LONGEST_ANSWER:
        return None
    text = plain(cell.text).strip("「」'\"")
    found = _WITH_REFERENCE.fullmatch(text)
    meaning = found and _MEANING.get(found["word"])
    return (meaning, _counted(found["ref"])) if found and meaning else None


def speaks(cell: Cell) -> bool:
    """Whether a cell holds a word or a mark that answers."""
    return word(cell) is not None or (bool(cell.text) and _marked(plain(cell.text))[0] == "marked")


def single(cell: Cell, place: str) -> Said:
    """The answer of a sheet with one column for it."""
    if cell.kind == "formula":
        return _formula(cell, place)
    if not cell.text:
        return Said("blank", place, "回答欄が空です。")
    if cell.kind == "struck":
        return Said("unread", place, f"「{_quoted(cell)}」に取り消し線があるため、回答として数えません。")
    if found := word(cell):
        return Said(found[0], place, f"回答欄に「{_quoted(cell)}」とあります。", found[1])
    return _boxes(cell, place) or Said(
        "unread", place, f"「{_quoted(cell)}」は、はい・いいえ・対象外のどれとも読めません。"
    )


def chosen(columns: dict[str, tuple[Cell, str]]) -> Said:
    """The answer of a sheet with a column per answer: {"yes": (cell, place), …}; "other" is any other choice."""
    for cell, place in columns.values():
        if cell.kind == "formula":
            return _formula(cell, place)
    signs = {answer: _sign(answer, cell) for answer, (cell, _) in columns.items()}
    marked = [answer for answer, sign in signs.items() if sign[0] == "marked"]
    strange = [answer for answer, sign in signs.items() if sign[0] == "strange"]
    dashed = [answer for answer, sign in signs.items() if sign[0] == "dash"]
    if len(marked) > 1:
        return Said(
            "unread", _places(columns, marked), "二つ以上の欄に印があります。どれが回答か読めません。"
        )
    if strange or (marked and marked[0].startswith("other")):
        return _strange(columns, marked + strange)
    if marked:
        cell, place = columns[marked[0]]
        return Said(
            marked[0],
            place,
            f"「{WORDS[marked[0]]}」の欄に「{_quoted(cell)}」とあります。",
            signs[marked[0]][1],
        )
    if dashed:
        return _strange(columns, dashed)
    return Said("blank", _places(columns, list(columns)), "どの回答欄にも印がありません。")


def _strange(columns: dict[str, tuple[Cell, str]], answers: list[str]) -> Said:
    written = "、".join(_quoted(columns[answer][0]) for answer in answers)
    return Said("unread", _places(columns, answers), f"回答欄に「{written}」とあり、どの回答か読めません。")


def _sign(answer: str, cell: Cell) -> tuple[str, str]:
    """("empty" | "marked" | "dash" | "strange", number of a remark) of a choice's own cell."""
    text = plain(cell.text)
    if cell.kind == "struck":
        return "strange", ""
    if text in _BLANKS or text in _DASHES:
        return ("empty" if text in _BLANKS else "dash"), ""
    if said := word(cell):
        return ("marked" if said[0] == answer else "strange"), said[1]
    return _marked(text)


def _marked(text: str) -> tuple[str, str]:
    if text == "true":
        return "marked", ""
    if text[0] in _MARKS and len(text) <= _LONGEST_ANSWER and _AFTER_MARK.fullmatch(text[1:]):
        return "marked", _counted(text[1:])
    return "strange", ""


def _counted(reference: str | None) -> str:
    return "".join(re.findall(r"[\d,、・/]", reference or ""))


def _boxes(cell: Cell, place: str) -> Said | None:
    """「☑はい □いいえ □対象外」 in one cell. A ring among rings may be the printed one, so it counts for nothing."""
    is_short = cell.kind == "text" and len(cell.text) <= _LONGEST_ANSWER
    found = _BOX.findall(unicodedata.normalize("NFKC", cell.text)) if is_short else []
    if len(found) < 2 or _BOX.sub("", unicodedata.normalize("NFKC", cell.text)).strip(" \n\t・/、,|　"):
        return None
    filled = [text for box, text in found if box in _FILLED_BOXES]
    if len(filled) == 1:
        return Said(_MEANING[filled[0]], place, f"「{_quoted(cell)}」のうち「{filled[0]}」に印があります。")
    if not filled and all(box in "□☐◻" for box, _ in found):
        return Said("blank", place, "選択肢のどれにも印がありません。")
    return None


def _formula(cell: Cell, place: str) -> Said:
    shown = f"（保存された計算結果は「{_quoted(cell)}」）" if cell.text else ""
    return Said("unread", place, f"回答が数式で入っています{shown}。数式は計算せず、回答として数えません。")


def _places(columns: dict[str, tuple[Cell, str]], answers: list[str]) -> str:
    return ", ".join(dict.fromkeys(columns[answer][1] for answer in answers))


def _quoted(cell: Cell) -> str:
    text = re.sub(r"\s+", " ", cell.text)
    return text if len(text) <= 40 else f"{text[:40]}…"
