"""A clinic's working year: the first one from start to report, the next one after it, and a new edition."""

from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from checklist.issuing import issue
from checklist.models import Answer, Assessment, Confirmation, Evidence, Report
from compliance.dates import fiscal_year_label
from compliance.models import Clinic
from tests.journeys import job
from tests.journeys.steps import WithoutJavaScript
from tests.sheets import accepted, row, system_of, treated
from vendors.models import Disclosure, RiskTreatment, System

pytestmark = pytest.mark.journey

COLLEAGUE = {"氏名": "事務 はな子", "パスワード": "hanako-no-sanpo-9"}
SIGNATURE = {
    "会社名": "株式会社あおぞらメディカル",
    "氏名": "見本 一郎",
    "メールアドレス": "ichiro@example.jp",
}
PAPER = {"name": "連絡先一覧.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n% made up\n%%EOF\n"}
DECLARED = {"status": "done", "evidence_place": "青ファイル"}


# The first year


def test_the_first_year_from_the_first_start_to_an_issued_report(sits_down, live_server, settings):
    settings.PUBLIC_URL = live_server.url
    # Given a clinic that began today, with a system whose vendor bears its updates
    director, clerk = sits_down(), sits_down()
    job.starts_a_clinic(director)
    job.registers_a_cloud_system(director)
    job.determines(director)
    # When two people work in it, papers are laid down, and the vendor answers by its link
    joins(clerk, invitation_by(director))
    both_answer_one_item(director, clerk)
    lays_down_a_paper(clerk)
    answers_as_a_vendor(sits_down(hands=WithoutJavaScript), link_by(director))
    accepts_what_came(director)
    # Then the round is confirmed, and its report holds all of it
    director.follows("ホーム")
    job.confirms(director, 1)
    job.has_the_report(director, 1)
    assert issues_a_report(director).startswith(b"%PDF")
    snapshot = Confirmation.objects.get().snapshot_text
    for words in ("連絡先の一覧を作り、訓練の日を決める", "連絡先一覧.pdf", "次の版で対応します。"):
        assert words in snapshot


def code() -> str:
    return Clinic.objects.get().code


def told_once(person) -> str:
    """The link that stands on the page now and never again."""
    return person.page.locator("dl.facts dd.break").inner_text()


def invitation_by(director) -> str:
    director.opens("people", code())
    director.types("メールアドレス", "hanako@hinata.example")
    director.presses("招待のリンクを作る")
    director.sees("招待のリンクができました")
    return told_once(director)


def joins(clerk, link: str) -> None:
    clerk.page.goto(link)
    clerk.sees(f"{job.CLINIC}への招待", "記入担当")
    for label, text in COLLEAGUE.items():
        clerk.types(label, text)
    clerk.presses("参加して始める")
    clerk.sees("52項目中0項目")


def both_answer_one_item(director, clerk) -> None:
    """The second sees both texts, and joins them."""
    for person in (director, clerk):
        person.opens("item", code(), "8-1")
    clerk.chooses("未実施・対応中")
    clerk.types("やること", "連絡先の一覧を作る")
    clerk.presses("保存")
    expect(clerk.save_state()).to_contain_text("保存済")
    director.chooses("未実施・対応中")
    director.types("やること", "訓練の日を決める")
    director.sees("ほかの人が先に保存しました", "事務 はな子さん", "連絡先の一覧を作る")
    director.finds("やること", "訓練の日を決める")
    director.types("やること", "連絡先の一覧を作り、訓練の日を決める")
    director.presses("保存")
    expect(director.save_state()).to_contain_text("保存済")
    director.opens("item_history", code(), "8-1")
    director.sees("事務 はな子", job.DIRECTOR, "連絡先の一覧を作り、訓練の日を決める")


def lays_down_a_paper(clerk) -> None:
    """A file, and where its paper is; the item shows both."""
    clerk.opens("item", code(), "8-1")
    clerk.follows("根拠を付ける")
    clerk.types("資料の名称", "緊急時の連絡先一覧")
    clerk.types("保管場所", "院長室キャビネット・青ファイル3")
    clerk.page.set_input_files("input[type=file]", PAPER)
    clerk.presses("保存")
    clerk.opens("item", code(), "8-1")
    clerk.sees("緊急時の連絡先一覧", "院長室キャビネット・青ファイル3", "連絡先一覧.pdf", "未検査")


def link_by(director) -> str:
    director.opens("ask", code(), System.objects.get().pk)
    asks_for_mds_alone(director)
    director.presses("リンクを作る")
    director.sees("リンクができました")
    return told_once(director)


def asks_for_mds_alone(director) -> None:
    for kind, wanted in (("MDS", True), ("SDS", False)):
        box = director.page.locator(f"input[name=kinds][value={kind}]")
        if box.is_checked() != wanted:
            director.acts_on(director.label_of(box))


def answers_as_a_vendor(vendor, link: str) -> None:
    """41 rows, one of them いいえ with a remark."""
    vendor.page.goto(link)
    vendor.presses("回答を始める")
    for number in range(1, 42):
        answer = "no" if number == 6 else "yes"
        vendor.page.locator(f"label[for='MDS-{number:02}-{answer}']").click()
    vendor.page.locator("#MDS-06 summary").click()
    vendor.page.locator("#MDS-06 textarea").fill("次の版で対応します。")
    vendor.presses("保存する")
    vendor.sees("41行中41行")
    vendor.presses("提出前の確認へ進む")
    for label, text in SIGNATURE.items():
        vendor.types(label, text)
    vendor.presses("提出する")
    vendor.sees("提出しました")


def accepts_what_came(director) -> None:
    sheet = Disclosure.objects.get()
    director.opens("review", code(), sheet.pk)
    director.sees("「いいえ」の行", "次の版で対応します。")
    director.opens("treat", code(), sheet.pk, "MDS-06")
    director.chooses("一部が止まる")
    director.types("起こりうること", "診療の一部が止まるおそれがある。")
    director.chooses("低減")
    director.types("当院で行うこと", "当院のVPN機器で止める。")
    director.types("立入検査での説明", "使うときだけ開けています。")
    director.presses("保存")
    director.sees("保存しました。未記入の欄はありません。")
    director.presses("確認済にする")
    director.sees("確認済にしました")


def issues_a_report(director) -> bytes:
    director.opens("prints", code())
    director.page.get_by_role("button", name="報告書を発行する").first.click()
    director.sees("発行しました")
    return director.prints("PDFをダウンロードする")


# The next year


@pytest.fixture
def last_year(assessment, clinic, director, confirmed) -> Assessment:
    """A round of the year before: some answers, a paper, a sheet with two いいえ; confirmed."""
    Assessment.objects.filter(pk=assessment.pk).update(fiscal_year=assessment.fiscal_year - 1)
    assessment.refresh_from_db()
    for each in ("1.1-1", "7-1", "4.1-1", "4.1-2", "6-3", "11-1", "10-9"):
        declare(assessment, each, director, note=f"{each}を見た", confirmed_on=timezone.localdate())
    Evidence.register(clinic, by=director, title="台帳", place="青ファイル", items=["7-1", "4.1-2"])
    system = system_of(clinic, director)
    sheet = accepted(system, director, no=["MDS-03", "MDS-05"])
    for each in ("MDS-03", "MDS-05"):
        treated(system, director, each, sheet)
    confirmed(assessment)
    assessment.refresh_from_db()
    return assessment


@pytest.fixture
def issued(last_year, director) -> Report:
    """The report of that round."""
    return issue(Confirmation.objects.get(), "all", by=director)


def declare(round_: Assessment, item: str, by, **fields) -> None:
    found = Answer.objects.get(assessment=round_, item__code=item)
    found.record(found.version, by=by, **(DECLARED | fields))


def papers_of(person, issued: Report) -> list[bytes]:
    """What was confirmed and what was issued of a round, as they print now."""
    code, round_ = issued.clinic.code, issued.confirmation.assessment
    year = reverse("print_confirmed", args=[code, round_.fiscal_year, issued.confirmation.number])
    person.opens("rounds", code)
    expect(person.page.locator(f"a[href='{year}']")).to_have_text("第1版のPDF")
    answers = [person.page.request.get(person.origin + year, timeout=60_000)]
    answers += [person.page.request.get(person.origin + reverse("report_pdf", args=[code, issued.number]))]
    assert [each.headers["content-type"] for each in answers] == ["application/pdf"] * 2
    return [each.body() for each in answers]


def begins_the_year(person, clinic) -> Assessment:
    year = fiscal_year_label(Assessment.objects.current().fiscal_year + 1)
    person.opens("clinic_home", clinic.code)
    person.sees(f"{year}になりました")
    person.follows(f"{year}の点検を始める")
    person.sees("7項目の回答が「前回（要確認）」として並びます")
    person.presses(f"{year}の点検を始める")
    person.sees(f"{year}の点検を始めました", "52項目中0項目")
    return Assessment.objects.current()


def test_the_next_year_begins_where_the_last_one_ended(sits_down, director, clinic, issued):
    # Given a confirmed round of last year
    at_work = sits_down(director)
    before = papers_of(at_work, issued)
    # When the next is begun, every answer is open, with the earlier one beside it
    begun = begins_the_year(at_work, clinic)
    assert {each.status for each in begun.answers.all()} == {"none"}
    copies_the_earlier_answer(at_work, clinic)
    # Then just that one is declared again, the difference is told, and the earlier papers are what they were
    declared = Answer.objects.filter(assessment=begun).exclude(status="none")
    assert [(each.note, each.confirmed_on) for each in declared] == [("1.1-1を見た", timezone.localdate())]
    compares(at_work, begun)
    assert papers_of(at_work, issued) == before


def copies_the_earlier_answer(person, clinic) -> None:
    """Into the form, and no further until somebody saves it."""
    person.opens("item", clinic.code, "1.1-1")
    person.sees("前回（要確認）", "今回の回答ではありません", "1.1-1を見た")
    person.follows("前回の内容を入力欄に写す")
    person.sees("前回の内容を写しました")
    person.finds("メモ（任意）", "1.1-1を見た")
    person.finds("確認日", "")
    expect(person.save_state()).to_have_text("未保存")
    assert Answer.objects.current("1.1-1").status == "none"
    person.puts_today()
    person.presses("保存")
    expect(person.save_state()).to_contain_text("保存済")


def compares(person, begun: Assessment) -> None:
    person.opens("rounds", begun.clinic.code)
    person.follows(f"{begun.previous.name_with_edition}と比べる")
    person.sees(f"{begun.previous}と{begun}を比べる")
    person.follows("前回と同じ 1")
    rows = person.page.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("1.1①")


def test_a_round_begun_by_mistake_is_taken_back(sits_down, director, clinic, last_year):
    at_work = sits_down(director)
    begun = begins_the_year(at_work, clinic)
    at_work.opens("rounds", clinic.code)
    at_work.follows("間違えて始めたとき：この点検を取りやめる")
    at_work.sees(f"{last_year}", "いまの点検になります")
    at_work.presses("取りやめる")
    at_work.sees(f"{begun}の点検を取りやめました")
    assert list(Assessment.objects.all()) == [last_year]
    at_work.opens("clinic_home", clinic.code)
    at_work.sees(f"{last_year} 第1版として確定しています。")
    begins_the_year(at_work, clinic)


# A new edition


def test_a_new_edition_takes_along_what_still_answers(
    sits_down, director, clinic, last_year, issued, next_edition
):
    # Given last year's round, and a new edition of the guideline
    at_work = sits_down(director)
    before = papers_of(at_work, issued)
    sheet = Disclosure.objects.get()
    # When the director has seen what would change, and switches
    looks_before_switching(at_work, clinic)
    at_work.presses(f"{fiscal_year_label(last_year.fiscal_year + 1)}の点検を始める")
    at_work.sees("の点検を始めました", "52項目中0項目")
    # Then each item, paper, row and risk record is where the table leads
    items_have_followed(at_work, clinic)
    assert Evidence.objects.get().items == ["4.1-1", "7-1", "7-7"]
    rows_have_followed(at_work, clinic, sheet)
    # And the new edition is confirmed and issued like the one before, which prints what it printed
    confirms_and_issues(at_work, clinic, next_edition)
    assert papers_of(at_work, issued) == before


def looks_before_switching(person, clinic) -> None:
    person.opens("clinic_home", clinic.code)
    person.sees("ガイドラインの新しい版（第8.0版）が入りました")
    person.follows("何が変わるかを見る")
    person.sees(
        "第7.0版から第8.0版に切り替わります。",
        "そのまま 46項目、文が変わった 2項目、分かれた 2項目、まとまった 1項目、新しい 1項目、なくなった 1項目。",
        "5項目の回答が「前回（要確認）」として並びます",
        "2項目の回答は、",
        "電子カルテのMDS：39行を引き継ぎます。2行は未回答になるので、事業者に聞き直してください。",
        "確定版は、その文のまま残ります。",
    )
    person.page.get_by_text("変わった項目を見る").click()
    person.sees("体制を整え、毎年見直すこと", "求めることが増えました。")
    assert Assessment.objects.count() == 1


def items_have_followed(person, clinic) -> None:
    """Split, merged, reworded beyond keeping, new, and moved to another number."""
    copy = person.named("link", "前回の内容を入力欄に写す")
    for item, words, copied in (
        ("7-7", ["分かれた", "7-1を見た"], 1),
        ("4.1-1", ["まとまった", "4.1-1を見た", "4.1-2を見た"], 0),
        ("11-1", ["文が変わった", "そのままは引き継げません", "11-1を見た"], 0),
        ("8-4", ["前回の版にはなかった項目です。"], 0),
        ("10-10", ["10-9を見た"], 1),
    ):
        person.opens("item", clinic.code, item)
        person.sees(*words)
        expect(copy).to_have_count(copied)
    assert Answer.objects.current("6-3") is None


def rows_have_followed(person, clinic, sheet: Disclosure) -> None:
    carried = Disclosure.objects.get(carried_from=sheet)
    person.opens("review", clinic.code, carried.pk)
    person.sees("あと2行", "未回答の行", "「いいえ」の行")
    assert [row(carried, each).answer for each in ("MDS-43", "MDS-03", "MDS-42")] == [
        "no",
        "blank",
        "blank",
    ]
    assert list(RiskTreatment.objects.of_system(sheet.system)) == ["MDS-43"]
    assert row(sheet, "MDS-05").answer == "no"


def confirms_and_issues(person, clinic, edition) -> None:
    person.opens("confirm", clinic.code)
    person.types("医療情報システム安全管理責任者", "緑川 院長")
    person.presses("この内容で確定する")
    person.sees("第1版として確定しました。")
    assert issues_a_report(person).startswith(b"%PDF")
    newest = Confirmation.objects.latest("pk")
    assert newest.assessment.edition == edition
    assert "毎年見直すこと" in newest.snapshot_text


# For every eye


def test_the_pages_of_the_rounds_for_every_eye(sits_down, looks, director, clinic, last_year):
    at_work = sits_down(director)
    sees = partial(opens_and_looks, at_work, looks, clinic)
    sees("clinic_home", title="clinic_home, the year is over")
    sees("rounds", title="rounds, the year is over")
    sees("next_round")
    begun = begins_the_year(at_work, clinic)
    declare(begun, "7-1", director, status="open", plan="台帳を作り直す")
    sees("rounds", title="rounds, two years")
    sees("item", "1.1-1", title="item, with the earlier answer")
    at_work.follows("前回の内容を入力欄に写す")
    looks(at_work, "item, with the earlier content in the form")
    sees("items", title="items, with earlier answers")
    sees("compare_rounds", begun.pk)
    sees("compare_rounds", last_year.pk, title="compare_rounds, the first")


def test_the_page_before_taking_a_round_back_for_every_eye(sits_down, looks, director, clinic, last_year):
    at_work = sits_down(director)
    begins_the_year(at_work, clinic)
    opens_and_looks(at_work, looks, clinic, "withdraw_round")


def test_the_pages_of_a_new_edition_for_every_eye(
    sits_down, looks, director, clinic, last_year, next_edition
):
    at_work = sits_down(director)
    sees = partial(opens_and_looks, at_work, looks, clinic)
    sees("next_round", title="next_round, a new edition")
    at_work.presses(f"{fiscal_year_label(last_year.fiscal_year + 1)}の点検を始める")
    at_work.sees("の点検を始めました")
    for item, what in (("4.1-1", "merged"), ("11-1", "reworded"), ("8-4", "new")):
        sees("item", item, title=f"item, {what}")
    sees("compare_rounds", Assessment.objects.current().pk, title="compare_rounds, a new edition")


def opens_and_looks(person, looks, clinic, name: str, *words, title: str = "") -> None:
    person.opens(name, clinic.code, *words)
    looks(person, title or name)
