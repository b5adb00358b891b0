"""How texts stand on pages and paper. The filters format; they decide nothing."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

MOST_LINES = 15


@register.filter
def rich(text: dict) -> SafeString:
    """A Text as HTML: what it emphasises as <b>, its footnote marks as <sup>, its line breaks as <br>."""
    words = text["text"]
    tags = [(at, tag) for each in text.get("emphasis", ()) for at, tag in _bold(words, each)]
    tags += [place for each in text.get("footnotes", ()) for place in _reference(words, each)]
    parts, done = [], 0
    for at, tag in sorted(tags, key=lambda each: each[0]):
        parts += [escape(words[done:at]), tag]
        done = at
    return mark_safe("".join([*parts, escape(words[done:])]).replace("\n", "<br>"))  # noqa: S308 (escaped)


def _bold(words: str, part: str) -> list[tuple[int, str]]:
    start = words.find(part)
    return [(start, "<b>"), (start + len(part), "</b>")] if start >= 0 else []


def _reference(words: str, reference: dict) -> list[tuple[int, str]]:
    start = words.find(reference["after"])
    return [(start + len(reference["after"]), f"<sup>{reference['number']:d}</sup>")] if start >= 0 else []


@register.filter
def few_lines(text: str) -> str:
    """What was typed, with its lines; a tower of very many lines is set as running text, parted by ／."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "\n".join(lines) if len(lines) <= MOST_LINES else " ／ ".join(lines)


@register.filter
def w3c(moment: str) -> str:
    """An ISO moment to the second in Japan's time, as a PDF's dates want it; empty for nothing."""
    return timezone.localtime(datetime.fromisoformat(moment)).isoformat(timespec="seconds") if moment else ""


@register.filter
def in_eights(digest: str) -> str:
    """A hexadecimal digest in groups of eight, to be read aloud."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
