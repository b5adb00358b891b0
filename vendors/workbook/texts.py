"""Texts of cells: cleaned, compared, and likened to each other. Pure."""

import re
import unicodedata

LONGEST = 32_767  # what a cell of Excel holds
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """`text` as a cell can hold it: no control characters, LF line ends, nothing blank around it."""
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def plain(text: str) -> str:
    """For comparing: half-width, lower case, no blanks."""
    return re.sub(r"[\s\ufe0e\ufe0f]", "", unicodedata.normalize("NFKC", text)).lower()


def likeness(one: str, other: str) -> float:
    """0.0-1.0, by the pairs of neighbouring characters that both have (Dice)."""
    mine, theirs = _pairs(plain(one)), _pairs(plain(other))
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine and theirs else 0.0


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(min(len(text), 1_000) - 1)}
