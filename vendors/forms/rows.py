from django import forms

from compliance.fields import ChoiceField, EmailField, TextField
from compliance.files import MEBIBYTE, WORKBOOKS
from compliance.uploads import UploadField
from vendors.choices import DECLARED, Conformity

WORKBOOK_BYTES = 2 * MEBIBYTE
_CHOICES = [(each.value, each.label) for each in DECLARED]


class RowForm(forms.Form):
    """One row's answer; an empty one stays 未回答."""

    answer = ChoiceField(label="回答", choices=_CHOICES, required=False)
    remark = TextField(label="備考", rows=2, required=False)

    def clean_answer(self) -> str:
        return self.cleaned_data["answer"] or Conformity.BLANK


class SignForm(forms.Form):
    """回答した方: who submits."""

    company = TextField(
        label="会社名",
        error_messages={"required": "会社名を入力してください。受領書に印刷されます。"},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    name = TextField(
        label="氏名",
        error_messages={"required": "氏名を入力してください。例：見本 一郎"},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = EmailField(example="ichiro@example.jp", help_text="問い合わせのために、医療機関に伝わります。")


class WorkbookForm(forms.Form):
    file = UploadField(
        allowed=WORKBOOKS,
        most=WORKBOOK_BYTES,
        label="Excelファイル（.xlsx）",
        help_text="2MBまで。選んだあと、取り込む内容を確かめる画面に進みます。まだ何も変わりません。",
        error_messages={
            "required": "ファイルを選んでください。",
            "empty": "ファイルが空（0バイト）です。元のファイルを開いて確かめてください。",
        },
    )
