from django import forms
from django.utils import timezone

from compliance.fields import LONG, ChoiceField, DateField, TextField, not_in_the_future
from vendors.choices import DECLARED, Impact, Treatment
from vendors.models import RiskTreatment


class TreatForm(forms.Form):
    """リスク評価・対応 of one row. Nothing is demanded: what is missing is said, not refused."""

    impact = ChoiceField(
        label="リスク評価：起きたときの影響",
        choices=Impact.choices,
        required=False,
        help_text="3つの段階は、このサービスの整理です。",
    )
    risk = TextField(
        label="起こりうること",
        rows=2,
        required=False,
        help_text="例：院内サーバに、外部からログインされるおそれがある。",
    )
    harm = TextField(label="そう考える理由・想定される被害（任意）", rows=2, required=False)
    treatment = ChoiceField(label="リスク対応：方針", choices=Treatment.choices, required=False)
    measure = TextField(
        label="当院で行うこと",
        rows=3,
        required=False,
        help_text="例：リモート接続を院内のVPN機器で止め、使うときだけ事業者に開ける。",
    )
    owner = TextField(label="担当（任意）", required=False)
    due_on = DateField(label="いつまでに（これから行う場合）", required=False)
    done_on = DateField(label="実施した日（済んだ場合）", required=False)
    explanation = TextField(
        label="立入検査での説明",
        rows=3,
        required=False,
        help_text="このまま報告書に印刷され、口頭でも説明できる文にします。",
    )

    @classmethod
    def of(cls, record: RiskTreatment) -> "TreatForm":
        return cls(initial={name: getattr(record, name) for name in RiskTreatment.FIELDS})

    def clean_done_on(self):
        day = self.cleaned_data["done_on"]
        not_in_the_future(day, timezone.localdate())
        return day


class SettleForm(forms.Form):
    """What an 未読取 row says, as a person reads it in the file."""

    answer = ChoiceField(
        label="事業者の回答はどれですか",
        choices=[(each.value, each.label) for each in DECLARED],
        missing="原本を見て、はい・いいえ・対象外から選んでください。読めないときは、事業者に聞き直します。",
    )


class ReturnForm(forms.Form):
    """差戻し: a comment for each row that the vendor shall answer again."""

    def __init__(self, *args, answers, **kwargs):
        super().__init__(*args, **kwargs)
        self.answers = answers
        for each in answers:
            self.fields[each.row.code] = TextField(
                label=f"{each.row.numbers_text}　{each.row.text}",
                rows=2,
                max_length=LONG,
                required=False,
                help_text=f"いまの回答：{each.get_answer_display()}",
            )

    def clean(self):
        cleaned = super().clean()
        self.comments = {code: comment for code, comment in cleaned.items() if comment}
        if not self.errors and not self.comments:
            raise forms.ValidationError(
                "差し戻す行に、コメントを入力してください。例：備考の意味を教えてください。"
            )
        return cleaned


class HoldsForm(forms.Form):
    on = DateField(label="確かめた日", error_messages={"required": "事業者に確かめた日を入力してください。"})

    def clean_on(self):
        day = self.cleaned_data["on"]
        not_in_the_future(day, timezone.localdate())
        return day
