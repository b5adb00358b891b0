from collections.abc import Iterable

from django import forms
from django.utils import timezone

from compliance.fields import ChoiceField, DateField, EmailField, TextField, not_in_the_future
from compliance.models import Clinic
from compliance.uploads import Upload, UploadField, for_clinic
from vendors.choices import SHEETS, DisclosureKind, Source
from vendors.models import Disclosure, DisclosureRequest, System
from vendors.models.requests import DAYS, MOST_DAYS


class AskForm(forms.Form):
    """提出依頼: which sheets, for how long, to whom."""

    kinds = forms.MultipleChoiceField(
        label="回答してもらう開示書",
        choices=[(each.value, each.label) for each in SHEETS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "MDSかSDSを選んでください。",
            "invalid_choice": "一覧にない種類です。選び直してください。",
        },
    )
    days = forms.IntegerField(
        label="リンクの有効期間（日）",
        min_value=1,
        max_value=MOST_DAYS,
        help_text=f"回答期限にもなります。{MOST_DAYS}日まで。",
        error_messages={
            "required": "日数を入力してください。例：14",
            "invalid": "日数は数字で入力してください。例：14",
            "min_value": "1日以上にしてください。",
            "max_value": f"{MOST_DAYS}日までにしてください。過ぎたら、新しいリンクを作れます。",
        },
    )
    email = EmailField(
        example="support@example.jp", required=False, help_text="依頼の控えに残ります。空欄でもかまいません。"
    )

    @classmethod
    def of(cls, system: System, data=None) -> "AskForm":
        vendor = system.vendor
        initial = {"kinds": Disclosure.objects.to_ask_for(system), "days": DAYS}
        return cls(data, initial=initial | {"email": vendor.email if vendor else ""})

    def clean(self):
        cleaned = super().clean()
        if "mail" in self.data and "email" in cleaned and not cleaned["email"]:
            self.add_error("email", "メールで送るときは、送り先のメールアドレスを入力してください。")
        return cleaned


class SheetForm(forms.Form):
    """A disclosure that came on paper, as a file, or not at all: the clinic copies it.

    Where the vendor may still answer the same one by a link, `instead` asks which of both ways is meant.
    """

    STOP, WAIT = "stop", "wait"
    INSTEAD = (
        (STOP, "リンクでの受付をやめて、ここで記入する"),
        (WAIT, "リンクでの回答を待つ（何も始めない）"),
    )

    kind = ChoiceField(label="種類", choices=DisclosureKind.choices, missing="種類を選んでください。")
    source = ChoiceField(
        label="何を見て記入しますか",
        choices=[(each.value, each.label) for each in Source if each != Source.LINK],
        missing="何を見て記入するかを選んでください。",
    )
    source_place = TextField(
        label="書面の名称・条項", required=False, help_text="例：サンプルカルテ利用約款（第6版）第12条"
    )
    dated_on = DateField(label="作成日（書面の日付）", required=False)
    file = UploadField(
        label="受け取ったファイル（任意）",
        required=False,
        help_text="PDF・画像・Office、20MBまで。原本として保管します。",
        error_messages={"empty": "ファイルが空（0バイト）です。元のファイルを開いて確かめてください。"},
    )

    def __init__(self, *args, clinic: Clinic, by_link: Iterable[str] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.clinic, self.by_link = clinic, list(by_link)
        if self.by_link:
            label = f"リンクで依頼中の{'・'.join(self.by_link)}を記入するときは、どちらにしますか"
            self.fields["instead"] = ChoiceField(label=label, choices=self.INSTEAD, required=False)
            self.order_fields(["kind", "instead"])

    @classmethod
    def of(cls, system: System, link: DisclosureRequest | None, data=None, files=None) -> "SheetForm":
        kinds = [str(each) for each in system.needed_kinds]
        by_link = link.waiting_kinds if link else ()
        initial = {"kind": (kinds or [""])[0]}
        return cls(data, files, clinic=system.clinic, by_link=by_link, initial=initial)

    def clean_file(self) -> Upload | None:
        return for_clinic(self.clinic, self.cleaned_data["file"])

    def clean_dated_on(self):
        day = self.cleaned_data["dated_on"]
        not_in_the_future(day, timezone.localdate())
        return day

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("source") == Source.TERMS and not cleaned.get("source_place"):
            self.add_error(
                "source_place", "約款の名称と条項を入力してください。立入検査で示す根拠になります。"
            )
        if cleaned.get("kind") not in self.by_link:
            cleaned.pop("instead", None)
        elif not self.errors.get("instead") and not cleaned.get("instead"):
            words = f"{cleaned['kind']}は、リンクで依頼中です。どちらで受け取るかを選んでください。"
            self.add_error("instead", words)
        if cleaned.get("kind") == DisclosureKind.SPEC and "file" in cleaned and not cleaned["file"]:
            self.add_error("file", "受け取ったサービス仕様適合開示書のファイルを選んでください。")
        return cleaned
