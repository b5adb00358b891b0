"""Where a line of the 要対応 list leads."""

from django import template
from django.urls import reverse

from checklist.todo import Todo

register = template.Library()


@register.filter
def page_of(each: Todo, clinic_code: str) -> str:
    """The path of the page on which it is done."""
    return reverse(each.url_name, args=[clinic_code, *each.args])


@register.filter
def closing_of(each: Todo, clinic_code: str) -> str:
    """The path of the form that closes it."""
    return reverse(each.closing, args=[clinic_code, *each.closing_args])


@register.filter
def list_with(query: str, clinic_code: str) -> str:
    """The list as one of its filters shows it."""
    path = reverse("todo", args=[clinic_code])
    return f"{path}?{query}" if query else path
