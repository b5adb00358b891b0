"""Closing something from 要対応: the day is asked for, and never filled in by us."""

from django import forms
from django.utils import timezone

from compliance.fields import DateField, TextField, not_in_the_future


class PastDay(DateField):
    def clean(self, value):
        day = super().clean(value)
        not_in_the_future(day, timezone.localdate())
        return day


class CloseItemForm(forms.Form):
    confirmed_on = PastDay(
        label="確認日",
        help_text="書類や現物を見て確かめた日",
        error_messages={"required": "確認日を入力してください。書類や現物を見て確かめた日です。"},
    )
    evidence_place = TextField(
        label="根拠の保管場所（任意）",
        rows=2,
        required=False,
        help_text="例：院長室キャビネット・青ファイル3",
    )


class CloseRiskForm(forms.Form):
    done_on = PastDay(
        label="実施した日",
        error_messages={"required": "実施した日を入力してください。例：2026-11-05"},
    )
