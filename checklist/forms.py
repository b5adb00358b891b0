from django import forms
from django.utils import timezone

from checklist.choices import Status
from compliance.fields import ChoiceField, DateField, EmailField, TextField, not_in_the_future, plain_code
from compliance.forms import PasswordField, check_password
from compliance.models import User
from compliance.uploads import UploadField


class AnswerForm(forms.Form):
    """One item's answer. Nothing but the status is demanded: what is missing is said, not refused."""

    status = ChoiceField(
        label="この項目の対応状況", choices=Status.choices, missing="対応状況を1つ選んでください。"
    )
    confirmed_on = DateField(label="確認日", required=False, help_text="書類や現物を見て確かめた日")
    evidence_place = TextField(
        label="根拠の保管場所",
        rows=2,
        required=False,
        help_text="書類やファイルがある所。例：院長室キャビネット・青ファイル3",
    )
    note = TextField(label="メモ（任意）", rows=2, required=False)
    plan = TextField(label="やること", rows=2, required=False)
    owner = TextField(label="担当", required=False)
    due_on = DateField(label="目標日", required=False)
    reason = TextField(
        label="当てはまらない理由", rows=2, required=False, help_text="報告書に、このまま印刷されます。"
    )
    ask_whom = TextField(label="聞く相手", required=False, help_text="事業者の名前や、院内の人")

    def clean_confirmed_on(self):
        day = self.cleaned_data["confirmed_on"]
        not_in_the_future(day, timezone.localdate())
        return day


class ExemptForm(forms.Form):
    """One reason for several conditional items."""

    reason = TextField(
        label="当てはまらない理由",
        rows=3,
        help_text="選んだ項目の報告書の欄に、このまま印刷されます。",
        error_messages={
            "required": "当てはまらない理由を入力してください。例：院外からの接続を認めていないため。"
        },
    )

    def __init__(self, *args, lines=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["codes"] = forms.MultipleChoiceField(
            label="対象外にする項目",
            choices=[(line.code, f"{line.shown}　{line.item['condition']}") for line in lines],
            widget=forms.CheckboxSelectMultiple,
            error_messages={
                "required": "項目を1つ以上選んでください。",
                "invalid_choice": "この章でまとめて対象外にできない項目が入っています。選び直してください。",
            },
        )


class ConfirmForm(forms.Form):
    """確認と確定: who examined, when, and who is responsible."""

    examiner = TextField(label="点検者", error_messages={"required": "点検者の氏名を入力してください。"})
    examined_on = DateField(label="点検日", error_messages={"required": "点検日を入力してください。"})
    safety_officer = TextField(
        label="医療情報システム安全管理責任者",
        error_messages={
            "required": "安全管理責任者の氏名を入力してください（4.1②）。院長が兼ねてもかまいません。"
        },
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean_examined_on(self):
        day = self.cleaned_data["examined_on"]
        not_in_the_future(day, timezone.localdate())
        return day


class ReopenForm(forms.Form):
    why = TextField(
        label="再開の理由",
        max_length=200,
        help_text="報告書の確定の記録に印刷されます。",
        error_messages={"required": "再開の理由を入力してください。例：9章の確認を続けるため"},
    )


class CheckForm(forms.Form):
    """照合: a file, or number and hash from the paper."""

    file = UploadField(
        allowed=("pdf",), label="報告書のPDFファイル", required=False, help_text="20MBまで。保管しません。"
    )
    number = TextField(label="発行番号", max_length=20, required=False, help_text="例：2026-0001")
    hash = TextField(
        label="ハッシュ値（SHA-256）",
        max_length=120,
        required=False,
        help_text="表紙にある64桁。空白はあってもなくてもかまいません。",
    )

    def clean(self):
        said = super().clean()
        if not self.errors and not said["file"] and not (said["number"] and said["hash"]):
            raise forms.ValidationError("PDFファイルを選ぶか、発行番号とハッシュ値の両方を入力してください。")
        return said


class FirstStartForm(forms.Form):
    """はじめに: a clinic and its first 管理担当."""

    clinic = TextField(
        label="医療機関の名称",
        help_text="報告書に印刷されます。あとで変えられます。",
        error_messages={"required": "医療機関の名称を入力してください。例：みどり台内科クリニック"},
    )
    name = TextField(
        label="あなたの氏名",
        help_text="回答した人として記録されます。",
        error_messages={"required": "氏名を入力してください。例：山田 花子"},
    )
    position = ChoiceField(
        label="あなたの立場",
        choices=[("director", "院長・管理者"), ("staff", "事務など、院長に頼まれた人")],
        missing="あなたの立場を選んでください。",
    )
    email = EmailField(
        example="hanako@example.jp",
        help_text="ログインに使います。メールは送りません。",
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = PasswordField(
        label="パスワード",
        help_text="12文字以上。ほかで使っていないものにしてください。",
        error_messages={"required": "パスワードを入力してください。"},
    )

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError("このメールアドレスは、もう登録されています。ログインしてください。")
        return email

    def clean(self):
        user = User(email=self.cleaned_data.get("email", ""), name=self.cleaned_data.get("name", ""))
        check_password(self, user)
        return super().clean()


class StartCodeForm(forms.Form):
    code = TextField(
        label="開始コード",
        help_text="サーバの画面（make run の表示）に出ている文字",
        error_messages={"required": "開始コードを入力してください。"},
    )

    def clean_code(self) -> str:
        return plain_code(self.cleaned_data["code"])
