"""Filters of the report. They format; they decide nothing."""

from django import template

from checklist.applicability import NO, UNCLEAR, YES
from checklist.choices import Status
from checklist.parts import Part, place_of

register = template.Library()

MARKS = {
    Status.DONE: "●",
    Status.OPEN: "▲",
    Status.NOT_APPLICABLE: "－",
    Status.UNSURE: "？",
    Status.UNANSWERED: "○",
}
VERDICTS = {YES: "YES", NO: "NO", UNCLEAR: "要確認"}


@register.filter
def mark(status: str) -> str:
    """The sign of a 対応状況, told apart by shape; see the legend."""
    return MARKS[status]


@register.filter
def counted(counts: dict) -> str:
    """「● 実施済 5、▲ 未実施・対応中 1」: items by 対応状況, without those of which there are none."""
    return "、".join(f"{MARKS[each]} {each.label} {counts[each]}" for each in MARKS if counts[each])


@register.filter
def papers_of(evidence: list[dict] | None, shown: str) -> str:
    """「E-01、E-03」: the numbers of an item's papers in the evidence index."""
    return "、".join(each["number"] for each in evidence or () if shown in each["items"])


@register.filter
def place(parts: list[Part], key: str) -> str:
    """「Ⅲ章」 of the part that is meant; see parts.place_of."""
    return place_of(key, parts)


@register.filter
def pairs(named: list[list[str]] | dict[str, str]) -> list:
    """[label, text] in order; snapshots of v0.5 named them in a dict, whose order was lost."""
    return list(named.items()) if isinstance(named, dict) else named


@register.filter
def place_in_brackets(parts: list[Part], key: str) -> str:
    """The same where the page puts it into brackets."""
    return place_of(key, parts, in_brackets=True)


@register.filter
def verdict(answer: str) -> str:
    """YES, NO or 要確認 of one server in 図1."""
    return VERDICTS[answer]
