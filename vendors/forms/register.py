from django import forms

from compliance.fields import ChoiceField, EmailField, TextField
from compliance.forms import RecordForm
from vendors.choices import WRITTEN, ComponentKind, Location, TwoFactor, UpdateBearer, WrittenIn


class SystemForm(RecordForm):
    """One line of the list of systems (seed L207-214)."""

    name = TextField(
        label="医療情報システム",
        help_text="例：電子カルテシステム、ネットワークシステム",
        error_messages={"required": "システムの名前を入力してください。例：電子カルテシステム"},
    )
    vendor_name = TextField(
        label="委託先事業者",
        required=False,
        help_text="契約書にある会社名。委託せずに導入したシステムは、空欄のままにします。",
        widget=forms.TextInput(attrs={"list": "known-vendors", "autocomplete": "off"}),
    )
    product = TextField(label="製品名", required=False)
    product_version = TextField(label="バージョン（わかれば）", max_length=50, required=False)
    entrusted_work = TextField(
        label="委託業務概要",
        rows=3,
        required=False,
        help_text="例：クラウドサービスの導入、クラウドサービスの運用",
    )
    location = ChoiceField(
        label="データの保存場所", choices=Location.choices, missing="外部保存か院内設置かを選んでください。"
    )
    has_no_server = forms.BooleanField(
        label="このシステムにサーバはない（回線や通信機器だけ）", required=False
    )


class ComponentForm(RecordForm):
    """構成機器: what it is, who bears its updates, and where that is written."""

    kind = ChoiceField(label="種類", choices=ComponentKind.choices, missing="種類を選んでください。")
    name = TextField(
        label="名称・設置場所",
        help_text="例：院内サーバ（受付裏）、事業者のクラウド、受付のPC",
        error_messages={"required": "名称か設置場所を入力してください。例：院内サーバ（受付裏）"},
    )
    quantity = forms.IntegerField(
        label="台数",
        initial=1,
        min_value=1,
        max_value=9999,
        error_messages={
            "required": "台数を入力してください。",
            "invalid": "台数は数字で入力してください。例：3",
            "min_value": "1台以上にしてください。",
            "max_value": "9,999台までにしてください。",
        },
    )
    completes_on_device = forms.BooleanField(
        label="端末に入れたアプリ（電子カルテなど）の処理が、その端末の中で完結する",
        required=False,
        help_text="アプリの処理が中で完結する端末は、図1の「サーバ」に含まれます（※1）。",
    )
    update_bearer = ChoiceField(
        label="セキュリティアップデートの責任はどちらにありますか",
        choices=UpdateBearer.choices,
        missing="事業者、自院、不明から選んでください。",
    )
    written_in = ChoiceField(
        label="それはどこに書いてありますか",
        choices=WrittenIn.choices,
        missing="書面の種類を選んでください。見ていないときは「まだ確かめていない」です。",
    )
    document = TextField(label="書面の名称", required=False, help_text="例：保守契約書（令和6年4月1日）")
    clause = TextField(label="条項", required=False, help_text="例：第8条第2項")
    os_two_factor = forms.ChoiceField(
        label="サーバのOSのログイン時の二要素認証",
        choices=TwoFactor.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text="院内にあるサーバについて、9⑤で求められています。",
        error_messages={"invalid_choice": "一覧にない値です。選び直してください。"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.target.system.is_in_house:
            del self.fields["os_two_factor"]

    def clean_os_two_factor(self) -> str:
        """Only a server has an operating system that 9⑤ speaks of."""
        is_server = self.cleaned_data.get("kind") == ComponentKind.SERVER
        return (self.cleaned_data["os_two_factor"] if is_server else "") or TwoFactor.UNKNOWN.value

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("written_in") in WRITTEN and not cleaned.get("document"):
            self.add_error("document", "書面の名称を入力してください。条項だけでは、あとで見つけられません。")
        return cleaned


class VendorForm(RecordForm):
    """事業者の連絡先."""

    name = TextField(label="事業者の名称", error_messages={"required": "事業者の名称を入力してください。"})
    contact = TextField(label="担当者・窓口", required=False)
    phone = TextField(label="電話番号", max_length=40, required=False)
    email = EmailField(required=False, example="support@example.jp")
