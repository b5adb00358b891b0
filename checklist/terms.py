"""用語: words that a clinic meets here, explained in our own words. Pure: no Django, no database.

fixtures/terms.toml holds them; the page shows them by their reading, as a dictionary does.
"""

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "fixtures" / "terms.toml"
ROWS = "あかさたなはまやらわ"
SMALL = str.maketrans("ぁぃぅぇぉっゃゅょゎ", "あいうえおつやゆよわ")


@dataclass(frozen=True)
class Term:
    """`key` is its anchor; `also` other names; `items` codes of the 遵守項目 where it matters most."""

    key: str
    word: str
    reading: str
    text: str
    also: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    @property
    def row(self) -> str:
        """「か」 for がいぶほぞん"""
        return max(row for row in ROWS if row <= self._order[0][0])

    @property
    def _order(self) -> tuple[str, str]:
        return _plain(self.reading), self.reading

    @property
    def latin(self) -> list[str]:
        """Its names in Latin letters, which nobody looks for under a kana."""
        return re.findall(r"[A-Za-z]{2,}", " ".join((self.word, *self.also)))

    @property
    def shown(self) -> list[str]:
        """Its items as the guideline writes them: 10⑨"""
        places = (code.split("-") for code in self.items)
        return [section + chr(ord("①") + int(number) - 1) for section, number in places]


@cache
def terms(file: Path = FILE) -> tuple[Term, ...]:
    """All of them in the order of their readings; read once in a process."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))["term"]
    found = [Term(**{name: _frozen(value) for name, value in table.items()}) for table in tables]
    return tuple(sorted(found, key=lambda term: term._order))


def by_row() -> list[tuple[str, list[Term]]]:
    """[("あ", [...]), ("か", [...]), …]"""
    return [(row, list(group)) for row, group in groupby(terms(), lambda term: term.row)]


def in_latin() -> list[tuple[str, str]]:
    """[("BCP", its key), …] by letter"""
    return sorted({(name, term.key) for term in terms() for name in term.latin})


def problems(codes: Collection[str]) -> Iterator[str]:
    """What is wrong with the file, as sentences. `codes` are the guideline's items."""
    keys = [term.key for term in terms()]
    yield from (f"{key} stands twice" for key in sorted(set(keys)) if keys.count(key) > 1)
    for term in terms():
        yield from (f"{term.key}: {code} is no item" for code in term.items if code not in codes)
        if not all("ぁ" <= letter <= "ん" or letter == "ー" for letter in term.reading):
            yield f"{term.key}: {term.reading} is not in hiragana"


def _plain(reading: str) -> str:
    """Without voicing marks and small letters: dictionaries sort so."""
    letters = unicodedata.normalize("NFD", reading.translate(SMALL))
    return "".join(each for each in letters if not unicodedata.combining(each))


def _frozen(value: str | list[str]) -> str | tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else value
