"""Every character of a print has a glyph in the shipped font: no machine's own fonts are ever asked. Pure."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent / "print" / "fonts"
GETA = "〓"  # what Japanese printers set for a character they lack
# Marks and well-known variants that the font lacks, and what is printed for them.
SIMILAR = {"☐": "□", "☑": "✓", "☒": "×", "✔": "✓", "✗": "×", "✘": "×", "𠮷": "吉"}
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
_COMBINING = "\u0300-\u036f\u3099\u309a"
_DECOMPOSED = re.compile(f"[^{_COMBINING}][{_COMBINING}]+")
_VARIANT = re.compile("(.)([\ufe00-\ufe0f\U000e0100-\U000e01ef])")
_INVISIBLE = {"Cc", "Cf", "Mn", "Me"}


@lru_cache(maxsize=1)
def covered() -> frozenset[str]:
    """The characters that the font draws by themselves."""
    drawn = {chr(code) for code in _cmap().getBestCmap()} | {"\n", "\t"}
    return frozenset(drawn - set(SUPERSCRIPTS) - set(re.findall(f"[{_COMBINING}]", "".join(drawn))))


@lru_cache(maxsize=1)
def _variants() -> frozenset[str]:
    """The sequences of a character and a variation selector that the font knows: 異体字 of names."""
    table = next(table for table in _cmap().tables if table.format == 14)
    return frozenset(chr(base) + chr(after) for after, bases in table.uvsDict.items() for base, _ in bases)


def _cmap():
    font = TTFont(FONTS / "BIZUDPGothic_400Regular.ttf", lazy=True)
    font.setGlyphOrder([str(n) for n in range(font["maxp"].numGlyphs)])  # saves reading 20,000 glyph names
    return font["cmap"]


def printable(html: str) -> str:
    """`html` in characters of the font alone: others become what is like them, or 〓."""
    if set(html) <= covered():
        return html
    html = _DECOMPOSED.sub(lambda match: unicodedata.normalize("NFC", match[0]), html)
    html = _VARIANT.sub(lambda match: match[0] if match[0] in _variants() else match[1], html)
    head, end, body = html.rpartition("</head>")
    raised = {mark: f"<sup>{digit}</sup>" for mark, digit in SUPERSCRIPTS.items()}
    return _replaced(head, SUPERSCRIPTS) + end + _replaced(body, raised)


def _replaced(text: str, marks: dict[str, str]) -> str:
    known = {match[2] for match in _VARIANT.finditer(text)}  # selectors that the font understands
    lacking = set(text) - covered() - known
    return text.translate(str.maketrans({each: _instead(each) for each in lacking} | marks))


def _instead(character: str) -> str:
    if character in SIMILAR:
        return SIMILAR[character]
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    plain = unicodedata.normalize("NFKC", character)
    return plain if set(plain) <= covered() else GETA
