from django import forms

from compliance.choices import Reminders, Role
from compliance.fields import ChoiceField, EmailField, TextField
from compliance.models import Membership, User

ROLES = [
    (Role.ADMIN.value, "管理担当（すべて。確定・発行・招待も）"),
    (Role.EDITOR.value, "記入担当（回答・システム・開示書の記入）"),
    (Role.VIEWER.value, "閲覧者（見る・印刷する）"),
]


class RoleField(forms.ChoiceField):
    def __init__(self, **kwargs):
        messages = {
            "required": "役割を選んでください。",
            "invalid_choice": "役割を、3つの中から選んでください。",
        }
        super().__init__(
            label="役割", choices=ROLES, widget=forms.RadioSelect, error_messages=messages, **kwargs
        )


class InvitationForm(forms.Form):
    email = EmailField(example="hanako@example.jp", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = RoleField(initial=Role.EDITOR.value)

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class RoleForm(forms.Form):
    """A role, and the one that the page was opened with."""

    role = RoleField()
    was = forms.CharField(widget=forms.HiddenInput, required=False)


class NameForm(forms.Form):
    name = TextField(label="氏名", error_messages={"required": "氏名を入力してください。例：山田 花子"})

    @classmethod
    def of(cls, user: User) -> "NameForm":
        return cls(initial={"name": user.name})


class RemindersForm(forms.Form):
    """期限のお知らせメール: one choice for each of the person's clinics."""

    def __init__(self, *args, members: list[Membership], **kwargs):
        super().__init__(*args, **kwargs)
        self.members = {f"reminders-{each.clinic.code}": each for each in members}
        for name, each in self.members.items():
            self.fields[name] = ChoiceField(
                label=each.clinic.name, choices=Reminders.choices, initial=each.reminders
            )

    @property
    def wishes(self) -> list[tuple[Membership, str]]:
        return [(each, self.cleaned_data[name]) for name, each in self.members.items()]
