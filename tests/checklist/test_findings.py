"""判定: every rule with each of its answers, what counts as a contradiction, and what the pages that show them cost."""

from datetime import date, timedelta

import pytest

from checklist.choices import Status
from checklist.findings import NOTHING, RULES, Finding, Support, contradictions, finding_of, findings
from checklist.models import Answer
from checklist.register_facts import Facts, facts_of
from checklist.rounds import Round
from tests.sheets import accepted, begun, submitted, system_of, treated
from tests.web import at, at_most, browser, having, shows, stand_still, tree, words
from vendors.choices import CertificationKind, Checked
from vendors.models import (
    Agreement,
    Boundary,
    Certification,
    Component,
    Disclosure,
    DisclosureRequest,
    ExternalStorage,
    System,
)

TODAY = date(2026, 11, 22)
BACKS, AGAINST, OPEN, SILENT = Support
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    stand_still(monkeypatch, TODAY)


@pytest.fixture
def chart(clinic, director) -> System:
    return system_of(clinic, director)


@pytest.fixture
def found(clinic):
    """found("3-2"): (support, lines) of an item today."""

    def look(code: str, today: date = TODAY) -> tuple:
        finding = finding_of(clinic.pk, code, today)
        return finding.support, finding.lines

    return look


# Every rule


def test_each_rule_is_of_an_item_that_the_issue_names():
    named = "1.3-1 2-1 2-2 2-3 3-2 5-3 5-4 7-3 9-4 9-5 10-5 10-9"
    assert list(RULES) == named.split()


@pytest.mark.parametrize("code", RULES)
def test_where_nothing_is_registered_nothing_is_said_for_or_against(code):
    finding = findings(Facts([], TODAY))[code]
    assert (finding.item, finding.support, finding.lines) == (code, SILENT, ())


def test_an_item_without_a_rule_has_no_finding(clinic):
    assert finding_of(clinic.pk, "1.1-1", TODAY) is None


@pytest.mark.parametrize("code", RULES)
def test_a_finding_alone_is_that_of_all_findings(code, chart, clinic, director):
    fill(chart, director)
    assert finding_of(clinic.pk, code, TODAY) == findings(facts_of(clinic.pk, TODAY))[code]


@pytest.mark.parametrize("code", RULES)
def test_a_retired_system_is_in_no_finding(code, chart, found, director):
    fill(chart, director)
    chart.retire(by=director)
    assert found(code) == (SILENT, ())


@pytest.mark.parametrize("code", RULES)
def test_another_clinics_system_is_in_no_finding(code, found, other_clinic, other_director, clinic):
    fill(system_of(other_clinic, other_director), other_director)
    assert found(code) == (SILENT, ())


def fill(system: System, by) -> None:
    """Something for every rule."""
    sheet = submitted(system, by, no=["MDS-06"])
    treated(system, by, "MDS-06", sheet)
    Component.register(system, by=by, kind="server", name="サーバ")
    Agreement.register(system.vendor, by=by, kind="contract", title="契約書")
    Certification.register(system.vendor, by=by, kind="isms")
    Boundary.of(system).describe(0, by=by, counterpart="相手")
    ExternalStorage.of(system).describe(0, by=by, place="国内")


# 3②


def hold(system: System, by, kind: str = "MDS", ago: int = 0, **rows) -> Disclosure:
    sheet = accepted(system, by, kind, **rows)
    sheet.confirm_holds(by=by, on=TODAY - timedelta(days=ago))
    return sheet


@pytest.mark.parametrize("ago", [0, 365])
def test_3_2_a_disclosure_confirmed_within_a_year_backs(ago, chart, found, director):
    hold(chart, director, ago=ago)
    assert found("3-2") == (BACKS, ("電子カルテ：MDSを確認済み",))


@pytest.mark.parametrize("ago", [366, 1000])
def test_3_2_an_older_check_speaks_against(ago, chart, found, director):
    hold(chart, director, ago=ago)
    line = "電子カルテ：この1年、今も有効と確かめた記録がありません（1年は、このサービスの目安）"
    assert found("3-2") == (AGAINST, (line,))


def test_3_2_a_year_ends_over_a_leap_day(chart, found, director):
    accepted(chart, director).confirm_holds(by=director, on=date(2027, 3, 1))
    assert [found("3-2", day)[0] for day in (date(2028, 2, 29), date(2028, 3, 1))] == [BACKS, AGAINST]


def test_3_2_a_filed_service_paper_counts(chart, found, director):
    chart.specify(1, by=director, disclosure_need="both")
    Disclosure.file_away(chart, by=director, received=("適合.pdf", b"%PDF-1.4"))
    assert found("3-2")[0] == AGAINST  # not confirmed yet
    Disclosure.objects.get().accept(by=director)
    assert found("3-2") == (BACKS, ("電子カルテ：サービス仕様適合開示書を確認済み",))


def test_3_2_one_of_two_leaves_the_other_open(chart, found, director):
    chart.specify(1, by=director, disclosure_need="both")
    hold(chart, director, "MDS")
    told = [found("3-2")]
    submitted(chart, director, "SDS")
    told.append(found("3-2"))
    Disclosure.objects.get(kind="SDS").accept(by=director)
    told.append(found("3-2"))
    assert told == [
        (OPEN, ("電子カルテ：MDSを確認済み。SDSは未依頼",)),
        (OPEN, ("電子カルテ：MDSを確認済み。SDSは提出",)),
        (BACKS, ("電子カルテ：MDS・SDSを確認済み",)),
    ]


@pytest.mark.parametrize(
    ("source", "line"), [("link", "開示書が依頼済のままです"), ("paper", "開示書が回答中のままです")]
)
def test_3_2_what_has_not_come_speaks_against(source, line, chart, found, director):
    assert found("3-2") == (AGAINST, ("電子カルテ：開示書が未依頼です",))
    begun(chart, director, source=source)
    assert found("3-2") == (AGAINST, (f"電子カルテ：{line}",))


def test_3_2_asking_for_the_next_leaves_what_is_held(chart, found, director):
    hold(chart, director)
    DisclosureRequest.ask(chart, ["MDS"], by=director)
    assert found("3-2")[0] == BACKS


def test_3_2_what_came_back_changed_is_not_confirmed_any_more(chart, found, director):
    sheet = hold(chart, director)
    sheet.return_({"MDS-01": "?"}, by=director)
    sheet.submit(by="x")
    assert found("3-2")[0] == AGAINST


@pytest.mark.parametrize(("reason", "said"), [("通信回線のため", "通信回線のため"), ("", "理由が未記入")])
def test_3_2_what_is_not_to_be_had_speaks_against_with_its_reason(reason, said, chart, found, director):
    chart.specify(1, by=director, disclosure_need="none", unavailable_reason=reason)
    assert found("3-2") == (AGAINST, (f"電子カルテ：開示書を入手できない（{said}）",))


def test_3_2_one_system_without_speaks_against_the_others_with(chart, found, director, clinic):
    hold(chart, director)
    system_of(clinic, director, "画像")
    assert found("3-2") == (AGAINST, ("画像：開示書が未依頼です", "電子カルテ：MDSを確認済み"))


# 10⑨


@pytest.mark.parametrize(
    ("rows", "explained", "support", "line"),
    [
        ({"na": ["MDS-01"]}, [], BACKS, "すべて「はい」か「対象外」"),
        ({"no": ["MDS-06", "MDS-07"]}, ["MDS-06", "MDS-07"], BACKS, "いいえ2件は、すべて説明済み"),
        ({"no": ["MDS-06", "MDS-07"]}, ["MDS-06"], AGAINST, "いいえ2件のうち説明済み1件"),
        ({"blank": ["MDS-06"]}, ["MDS-06"], OPEN, "まだ確認できない（未回答1件）"),
        ({"unread": ["MDS-06"]}, ["MDS-06"], OPEN, "まだ確認できない（未読取1件）"),
    ],
)
def test_10_9_is_the_verdict_on_the_rows(rows, explained, support, line, chart, found, director):
    sheet = accepted(chart, director, **rows)
    for code in explained:
        treated(chart, director, code, sheet)
    assert found("10-9") == (support, (f"電子カルテ MDS：{line}",))


@pytest.mark.parametrize(
    ("rows", "support", "line"),
    [
        ({}, OPEN, "提出されましたが、確認していません（すべて「はい」か「対象外」）"),
        ({"no": ["MDS-06"]}, AGAINST, "いいえ1件のうち説明済み0件"),
        ({"blank": ["MDS-06"]}, OPEN, "まだ確認できない（未回答1件）"),
    ],
)
def test_10_9_what_nobody_has_checked_backs_nothing(rows, support, line, chart, found, director):
    sheet = submitted(chart, director, **rows)
    assert found("10-9") == (support, (f"電子カルテ MDS：{line}",))
    sheet.accept(by=director)
    assert (found("10-9")[0] == BACKS) == (not rows)


def test_10_9_what_a_terms_of_use_is_silent_about_must_be_explained(chart, found, director):
    sheet = accepted(chart, director, source="terms", blank=["MDS-06"])
    before = found("10-9")
    treated(chart, director, "MDS-06", sheet)
    assert (before, found("10-9")) == (
        (AGAINST, ("電子カルテ MDS：約款に記載のない1件のうち説明済み0件",)),
        (BACKS, ("電子カルテ MDS：約款に記載のない1件は、すべて説明済み",)),
    )


def test_10_9_each_kind_that_is_needed_is_judged(chart, found, director):
    chart.specify(1, by=director, disclosure_need="both")
    accepted(chart, director, "MDS")
    lines = ("電子カルテ SDS：まだ確認できない（未依頼）", "電子カルテ MDS：すべて「はい」か「対象外」")
    assert found("10-9") == (OPEN, lines)


@pytest.mark.parametrize(("source", "state"), [("link", "依頼済"), ("paper", "回答中")])
def test_10_9_a_sheet_full_of_はい_counts_for_nothing_before_it_is_handed_in(
    source, state, chart, found, director
):
    begun(chart, director, source=source)
    assert found("10-9") == (OPEN, (f"電子カルテ MDS：まだ確認できない（{state}）",))


def test_10_9_a_filed_service_paper_never_counts(chart, found, director):
    chart.specify(1, by=director, disclosure_need="none", unavailable_reason="作っていない")
    Disclosure.file_away(chart, by=director, received=("適合.pdf", b"%PDF-1.4")).accept(by=director)
    assert found("10-9") == (OPEN, ("電子カルテ：まだ確認できない（開示書を入手できない（作っていない））",))


def test_10_9_what_is_not_to_be_had_stays_unknown_with_a_record_too(chart, found, director):
    chart.specify(1, by=director, disclosure_need="none", unavailable_reason="回線")
    treated(chart, director, "", None)
    assert found("10-9")[0] == OPEN


def test_10_9_an_old_record_does_not_explain_a_new_disclosure(chart, found, director):
    treated(chart, director, "MDS-06", submitted(chart, director, no=["MDS-06"]))
    submitted(chart, director, no=["MDS-06"])
    assert found("10-9") == (AGAINST, ("電子カルテ MDS：いいえ1件のうち説明済み0件",))


# 9④, 9⑤


@pytest.mark.parametrize(
    ("value", "support", "label"),
    [
        ("yes", BACKS, "採用している"),
        ("renewal", BACKS, "次のシステム更新時に対応する"),
        ("na", BACKS, "ログインがない"),
        ("no", AGAINST, "採用していない"),
        ("unknown", OPEN, "まだ確かめていない"),
    ],
)
@pytest.mark.parametrize(
    ("said", "tail"),
    [("yes", "。対応済みまたは対応予定と事業者が申告"), ("no", ""), ("na", ""), ("unread", "")],
)
def test_9_4_a_vendors_はい_is_a_word_beside_the_register_and_never_makes_it_done(
    value, support, label, said, tail, chart, found, director
):
    chart.specify(1, by=director, login_two_factor=value)
    submitted(chart, director, **{said: ["MDS-20"]})
    assert found("9-4") == (support, (f"電子カルテ：{label}{tail}",))


def test_9_4_an_sds_says_it_in_its_own_row(chart, found, director):
    submitted(chart, director, "SDS")
    assert found("9-4") == (OPEN, ("電子カルテ：まだ確かめていない。対応済みまたは対応予定と事業者が申告",))


def test_9_4_what_is_not_handed_in_is_no_declaration(chart, found, director):
    begun(chart, director, source="link")
    assert found("9-4") == (OPEN, ("電子カルテ：まだ確かめていない",))


@pytest.mark.parametrize(
    ("value", "support"),
    [("yes", BACKS), ("renewal", BACKS), ("na", BACKS), ("no", AGAINST), ("unknown", OPEN)],
)
def test_9_5_is_what_the_register_says_of_servers_in_the_clinic(value, support, clinic, found, director):
    system = system_of(clinic, director, "画像", location="in_house")
    submitted(system, director)  # with はい for two-factor: no matter here
    Component.register(system, by=director, kind="server", name="院内サーバ", os_two_factor=value)
    assert found("9-5")[0] == support


def test_9_5_a_device_on_which_processing_completes_is_a_server(clinic, found, director):
    system = system_of(clinic, director, "画像", location="in_house")
    Component.register(system, by=director, kind="terminal", name="受付PC")
    Component.register(system, by=director, kind="terminal", name="診察PC", completes_on_device=True)
    assert found("9-5") == (OPEN, ("画像 診察PC：まだ確かめていない",))


def test_9_5_servers_elsewhere_are_not_meant(chart, found, director):
    Component.register(chart, by=director, kind="server", name="クラウド", os_two_factor="no")
    assert found("9-5") == (SILENT, ())


# 5③, 5④


COUNTED = [kind for kind in CertificationKind if kind not in {"ismap_liu", "fedramp_li"}]


@pytest.fixture
def stored(chart, director) -> System:
    """Everything but the certification is checked."""
    known = dict.fromkeys(("policy", "backup", "credibility", "place"), "確かめた")
    ExternalStorage.of(chart).describe(0, by=director, domestic_law="yes", **known)
    return chart


@pytest.mark.parametrize("kind", COUNTED)
def test_5_3_each_certification_of_the_document_counts(kind, stored, found, director):
    Certification.register(stored.vendor, by=director, kind=kind, auditor="公認情報システム監査人")
    assert found("5-3") == (BACKS, (f"電子カルテ：{kind.label}を確認",))


@pytest.mark.parametrize("kind", ["ismap_liu", "fedramp_li"])
def test_5_3_two_that_are_excluded_do_not_count(kind, stored, found, director):
    Certification.register(stored.vendor, by=director, kind=kind)
    assert found("5-3") == (AGAINST, ("電子カルテ：数えられる認証・監査が登録されていません",))


def test_5_3_an_audit_counts_by_its_auditors_qualification(stored, found, director):
    Certification.register(stored.vendor, by=director, kind="audit", auditor="")
    assert found("5-3")[0] == AGAINST


@pytest.mark.parametrize(("ends", "support"), [(TODAY, BACKS), (TODAY - timedelta(days=1), AGAINST)])
def test_5_3_a_certification_counts_to_its_last_day(ends, support, stored, found, director):
    Certification.register(stored.vendor, by=director, kind="isms", expires_on=ends)
    line = {BACKS: "ISMSを確認", AGAINST: "ISMSの有効期限が過ぎています"}[support]
    assert found("5-3") == (support, (f"電子カルテ：{line}",))


def test_5_3_what_nobody_has_checked_of_the_vendor_is_open(chart, found, director):
    Certification.register(chart.vendor, by=director, kind="isms")
    before = found("5-3")
    ExternalStorage.of(chart).describe(
        0, by=director, policy="あり", backup="毎日", place="国内", domestic_law="no"
    )
    assert (before, found("5-3")) == (
        (OPEN, ("電子カルテ：外部保存についての確認が未確認", "電子カルテ：ISMSを確認")),
        (
            OPEN,
            ("電子カルテ：信用度・国内法の適用・執行が及ぶ範囲にあることが未確認", "電子カルテ：ISMSを確認"),
        ),
    )


@pytest.mark.parametrize("code", ["5-3", "5-4"])
def test_5_a_system_in_the_clinic_is_not_meant(code, clinic, found, director):
    system_of(clinic, director, "画像", location="in_house")
    assert found(code) == (SILENT, ())


@pytest.mark.parametrize(
    ("yes", "no", "support", "lines"),
    [
        (9, 0, BACKS, ("9つの事項を確かめました",)),
        (8, 1, AGAINST, ("契約に含まれていない事項が1つあります",)),
        (8, 0, OPEN, ("確かめていない事項が1つあります",)),
        (5, 2, AGAINST, ("契約に含まれていない事項が2つあります", "確かめていない事項が2つあります")),
        (0, 0, OPEN, ("確かめていない事項が9つあります",)),
    ],
)
def test_5_4_counts_the_nine_points(yes, no, support, lines, chart, found, director):
    states = [Checked.YES] * yes + [Checked.NO] * no
    points = {str(number): {"state": state, "clause": ""} for number, state in enumerate(states, 1)}
    ExternalStorage.of(chart).describe(0, by=director, points=points)
    assert found("5-4") == (support, tuple(f"電子カルテ：{line}" for line in lines))


def test_5_4_without_a_sheet_nothing_has_been_checked(chart, found):
    assert found("5-4") == (OPEN, ("電子カルテ：確かめていない事項が9つあります",))


# 2, 1.3①, 7③, 10⑤


@pytest.mark.parametrize("code", ["2-1", "2-2", "2-3"])
def test_2_says_what_is_missing_of_the_boundary(code, chart, found, director):
    before = found(code)
    Boundary.of(chart).describe(0, by=director, counterpart="相手", roles="更新は事業者")
    half = found(code)
    Boundary.of(chart).describe(1, by=director, written_in="契約書 第8条")
    assert (before, half, found(code)) == (
        (OPEN, ("電子カルテ：責任分界を直接取り決める相手方・役割分担・書いてある所が未記入",)),
        (OPEN, ("電子カルテ：書いてある所が未記入",)),
        (BACKS, ("電子カルテ：記入済み",)),
    )


@pytest.mark.parametrize("code", ["1.3-1", "2-1"])
def test_a_system_without_a_vendor_has_no_contract_and_no_boundary(code, clinic, found, director):
    system_of(clinic, director, vendor_name="")
    assert found(code) == (SILENT, ())


@pytest.mark.parametrize(
    ("papers", "support", "line"),
    [
        ([], OPEN, "契約書・約款が登録されていません"),
        ([{}], BACKS, "契約書1"),
        ([{"expires_on": TODAY}], BACKS, "契約書1"),
        ([{"expires_on": TODAY - timedelta(days=1)}], AGAINST, "契約書1の期限が過ぎています"),
        ([{"expires_on": TODAY - timedelta(days=1), "renews": True}], BACKS, "契約書1"),
        ([{"expires_on": TODAY - timedelta(days=1)}, {}], BACKS, "契約書2"),
    ],
)
def test_1_3_1_wants_a_contract_that_has_not_run_out(papers, support, line, chart, found, director):
    for number, paper in enumerate(papers, 1):
        Agreement.register(chart.vendor, by=director, kind="contract", title=f"契約書{number}", **paper)
    assert found("1.3-1") == (support, (f"電子カルテ：{line}",))


def test_1_3_1_a_contract_about_another_system_is_not_meant(chart, found, director, clinic):
    other = system_of(clinic, director, "画像")
    Agreement.register(chart.vendor, by=director, kind="contract", title="画像の契約", system=other)
    assert found("1.3-1") == (OPEN, ("電子カルテ：契約書・約款が登録されていません", "画像：画像の契約"))


def test_7_3_says_what_stands_in_the_clinic_and_speaks_against_nothing(chart, found, director, clinic):
    before = found("7-3")
    system_of(clinic, director, "画像", location="in_house")
    line = "画像：院内設置。選んだ理由と、次の更新での見直しをメモに残せます"
    assert (before, found("7-3")) == ((BACKS, ()), (SILENT, (line,)))


def test_10_5_does_not_speak_of_servers(chart, found, director):
    Component.register(chart, by=director, kind="server", name="画像サーバ", update_bearer="unknown")
    assert found("10-5") == (SILENT, ())


@pytest.mark.parametrize(("bearer", "support"), [("vendor", BACKS), ("clinic", BACKS), ("unknown", AGAINST)])
def test_10_5_wants_somebody_to_bear_each_devices_updates(bearer, support, chart, found, director):
    Component.register(chart, by=director, kind="network", name="ルータ", update_bearer=bearer)
    lines = (
        ("登録した端末・ネットワーク機器：1件",)
        if support == BACKS
        else ("電子カルテ ルータ：更新の責任が不明", "登録した端末・ネットワーク機器：1件")
    )
    assert found("10-5") == (support, lines)


# Declared against derived


@pytest.mark.parametrize(
    ("code", "support", "is_done", "contradicts"),
    [
        ("3-2", AGAINST, True, True),
        ("3-2", AGAINST, False, False),
        ("3-2", OPEN, True, False),
        ("3-2", BACKS, True, False),
        ("3-2", SILENT, True, False),
        ("10-9", OPEN, True, True),
        ("10-9", OPEN, False, False),
        ("10-9", SILENT, True, False),
    ],
)
def test_what_contradicts_a_declared_実施済(code, support, is_done, contradicts):
    assert Finding(code, support, "x").contradicts(is_done) is contradicts


@pytest.fixture
def declare(answer, clerk):
    def act(code: str, status: str, **fields) -> None:
        row = answer(code)
        row.record(row.version, by=clerk, status=status, **fields)

    return act


@pytest.mark.parametrize("status", Status.values)
def test_only_a_実施済_is_contradicted(status, chart, assessment, declare, clinic):
    if status != Status.UNANSWERED:
        declare("3-2", status, reason="使わない")
    round_ = Round.of(assessment, TODAY)
    told = [line.code for line, _ in contradictions(round_, findings(facts_of(clinic.pk, TODAY)))]
    assert told == (["3-2"] if status == Status.DONE else [])


def test_contradictions_stand_in_the_documents_order(chart, assessment, declare, clinic, director):
    Component.register(chart, by=director, kind="terminal", name="受付のPC")
    for code in ("10-9", "3-2", "10-5", "1.1-1"):
        declare(code, Status.DONE)
    found = contradictions(Round.of(assessment, TODAY), findings(facts_of(clinic.pk, TODAY)))
    assert [line.code for line, _ in found] == ["3-2", "10-5", "10-9"]


def test_a_contradiction_is_said_on_the_item_and_on_the_home_page(chart, declare, clinic, clerk, answer):
    declare("3-2", Status.DONE, confirmed_on=TODAY)
    client = browser(clerk)
    page = client.get(at("item", clinic, code="3-2"))
    said = words(having(tree(page), **{"aria-labelledby": "finding"})[0])
    assert "「実施済」と、登録の内容が合っていません" in said
    assert "開示書がそろっていないシステムがあります。" in said
    home = having(tree(client.get(at("clinic_home", clinic))), class_="rows-numbered")[0].find("li")
    said = "3② 「実施済」と、登録の内容が合っていません 開示書がそろっていないシステムがあります。 食い違い"
    assert words(home).replace(" ", "") == said.replace(" ", "")
    assert (answer("3-2").status, answer("3-2").confirmed_on) == (Status.DONE, TODAY)


def test_a_finding_ticks_nothing(chart, clinic, clerk, director, answer):
    hold(chart, director)
    page = browser(clerk).get(at("item", clinic, code="3-2"))
    assert (
        "登録から見た状態 このサービスの判定 すべてのシステムの開示書が、この1年に確認されています。"
        in shows(page)
    )
    ticked = [each.get("value") for each in having(tree(page), name="status") if "checked" in each.attrib]
    assert (answer("3-2").status, ticked) == (Status.UNANSWERED, ["none"])


def test_nothing_registered_is_said_in_words(clinic):
    assert finding_of(clinic.pk, "3-2", TODAY).words == NOTHING


@pytest.mark.parametrize("code", RULES)
def test_an_items_page_with_its_finding_costs_at_most_12_queries(code, clinic, director, clerk):
    for number in range(4):
        fill(system_of(clinic, director, f"系{number}", vendor_name=f"社{number}"), director)
    client = browser(clerk)
    path = at("item", clinic, code=code)
    client.get(path)
    with at_most(12):
        assert client.get(path).status_code == 200
    assert Answer.objects.filter(clinic=clinic).exclude(status=Status.UNANSWERED).count() == 0
