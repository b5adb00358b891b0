"""Filters and tags of every template. They format; they decide nothing."""

from datetime import date, datetime

from django import forms, template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from compliance.choices import Permission
from compliance.dates import both_calendars, wareki
from compliance.sessions import signed_writer

register = template.Library()

KEPT = "入力した内容は、そのまま残っています。まだ保存されていません。"
BUT_PASSWORDS = "パスワードのほかは、入力した内容が残っています。パスワードは、もう一度入力してください。"
BUT_FILES = "選んだファイルがあれば、もう一度選んでください。"


def _day(value: str | date | datetime | None) -> date | None:
    if isinstance(value, str) and value:
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value or None


@register.filter(name="wareki")
def as_wareki(value) -> str:
    """令和8年11月5日; empty for nothing. Takes dates, datetimes and their ISO texts."""
    return wareki(day) if (day := _day(value)) else ""


@register.filter(name="both_calendars")
def as_both_calendars(value) -> str:
    return both_calendars(day) if (day := _day(value)) else ""


@register.filter
def short_day(value) -> str:
    """11月5日"""
    return f"{day.month}月{day.day}日" if (day := _day(value)) else ""


@register.filter
def clock(value) -> str:
    """14:03 in Japan; takes datetimes and their ISO texts."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{timezone.localtime(moment):%-H:%M}" if moment else ""


@register.simple_tag
def glyph(name: str, extra: str = "") -> SafeString:
    """One of the marks of components/sprite.html."""
    return format_html('<svg class="glyph {}" aria-hidden="true"><use href="#m-{}"/></svg>', extra, name)


@register.simple_tag(takes_context=True)
def typed_by(context) -> SafeString:
    """The hidden field that lets a form outlive its session."""
    user = context["request"].user
    if not user.is_authenticated:
        return mark_safe("")
    return format_html('<input type="hidden" name="typed_by" value="{}">', signed_writer(user))


@register.filter
def may(member, permission: str) -> bool:
    """{% if member|may:"answer" %}: whether to offer what the view would refuse."""
    return member.may(Permission(permission))


@register.filter
def get(mapping: dict, key: str):
    return mapping.get(key)


@register.filter
def kept_words(form: forms.BaseForm) -> str:
    """What a refused form still holds, in words; browsers get no password and no file back."""
    widgets = [field.field.widget for field in form.visible_fields()]
    if not getattr(form, "keeps_typed", True) or all(isinstance(each, forms.FileInput) for each in widgets):
        return ""
    if any(isinstance(each, forms.PasswordInput) for each in widgets):
        return BUT_PASSWORDS
    return KEPT + (BUT_FILES if form.is_multipart() else "")
