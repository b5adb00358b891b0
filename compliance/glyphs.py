"""Every character of a print has a glyph in the shipped font: no machine's own fonts are ever asked. Pure."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).resolve().parent / "print" / "fonts"
# Marks and well-known variants that the font lacks, and what is printed for them.
SIMILAR = {"☐": "□", "☑": "✓", "☒": "×", "✔": "✓", "✗": "×", "✘": "×", "𠮷": "吉"}
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789", strict=True))
_COMBINING = "\u0300-\u036f\u3099\u309a"
_DECOMPOSED = re.compile(f"[^{_COMBINING}][{_COMBINING}]+")
_VARIANT = re.compile("(.)([\ufe00-\ufe0f\U000e0100-\U000e01ef])")


@lru_cache(maxsize=1)
def covered() -> frozenset[str]:
    """The characters that the font draws by themselves."""
    drawn = {chr(code) for code in _cmap().getBestCmap()} | {"\n", "\t"}
    unseen = {"\u00ad", *re.findall(f"[{_COMBINING}]", "".join(drawn))}  # a soft hyphen shows nothing
    return frozenset(drawn - set(SUPERSCRIPTS) - unseen)


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
    """`html` in characters of the font alone: others become what is like them, or their code."""
    if set(html) <= covered():
        return html
    head, end, body = _composed(html).rpartition("</head>")
    raised = {mark: f"<sup>{digit}</sup>" for mark, digit in SUPERSCRIPTS.items()}
    return _replaced(head, SUPERSCRIPTS) + end + _replaced(body, raised)


def _composed(text: str) -> str:
    """Lines end in LF; marks join their letter; a variant that the font does not know becomes the plain character."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _DECOMPOSED.sub(lambda match: unicodedata.normalize("NFC", match[0]), text)
    return _VARIANT.sub(lambda match: match[0] if match[0] in _variants() else match[1], text)


def _missing(text: str) -> set[str]:
    known = {match[2] for match in _VARIANT.finditer(text)}  # selectors that the font understands
    return set(text) - covered() - known


def _replaced(text: str, marks: dict[str, str]) -> str:
    return text.translate(str.maketrans({each: _instead(each) for each in _missing(text)} | marks))


def _instead(character: str) -> str:
    if character in SIMILAR:
        return SIMILAR[character]
    plain = unicodedata.normalize("NFKC", character)
    return plain if plain and set(plain) <= covered() else code_of(character)


def code_of(character: str) -> str:
    """「[U+1F600]」: what is printed for a character that the font lacks; nothing is dropped silently."""
    return f"[U+{ord(character):04X}]"


def lacking(text: str) -> list[str]:
    """The codes that stand for characters of the text, in order of their code points."""
    if set(text) <= covered():
        return []
    missing = sorted(_missing(_composed(text)) - set(SUPERSCRIPTS))
    return [code_of(each) for each in missing if _instead(each) == code_of(each)]
