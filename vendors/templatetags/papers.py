"""Words about papers that expire."""

from datetime import date

from django import template

from vendors import lines

register = template.Library()


@register.filter
def expiry(paper, today: date) -> str:
    return lines.expiry(paper, today)
