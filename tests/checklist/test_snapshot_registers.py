"""The registers' part of a report: 別紙's rows, verdicts, risk records and papers, frozen with the 確定版."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checklist.choices import Status
from checklist.models import Confirmation
from checklist.parts import PRESETS
from checklist.printing import report_html
from checklist.register_facts import facts_of
from checklist.snapshot import canonical, snapshot_of
from checklist.snapshot_registers import registers
from tests.sheets import COMPLETE, accepted, begun, row, submitted, system_of, treated
from tests.web import at_most, having, stand_still, words
from tests.web import tree as tree_of
from vendors.models import (
    Agreement,
    Boundary,
    Certification,
    Component,
    Disclosure,
    DisclosureRequest,
    RiskTreatment,
    System,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
ANNEX, RISKS, PAPERS = "【別紙】の確認事項", "リスク評価・対応", "責任分界・契約・認証"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    stand_still(monkeypatch, TODAY)


@pytest.fixture
def chart(clinic, director) -> System:
    return system_of(clinic, director)


@pytest.fixture
def part(clinic, edition):
    """part(): the registers' part of a snapshot of today."""
    return lambda: registers(facts_of(clinic.pk, TODAY), edition)


@pytest.fixture
def html(assessment):
    """html(): today's set for an inspection, as a page."""
    return lambda: printed(snapshot_of(assessment, TODAY))


def printed(snapshot: dict, sha256: str = "") -> str:
    return report_html(snapshot, sha256, PRESETS["inspection"].parts)


class Page:
    def __init__(self, html: str):
        self.content = html.encode()


def section(html: str, title: str) -> str:
    """What is to be read in the chapter of the report whose heading has these words."""
    chapters = having(tree_of(Page(html)), class_="chapter")
    return next(words(each) for each in chapters if title in words(each.find("h2")))


def sheet_of(part: dict, system: int = 0, sheet: int = 0) -> dict:
    return part["registers"][system]["sheets"][sheet]


# The rows


def test_the_annex_holds_all_rows_of_both_sheets(part):
    annex = part()["annex"]
    assert [sum(code.startswith(kind) for code in annex) for kind in ("MDS", "SDS")] == [41, 58]


def test_a_sheet_is_printed_row_by_row_with_its_risk_records(part, chart, director):
    sheet = begun(chart, director, no=["MDS-06", "MDS-07"], na=["MDS-01"])
    sheet.answers.filter(row__code="MDS-06").update(remark="次の版")
    sheet.submit(by=director)
    treated(chart, director, "MDS-06", sheet)
    told = sheet_of(part())
    assert told["rows"][0] == {"code": "MDS-01", "answer": "対象外", "remark": "", "risk": ""}
    assert told["rows"][5:7] == [
        {"code": "MDS-06", "answer": "いいえ", "remark": "次の版", "risk": "R-01", "act": True},
        {"code": "MDS-07", "answer": "いいえ", "remark": "", "risk": "", "act": True},
    ]
    assert (len(told["rows"]), told["counts"]) == (41, ["はい 38行", "いいえ 2行", "対象外 1行"])
    assert (told["verdict"], told["state"], told["product"]) == (
        "いいえ2件のうち説明済み1件",
        "提出",
        "カルテX 1.0",
    )


@pytest.mark.parametrize("source", ["link", "paper"])
def test_of_a_sheet_that_is_not_handed_in_no_row_is_printed(source, part, chart, director):
    sheet = begun(chart, director, source=source)
    told = sheet_of(part())
    words = f"まだ確認できない（{sheet.get_state_display()}）"
    assert (told["rows"], told["counts"], told["verdict"]) == ([], [], words)


def test_what_was_handed_in_is_printed_while_the_next_is_asked_for(part, chart, director):
    accepted(chart, director, no=["MDS-06"])
    DisclosureRequest.ask(chart, ["MDS"], by=director)
    told = sheet_of(part())
    assert (told["state"], len(told["rows"]), told["verdict"]) == ("確認済", 41, "いいえ1件のうち説明済み0件")


def test_a_disclosure_that_nobody_has_asked_for_is_told(part, chart):
    assert sheet_of(part()) == {"kind": "MDS", "state": "未依頼", "verdict": "まだ確認できない", "rows": []}


def test_a_filed_paper_is_told_not_to_count(part, chart, director):
    chart.specify(1, by=director, disclosure_need="none", unavailable_reason="作っていない")
    Disclosure.file_away(chart, by=director, received=("適合.pdf", b"%PDF-1.4"), source_place="第3版")
    told = part()["registers"][0]
    assert told["unavailable"] == "作っていない"
    assert [(each["kind"], each["verdict"], each["rows"]) for each in told["sheets"]] == [
        ("サービス仕様適合開示書", "10⑨には数えません", [])
    ]


# Risk records


def test_risk_records_are_numbered_through_systems_and_rows(part, chart, clinic, director):
    other = system_of(clinic, director, "画像")
    third = system_of(clinic, director, "回線", disclosure_need="none")
    for system, code in (
        (third, ""),
        (other, "SDS-02"),
        (chart, "MDS-07"),
        (other, "MDS-40"),
        (chart, "MDS-06"),
    ):
        treated(system, director, code, None)
    told = [(each["number"], each["system"], each["row"]) for each in part()["risks"]]
    assert told == [
        ("R-01", "電子カルテ", "MDS-06"),
        ("R-02", "電子カルテ", "MDS-07"),
        ("R-03", "画像", "MDS-40"),
        ("R-04", "画像", "SDS-02"),
        ("R-05", "回線", ""),
    ]


def test_two_systems_of_one_name_have_their_own_records(part, clinic, director):
    for said in ("甲の説明", "乙の説明"):
        system = system_of(clinic, director, "端末")
        treated(system, director, "MDS-06", submitted(system, director, no=["MDS-06"]), explanation=said)
    told = part()
    explained = {risk["number"]: risk["explanation"] for risk in told["risks"]}
    assert [explained[sheet_of(told, system)["rows"][5]["risk"]] for system in (0, 1)] == [
        "甲の説明",
        "乙の説明",
    ]


def test_a_record_of_a_missing_disclosure_is_printed_only_while_it_is_missing(part, chart, director):
    chart.specify(1, by=director, disclosure_need="none", unavailable_reason="回線")
    treated(chart, director, "", None)
    before = len(part()["risks"])
    chart.specify(2, by=director, disclosure_need="mds")
    assert (before, part()["risks"]) == (1, [])


def test_a_record_of_an_earlier_disclosure_says_that_it_is_to_be_checked(part, chart, director, html):
    treated(chart, director, "MDS-06", accepted(chart, director, no=["MDS-06"]))
    before = part()["risks"][0]["to_check"]
    submitted(chart, director, no=["MDS-06"])
    assert (before, part()["risks"][0]["to_check"]) == (False, True)
    assert "前の開示書のときの記録（要確認）" in section(html(), RISKS)


def test_a_record_is_dated_by_the_clinics_clock(part, chart, director):
    treated(chart, director, "MDS-06", None)
    RiskTreatment.objects.update(
        updated_at=datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    )  # 7:30 on the 22nd here
    assert part()["risks"][0]["updated_on"] == "2026-11-22"


def test_an_unfinished_record_says_what_it_lacks(part, chart, director, html):
    treated(chart, director, "MDS-06", None, explanation="", measure="")
    assert part()["risks"][0]["gaps"] == ["当院で行うこと", "立入検査での説明"]
    assert "未記入 当院で行うこと・立入検査での説明が未記入" in section(html(), RISKS)


# The report


def test_the_report_shows_rows_verdict_and_risk_records(chart, director, html):
    sheet = accepted(chart, director, no=["MDS-06"])
    treated(chart, director, "MDS-06", sheet, owner="事務", due_on=date(2027, 3, 31))
    report = html()
    annex, risks = section(report, ANNEX), section(report, RISKS)
    question = row(sheet, "MDS-06").row.text
    for told in (
        "電子カルテ",
        "株式会社カルテ",
        "カルテX 1.0",
        question,
        "いいえ1件は、すべて説明済み",
        "R-01",
        "MDS-41",
    ):
        assert told in annex
    for told in ("R-01", "MDS-06", question, *COMPLETE.values(), "令和9年3月31日まで"):
        label = {"partly": "一部が止まる", "reduce": "低減（起こりにくく、影響を小さくする）"}.get(told, told)
        assert label in risks


def test_the_report_says_whose_word_a_disclosure_is(html):
    assert "開示書は事業者の申告であり、第三者が確かめたものではありません。" in section(html(), ANNEX)


def test_the_report_shows_vendors_words_as_text(chart, director, html):
    sheet = begun(chart, director, no=["MDS-06"])
    sheet.answers.filter(row__code="MDS-06").update(remark="<b>太い</b>&amp;")
    sheet.submit(by=director)
    assert "<b>太い</b>&amp;" in section(html(), ANNEX)


def test_the_report_shows_papers_and_those_that_have_expired(chart, director, html):
    Agreement.register(
        chart.vendor, by=director, kind="contract", title="保守契約書", expires_on=date(2026, 3, 31)
    )
    Certification.register(
        chart.vendor, by=director, kind="isms", number="IS 1", expires_on=date(2027, 3, 31)
    )
    Boundary.of(chart).describe(0, by=director, roles="更新は事業者")
    told = section(html(), PAPERS)
    assert "保守契約書（令和8年3月31日まで。期限が過ぎています）" in told
    assert "ISMS IS 1（令和9年3月31日まで）" in told.replace("\u3000", " ")
    assert "更新は事業者" in told


def test_a_contradiction_is_printed_in_words(chart, answer, clerk, html, assessment):
    answer("3-2").record(answer("3-2").version, by=clerk, status=Status.DONE, confirmed_on=TODAY)
    snapshot = snapshot_of(assessment, TODAY)
    assert snapshot["contradictions"] == [["3②", "開示書がそろっていないシステムがあります。"]]
    said = "〔判定〕実施済と登録の内容が合っていません。開示書がそろっていないシステムがあります。"
    assert said in words(tree_of(Page(html())))


def test_a_clinic_without_systems_has_a_report_without_registers(part, html):
    told = part()
    assert (told["registers"], told["risks"]) == ([], [])
    assert "リスク評価・対応の記録は、ありません。" in section(html(), RISKS)


def test_a_retired_system_is_in_no_report(chart, director, part, html):
    treated(chart, director, "MDS-06", accepted(chart, director, no=["MDS-06"]))
    chart.retire(by=director)
    assert (part()["registers"], part()["risks"]) == ([], [])
    assert "電子カルテ" not in section(html(), ANNEX)


# Frozen


def test_a_確定版_stays_as_it_was_when_all_registers_change(chart, assessment, confirmed, director):
    sheet = accepted(chart, director, no=["MDS-06"])
    record = treated(chart, director, "MDS-06", sheet)
    contract = Agreement.register(chart.vendor, by=director, kind="contract", title="保守契約書")
    Component.register(chart, by=director, kind="server", name="サーバ")
    frozen = confirmed(assessment)
    before = printed(frozen.snapshot, frozen.sha256)
    sheet.return_({"MDS-06": "?"}, by=director)
    row(sheet, "MDS-06").record(1, by="x", answer="yes", remark="直しました")
    sheet.submit(by="x")
    record.treat(1, by=director, disclosure=sheet, **COMPLETE | {"explanation": "別の説明"})
    contract.remove(by=director)
    chart.retire(by=director)
    kept = Confirmation.objects.get()
    assert (printed(kept.snapshot, kept.sha256), kept.sha256) == (before, frozen.sha256)
    assert "使うときだけ開けています。" in section(before, RISKS)


def test_the_same_registers_give_the_same_snapshot(chart, director, part):
    treated(chart, director, "MDS-06", accepted(chart, director, no=["MDS-06"]))
    assert canonical(part()) == canonical(part())


def test_it_costs_the_same_for_1_and_12_systems(part, clinic, director):
    counts = []
    for names in (["系"], [f"系{number}" for number in range(11)]):
        for name in names:
            system = system_of(clinic, director, name, vendor_name=f"{name}社", disclosure_need="both")
            for kind in ("MDS", "SDS"):
                treated(system, director, f"{kind}-06", accepted(system, director, kind, no=[f"{kind}-06"]))
            Certification.register(system.vendor, by=director, kind="isms")
        with CaptureQueriesContext(connection) as captured:
            told = part()
        counts.append(len(captured))
    assert (len(told["registers"]), len(told["risks"]), counts) == (12, 24, [9, 9])


@pytest.mark.parametrize("systems", [1, 6])
def test_the_whole_snapshot_costs_15_queries(systems, assessment, clinic, director):
    for number in range(systems):
        system = system_of(clinic, director, f"系{number}", vendor_name=f"社{number}")
        treated(system, director, "MDS-06", accepted(system, director, no=["MDS-06"]))
    loaded = type(assessment).objects.select_related("clinic", "edition").get(pk=assessment.pk)
    with at_most(15):
        snapshot_of(loaded, TODAY)
