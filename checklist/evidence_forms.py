"""根拠資料: the forms of one paper, and of the papers that an item is given."""

from django import forms
from django.utils import timezone

from checklist.catalogue import Catalogue
from checklist.models import Evidence
from compliance.fields import DateField, TextField, not_in_the_future
from compliance.forms import RecordForm, their_values
from compliance.uploads import Upload, UploadField, for_clinic

UNKNOWN_ITEM = {"invalid_choice": "一覧にない項目です。選び直してください。"}


class EvidenceForm(RecordForm):
    """A file or the place of the paper: one of both is needed."""

    title = TextField(
        label="資料の名称",
        help_text="例：電子カルテ保守契約書、PCの一覧、研修の受講記録",
        error_messages={"required": "資料の名称を入力してください。例：電子カルテ保守契約書"},
    )
    place = TextField(
        label="保管場所",
        required=False,
        help_text="紙のままでかまいません。例：院長室キャビネット・青ファイル3",
    )
    file = UploadField(
        label="ファイル",
        required=False,
        help_text="PDF・画像・Office、20MBまで。タブレットでは、その場で撮った写真も選べます。患者の情報が写っていないか、確かめてください。",
    )
    dated_on = DateField(
        label="資料の日付", required=False, help_text="書面に書いてある日付。登録した日ではありません。"
    )
    expires_on = DateField(
        label="有効期限", required=False, help_text="期限の定めがないときは、空欄のままにします。"
    )
    note = TextField(label="メモ", rows=2, required=False)
    items = forms.MultipleChoiceField(
        label="根拠になる遵守項目",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=UNKNOWN_ITEM,
    )

    def __init__(self, *args, target: Evidence, catalogue: Catalogue, chosen: tuple[str, ...] = (), **kwargs):
        self.chosen, self.catalogue = chosen, catalogue
        super().__init__(*args, target=target, **kwargs)
        self.fields["items"].choices = [(each["code"], _choice(each)) for each in catalogue.items]
        # Tablets offer their camera only where images are asked for by type.
        self.fields["file"].widget.attrs["accept"] += ",image/*"

    def standing(self, row: Evidence) -> dict:
        return super().standing(row) | {"items": [*row.items, *self.chosen]}

    @property
    def chapters(self) -> list[tuple[dict, list, int]]:
        """(chapter, its items as boxes to tick, how many are ticked)"""
        boxes = {str(each.data["value"]): each for each in self["items"]}
        found = []
        for chapter in self.catalogue.chapters:
            mine = [boxes[item["code"]] for item in chapter["items"]]
            found.append((chapter, mine, sum(each.data["selected"] for each in mine)))
        return found

    def clean_file(self) -> Upload | None:
        return for_clinic(self.target.clinic, self.cleaned_data["file"])

    def clean_dated_on(self):
        day = self.cleaned_data["dated_on"]
        not_in_the_future(day, timezone.localdate())
        return day

    def clean(self) -> dict:
        cleaned = super().clean()
        begins, ends = cleaned.get("dated_on"), cleaned.get("expires_on")
        if begins and ends and ends < begins:
            self.add_error("expires_on", "資料の日付より前になっています。年を確かめてください。")
        somewhere = cleaned.get("place") or cleaned.get("file") or self.target.file_id
        if not somewhere and not {"place", "file"} & set(self.errors):
            self.add_error(
                "place", "保管場所を書くか、ファイルを選んでください。紙だけなら、ある場所を書けば足ります。"
            )
        return cleaned

    def values(self) -> dict:
        """The items of other editions, which the form does not show, stay."""
        known = set(self.catalogue.by_code)
        others = [code for code in self.target.items if code not in known]
        return self.cleaned_data | {"items": [*self.cleaned_data["items"], *others]}

    def theirs(self, current: Evidence) -> list[tuple[str, str]]:
        shown = [item["shown"] for item in self.catalogue.items if item["code"] in current.items]
        rows = [row for row in their_values(self, current) if row[0] != self.fields["items"].label]
        return [*rows, (self.fields["items"].label, "、".join(shown) or "（空欄）")]


def _choice(item: dict) -> str:
    text = item["text"]
    return f"{item['shown']}　{text[:40]}{'…' if len(text) > 40 else ''}"


class AttachForm(forms.Form):
    """Papers on the list that an item does not have yet."""

    chosen = forms.MultipleChoiceField(
        label="この項目の根拠にする資料",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "資料を1つ以上選んでください。",
            "invalid_choice": "一覧にない資料です。選び直してください。",
        },
    )

    def __init__(self, *args, papers: list[Evidence], **kwargs):
        super().__init__(*args, **kwargs)
        self.papers = {str(each.pk): each for each in papers}
        self.fields["chosen"].choices = [(pk, _paper(each)) for pk, each in self.papers.items()]

    @property
    def wanted(self) -> list[Evidence]:
        return [self.papers[pk] for pk in self.cleaned_data["chosen"]]


def _paper(paper: Evidence) -> str:
    where = paper.place or str(paper.file or "")
    return f"{paper.title}（{where}）"
