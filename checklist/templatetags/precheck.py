"""Where a point of the 点検前チェック leads."""

import re
from collections.abc import Mapping

from django import template
from django.urls import reverse

register = template.Library()
_SECTION = re.compile(r"^([0-9]+)章$")
_CHAPTERS = re.compile(r"残る章$")


@register.filter
def cure(point: Mapping, clinic_code: str) -> str:
    """The path of the page on which a point of checklist.precheck is put right."""
    return reverse(point["url_name"], args=[clinic_code, *point["args"]])


@register.filter
def on_paper(words: str) -> str:
    """The words of a point or a group as the printed list has them: 章 there is a chapter of the report."""
    return _CHAPTERS.sub("残る項目区分", _SECTION.sub(r"項目区分\1", words))
