"""Shared strings and cell formats: what a number is shown as, and which texts are struck through."""

import re
from dataclasses import dataclass

from vendors.workbook.parsing import Attributes, parse, unescaped

_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}


@dataclass(frozen=True)
class Styles:
    """Indexes of cell formats, as cells refer to them."""

    dates: frozenset[str]
    struck: frozenset[str]


@dataclass(frozen=True)
class Shared:
    text: str
    is_struck: bool


def strings(content: bytes) -> list[Shared]:
    """The shared strings, without furigana; struck where any of their runs is."""
    reader = _Strings()
    parse(content, reader.start, reader.end, reader.text)
    return reader.found


def styles(content: bytes) -> Styles:
    reader = _Formats()
    parse(content, reader.start, reader.end)
    return Styles(frozenset(reader.dates), frozenset(reader.struck))


class _Strings:
    def __init__(self) -> None:
        self.found: list[Shared] = []
        self.texts: list[str] = []
        self.in_text = self.in_phonetic = self.is_struck = False

    def start(self, tag: str, at: Attributes) -> None:
        if tag == "t":
            self.in_text = True
        elif tag == "rPh":
            self.in_phonetic = True
        elif tag == "strike" and at.get("val", "1") not in ("0", "false"):
            self.is_struck = True

    def end(self, tag: str) -> None:
        if tag == "t":
            self.in_text = False
        elif tag == "rPh":
            self.in_phonetic = False
        elif tag == "si":
            self.found.append(Shared(unescaped("".join(self.texts)), self.is_struck))
            self.texts, self.is_struck = [], False

    def text(self, text: str) -> None:
        if self.in_text and not self.in_phonetic:
            self.texts.append(text)


class _Formats:
    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self.fonts: list[bool] = []
        self.dates: set[str] = set()
        self.struck: set[str] = set()
        self.within = ""
        self.count = 0

    def start(self, tag: str, at: Attributes) -> None:
        if tag in ("fonts", "cellXfs", "dxfs", "cellStyleXfs"):
            self.within = tag
        elif tag == "numFmt":
            self.codes[at.get("numFmtId", "")] = at.get("formatCode", "")
        elif tag == "font" and self.within == "fonts":
            self.fonts.append(False)
        elif tag == "strike" and self.within == "fonts":
            self.fonts[-1] = at.get("val", "1") not in ("0", "false")
        elif tag == "xf" and self.within == "cellXfs":
            self._format(at)

    def end(self, tag: str) -> None:
        if tag == self.within:
            self.within = ""

    def _format(self, at: Attributes) -> None:
        if _shows_date(at.get("numFmtId", "0"), self.codes):
            self.dates.add(str(self.count))
        font = int(at.get("fontId", "0"))
        if 0 <= font < len(self.fonts) and self.fonts[font]:
            self.struck.add(str(self.count))
        self.count += 1


def _shows_date(format_id: str, codes: dict[str, str]) -> bool:
    if format_id not in codes:
        return format_id.isdigit() and int(format_id) in _DATE_FORMATS
    code = re.sub(r'"[^"]*"|\[[^\]]*\]|\\.|_.|E[+-]|General', "", codes[format_id].split(";")[0])
    return bool(re.search(r"[ymdge]", code, re.IGNORECASE))
