from datetime import date

from django import forms
from django.contrib.auth import password_validation

from compliance.dates import wareki
from compliance.fields import DateField, TextField
from compliance.models import Clinic, User


class PasswordField(forms.CharField):
    """A new password; its rules are the installation's validators."""

    def __init__(self, **kwargs):
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(strip=False, widget=widget, **kwargs)


def check_password(form: forms.Form, user: User) -> None:
    """Put what is wrong with the typed password beside its field."""
    if password := form.cleaned_data.get("password"):
        try:
            password_validation.validate_password(password, user)
        except forms.ValidationError as error:
            form.add_error("password", error)


def their_values(form: forms.Form, current) -> list[tuple[str, str]]:
    """(label, value in words) of what somebody else saved first, to show beside a form that came too late."""
    return [(field.label, _in_words(current, name)) for name, field in form.fields.items()]


def _in_words(row, name: str) -> str:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name, None)
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    return wareki(value) if isinstance(value, date) else str(value or "（空欄）")


class RecordForm(forms.Form):
    """A form over one row, `target`, which may be unsaved yet."""

    def __init__(self, data=None, files=None, *, target):
        self.target = target
        super().__init__(data, files, initial=self.standing(target))

    def standing(self, row) -> dict:
        """What the fields show of a row."""
        return {name: getattr(row, name, None) for name in self.base_fields}

    def values(self) -> dict:
        """What the model's verb takes."""
        return self.cleaned_data

    def theirs(self, current) -> list[tuple[str, str]]:
        """(label, words) of what somebody else saved first."""
        return their_values(self, current)


class ClinicForm(forms.Form):
    """医療機関の情報, as printed on the cover of the report."""

    name = TextField(
        label="医療機関の名称", error_messages={"required": "医療機関の名称を入力してください。"}
    )
    organization = TextField(label="開設者（法人名など）", required=False)
    address = TextField(label="所在地", max_length=200, required=False)
    phone = TextField(label="電話番号", max_length=40, required=False)
    institution_code = TextField(
        label="医療機関コード", max_length=10, required=False, help_text="保険医療機関の番号（10桁まで）"
    )
    director = TextField(label="管理者（院長）の氏名", required=False)
    safety_officer = TextField(
        label="医療情報システム安全管理責任者の氏名",
        required=False,
        help_text="必ず置くことになっています（4.1②）。院長が兼ねてもかまいません。",
    )
    safety_officer_since_on = DateField(label="安全管理責任者になった日", required=False)

    @classmethod
    def of(cls, clinic: Clinic) -> "ClinicForm":
        return cls(initial={name: getattr(clinic, name) for name in cls.base_fields})


class WelcomeForm(forms.Form):
    """What a person fills in who opens a one-time link."""

    name = TextField(
        label="あなたの氏名", error_messages={"required": "氏名を入力してください。例：山田 花子"}
    )
    password = PasswordField(
        label="パスワード",
        help_text="12文字以上。ほかで使っていないものにしてください。",
        error_messages={"required": "パスワードを入力してください。"},
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self):
        check_password(self, self.user)
        return super().clean()
