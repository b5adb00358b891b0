"""What is known of a system and of a vendor's papers, in words: what stands, and what is still to be found out. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from compliance.dates import wareki
from vendors.choices import (
    FIRST_CERTIFICATIONS,
    NOT_COUNTED,
    OTHER_CERTIFICATIONS,
    CertificationKind,
    Checked,
    ComponentKind,
    DisclosureNeed,
    TwoFactor,
)
from vendors.guideline_texts import contract_points
from vendors.models import Agreement, Boundary, Certification, ExternalStorage, System

_NO_VENDOR = "委託先事業者のないシステムです。ほかに関係者がいるときに記入します。"
SOON = 60  # days before its end that a paper is spoken of: ours


@dataclass(frozen=True)
class Line:
    """One row of a system's page: what it is about, what stands, what is missing, and the form's URL name."""

    title: str
    items: str
    form: str
    facts: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    suggested: str = ""


@dataclass(frozen=True)
class Group:
    """Certifications of one step of 5③."""

    title: str
    rows: list[Certification]
    note: str = ""


def expiry(paper: Agreement | Certification, today: date) -> str:
    """「有効期限を23日過ぎています」; empty while the end is far, unknown, or renewed by itself."""
    if paper.expires_on is None or getattr(paper, "renews", False):
        return ""
    days = (paper.expires_on - today).days
    if days < 0:
        return f"有効期限を{-days}日過ぎています"
    if days == 0:
        return "有効期限は今日までです"
    return f"有効期限まであと{days}日です" if days <= SOON else ""


def lines_of(system: System, today: date) -> list[Line]:
    """The rows of a system's page; `system` comes with_particulars()."""
    lines = [_boundary(system), _two_factor(system)]
    if not system.is_in_house:
        lines.append(_storage(getattr(system, "externalstorage", None)))
    return [*lines, _need(system), *_papers(system, today)]


def gaps_of(system: System, today: date) -> list[str]:
    """What the list of systems says, short: which lines of the system's page have gaps, and papers near their end."""
    ends = _expiries(system, today)
    titles = [line.title for line in lines_of(system, today) if {*line.gaps} - {*ends}]
    return [f"未記入か未確認：{'、'.join(titles)}"] * bool(titles) + ends


def groups_of(papers: list[Certification]) -> list[Group]:
    """Certifications in the order that 5③ and its commentary ask for them; only those that are there."""
    steps = [
        ("プライバシーマーク・ISMS", FIRST_CERTIFICATIONS, ""),
        ("そのほかの認証等", OTHER_CERTIFICATIONS, "上のいずれも取得していない場合に確認するもの"),
        ("外部監査", (CertificationKind.AUDIT,), "上の認証等が確認できない場合に確認するもの"),
        ("5③では数えません", NOT_COUNTED, "ISMAP-LIU と LI-SaaS は、解説で「含まない」とされています"),
    ]
    groups = [Group(title, [p for p in papers if p.kind in kinds], note) for title, kinds, note in steps]
    return [group for group in groups if group.rows]


def certified(papers: list[Certification], today: date) -> str:
    """One sentence on 5③'s certifications."""
    if counted := [str(each) for each in papers if each.counts(today)]:
        return f"5③で数えられるもの：{'、'.join(counted)}"
    if any(each.is_expired(today) for each in papers):
        return "有効期限内の認証等がありません。更新されたかを事業者に聞いてください。"
    return "5③で数えられる認証等が、まだ登録されていません。"


def _boundary(system: System) -> Line:
    sheet = getattr(system, "boundary", None)
    if not (sheet or system.vendor):
        return Line("責任分界", "2①②③", "boundary", suggested=_NO_VENDOR)
    sheet = sheet or Boundary()
    known = [("相手方", sheet.counterpart), ("書いてある所", sheet.written_in)]
    facts = [f"{label}：{words}" for label, words in known if words]
    return Line("責任分界", "2①②③", "boundary", facts, [f"{each}が未記入" for each in sheet.gaps])


def _two_factor(system: System) -> Line:
    facts, gaps = [], []
    told = [("アプリケーションのログイン", system.login_two_factor, system.get_login_two_factor_display())]
    if system.is_in_house:
        told += [
            (f"OSのログイン（{each.name}）", each.os_two_factor, each.get_os_two_factor_display())
            for each in system.components.all()
            if each.kind == ComponentKind.SERVER
        ]
    for where, value, words in told:
        kept = gaps if value in {TwoFactor.UNKNOWN, TwoFactor.NO} else facts
        kept.append(f"{where}：{words}")
    return Line("二要素認証", "9④⑤" if system.is_in_house else "9④", "two_factor", facts, gaps)


def _storage(sheet: ExternalStorage | None) -> Line:
    sheet, count = sheet or ExternalStorage(), len(contract_points())
    states = Counter(sheet.point(number)["state"] for number in range(1, count + 1))
    gaps = [f"{each}を確かめていません" for each in sheet.gaps]
    if states[Checked.NO]:
        gaps.append(f"契約に含める{count}つの事項のうち{states[Checked.NO]}つが、契約にありません")
    if states[Checked.UNKNOWN]:
        gaps.append(f"契約に含める{count}つの事項のうち{states[Checked.UNKNOWN]}つを確かめていません")
    facts = [f"保存場所：{sheet.place}"] if sheet.place else []
    facts += [f"契約に含める{count}つの事項を確かめました"] if states[Checked.YES] == count else []
    return Line("外部保存の委託先", "5③④", "storage", facts, gaps)


def _need(system: System) -> Line:
    title, items, form = "必要な開示書", "3②・10⑨", "need"
    if not system.disclosure_need:
        where = system.get_location_display()
        return Line(title, items, form, suggested=f"{where}なので、{system.need.label}が必要と考えられます。")
    if system.need != DisclosureNeed.NONE:
        return Line(title, items, form, [system.need.label])
    day = f"（{wareki(system.unavailable_on)}に確認）" if system.unavailable_on else ""
    return Line(title, items, form, [f"入手できない{day}：{system.unavailable_reason}"])


def _papers(system: System, today: date) -> list[Line]:
    if not system.vendor:
        return []
    agreements, certifications = _agreements(system), list(system.vendor.certifications.all())
    facts = [f"{each.get_kind_display()}：{each}" for each in agreements]
    facts += [str(each) for each in certifications if each.counts(today)]
    gaps = [] if agreements else ["契約書・約款が未登録"]
    if not system.is_in_house and not any(each.counts(today) for each in certifications):
        gaps.append("5③で数えられる認証等が未登録か、期限切れ")
    items = "1.3①・2" if system.is_in_house else "1.3①・2・5③"
    return [Line("契約書・認証", items, "vendor", facts, gaps + _expiries(system, today))]


def _agreements(system: System) -> list[Agreement]:
    """Those of its vendor that are about it, or about no single system."""
    return [each for each in system.vendor.agreements.all() if each.system_id in {None, system.pk}]


def _expiries(system: System, today: date) -> list[str]:
    if not system.vendor:
        return []
    papers = [*_agreements(system), *system.vendor.certifications.all()]
    return [f"{each}の{words}" for each in papers if (words := expiry(each, today))]
