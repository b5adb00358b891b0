"""The report's own sentences, each a Text. Pure: they are frozen with the snapshot."""

from checklist.applicability import NO, UNCLEAR
from checklist.choices import Outcome, Status

VOLUMES = "経営管理編・企画管理編・システム運用編"
_PHRASES = {
    Status.DONE: "実施済",
    Status.OPEN: "未実施または対応中",
    Status.NOT_APPLICABLE: "当院に当てはまらない項目（対象外）",
    Status.UNSURE: "わからない項目（確認中）",
    Status.UNANSWERED: "未回答",
}


def text(words: str, *bold: str) -> dict:
    return {"text": words, "emphasis": list(bold), "footnotes": []}


def summary(counts: dict, todo: list[dict], determination: dict | None) -> list[dict]:
    """What is declared, what is missing, whether this 編 applies; `todo` is that of a snapshot."""
    missing = [_missing(todo)] if counts[Status.UNANSWERED] < counts["total"] else []
    return [_declared(counts), *missing, _applicability(determination)]


def _declared(counts: dict) -> dict:
    phrases = [(counts[status], phrase) for status, phrase in _PHRASES.items() if counts[status]]
    if len(phrases) == 1:
        return text(f"遵守項目{counts['total']}項目は、すべて{phrases[0][1]}です。")
    parts = [f"{count}項目は{phrase}" for count, phrase in phrases]
    return text(f"遵守項目{counts['total']}項目のうち、{'、'.join(parts)}です。", parts[0])


def _missing(todo: list[dict]) -> dict:
    late = sum(line["overdue_days"] > 0 for line in todo)
    gaps = sum(bool(line["gaps"]) for line in todo)
    kinds = {"目標日を過ぎた対応": late, "記入の足りない項目": gaps}
    found = [f"{kind}が{count}件" for kind, count in kinds.items() if count]
    none = [kind for kind, count in kinds.items() if not count]
    if not found:
        return text(f"{'も、'.join(none)}もありません。")
    return text("、".join(found) + "あります。" + "".join(f"{kind}はありません。" for kind in none), *found)


def _applicability(determination: dict | None) -> dict:
    if determination is None:
        return text("本編の対象かどうかの判断は、まだ記録していません。")
    label = f"「{determination['label']}」"
    if determination["out_of_date"]:
        return text(f"対象判断は{label}ですが、そのあとに登録が変わっています。", label)
    return text(f"対象判断は{label}です。", label)


def task(answer) -> str:
    """What is to be done about an answer among 要対応."""
    gaps = "・".join(answer.gaps)
    if answer.status == Status.OPEN and answer.plan:
        return f"{answer.plan}（{gaps}が未記入）" if gaps else answer.plan
    if answer.status == Status.UNSURE and answer.ask_whom:
        return f"{answer.ask_whom}に確かめる"
    return f"{gaps}を記入する"


def determination_words(judgement: dict) -> dict:
    """What a kept judgement (applicability.Judgement as a dict) says, in two or three sentences."""
    servers = judgement["servers"]
    no, unclear = (sum(line["answer"] == answer for line in servers) for answer in (NO, UNCLEAR))
    return {
        Outcome.IN_SCOPE: text(
            "当院は、保守委託機関編の対象と判断しました。"
            f"登録したサーバ{len(servers)}件のすべてについて、"
            "セキュリティアップデートの責任を事業者が負うことが、書面に記載されています。",
            "保守委託機関編の対象",
        ),
        Outcome.OUT_OF_SCOPE: text(
            f"当院は、保守委託機関編の対象ではないと判断しました。登録したサーバ{len(servers)}件のうち{no}件は、"
            f"セキュリティアップデートの責任が事業者にありません。{VOLUMES}が当院に適用されます。",
            "保守委託機関編の対象ではない", VOLUMES,
        ),
        Outcome.ASK_VENDOR: text(
            f"保守委託機関編の対象かどうかは、まだ決まりません。確かめることが{unclear}件残っています（下の表の「要確認」）。"
            "事業者に確認して、もう一度判断します。",
            "まだ決まりません",
        ),
        Outcome.UNDECIDED: text(
            "保守委託機関編の対象かどうかは、未判断です。サーバが登録されていません。", "未判断"
        ),
    }[judgement["outcome"]]  # fmt: skip
