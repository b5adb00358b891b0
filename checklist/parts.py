"""The parts of a report. Each keeps its number whichever others are chosen, so that a page alone can be placed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A chapter of the report; its template is templates/report/_<key>.html."""

    key: str
    mark: str
    title: str

    @property
    def template(self) -> str:
        return f"report/_{self.key}.html"

    @property
    def place(self) -> str:
        """「Ⅲ章」「付3」: how other pages point to it."""
        return self.mark if self.mark.startswith("付") else f"{self.mark}章"


PARTS = (
    Part("summary", "Ⅰ", "点検結果の要約"),
    Part("scope", "Ⅱ", "対象判断"),
    Part("checklist", "Ⅲ", "項目ごとの対応状況と記録"),
    Part("todo", "Ⅳ", "要対応の一覧"),
    Part("systems", "Ⅴ", "システム・事業者一覧と構成機器"),
    Part("registers", "Ⅵ", "責任分界・契約・認証"),
    Part("annex", "Ⅶ", "【別紙】の確認事項（MDS/SDS）"),
    Part("risks", "Ⅷ", "リスク評価・対応"),
    Part("inspection", "Ⅸ", "検査で確認される項目"),
    Part("plan", "Ⅹ", "改善計画書"),
    Part("facsimile", "付1", "遵守項目チェックリスト（文書の形）"),
    Part("history", "付2", "確定の記録"),
    Part("legend", "付3", "凡例・出典・正誤"),
    Part("evidence", "付4", "根拠資料の一覧"),
    Part("changes", "付5", "前回から変わったところ"),
)
KEYS = tuple(part.key for part in PARTS)


@dataclass(frozen=True)
class Preset:
    """A choice of parts for a purpose."""

    key: str
    title: str
    about: str
    parts: tuple[str, ...]


_NOT_FOR_INSPECTION = {"inspection", "plan", "facsimile"}
PRESETS = {
    each.key: each
    for each in (
        Preset("report", "点検報告書", "要約、対象判断、52項目の記録、要対応、システムの一覧",
               ("summary", "scope", "checklist", "todo", "systems", "history", "legend", "evidence", "changes")),
        Preset("inspection", "立入検査用の一式", "点検報告書に、責任分界・契約・別紙・リスク評価を付けたもの",
               tuple(key for key in KEYS if key not in _NOT_FOR_INSPECTION)),
        Preset("all", "すべて", "さらに、検査で確認される項目、改善計画書、文書の形のチェックリストを付けたもの", KEYS),
        Preset("todo", "要対応だけ", "要約、要対応の一覧、改善計画書", ("summary", "todo", "plan", "legend")),
    )
}  # fmt: skip
DEFAULT = "report"
VENDOR_PARTS = (
    "systems",
    "registers",
    "annex",
    "legend",
)  # what may be sent to a vendor: no risk records, no answers


def parts_of(keys: list[str] | tuple[str, ...]) -> list[Part]:
    """The chosen parts in the report's order; ValueError for a key that does not exist."""
    if unknown := set(keys) - set(KEYS):
        raise ValueError(f"no part {', '.join(sorted(unknown))}")
    return [part for part in PARTS if part.key in keys]


def place_of(key: str, parts: Sequence[Part], *, in_brackets: bool = False) -> str:
    """Where that part stands, or that a booklet of these parts leaves it out; in brackets, without brackets of its own."""
    part = next(each for each in PARTS if each.key == key)
    left_out = "、この冊子にはありません" if in_brackets else "（この冊子にはありません）"
    return part.place if part in parts else part.place + left_out
