"""Form fields that say in Japanese what to do, and keep what was typed."""

import re
import unicodedata
from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from compliance.dates import parse_date

LONG = 1000  # characters of a note, plan or reason
SHORT = 100  # characters of a name or a place


def _is_control(character: str) -> bool:
    """Noncharacters too, but nothing that is merely newer than Python's table of characters."""
    if unicodedata.category(character) in {"Cc", "Cs"}:
        return character not in "\n\t"
    return ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF


def without_control_characters(text: str) -> None:
    """ValidationError where a character can be neither seen nor printed; line ends and tabs are fine."""
    if any(_is_control(each) for each in text):
        raise ValidationError(
            "画面や紙に出せない文字（制御文字）が入っています。消してから保存してください。", code="control"
        )


class TextField(forms.CharField):
    """One line, or several with `rows`; counts what was typed when it is too long."""

    def __init__(self, *, rows: int = 0, max_length: int | None = None, **kwargs):
        self.limit = max_length or (LONG if rows else SHORT)
        widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
        kwargs.setdefault("widget", widget)
        super().__init__(**kwargs)
        self.validators = [without_control_characters, self._short_enough]

    def to_python(self, value) -> str:
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")

    def _short_enough(self, text: str) -> None:
        if len(text) > self.limit:
            over = len(text) - self.limit
            raise ValidationError(
                f"{self.limit:,}文字までです。{over:,}文字減らしてください。", code="too_long"
            )


def plain_address(typed: str) -> str:
    """A mail address as meant: an input method leaves ＠ and full-width letters."""
    return unicodedata.normalize("NFKC", typed).strip()


def plain_code(typed: str) -> str:
    """A code as meant: full-width digits are digits, blanks only group them, and any keyboard's hyphen is one."""
    return re.sub("[‐‒–—―−─ー]", "-", "".join(unicodedata.normalize("NFKC", typed).split()))


class PlainAddress:
    """Of an e-mail field: what is checked and kept is the plain address."""

    def to_python(self, value) -> str:
        return plain_address(super().to_python(value))


class EmailField(PlainAddress, forms.EmailField):
    """An address of up to 254 characters, as long as a mail address may be."""

    def __init__(self, *, example: str, **kwargs):
        messages = {
            "required": "メールアドレスを入力してください。",
            "invalid": f"メールアドレスの形になっていません。例：{example}",
            "max_length": "メールアドレスは254文字までです。",
        }
        super().__init__(max_length=254, error_messages=messages, label="メールアドレス", **kwargs)


class DateInput(forms.DateInput):
    """A native date input; what is no ISO date stays visible as typed text."""

    input_type = "date"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        if not _is_iso(context["widget"]["value"]):
            context["widget"]["type"] = "text"
        return context

    def format_value(self, value):
        return value.isoformat() if isinstance(value, date) else value


def _is_iso(value: str | None) -> bool:
    try:
        return not value or date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


class DateField(forms.DateField):
    """A day in any usual way of writing; years 1926 to 2100."""

    widget = DateInput

    def to_python(self, value) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            day = parse_date(value)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from None
        if not 1926 <= day.year <= 2100:
            raise ValidationError(f"{day.year}年になっています。年を確かめてください。", code="invalid")
        return day


def not_in_the_future(day: date | None, today: date) -> None:
    if day and day > today:
        raise ValidationError("まだ来ていない日付です。今日までの日付にしてください。", code="future")


class ChoiceField(forms.ChoiceField):
    """Radios. The sentence names what to choose."""

    def __init__(self, *, choices, missing: str = "1つ選んでください。", **kwargs):
        messages = {"required": missing, "invalid_choice": "一覧にない値です。選び直してください。"}
        super().__init__(choices=choices, widget=forms.RadioSelect, error_messages=messages, **kwargs)
