"""Where a point of the 点検前チェック leads."""

from collections.abc import Mapping

from django import template
from django.urls import reverse

register = template.Library()


@register.filter
def cure(point: Mapping, clinic_code: str) -> str:
    """The path of the page on which a point of checklist.precheck is put right."""
    return reverse(point["url_name"], args=[clinic_code, *point["args"]])
