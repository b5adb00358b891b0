"""判定: what the registers say of an item as of a day. Pure rules that never tick a box; all of it is ours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from checklist.choices import Status
from checklist.register_facts import CONTRACT_POINTS, Facts, Part, StorageFacts, SystemRegister, facts_of
from checklist.rounds import Line, Round
from vendors.choices import (
    FIRST_CERTIFICATIONS,
    OTHER_CERTIFICATIONS,
    SHEETS,
    CertificationKind,
    ComponentKind,
    Location,
    TwoFactor,
    UpdateBearer,
)
from vendors.standing import UNCHECKED, Standing
from vendors.verdict import Outcome


class Support(StrEnum):
    """What the registers make of a 実施済."""

    BACKS = "backs"  # nothing speaks against it
    AGAINST = "against"  # something does
    OPEN = "open"  # not known yet
    SILENT = "silent"  # the registers have nothing to say


@dataclass(frozen=True)
class Finding:
    """Of one item: what it amounts to, in one sentence, and line by line."""

    item: str
    support: Support
    words: str
    lines: tuple[str, ...] = ()

    def contradicts(self, is_done: bool) -> bool:
        """A declared 実施済 that the registers speak against, or cannot confirm where they should."""
        return is_done and (
            self.support == Support.AGAINST or (self.support == Support.OPEN and self.item in MUST_BE_SHOWN)
        )


MUST_BE_SHOWN = {"10-9"}  # まだ確認できない is not fine there (seed L379-380)
NOTHING = "登録されている医療情報システムがありません。"


def findings(facts: Facts) -> dict[str, Finding]:
    """{item code of editions.RULES: its finding}, for all items that have a rule."""
    return {code: rule(code, facts) for code, (rule, _) in RULES.items()}


def contradictions(round_: Round, found: dict[str, Finding]) -> list[tuple[Line, Finding]]:
    """The 実施済 that the registers speak against, in the document's order."""
    done = [line for line in round_.lines if line.answer.status == Status.DONE]
    beside = [(line, found.get(round_.catalogue.rule_of(line.code))) for line in done]
    return [(line, finding) for line, finding in beside if finding and finding.contradicts(True)]


def finding_of(clinic_id: int, code: str, today: date) -> Finding | None:
    """The finding beside one item, with no more queries than its rule needs; None for items without a rule."""
    if code not in RULES:
        return None
    rule, parts = RULES[code]
    return rule(code, facts_of(clinic_id, today, parts))


def _judged(
    code: str, words: tuple[str, str], against: list[str], open_: list[str], fine: list[str]
) -> Finding:
    """`words` are for nothing against, and for something against or open."""
    support = (
        Support.AGAINST if against else Support.OPEN if open_ else Support.BACKS if fine else Support.SILENT
    )
    sentence = words[0] if support in {Support.BACKS, Support.SILENT} else words[1]
    return Finding(code, support, sentence, (*against, *open_, *fine))


def disclosures_collected(code: str, facts: Facts) -> Finding:
    """3②: each system has a disclosure, confirmed within a year to hold (a year is ours, after seed L227).

    Where one of two that it needs is there, the other is open; サービス仕様適合開示書 stands for both.
    """
    against, open_, fine = [], [], []
    for system in facts.systems:
        held = [each for each in system.standings if each.sheet and not each.sheet.is_with_vendor]
        current = [each for each in held if each.still_holds]
        if current:
            words = f"{system.name}：{'・'.join(each.kind_name for each in current)}を確認済み"
            lacking = _lacking(system, current)
            (open_ if lacking else fine).append("。".join([words, *lacking]))
        elif held:
            against.append(
                f"{system.name}：この1年、今も有効と確かめた記録がありません（1年は、このサービスの目安）"
            )
        else:
            against.append(f"{system.name}：{_why_missing(system)}")
    words = (
        "すべてのシステムの開示書が、この1年に確認されています。",
        "開示書がそろっていないシステムがあります。",
    )
    return _judged(code, words, against, open_, fine) if facts.systems else _nothing(code)


def _lacking(system: SystemRegister, current: list[Standing]) -> list[str]:
    if any(each.kind not in SHEETS for each in current):
        return []
    others = [each for each in system.standings if each not in current]
    return [
        f"{each.kind_name}は{'、確かめてから1年を過ぎています' if each.is_accepted else each.state_text}"
        for each in others
    ]


def _why_missing(system: SystemRegister) -> str:
    if system.is_unavailable:
        return f"開示書を入手できない（{system.unavailable_reason or '理由が未記入'}）"
    asked = [each for each in system.standings if each.sheet]
    return f"開示書が{asked[0].state_text}のままです" if asked else "開示書が未依頼です"


def annex_checked(code: str, facts: Facts) -> Finding:
    """10⑨: 別紙's verdict over every system; met or explained is fine. サービス仕様適合開示書 never counts."""
    against, open_, fine = [], [], []
    for system in facts.systems:
        verdicts = [each for each in system.standings if each.kind in SHEETS]
        if not verdicts:
            open_.append(f"{system.name}：まだ確認できない（{_why_missing(system)}）")
        for each in verdicts:
            outcome, words = _verdict_words(each)
            places = {Outcome.NOT_MET: against, Outcome.UNKNOWN: open_}
            places.get(outcome, fine).append(f"{system.name} {each.kind}：{words}")
    words = ("別紙の行は、すべて「はい」か「対象外」、または説明済みです。", "別紙との照合が済んでいません。")
    return _judged(code, words, against, open_, fine) if facts.systems else _nothing(code)


def _verdict_words(standing: Standing) -> tuple[Outcome, str]:
    """A mere 提出 is open however good it looks: the item asks the clinic to check (seed L149)."""
    if standing.sheet is None or standing.sheet.is_with_vendor or standing.verdict is None:
        return Outcome.UNKNOWN, f"まだ確認できない（{standing.state_text}）"
    if standing.is_unchecked and standing.verdict.is_fine:
        return Outcome.UNKNOWN, f"{UNCHECKED}（{standing.verdict.words}）"
    return standing.verdict.outcome, standing.verdict.words


def two_factor_at_log_in(code: str, facts: Facts) -> Finding:
    """9④: the register says what is in use; a vendor's はい means 対応済み or 対応予定 and is never shown as done."""
    against, open_, fine = [], [], []
    for system in facts.systems:
        label = TwoFactor(system.login_two_factor).label
        line = f"{system.name}：{label}" + (
            "。対応済みまたは対応予定と事業者が申告" * system.two_factor_declared
        )
        place = {TwoFactor.NO: against, TwoFactor.UNKNOWN: open_}
        place.get(system.login_two_factor, fine).append(line)
    words = ("登録では、ログインのあるすべてのシステムが、二要素認証を採用しているか、次の更新で対応する予定です。",
             "二要素認証を採用していない、または確かめていないシステムがあります。")  # fmt: skip
    return _judged(code, words, against, open_, fine) if facts.systems else _nothing(code)


def two_factor_at_os(code: str, facts: Facts) -> Finding:
    """9⑤, from the register only: servers that stand in the clinic."""
    against, open_, fine = [], [], []
    for system in facts.systems:
        for server in system.servers_in_house:
            place = {TwoFactor.NO: against, TwoFactor.UNKNOWN: open_}
            line = f"{system.name} {server.name}：{TwoFactor(server.os_two_factor).label}"
            place.get(server.os_two_factor, fine).append(line)
    if not (against or open_ or fine):
        return Finding(
            code,
            Support.SILENT,
            "院内に置いたサーバは登録されていません。「対象外」に当たる可能性があります。",
        )
    words = ("院内のすべてのサーバが、二要素認証を採用しているか、次の更新で対応する予定です。",
             "OSのログインに二要素認証を採用していない、または確かめていないサーバがあります。")  # fmt: skip
    return _judged(code, words, against, open_, fine)


def storage_vendor_chosen(code: str, facts: Facts) -> Finding:
    """5③ and seed L279-294: a certification that counts, and what else is to be checked of the vendor."""
    against, open_, fine = [], [], []
    external = [system for system in facts.systems if system.location == Location.EXTERNAL]
    for system in external:
        shown, certified = _certified(system, facts.today)
        (fine if certified else against).append(f"{system.name}：{shown}")
        if gaps := system.storage.gaps if system.storage else ("外部保存についての確認",):
            open_.append(f"{system.name}：{'・'.join(gaps)}が未確認")
    if not external:
        return _no_external(code)
    words = (
        "外部保存の委託先の認証と確認事項が、登録されています。",
        "認証か確認事項に、足りないものがあります。",
    )
    return _judged(code, words, against, open_, fine)


def _certified(system: SystemRegister, today: date) -> tuple[str, bool]:
    """(words, whether 5③ is shown): プライバシーマーク or ISMS, else one of five, else an audit."""
    valid = {each.kind: each for each in system.certifications if each.counts(today)}
    order = (*FIRST_CERTIFICATIONS, *OTHER_CERTIFICATIONS, CertificationKind.AUDIT)
    if found := [kind.label for kind in order if kind in valid]:
        return f"{'・'.join(found)}を確認", True
    if late := [each.get_kind_display() for each in system.certifications if each.is_expired(today)]:
        return f"{'・'.join(late)}の有効期限が過ぎています", False
    return "数えられる認証・監査が登録されていません", False


def contract_points(code: str, facts: Facts) -> Finding:
    """5④: the nine points of the contract with whom the data are stored."""
    open_, against, fine = [], [], []
    external = [system for system in facts.systems if system.location == Location.EXTERNAL]
    for system in external:
        missing, unknown = _points(system.storage)
        if missing:
            against.append(f"{system.name}：契約に含まれていない事項が{missing}つあります")
        if unknown:
            open_.append(f"{system.name}：確かめていない事項が{unknown}つあります")
        if not missing and not unknown:
            fine.append(f"{system.name}：{CONTRACT_POINTS}つの事項を確かめました")
    if not external:
        return _no_external(code)
    words = (
        "契約に含める事項を、すべて確かめています。",
        "契約に含める事項に、確かめていないものがあります。",
    )
    return _judged(code, words, against, open_, fine)


def _points(storage: StorageFacts | None) -> tuple[int, int]:
    """(points that are not in the contract, points nobody has checked)"""
    return (storage.missing_points, storage.unknown_points) if storage else (0, CONTRACT_POINTS)


def boundary_agreed(code: str, facts: Facts) -> Finding:
    """2①②③: per system with a vendor, the counterpart, the roles, and where that is written."""
    entrusted = [system for system in facts.systems if system.vendor]
    open_ = [
        f"{each.name}：{'・'.join(each.boundary_gaps)}が未記入" for each in entrusted if each.boundary_gaps
    ]
    fine = [f"{each.name}：記入済み" for each in entrusted if not each.boundary_gaps]
    words = (
        "委託しているシステムの責任分界は、すべて記入されています。",
        "責任分界を記入していないシステムがあります。",
    )
    return _judged(code, words, [], open_, fine) if entrusted else _nothing(code)


def contracts_kept(code: str, facts: Facts) -> Finding:
    """1.3①: a contract, 約款 or SLA that has not run out, per vendor."""
    entrusted = [system for system in facts.systems if system.vendor]
    against, open_, fine = [], [], []
    for system in entrusted:
        valid = [each for each in system.agreements if not each.is_expired(facts.today)]
        if valid:
            fine.append(f"{system.name}：{valid[0].title}")
        elif system.agreements:
            against.append(f"{system.name}：{system.agreements[0].title}の期限が過ぎています")
        else:
            open_.append(f"{system.name}：契約書・約款が登録されていません")
    words = ("委託先との契約書・約款が、登録されています。", "契約書・約款の登録に、足りないものがあります。")
    return _judged(code, words, against, open_, fine) if entrusted else _nothing(code)


def cloud_preferred(code: str, facts: Facts) -> Finding:
    """7③: what stands in the clinic although 可能な限りクラウド; nothing speaks against it by itself."""
    in_house = [each.name for each in facts.systems if each.location == Location.IN_HOUSE]
    if not facts.systems:
        return _nothing(code)
    if not in_house:
        return Finding(code, Support.BACKS, "登録されているシステムは、すべて外部保存（クラウドなど）です。")
    lines = tuple(f"{name}：院内設置。選んだ理由と、次の更新での見直しをメモに残せます" for name in in_house)
    return Finding(code, Support.SILENT, f"院内に置いているシステムが{len(in_house)}つあります。", lines)


def updates_borne(code: str, facts: Facts) -> Finding:
    """10⑤: terminals and network devices whose updates nobody is known to bear; servers are 2①'s."""
    every = [
        (system, part)
        for system in facts.systems
        for part in system.components
        if part.kind != ComponentKind.SERVER
    ]
    nobody = [f"{system.name} {part.name}：更新の責任が不明" for system, part in every
              if part.update_bearer == UpdateBearer.UNKNOWN]  # fmt: skip
    if not every:
        return Finding(code, Support.SILENT, "端末・ネットワーク機器が登録されていません。")
    words = (
        "登録した端末・ネットワーク機器は、アップデートの責任がすべて決まっています。",
        "アップデートの責任が決まっていない端末・ネットワーク機器があります。",
    )
    return _judged(code, words, nobody, [], [f"登録した端末・ネットワーク機器：{len(every)}件"])


def _nothing(code: str) -> Finding:
    return Finding(code, Support.SILENT, NOTHING)


def _no_external(code: str) -> Finding:
    return Finding(
        code, Support.SILENT, "外部保存のシステムは登録されていません。「対象外」に当たる可能性があります。"
    )


Rule = Callable[[str, Facts], Finding]
RULES: dict[str, tuple[Rule, Part]] = {
    "1.3-1": (contracts_kept, Part.AGREEMENTS),
    "2-1": (boundary_agreed, Part.BOUNDARIES),
    "2-2": (boundary_agreed, Part.BOUNDARIES),
    "2-3": (boundary_agreed, Part.BOUNDARIES),
    "3-2": (disclosures_collected, Part.SHEETS),
    "5-3": (storage_vendor_chosen, Part.CERTIFICATIONS | Part.STORAGE),
    "5-4": (contract_points, Part.STORAGE),
    "7-3": (cloud_preferred, Part.NOTHING),
    "9-4": (two_factor_at_log_in, Part.SHEETS),
    "9-5": (two_factor_at_os, Part.NOTHING),
    "10-5": (updates_borne, Part.NOTHING),
    "10-9": (annex_checked, Part.SHEETS),
}
