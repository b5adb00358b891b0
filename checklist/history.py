"""操作記録 in plain words: who did what, and what became what. Values in, values out: nothing is asked of the database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Model
from django.utils import timezone

from checklist.models import Answer, Evidence
from compliance.audit import AuditEntry
from compliance.dates import wareki
from compliance.models import Clinic, Membership
from vendors.models import (
    Agreement,
    Boundary,
    Certification,
    Component,
    DisclosureAnswer,
    ExternalStorage,
    RiskTreatment,
    System,
    Vendor,
)

# What each action is in words; 「」 takes the entry's target.
WORDS = {
    "agreement.describe": "契約書・約款「{}」を直しました",
    "agreement.register": "契約書・約款「{}」を登録しました",
    "agreement.remove": "契約書・約款「{}」を一覧から外しました",
    "answer.record": "{}の回答を変えました",
    "assessment.begin": "{}の自己点検を始めました",
    "assessment.confirm": "{}を確定しました",
    "assessment.withdraw": "{}の自己点検を取りやめました",
    "audit.restate": "操作記録の控えを作り直しました（{}まで）",
    "backup.restore": "バックアップから復元しました",
    "boundary.describe": "「{}」の責任分界を書きました",
    "certification.describe": "認証・評価・監査「{}」を直しました",
    "certification.register": "認証・評価・監査「{}」を登録しました",
    "certification.remove": "認証・評価・監査「{}」を一覧から外しました",
    "clinic.describe": "医療機関の情報を直しました",
    "clinic.found": "「{}」の利用を始めました",
    "clinic.second_factor": "管理担当の二要素認証の決まりを変えました",
    "component.describe": "構成機器「{}」を直しました",
    "component.register": "構成機器「{}」を登録しました",
    "component.remove": "構成機器「{}」を一覧から外しました",
    "confirmation.reopen": "{}のあと、点検を再開しました",
    "determination.keep": "対象判断「{}」を記録しました",
    "disclosure.accept": "開示書「{}」を確認済にしました",
    "disclosure.answer": "開示書の回答「{}」を変えました",
    "disclosure.begin": "開示書「{}」の回答の記録を始めました",
    "disclosure.carry": "開示書「{}」の回答を、新しい版に引き継ぎました",
    "disclosure.confirm_holds": "開示書「{}」が今も有効と確かめました",
    "disclosure.return": "開示書「{}」を差し戻しました",
    "disclosure.settle": "読み取れなかった回答「{}」を、原本を見て決めました",
    "disclosure.submit": "開示書「{}」を提出しました",
    "evidence.attach": "根拠資料「{}」を項目に付けました",
    "evidence.bring_back": "根拠資料「{}」を一覧に戻しました",
    "evidence.describe": "根拠資料「{}」を直しました",
    "evidence.register": "根拠資料「{}」を登録しました",
    "evidence.retire": "根拠資料「{}」を一覧から外しました",
    "externalstorage.describe": "「{}」の外部保存について書きました",
    "file.remove": "保管していたファイル「{}」を削除しました",
    "invitation.accept": "「{}」が招待を受けました",
    "invitation.join": "「{}」が招待を受けて登録しました",
    "invitation.make": "「{}」を招待しました",
    "invitation.revoke": "「{}」への招待を取り消しました",
    "member.end_sessions": "「{}」を、すべての端末からログアウトさせました",
    "member.reminders": "「{}」が、期限のお知らせメールの受け取り方を変えました",
    "member.remove": "「{}」を職員から外しました",
    "member.reset_link": "「{}」のパスワードの、再設定のリンクを作りました",
    "member.role": "「{}」の役割を変えました",
    "membership.add": "「{}」を職員に加えました",
    "report.issue": "点検報告書{}の発行を始めました",
    "report.keep": "点検報告書{}のPDFを保管しました",
    "report.retry": "点検報告書{}をもう一度作りました",
    "request.ask": "「{}」の開示書を依頼しました",
    "request.give_way": "「{}」の開示書の、リンクでの受付をやめました",
    "request.open": "「{}」の開示書の依頼を開きました",
    "request.revoke": "「{}」の開示書の依頼を取り消しました",
    "risk.treat": "リスク評価・対応「{}」を書きました",
    "sample.delete": "見本「{}」を削除しました",
    "second_factor.add": "「{}」の二要素認証を加えました",
    "second_factor.remove": "「{}」の二要素認証を外しました",
    "system.describe": "システム「{}」を直しました",
    "system.register": "システム「{}」を登録しました",
    "system.retire": "システム「{}」を一覧から外しました",
    "system.specify": "システム「{}」の内容を書きました",
    "user.end_sessions": "「{}」を、すべての端末からログアウトさせました",
    "user.enter": "「{}」が、ログイン用のリンクから入りました",
    "user.link": "「{}」にログイン用のリンクを作りました",
    "user.rename": "「{}」が氏名を変えました",
    "user.reset_link": "「{}」のパスワードの、再設定のリンクを作りました",
    "vendor.describe": "事業者「{}」を直しました",
    "vendor.register": "事業者「{}」を登録しました",
    "workbook.apply": "回答ファイルの内容を「{}」に取り込みました",
    "workbook.upload": "「{}」の回答ファイルを受け取りました",
}
# Whose fields the details of an action name, by the word before its dot.
_MODELS: dict[str, type[Model]] = {
    "agreement": Agreement,
    "answer": Answer,
    "boundary": Boundary,
    "certification": Certification,
    "clinic": Clinic,
    "component": Component,
    "disclosure": DisclosureAnswer,
    "evidence": Evidence,
    "externalstorage": ExternalStorage,
    "invitation": Membership,
    "member": Membership,
    "risk": RiskTreatment,
    "system": System,
    "vendor": Vendor,
}
# What is told besides: labels of details that are no field.
_LABELS = {
    "why": "理由",
    "file": "ファイル",
    "items": "遵守項目",
    "item": "遵守項目",
    "vendor": "委託先事業者",
    "kinds": "種類",
    "role": "役割",
    "required": "管理担当に求める",
}
EMPTY = "（空欄）"


@dataclass(frozen=True)
class Change:
    """One field: its label, what it was (None where something is new), and what it became."""

    label: str
    before: str | None
    after: str


@dataclass(frozen=True)
class Told:
    """One entry in words."""

    entry: AuditEntry
    words: str
    changes: list[Change]

    @property
    def who(self) -> str:
        return self.entry.actor_name


def told(entry: AuditEntry, shown: Mapping[str, str]) -> Told:
    """An entry in words; `shown` is how item codes are written: {"10-9": "10⑨"}."""
    known = WORDS.get(entry.action, "記録しました：{}")
    words = known.format(shown.get(entry.target, entry.target))
    return Told(entry, words, _changes(entry, shown))


def _changes(entry: AuditEntry, shown: Mapping[str, str]) -> list[Change]:
    """Only what has a Japanese name: ids, hashes and the like are for the machine."""
    found = []
    for name, value in entry.detail.items():
        if label := label_of(entry.action, name):
            found.append(_change(entry, name, label, value, shown))
    return [each for each in found if each.before or each.after != EMPTY]


def _change(entry: AuditEntry, name: str, label: str, value, shown: Mapping[str, str]) -> Change:
    if _is_pair(entry.action, value):
        before, after = (in_words(entry.action, name, each, shown) for each in value)
        return Change(label, before, after)
    return Change(label, None, in_words(entry.action, name, value, shown))


def _is_pair(action: str, value) -> bool:
    """[what it was, what it became], as every verb but those that make something new writes it."""
    makes = action.endswith((".register", ".found", ".ask"))
    return isinstance(value, list) and len(value) == 2 and not makes


def label_of(action: str, name: str) -> str:
    """「対応状況」; empty for what has no Japanese name."""
    field = _field(action, name)
    label = str(field.verbose_name) if field else ""
    return label if label and not label.isascii() else _LABELS.get(name, "")


def _field(action: str, name: str):
    model = _MODELS.get(action.partition(".")[0])
    return next((f for f in model._meta.fields if f.name == name), None) if model else None


def in_words(action: str, name: str, value, shown: Mapping[str, str]) -> str:
    """A value as a person reads it: the label of a choice, a day in 令和, はい or いいえ."""
    if value in (None, "", []):
        return EMPTY
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, list):
        return "、".join(shown.get(str(each), str(each)) for each in value)
    if isinstance(value, dict):
        return f"{len(value)}件"
    field = _field(action, name)
    chosen = dict(field.flatchoices).get(value) if field and field.choices else None
    return str(chosen) if chosen else _day(value) or shown.get(str(value), str(value))


def _day(value) -> str:
    """「令和8年11月5日」 of an ISO day or moment; empty for other texts."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) >= 10 else None
    except ValueError:
        return ""
    if moment is None:
        return ""
    return wareki(timezone.localdate(moment) if moment.tzinfo else moment.date())


# Earlier answers of one item


@dataclass(frozen=True)
class Past:
    """What an answer was after one entry."""

    told: Told
    state: dict
    lines: list[tuple[str, str]]


def past_answers(entries: Iterable[AuditEntry], shown: Mapping[str, str]) -> list[Past]:
    """The states of one round's answer from its entries, oldest first, newest state first.

    A round begins unanswered and every change of it is on record, so playing the entries gives each state.
    """
    state, found = blank(), []
    for entry in entries:
        became = {name: after for name, (_, after) in entry.detail.items()}
        state = state | {name: _value(name, each) for name, each in became.items() if name in state}
        found.append(Past(told(entry, shown), state, lines_of(state)))
    return found[::-1]


def blank() -> dict:
    return {name: Answer._meta.get_field(name).get_default() for name in Answer.DECLARED}


def _value(name: str, told) -> object:
    return date.fromisoformat(told) if told and name in {"confirmed_on", "due_on"} else told


def lines_of(state: Mapping) -> list[tuple[str, str]]:
    """(label, words) of what is filled in."""
    filled = {name: value for name, value in state.items() if value not in (None, "")}
    plain = {name: each.isoformat() if isinstance(each, date) else each for name, each in filled.items()}
    return [
        (label_of("answer.record", name), in_words("answer.record", name, value, {}))
        for name, value in plain.items()
    ]
