"""What the labels above a form's columns speak of: a choice, an answer, a remark, a question, a number. Pure."""

import re

from vendors.workbook.numbering import uncircled
from vendors.workbook.texts import plain

_OPEN, _CLOSE = r"[□■○●◯〇☐☑(\[【「]*", r"[)\]】」]*[□■○●◯〇☐☑]?(?:[(\[].*)?"
_LONGEST = 200
_ENUMERATED = re.compile(r"^\(?\d{1,2}[.:)、](?=.)")
_PAST = re.compile(r"前回|前年|昨年|過去|[(\[※]旧|[入載]例|[(\[]例")
_ASIDE = re.compile(rf"{_PAST.pattern}|[(\[](?:補足|理由|詳細|備考|コメント|根拠)")
_FOOTNOTE = re.compile(rf"(?<=.)(?:[※*](?!.*(?:{_PAST.pattern})).*|注\d*\)?)$")


def _choice(words: str, also: str = "") -> re.Pattern[str]:
    """はい, [はい], はい○, はい(対応済), はい/Yes: any of `words`, and again any of them or of `also`."""
    again = rf"(?:[/・(\[]*(?:{words}{also})[)\]]*)*"
    return re.compile(rf"{_OPEN}(?:{words}){again}{_CLOSE}")


_PARTLY = re.compile(r".+[(\[].*(?:一部|部分|条件)")
_CHOICES = {
    "yes": _choice("はい|ハイ|yes"),
    "no": _choice("いいえ|イイエ|no"),
    "na": _choice(r"対象外|n/?a|n\.a\.?", "|該当なし|非該当|適用外|該当しない"),
}
_NOTE = re.compile(
    r"(?:対応|改善|実施|代替|予定|その他)+.*(?:時期|期限|年月日?|日|年度|手段|方法|案|策|措置|事項|理由|備考|コメント)"
)
_OTHER = re.compile(
    r"(?:該当なし|該当せず|該当しない|非該当|非対象|適用外|一部|部分|条件付|代替|対応予定|予定|準備中|検討中|未定|不明|保留|その他).{0,8}"
)
_WHO = r"(?:(?:貴社|御社|貴事業者|事業者|ベンダー?|メーカー|製造業者|今回)様?(?:の|による)?)?"
_IN_WORDS = r"(?:はい|yes)[/・,、]?(?:いいえ|no)(?:[/・,、]?(?:対象外|n/?a))?"
_ANSWER = re.compile(rf"(?:{_WHO}ご?回答|適合状況|{_IN_WORDS})(?:内容|選択|欄|結果)*(?:[(\[].*)?")
_SINGLE = re.compile(
    r"(?:適合|適合性|対応状況|対応可否|チェック(?:結果)?|結果|判定|選択|評価|自己評価|適否|実施状況|可否|対応|対応有無|有無|遵守状況"
    r"|answer|○[/・]?[×x])(?:欄|結果)?(?:[(\[].*)?"
)
_OTHERS = re.compile(r"前回|昨年|前年|過去|旧|例|要望|希望|求め|水準|目標|医療機関|当院|病院|貴院|必要|必須")
_REMARKS = r"備考|特記(?:事項)?|コメント|補足(?:説明|事項)?|説明|remarks?|notes?|comments?"
_REASONS = r"理由|対応内容|詳細|摘要"
_REMARK = re.compile(
    rf"(?:(?:{_REASONS})[・/,、])*(?:{_REMARKS})(?:[・/,、]?(?:{_REMARKS}|{_REASONS}))*"
    r"(?:欄|番号|no\.?|等|\d{1,2})?(?:[(\[].*)?"
)
_REASON = re.compile(rf"(?:{_REASONS})(?:[・/,、]?(?:{_REASONS}))*欄?(?:[(\[].*)?")
_QUESTION = re.compile(
    r"(?:質問|設問|項目|内容|要件|(?:チェック|確認|質問|要求)(?:項目|事項|内容)|question)(?:名|文)?(?:[(\[].*)?"
)
_OLD = re.compile(r"(?:旧|前|old|previous).*|.*[(\[](?:旧|前|old).*")
_EDITION = r"(?:新|今回|mds|sds)?(?:の)?"
_NUMBER_RANKS = (
    (3, re.compile(rf"{_EDITION}(?:項番|項目番号|項目no\.?|(?:問|設問|質問)(?:番号|no\.?)?)(?:[(\[].*)?")),
    (2, re.compile(rf"{_EDITION}(?:番号|大項目|中項目|小項目|細目|枝番)(?:[(\[].*)?")),
    (1, re.compile(rf"{_EDITION}(?:no\.?|#)(?:[(\[].*)?")),
)
_PART = re.compile(r"(?:枝番|中項目|小項目|細目|細項目)(?:号)?(?:番号|no\.?)?(?:[(\[].*)?")


def label(text: str) -> str:
    """A heading's text for comparing, without its own number and without a footnote: 「1.はい※2」 is はい."""
    return _FOOTNOTE.sub("", _ENUMERATED.sub("", plain(uncircled(text[:_LONGEST]))))


def choice(text: str) -> str:
    """ "yes", "no", "na", "note" (a column about another choice), "other", or "" for no choice at all."""
    said = next((role for role, pattern in _CHOICES.items() if pattern.fullmatch(text)), "")
    if said:
        return "other" if _PARTLY.match(text) else said
    if _NOTE.fullmatch(text):
        return "note"
    return "other" if _OTHER.fullmatch(text) else ""


def answer_rank(text: str) -> int:
    """3 for 回答, 2 for 回答内容, 1 for 結果 and the like, 0 for a column that holds no answer.

    Where one is, those of a lower rank are about something else.
    """
    if _ASIDE.search(text):
        return 0
    if _ANSWER.fullmatch(text):
        return 2 if "内容" in text else 3
    return int(bool(_SINGLE.fullmatch(text)))


def is_single(text: str) -> bool:
    """A column that holds the whole answer."""
    return answer_rank(text) > 0


def is_others(text: str) -> bool:
    """A column of words that are not what the vendor answers now: 前回, 記入例, 当院の要望."""
    return bool(_OTHERS.search(text))


def is_remark(text: str) -> bool:
    return bool(_REMARK.fullmatch(text))


def tells_more(text: str) -> bool:
    """A remark if it stands after the answers; before them it may explain the question."""
    return bool(_REASON.fullmatch(text) or _NOTE.fullmatch(text))


def is_part(text: str) -> bool:
    """枝番: numbers that go on from another column."""
    return bool(_PART.fullmatch(text))


def number_rank(text: str) -> int:
    """3-1 for a label that speaks of a number, 0 for another, -1 for the number of an earlier edition."""
    if _OLD.fullmatch(text):
        return -1
    return next((rank for rank, pattern in _NUMBER_RANKS if pattern.fullmatch(text)), 0)


def is_neighbour(text: str) -> bool:
    """What stands beside a column of answers, if it is one."""
    is_text = any(pattern.fullmatch(text) for pattern in (_REMARK, _REASON, _QUESTION))
    return is_text or number_rank(text) > 0


def is_known(text: str) -> bool:
    """Whether a label says that its column holds no answer."""
    return is_neighbour(text) or number_rank(text) < 0
