"""点検前チェック: what an inspection would stumble over, as of a snapshot. Pure rules; every one of them is ours."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from checklist.choices import Outcome, Status
from compliance.dates import wareki
from vendors.choices import Conformity, DisclosureState, Source
from vendors.standing import HOLDS_FOR, UNCHECKED

SOLID_REASON = 10  # [ours] a reason for 対象外 with fewer characters explains nothing; shown as ours
UNDECIDED = {Outcome.ASK_VENDOR, Outcome.UNDECIDED}
Snapshot = Mapping


@dataclass(frozen=True)
class Point:
    """One thing to look at: where (「7②」, a system's name), in words, the page that cures it, the text it is about;
    of a paper the day (ISO) on which it ended."""

    where: str
    words: str
    url_name: str
    args: tuple = ()
    about: str = ""
    due_on: str = ""


@dataclass(frozen=True)
class Group:
    title: str
    why: str
    points: tuple[Point, ...]


Rule = Callable[[Snapshot], Iterator[Point]]


def precheck(snapshot: Snapshot) -> list[Group]:
    """Every group, also those without a point, from a snapshot of checklist/snapshot.py as of its own day."""
    return [
        Group(title, why, tuple(p for rule in rules for p in rule(snapshot))) for title, why, rules in GROUPS
    ]


def precheck_of(snapshot: Snapshot) -> dict:
    """The same, ready for JSON and for templates. Keys: count, today, groups (with points), clear (titles without)."""
    groups = [asdict(group) for group in precheck(snapshot)]
    return {
        "count": sum(len(group["points"]) for group in groups),
        "today": snapshot["today"],
        "groups": [group for group in groups if group["points"]],
        "clear": [group["title"] for group in groups if not group["points"]],
    }


# Who and whether


def officer_named(snapshot: Snapshot) -> Iterator[Point]:
    """4.1② asks for a 安全管理責任者."""
    if not snapshot["clinic"]["safety_officer"]:
        yield Point("責任者", "医療情報システム安全管理責任者の名前が未記入です。", "clinic")


def determined(snapshot: Snapshot) -> Iterator[Point]:
    """図1 is walked to its end, and nothing has changed since."""
    kept = snapshot["determination"]
    if kept is None:
        words = "対象判断が、まだ記録されていません。"
    elif kept["out_of_date"]:
        words = "対象判断のあとで、システムやサーバの登録が変わっています。"
    elif kept["outcome"] in UNDECIDED:
        words = f"対象判断が「{kept['label']}」のままです。"
    else:
        return
    yield Point("図1", words, "applicability")


# What is declared


def contradicted(snapshot: Snapshot) -> Iterator[Point]:
    """実施済 that the registers speak against."""
    for item in _items(snapshot):
        if item["finding"] and item["finding"]["contradicts"]:
            yield _point(item, item["finding"]["words"])


def unproven(snapshot: Snapshot) -> Iterator[Point]:
    """実施済 without the day of the check, or without any evidence: a place or a paper of the list."""
    shown = {item for paper in snapshot.get("evidence", ()) for item in paper["items"]}
    for item in _items(snapshot, Status.DONE):
        answer = item["answer"]
        proof = answer["evidence_place"].strip() or item["shown"] in shown
        named = {"確認日": answer["confirmed_on"], "根拠の保管場所": proof}
        if missing := [name for name, value in named.items() if not value]:
            yield _point(item, f"「実施済」ですが、{'と'.join(missing)}が未記入です。")


def weakly_exempt(snapshot: Snapshot) -> Iterator[Point]:
    """対象外 without a solid reason, or where the document foresees none."""
    for item in _items(snapshot, Status.NOT_APPLICABLE):
        if words := [*_weak_reason(item["answer"]["reason"]), *_unforeseen(item)]:
            yield _point(item, "".join(words))


def _weak_reason(reason: str) -> Iterator[str]:
    length = len("".join(reason.split()))
    if not length:
        yield "対象外の理由が未記入です。"
    elif length < SOLID_REASON:
        yield f"対象外の理由が短めです（{length}文字）。説明として足りるかを確かめてください。"


def _unforeseen(item: Mapping) -> Iterator[str]:
    if item["not_applicable"] == "warn":
        yield "項目の文に、対象外になる条件がありません。説明できるかを確かめてください。"


def planned(snapshot: Snapshot) -> Iterator[Point]:
    """未実施・対応中 past its day, or without what a plan needs."""
    for item in _items(snapshot, Status.OPEN):
        answer, words = item["answer"], []
        if answer["overdue_days"]:
            words = [f"目標日を{answer['overdue_days']}日過ぎています。"]
        if answer["gaps"]:
            words.append(f"{'・'.join(answer['gaps'])}が未記入です。")
        if words:
            yield _point(item, "".join(words))


def unsure(snapshot: Snapshot) -> Iterator[Point]:
    for item in _items(snapshot, Status.UNSURE):
        whom = item["answer"]["ask_whom"]
        yield _point(
            item,
            f"「わからない」のままです。{f'{whom}に確かめる予定です' if whom else '聞く相手が未記入です'}。",
        )


def unanswered(snapshot: Snapshot) -> Iterator[Point]:
    """One point for each section, leading to its first unanswered item."""
    for chapter in snapshot["chapters"]:
        if blank := [item for item in chapter["items"] if item["answer"]["status"] == Status.UNANSWERED]:
            names = "、".join(item["shown"] for item in blank)
            words = f"{len(blank)}項目が未回答です（{names}）。"
            yield Point(f"{chapter['code']}章", words, "item", (blank[0]["code"],), chapter["title"])


# What the registers hold


def disclosed(snapshot: Snapshot) -> Iterator[Point]:
    """Each system's disclosures are there, and were confirmed to hold within a year."""
    today = date.fromisoformat(snapshot["today"])
    for system, sheet in _sheets(snapshot):
        where = f"{system['name']} {sheet['kind']}"
        if "id" not in sheet:
            yield Point(where, "開示書を、まだ事業者に依頼していません。", "ask", (system["id"],))
        elif words := _doubt(sheet, today):
            yield Point(where, words, "review", (sheet["id"],))


def _doubt(sheet: Mapping, today: date) -> str:
    """Why a sheet does not count as confirmed this year; empty where it does."""
    if sheet["state"] == DisclosureState.SUBMITTED.label:
        return f"{UNCHECKED}。"
    if not sheet["holds_confirmed_on"]:
        return f"開示書が「{sheet['state']}」のままで、内容を確かめていません。"
    confirmed = date.fromisoformat(sheet["holds_confirmed_on"])
    if today - confirmed <= HOLDS_FOR:
        return ""
    return f"今も有効と確かめた日（{wareki(confirmed)}）から、1年が過ぎています。"


def unread(snapshot: Snapshot) -> Iterator[Point]:
    """Rows that a handed-in sheet leaves open."""
    for system, sheet in _sheets(snapshot):
        if rows := [row["code"] for row in _handed_in(sheet) if _is_open(sheet, row)]:
            words = f"未回答・未読取の行があります（{'、'.join(rows)}）。"
            yield Point(f"{system['name']} {sheet['kind']}", words, "review", (sheet["id"],))


def explained(snapshot: Snapshot) -> Iterator[Point]:
    """Each いいえ, and what a 約款 does not speak of, has a complete risk record."""
    complete = {(risk["system"], risk["row"]) for risk in snapshot["risks"] if not risk["gaps"]}
    for system, sheet in _sheets(snapshot):
        rows = [row["code"] for row in _handed_in(sheet) if _is_no(sheet, row)]
        if silent := [code for code in rows if (system["name"], code) not in complete]:
            words = f"リスク評価・対応の記入が足りない行が{len(silent)}行あります（{'、'.join(silent)}）。"
            yield Point(f"{system['name']} {sheet['kind']}", words, "review", (sheet["id"],))


def in_time(snapshot: Snapshot) -> Iterator[Point]:
    """What was planned against a risk is done by its day."""
    for risk in snapshot["risks"]:
        if risk["due_on"] and not risk["done_on"] and risk["due_on"] < snapshot["today"]:
            words = f"リスク対応の期限（{wareki(date.fromisoformat(risk['due_on']))}）が過ぎています。"
            yield Point(f"{risk['number']} {risk['system']}", words, "disclosures", due_on=risk["due_on"])


def unavailable(snapshot: Snapshot) -> Iterator[Point]:
    """A disclosure that is not to be had needs its risk record as well (seed L379)."""
    complete = {risk["system"] for risk in snapshot["risks"] if not risk["row"] and not risk["gaps"]}
    for system in _systems(snapshot):
        if system["unavailable"] and system["name"] not in complete:
            words = "開示書を入手できないことの、リスク評価・対応の記入が足りません。"
            yield Point(system["name"], words, "treat_missing", (system["id"],))


def _handed_in(sheet: Mapping) -> list[Mapping]:
    return [row for row in sheet["rows"] if row.get("act")] if sheet.get("submitted_at") else []


def _is_no(sheet: Mapping, row: Mapping) -> bool:
    """いいえ, or nothing said in a 約款, which counts alike (L379-380)."""
    silent = row["answer"] == Conformity.BLANK.label and sheet["source"] == Source.TERMS.label
    return row["answer"] == Conformity.NO.label or silent


def _is_open(sheet: Mapping, row: Mapping) -> bool:
    return not _is_no(sheet, row)


def certified(snapshot: Snapshot) -> Iterator[Point]:
    for vendor_id, vendor, each in _papers(snapshot, "certifications"):
        words = f"{each['kind']}の有効期限（{_day(each)}）が過ぎています。"
        yield Point(vendor, words, "vendor", (vendor_id,), due_on=each["until"])


def under_contract(snapshot: Snapshot) -> Iterator[Point]:
    for vendor_id, vendor, each in _papers(snapshot, "agreements"):
        words = f"「{each['title']}」の期限（{_day(each)}）が過ぎています。"
        yield Point(vendor, words, "vendor", (vendor_id,), due_on=each["until"])


def papers_valid(snapshot: Snapshot) -> Iterator[Point]:
    for each in snapshot.get("evidence", ()):
        if each["expires_on"] and each["expires_on"] < snapshot["today"]:
            words = f"根拠資料「{each['title']}」の期限（{wareki(date.fromisoformat(each['expires_on']))}）が過ぎています。"
            yield Point(each["number"], words, "evidence_paper", (each["id"],), due_on=each["expires_on"])


def _papers(snapshot: Snapshot, kind: str) -> Iterator[tuple[int, str, Mapping]]:
    """(vendor's id, vendor, expired paper): once, also where it is about several systems; not where it was renewed."""
    seen = []
    for system in _systems(snapshot):
        valid = {_name(each) for each in system[kind] if not each["expired"]}
        for each in system[kind]:
            found = (system["vendor_id"], system["vendor"], each)
            if each["expired"] and _name(each) not in valid and found not in seen:
                seen.append(found)
    yield from seen


def _name(paper: Mapping) -> tuple[str, str]:
    return paper["kind"], paper.get("title", "")


def _day(paper: Mapping) -> str:
    return wareki(date.fromisoformat(paper["until"]))


# Hands


def _items(snapshot: Snapshot, status: str | None = None) -> Iterator[Mapping]:
    for chapter in snapshot["chapters"]:
        yield from (item for item in chapter["items"] if status in {None, item["answer"]["status"]})


def _point(item: Mapping, words: str) -> Point:
    return Point(item["shown"], words, "item", (item["code"],), item["text"])


def _systems(snapshot: Snapshot) -> Iterator[dict]:
    """Each system's register with the ids that `systems` holds; both lists are in the same order."""
    for system, register in zip(snapshot["systems"], snapshot["registers"], strict=True):
        yield {**register, "id": system["id"], "vendor_id": system["vendor_id"]}


def _sheets(snapshot: Snapshot) -> Iterator[tuple[dict, Mapping]]:
    yield from ((system, sheet) for system in _systems(snapshot) for sheet in system["sheets"])


GROUPS: tuple[tuple[str, str, tuple[Rule, ...]], ...] = (
    (
        "責任者と対象判断",
        "責任者を置くことは4.1②の項目で、対象判断はこの編を使う前提です。",
        (officer_named, determined),
    ),
    (
        "「実施済」と登録の食い違い",
        "「実施済」という申告と、システムや開示書の登録が合っていません。どちらが正しいかを確かめてください。",
        (contradicted,),
    ),
    (
        "「実施済」の裏づけ",
        "いつ確かめ、根拠がどこにあるかを書いておくと、検査のときにすぐ示せます。",
        (unproven,),
    ),
    (
        "「対象外」の理由",
        f"理由の文で、当てはまらないことを説明できるかを確かめてください（{SOLID_REASON}文字という目安は、このサービスのものです）。",
        (weakly_exempt,),
    ),
    (
        "未実施・対応中の計画",
        "目標日を過ぎたものは、済ませるか、新しい目標日を決めてください。",
        (planned,),
    ),
    ("わからない項目", "聞く相手に確かめて、答えを決めてください。", (unsure,)),
    ("未回答の残る章", "答えのない項目は、報告書にも「未回答」と印刷されます。", (unanswered,)),
    (
        "開示書（MDS・SDS）",
        "システムごとの開示書がそろい、この1年に今も有効と確かめてあるかを見ます（1年は、このサービスの目安です）。",
        (disclosed, unread),
    ),
    (
        "「いいえ」へのリスク評価・対応",
        "「いいえ」の行や約款に書かれていない行は、リスク評価と対応を書いて、検査で説明できるようにしてください。",
        (explained, unavailable, in_time),
    ),
    (
        "認証・契約・根拠資料の期限",
        "期限の過ぎたものは、新しいものを確かめて登録し直してください。",
        (certified, under_contract, papers_valid),
    ),
)
