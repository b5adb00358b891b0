"""What the clinic writes down of a vendor's papers and of a system, one small form each."""

from django import forms
from django.utils import timezone

from compliance.fields import ChoiceField, DateField, TextField, not_in_the_future
from compliance.forms import RecordForm, their_values
from compliance.uploads import Upload, UploadField, for_clinic
from vendors.choices import (
    AgreementKind,
    CertificationKind,
    Checked,
    DisclosureNeed,
    TwoFactor,
)
from vendors.guideline_texts import contract_points
from vendors.models import Agreement, Boundary, System

AUDITORS = (
    "システム監査技術者試験合格者",
    "Certified Information Systems Auditor ISACA 認定",
)  # seed L293-294


class PaperForm(RecordForm):
    """A paper of a vendor, with its end and the file itself."""

    def clean_file(self) -> Upload | None:
        return for_clinic(self.target.clinic, self.cleaned_data["file"])


class AgreementForm(PaperForm):
    """契約書・約款・SLA."""

    kind = ChoiceField(label="種類", choices=AgreementKind.choices, missing="書面の種類を選んでください。")
    title = TextField(
        label="書面の名称",
        help_text="例：電子カルテ保守契約書",
        error_messages={"required": "書面の名称を入力してください。例：電子カルテ保守契約書"},
    )
    clause = TextField(label="保守・責任分界の条項", required=False, help_text="例：第8条第2項")
    concluded_on = DateField(label="締結日・改定日", required=False)
    expires_on = DateField(
        label="有効期限", required=False, help_text="期限の定めがないときは、空欄のままにします。"
    )
    renews = forms.BooleanField(label="期限が来ると、自動更新される", required=False)
    system = forms.ModelChoiceField(
        System.objects.none(),
        label="対象のシステム",
        required=False,
        blank=True,
        empty_label="特定のシステムに限らない",
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "一覧にないシステムです。選び直してください。"},
    )
    file = UploadField(label="ファイル", required=False)
    note = TextField(label="メモ", rows=2, required=False, help_text="例：原本は受付の金庫")

    def __init__(self, *args, target: Agreement, **kwargs):
        super().__init__(*args, target=target, **kwargs)
        mine = System.objects.filter(vendor=target.vendor).in_use() | System.objects.filter(
            pk=target.system_id
        )
        self.fields["system"].queryset = mine

    def clean(self) -> dict:
        cleaned = super().clean()
        begins, ends = cleaned.get("concluded_on"), cleaned.get("expires_on")
        if begins and ends and ends < begins:
            self.add_error("expires_on", "締結日・改定日より前になっています。年を確かめてください。")
        return cleaned


class CertificationForm(PaperForm):
    """認証・評価・監査 of 5③."""

    kind = ChoiceField(
        label="種類",
        choices=CertificationKind.choices,
        missing="認証・評価・監査の種類を選んでください。",
        help_text="「含まれない」の2つは、登録しても5③では数えません。",
    )
    auditor = forms.ChoiceField(
        label="外部監査をした者の資格",
        choices=[*((each, each) for each in AUDITORS), ("", "まだ確かめていない")],
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "一覧にない値です。選び直してください。"},
    )
    number = TextField(
        label="登録番号・範囲",
        required=False,
        help_text="認証の範囲に、お使いのサービスが入っているかを見ます。",
    )
    expires_on = DateField(label="有効期限", required=False)
    checked_on = DateField(label="確認日", required=False, help_text="認証の一覧や登録証を、自分で見た日")
    file = UploadField(label="ファイル", required=False)
    note = TextField(label="メモ", rows=2, required=False)

    def clean_checked_on(self):
        day = self.cleaned_data["checked_on"]
        not_in_the_future(day, timezone.localdate())
        return day


class BoundaryForm(RecordForm):
    """責任分界 (2①②③)."""

    counterpart = TextField(label="責任分界を直接取り決める相手方", required=False)
    roles = TextField(
        label="役割分担",
        rows=4,
        required=False,
        help_text="例：サーバとVPN機器の更新は事業者、PCの更新は自院。障害のときの一次対応は事業者。",
    )
    subcontractors = TextField(
        label="再委託先・ほかの関係者と、その役割",
        rows=3,
        required=False,
        help_text="いないと確かめたときは「なし」と書きます。",
    )
    logs = TextField(
        label="事業者から提供されるログの内容・条件・範囲",
        rows=3,
        required=False,
        help_text="サイバー攻撃のとき、事業者が持つログを、どの範囲で、どんな条件で出してもらえるか。",
    )
    written_in = TextField(label="書いてある所", required=False, help_text="例：保守契約書 第8条")

    def __init__(self, *args, target: Boundary, **kwargs):
        super().__init__(*args, target=target, **kwargs)
        if vendor := target.system.vendor:
            self.fields["counterpart"].help_text = f"契約の相手方です。登録済みの委託先事業者は「{vendor}」。"


class StorageForm(RecordForm):
    """外部保存の委託先について確かめること (5③), and what is in the contract (5④)."""

    policy = TextField(label="安全管理方針・体制", rows=2, required=False)
    backup = TextField(
        label="バックアップ状況", rows=2, required=False, help_text="例：毎日、別の場所に7世代"
    )
    credibility = TextField(
        label="信用度", rows=2, required=False, help_text="例：決算公告、導入実績、事故の公表のしかた"
    )
    place = TextField(label="保存場所", required=False, help_text="例：国内2か所のデータセンター")
    domestic_law = ChoiceField(
        label="情報機器等が、国内法の適用及び執行の及ぶ範囲にある",
        choices=Checked.choices,
        missing="確かめたかどうかを選んでください。",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for number, text in enumerate(contract_points(), 1):
            missing = f"事項{number}を確かめたかどうかを選んでください。"
            point = ChoiceField(label=text, choices=Checked.choices, missing=missing)
            self.fields[f"state_{number}"] = point
            self.fields[f"clause_{number}"] = TextField(label="条項", required=False)

    def standing(self, row) -> dict:
        shown = super().standing(row)
        for number in range(1, len(contract_points()) + 1):
            point = row.point(number)
            shown |= {f"state_{number}": point["state"], f"clause_{number}": point["clause"]}
        return shown

    @property
    def general(self) -> list[forms.BoundField]:
        return [self[name] for name in self.base_fields]

    @property
    def points(self) -> list[tuple[int, forms.BoundField, forms.BoundField]]:
        numbers = range(1, len(contract_points()) + 1)
        return [(n, self[f"state_{n}"], self[f"clause_{n}"]) for n in numbers]

    def values(self) -> dict:
        """The points that somebody has said something of stand in one JSON field."""
        told = {
            str(n): {"state": self.cleaned_data[state.name], "clause": self.cleaned_data[clause.name]}
            for n, state, clause in self.points
        }
        unsaid = {"state": Checked.UNKNOWN.value, "clause": ""}
        general = {name: self.cleaned_data[name] for name in self.base_fields}
        return {**general, "points": {n: each for n, each in told.items() if each != unsaid}}

    def theirs(self, current) -> list[tuple[str, str]]:
        shown, rows = self.standing(current), []
        for number, state, _ in self.points:
            words = [Checked(shown[state.name]).label, shown[f"clause_{number}"]]
            rows.append((f"{number}. {state.label}", " ".join(each for each in words if each)))
        general = [each for each in their_values(self, current) if each[0] in self._general_labels]
        return general + rows

    @property
    def _general_labels(self) -> set[str]:
        return {field.label for field in self.base_fields.values()}


class TwoFactorForm(RecordForm):
    """ログイン時の二要素認証 (9④)."""

    login_two_factor = ChoiceField(
        label="アプリケーションのログイン時の二要素認証",
        choices=TwoFactor.choices,
        missing="採用しているかどうかを選んでください。わからないときは「まだ確かめていない」です。",
    )
    login_two_factor_note = TextField(
        label="メモ", rows=2, required=False, help_text="例：ICカードとパスワード、更新は令和9年10月の予定"
    )


class NeedForm(RecordForm):
    """どの開示書が要るか (3②, 10⑨)."""

    disclosure_need = ChoiceField(
        label="必要な開示書", choices=DisclosureNeed.choices, missing="必要な開示書を選んでください。"
    )
    unavailable_reason = TextField(
        label="入手できない理由",
        rows=3,
        required=False,
        help_text="例：通信回線の事業者で、開示書を作っていないと回答があった。",
    )
    unavailable_on = DateField(label="入手できないと確かめた日", required=False)

    def standing(self, row) -> dict:
        return super().standing(row) | {"disclosure_need": row.need.value}

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("disclosure_need") == DisclosureNeed.NONE:
            self._asks(
                "unavailable_reason", "入手できない理由を入力してください。立入検査で説明するためです。"
            )
            self._asks("unavailable_on", "入手できないと確かめた日を入力してください。")
        return cleaned

    def clean_unavailable_on(self):
        day = self.cleaned_data["unavailable_on"]
        not_in_the_future(day, timezone.localdate())
        return day

    def _asks(self, name: str, sentence: str) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, sentence)
