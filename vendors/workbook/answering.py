"""What a vendor wrote as an answer. Only words and marks that leave no doubt count. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from vendors.workbook.cells import Cell
from vendors.workbook.numbering import uncircled
from vendors.workbook.readings import WORDS
from vendors.workbook.texts import plain

_SPELLINGS = {
    "yes": ("はい", "ハイ", "yes", "y"),
    "no": ("いいえ", "イイエ", "no", "n"),
    "na": ("対象外", "n/a", "na", "n.a"),
}
_MEANING = {spelling: answer for answer, spellings in _SPELLINGS.items() for spelling in spellings}
_COUNT = r"\d{1,3}(?:[,、・/]\d{1,3})*"
_REFERENCE = rf"(?:[※*]|備考|注(?:釈|記)?|参照|remark|note)+(?:欄|no)?[.:]?(?:\(?{_COUNT}\)?)?(?:を?参照)?"
_ELSEWHERE = rf"(?:右記|左記|上記|下記|別紙|別添)(?:{_COUNT})?(?:を?参照)?"
_TAIL = (
    rf"(?P<ref>[(\[](?:{_REFERENCE}|{_COUNT})[)\]]|{_REFERENCE})?"
    rf"(?:[(\[](?P<elsewhere>{_ELSEWHERE})[)\]])?"
)
_WITH_REFERENCE = re.compile(rf"(?P<word>.+?)[。.]*{_TAIL}")
_AFTER_MARK = re.compile(_TAIL)
_ENUMERATED = re.compile(r"^\(?\d[.:)、](?=.)")
_EXPLAINED = re.compile(r"\s*(?:いいえ|イイエ|no)\s*[(\[](.{2,})[)\]]\s*", re.IGNORECASE | re.DOTALL)
_OTHER_WORD = re.compile(r"はい|対象外|該当|一部|部分|要|ない$|なし|yes|n/?a", re.IGNORECASE)
_LONGEST_ANSWER = 60
_MARKS = set("○◯〇◎●⭕レㇾv√✓✔🗸☑✅■◼1")
_BLANKS = {"", "□", "☐", "◻", "0", "false"}
_DASHES = set("-‐–—―−ー─")
_BOX = re.compile(r"([□☐◻■◼☑✓✔✅●○◯〇レ])\s*(はい|いいえ|対象外)", re.IGNORECASE)
_FILLED_BOXES = set("■◼☑✓✔✅●レ")
_TICKS = set("■◼☑✓✔✅")


@dataclass(frozen=True)
class Said:
    """What stands at one question: an answer, the cells that say so, and why it was taken so.

    `reference` is the number of a remark that the answer names: はい（備考1）; `note` is a remark of its own.
    """

    answer: str
    cell: str = ""
    why: str = ""
    reference: str = ""
    note: str = ""


class Word(NamedTuple):
    answer: str
    reference: str = ""
    note: str = ""


def word(cell: Cell) -> Word | None:
    """What a cell says that answers はい, いいえ or 対象外 in a word; else None."""
    if cell.kind != "text" or len(cell.text) > _LONGEST_ANSWER:
        return None
    text = _ENUMERATED.sub("", plain(uncircled(cell.text)).strip("「」'\""))
    found = _WITH_REFERENCE.fullmatch(text)
    if found and (meaning := _meaning(found["word"])):
        return Word(meaning, _counted(found["ref"]), found["elsewhere"] or "")
    return _explained(cell.text)


def _meaning(text: str) -> str:
    """はい, (はい), ☑はい, はい/Yes and Yes(はい) are one answer; two different ones are none."""
    single = text[1:] if text[:1] in _TICKS else text
    pieces = [each for each in re.split(r"[/()\[\]【】]", single.replace("n/a", "na")) if each]
    meanings = {_MEANING.get(each, "") for each in pieces}
    return meanings.pop() if len(meanings) == 1 else ""


def _explained(text: str) -> Word | None:
    """いいえ（2026年対応予定） says no, and why; はい with words of its own leaves a doubt."""
    found = _EXPLAINED.fullmatch(unicodedata.normalize("NFKC", text))
    return Word("no", "", found[1].strip()) if found and not _OTHER_WORD.search(found[1]) else None


def is_dash(cell: Cell) -> bool:
    return plain(cell.text) in _DASHES


def is_mark(cell: Cell) -> bool:
    """Whether a cell holds a sign that marks something, and no number."""
    return bool(cell.text) and plain(cell.text) != "1" and _marked(cell.text)[0] == "marked"


def speaks(cell: Cell) -> bool:
    """Whether a cell holds a word or a mark that answers."""
    return word(cell) is not None or (bool(cell.text) and _marked(cell.text)[0] == "marked")


def single(cell: Cell, place: str) -> Said:
    """The answer of a sheet with one column for it."""
    if cell.kind == "formula":
        return _formula(cell, place)
    if not cell.text:
        return Said("blank", place, "回答欄が空です。")
    if cell.kind == "struck":
        return Said("unread", place, f"「{_quoted(cell)}」に取り消し線があるため、回答として数えません。")
    if found := word(cell):
        return Said(
            found.answer, place, f"回答欄に「{_quoted(cell)}」とあります。", found.reference, found.note
        )
    return _boxes(cell, place) or Said(
        "unread", place, f"「{_quoted(cell)}」は、はい・いいえ・対象外のどれとも読めません。"
    )


def chosen(columns: dict[str, tuple[Cell, str]]) -> Said:
    """The answer of a sheet with a column per answer: {"yes": (cell, place), …}.

    A name with "other" is any other choice, one with "note" a column that may also tell more about a choice.
    """
    for cell, place in columns.values():
        if cell.kind == "formula":
            return _formula(cell, place)
    signs = {answer: _sign(answer, cell) for answer, (cell, _) in columns.items()}
    marked, strange, dashed = (
        [answer for answer in signs if signs[answer][0] == kind] for kind in ("marked", "strange", "dash")
    )
    if len(marked) > 1:
        return Said("unread", _places(columns, marked), "2つ以上の欄に印があります。どれが回答か読めません。")
    if not marked:
        strange = strange or dashed
        blank = Said("blank", _places(columns, list(columns)), "どの回答欄にも印がありません。")
        return _strange(columns, strange) if strange else blank
    notes = [name for name in strange if _tells_more(marked[0], name, columns[name][0])]
    if notes != strange or marked[0] not in WORDS:
        return _strange(columns, marked + strange)
    cell, place = columns[marked[0]]
    _, reference, note = signs[marked[0]]
    why = f"「{WORDS[marked[0]]}」の欄に「{_quoted(cell)}」とあります。"
    told = "\n".join(filter(None, [note, *(columns[name][0].text for name in notes)]))
    return Said(marked[0], place, why, reference, told)


def _tells_more(answer: str, name: str, cell: Cell) -> bool:
    """Whether a text beside a marked answer explains it; beside はい, an 一部対応 with words may take it back."""
    is_free = name.startswith("note") or (name.startswith("other") and answer != "yes")
    is_text = cell.kind not in ("struck", "error") and len(plain(cell.text)) > 1
    return is_free and is_text and word(cell) is None


def _strange(columns: dict[str, tuple[Cell, str]], answers: list[str]) -> Said:
    written = "、".join(_quoted(columns[answer][0]) for answer in answers)
    return Said("unread", _places(columns, answers), f"回答欄に「{written}」とあり、どの回答か読めません。")


def _sign(answer: str, cell: Cell) -> tuple[str, str, str]:
    """("empty" | "marked" | "dash" | "strange", number of a remark, remark) of a choice's own cell."""
    text = plain(cell.text)
    if cell.kind == "struck":
        return "strange", "", ""
    if text in _BLANKS or text in _DASHES:
        return ("empty" if text in _BLANKS else "dash"), "", ""
    if said := word(cell):
        return ("marked" if said.answer == answer else "strange"), said.reference, said.note
    return _marked(cell.text)


def _marked(written: str) -> tuple[str, str, str]:
    # A mark may itself be ①, but what follows one is a number in brackets.
    text = plain(written[:1]) + plain(uncircled(written[1:]))
    if text == "true":
        return "marked", "", ""
    found = _AFTER_MARK.fullmatch(text[1:]) if text[:1] in _MARKS and len(text) <= _LONGEST_ANSWER else None
    return ("marked", _counted(found["ref"]), found["elsewhere"] or "") if found else ("strange", "", "")


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
