"""Words about papers that expire."""

from datetime import date

from django import template

from vendors import register_words

register = template.Library()


@register.filter
def expiry(paper, today: date) -> str:
    return register_words.expiry(paper, today)
