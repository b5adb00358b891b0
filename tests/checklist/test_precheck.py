"""点検前チェック: each rule on a snapshot of a few values; then on a real one."""

import json
from datetime import date

import pytest

from checklist import precheck as rules
from checklist.precheck import GROUPS, Point, precheck, precheck_of
from checklist.snapshot import snapshot_of

TODAY = date(2026, 11, 5)


def item(status: str = "none", code: str = "7-2", **more) -> dict:
    """An item with its answer; `more` goes to the answer but for finding and not_applicable."""
    blank = {
        "confirmed_on": "",
        "evidence_place": "",
        "reason": "",
        "ask_whom": "",
        "gaps": [],
        "overdue_days": 0,
    }
    outer = {
        "finding": more.pop("finding", None),
        "not_applicable": more.pop("not_applicable", "conditional"),
    }
    shown = code.replace("-2", "②").replace("-1", "①")
    return {
        "code": code,
        "shown": shown,
        "text": "台帳で管理する",
        **outer,
        "answer": {**blank, "status": status, **more},
    }


def items(*each: dict) -> dict:
    return {"chapters": [{"code": "7", "title": "資産管理", "items": list(each)}]}


def registers(*sheets: dict, risks: tuple = (), **more) -> dict:
    """One system, id 3, of vendor 9."""
    own = {
        "name": "電子カルテ",
        "vendor": "株式会社カルテ",
        "unavailable": "",
        "agreements": [],
        "certifications": [],
    }
    return {
        "today": TODAY.isoformat(),
        "systems": [{"id": 3, "vendor_id": 9}],
        "registers": [{**own, "sheets": list(sheets), **more}],
        "risks": [dict(zip(("system", "row", "gaps"), risk, strict=True)) for risk in risks],
    }


def sheet(*rows: tuple[str, str], **more) -> dict:
    """A submitted sheet, id 5, confirmed to hold today; rows as (code, 適合状況)."""
    said = [{"code": code, "answer": answer} for code, answer in rows]
    said = [row if row["answer"] in {"はい", "対象外"} else {**row, "act": True} for row in said]
    facts = {"id": 5, "kind": "MDS", "state": "確認済", "source": "事業者のファイル", "rows": said}
    return {**facts, "submitted_at": "2026-10-01T00:00:00", "holds_confirmed_on": TODAY.isoformat(), **more}


def words(rule, snapshot: dict) -> list[str]:
    return [point.words for point in rule(snapshot)]


# Who and whether


def test_a_clinic_names_its_safety_officer():
    (point,) = rules.officer_named({"clinic": {"safety_officer": ""}})
    assert (point.url_name, "安全管理責任者" in point.words) == ("clinic", True)
    assert list(rules.officer_named({"clinic": {"safety_officer": "緑川 院長"}})) == []


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (None, "対象判断が、まだ記録されていません。"),
        (
            {"out_of_date": True, "outcome": "in_scope"},
            "対象判断のあとで、システムやサーバの登録が変わっています。",
        ),
        (
            {"out_of_date": False, "outcome": "ask_vendor", "label": "事業者に確認"},
            "対象判断が「事業者に確認」のままです。",
        ),
        (
            {"out_of_date": False, "outcome": "undecided", "label": "未判断"},
            "対象判断が「未判断」のままです。",
        ),
    ],
)
def test_the_determination_is_there_and_current(kept, said):
    (point,) = rules.determined({"determination": kept})
    assert (point.words, point.url_name) == (said, "applicability")


@pytest.mark.parametrize("outcome", ["in_scope", "out_of_scope"])
def test_a_determination_that_was_made_is_no_point_whatever_it_says(outcome):
    assert words(rules.determined, {"determination": {"out_of_date": False, "outcome": outcome}}) == []


# What is declared


def test_a_contradiction_says_what_the_registers_say():
    found = {"words": "開示書がそろっていません。", "contradicts": True}
    (point,) = rules.contradicted(
        items(item("done", finding=found), item("open", finding={**found, "contradicts": False}))
    )
    assert point == Point("7②", "開示書がそろっていません。", "item", ("7-2",), "台帳で管理する")


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ({"confirmed_on": "2026-10-01", "evidence_place": "青ファイル"}, None),
        ({"confirmed_on": "2026-10-01", "evidence_place": " \n"}, "根拠の保管場所"),
        ({"evidence_place": "青ファイル"}, "確認日"),
        ({}, "確認日と根拠の保管場所"),
    ],
)
def test_what_is_done_has_its_day_and_its_place(answer, missing):
    expected = [f"「実施済」ですが、{missing}が未記入です。"] if missing else []
    assert words(rules.unproven, items(item("done", **answer), item("open"))) == expected


@pytest.mark.parametrize(
    ("reason", "foreseen", "said"),
    [
        ("私物の端末は使わないため", "conditional", None),
        ("", "conditional", "対象外の理由が未記入です。"),
        (" 　\n", "conditional", "対象外の理由が未記入です。"),
        ("使わないため", "conditional", "対象外の理由が短めです（6文字）"),
        ("九 文 字 の 理 由 で す よ", "conditional", "対象外の理由が短めです（9文字）"),
        ("十文字ちょうどの理由", "conditional", None),
        ("私物の端末は使わないため", "warn", "項目の文に、対象外になる条件がありません。"),
        (
            "なし",
            "warn",
            "対象外の理由が短めです（2文字）。説明として足りるかを確かめてください。項目の文に、",
        ),
    ],
)
def test_an_exemption_has_a_solid_reason_where_the_document_foresees_one(reason, foreseen, said):
    found = words(
        rules.weakly_exempt, items(item("na", reason=reason, not_applicable=foreseen), item("done"))
    )
    assert (found == []) if said is None else found[0].startswith(said)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({}, []),
        ({"overdue_days": 9}, ["目標日を9日過ぎています。"]),
        ({"gaps": ["担当", "目標日"]}, ["担当・目標日が未記入です。"]),
        ({"overdue_days": 1, "gaps": ["担当"]}, ["目標日を1日過ぎています。担当が未記入です。"]),
    ],
)
def test_a_plan_is_complete_and_not_overdue(answer, said):
    assert words(rules.planned, items(item("open", **answer), item("done"))) == said


def test_what_nobody_knows_is_named_with_whom_to_ask():
    found = words(rules.unsure, items(item("ask", ask_whom="株式会社カルテ"), item("ask"), item("done")))
    assert found == [
        "「わからない」のままです。株式会社カルテに確かめる予定です。",
        "「わからない」のままです。聞く相手が未記入です。",
    ]


def test_unanswered_items_are_one_point_of_their_section():
    (point,) = rules.unanswered(items(item("done", code="7-1"), item(), item(code="8-1")))
    assert point == Point("7章", "2項目が未回答です（7②、8①）。", "item", ("7-2",), "資産管理")
    assert words(rules.unanswered, items(item("done"), item("na"))) == []


# What the registers hold


@pytest.mark.parametrize(
    ("held", "said", "target"),
    [
        (
            {"kind": "MDS", "state": "未依頼", "rows": []},
            "開示書を、まだ事業者に依頼していません。",
            ("ask", (3,)),
        ),
        (
            sheet(state="依頼済", holds_confirmed_on=""),
            "開示書が「依頼済」のままで、内容を確かめていません。",
            ("review", (5,)),
        ),
        (
            sheet(state="提出", holds_confirmed_on=""),
            "提出されましたが、確認していません。",
            ("review", (5,)),
        ),
        (
            sheet(holds_confirmed_on="2025-11-04"),
            "今も有効と確かめた日（令和7年11月4日）から、1年が過ぎています。",
            ("review", (5,)),
        ),
    ],
)
def test_a_disclosure_is_there_and_confirmed_this_year(held, said, target):
    (point,) = rules.disclosed(registers(held))
    assert (point.where, point.words, (point.url_name, point.args)) == ("電子カルテ MDS", said, target)


def test_a_disclosure_confirmed_365_days_ago_still_holds():
    assert words(rules.disclosed, registers(sheet(holds_confirmed_on="2025-11-05"), sheet())) == []


def test_rows_that_nobody_answered_or_read_are_named():
    rows = (("MDS-01", "はい"), ("MDS-02", "未回答"), ("MDS-03", "未読取"), ("MDS-04", "いいえ"))
    assert words(rules.unread, registers(sheet(*rows))) == [
        "未回答・未読取の行があります（MDS-02、MDS-03）。"
    ]
    assert words(rules.unread, registers(sheet(*rows, submitted_at=""))) == []


def test_a_measure_is_done_by_its_day():
    late = {"number": "R-01", "system": "電子カルテ", "due_on": "2026-01-31", "done_on": ""}
    fine = [{**late, "done_on": "2026-02-01"}, {**late, "due_on": ""}, {**late, "due_on": TODAY.isoformat()}]
    (point,) = rules.in_time({"today": TODAY.isoformat(), "risks": [late, *fine]})
    assert point.words == "リスク対応の期限（令和8年1月31日）が過ぎています。"
    assert (point.where, point.due_on) == ("R-01 電子カルテ", "2026-01-31")


def test_every_no_has_a_complete_risk_record():
    held = sheet(("MDS-01", "いいえ"), ("MDS-02", "いいえ"), ("MDS-03", "いいえ"), ("MDS-04", "はい"))
    risks = (("電子カルテ", "MDS-01", []), ("電子カルテ", "MDS-02", ["説明"]), ("画像", "MDS-03", []))
    (point,) = rules.explained(registers(held, risks=risks))
    assert point.words == "リスク評価・対応の記入が足りない行が2行あります（MDS-02、MDS-03）。"
    assert (point.url_name, point.args) == ("review", (5,))
    assert words(rules.explained, registers({**held, "submitted_at": ""})) == []


def test_what_a_contract_does_not_speak_of_is_explained_like_a_no():
    held = sheet(("MDS-01", "未回答"), ("MDS-02", "未読取"), source="約款・利用規約から転記")
    assert words(rules.explained, registers(held))[0].endswith("（MDS-01）。")
    assert words(rules.unread, registers(held))[0].endswith("（MDS-02）。")


def test_a_disclosure_that_is_not_to_be_had_is_explained():
    gone = {"unavailable": "電話回線のため"}
    (point,) = rules.unavailable(
        registers(risks=(("電子カルテ", "MDS-01", []), ("電子カルテ", "", ["説明"])), **gone)
    )
    assert (point.where, point.url_name, point.args) == ("電子カルテ", "treat_missing", (3,))
    assert words(rules.unavailable, registers(risks=(("電子カルテ", "", []),), **gone)) == []
    assert words(rules.unavailable, registers()) == []


def test_an_expired_certification_is_a_point_of_its_vendor():
    late = {"kind": "ISMS", "number": "IS 1", "until": "2026-10-31", "expired": True}
    (point,) = rules.certified(registers(certifications=[late]))
    said = "ISMSの有効期限（令和8年10月31日）が過ぎています。"
    assert point == Point("株式会社カルテ", said, "vendor", (9,), due_on="2026-10-31")


def test_a_certification_that_was_renewed_is_none():
    late = {"kind": "ISMS", "number": "IS 1", "until": "2026-10-31", "expired": True}
    newer = {"kind": "ISMS", "number": "IS 1", "until": "2029-10-31", "expired": False}
    assert words(rules.certified, registers(certifications=[late, newer])) == []


def test_an_expired_contract_is_said_once_for_all_systems_of_its_vendor():
    late = {"kind": "契約書", "title": "保守契約書", "clause": "", "until": "2026-10-31", "expired": True}
    two = registers(agreements=[late, {**late, "title": "覚書", "expired": False}])
    two["systems"] *= 2
    two["registers"] *= 2
    (point,) = rules.under_contract(two)
    assert (point.words, point.args) == ("「保守契約書」の期限（令和8年10月31日）が過ぎています。", (9,))


# All together


@pytest.fixture
def snap(assessment):
    return lambda: snapshot_of(assessment, TODAY)


@pytest.mark.django_db
def test_a_new_clinic_has_its_determination_and_its_answers_to_make(snap):
    found = {group.title: len(group.points) for group in precheck(snap()) if group.points}
    assert found == {"責任者と対象判断": 2, "未回答の残る章": 11}


@pytest.mark.django_db
def test_it_is_plain_json_and_counts_what_it_lists(snap):
    found = precheck_of(snap())
    assert json.loads(json.dumps(found))["count"] == found["count"] == 13
    assert sum(len(group["points"]) for group in found["groups"]) == 13
    assert len(found["groups"]) + len(found["clear"]) == len(GROUPS)


def test_every_group_says_why():
    assert all(title and why and why.endswith(("。", "）。")) and rules for title, why, rules in GROUPS)
