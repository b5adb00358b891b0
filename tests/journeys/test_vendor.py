"""A vendor without an account: 58 rows by keyboard alone, a sheet without JavaScript, and every page for every eye."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import AtTheKeys, Person, WithoutJavaScript
from vendors.models import Disclosure, DisclosureRequest, Submission, System

pytestmark = pytest.mark.journey
SIGNATURE = {
    "会社名": "株式会社サンプルメディカル",
    "氏名": "見本 一郎",
    "メールアドレス": "ichiro@example.jp",
}


@pytest.fixture
def chart(clinic, director) -> System:
    product = {"product": "サンプルカルテ クラウド版", "product_version": "3.2"}
    return System.register(
        clinic, by=director, name="電子カルテ", vendor_name="株式会社カルテ", location="external", **product
    )


@pytest.fixture
def link(chart, director):
    """link("SDS"): the path of a new link for these sheets."""
    return lambda *kinds: f"/r/{DisclosureRequest.ask(chart, kinds, by=director)[1]}/"


def row(vendor: Person, code: str):
    return vendor.page.locator(f"#{code}")


def begins(vendor: Person, path: str) -> None:
    vendor.goes(path)
    vendor.sees("みどり台内科クリニック", "サンプルカルテ クラウド版", "アカウントは要りません")
    vendor.presses("回答を始める")
    vendor.page.wait_for_url(re.compile("/v/"))


def signs(vendor: Person) -> None:
    for label, text in SIGNATURE.items():
        vendor.types(label, text)
    vendor.presses("提出する")
    vendor.sees("提出しました")


def test_a_vendor_finishes_58_rows_by_keyboard_alone(sits_down, link):
    vendor = sits_down(hands=AtTheKeys)
    begins(vendor, link("SDS"))
    vendor.sees("58行中0行")
    rows = vendor.page.locator("fieldset.ask")
    for number in range(58):
        code = rows.nth(number).get_attribute("id")
        vendor.tabs_to(vendor.page.locator(f"#{code}-yes"))
        vendor.hits("2" if number == 3 else "3" if number % 10 == 9 else "1")
    vendor.sees("58行中58行")
    vendor.tabs_to(vendor.page.locator("#SDS-04 textarea"))
    vendor.page.keyboard.insert_text("次の版で対応します。")
    vendor.presses("提出前の確認へ進む")
    vendor.sees("すべて回答済みです")
    signs(vendor)
    answers = Submission.objects.get().answers
    assert answers["SDS-04"] == ["no", "次の版で対応します。"]
    assert [each[0] for each in answers.values()].count("na") == 5
    assert vendor.prints("受領書（PDF）を開く").startswith(b"%PDF")


def test_every_number_key_leads_on_to_the_next_row(sits_down, link):
    vendor = sits_down(hands=AtTheKeys)
    begins(vendor, link("SDS"))
    vendor.tabs_to(vendor.page.locator("#SDS-01-yes"))
    vendor.hits("1", "2", "1", "1")
    vendor.sees("58行中4行")
    expect(row(vendor, "SDS-02").locator("textarea")).to_be_visible()
    expect(vendor.page.locator("#SDS-05-yes")).to_be_focused()
    said = Disclosure.objects.get().answers.order_by("row__position").values_list("answer", flat=True)
    assert list(said[:5]) == ["yes", "no", "yes", "yes", "blank"]


def test_a_vendor_answers_without_javascript(sits_down, link):
    vendor = sits_down(hands=WithoutJavaScript)
    begins(vendor, link("MDS"))
    for number in range(1, 42):
        vendor.page.locator(f"label[for='MDS-{number:02}-yes']").click()
    vendor.presses("保存する")
    vendor.sees("41行中41行", "保存しました。")
    vendor.presses("提出前の確認へ進む")
    vendor.sees("すべて回答済みです")
    signs(vendor)
    assert {each[0] for each in Submission.objects.get().answers.values()} == {"yes"}


def test_what_is_typed_is_saved_without_a_button(sits_down, link):
    vendor = sits_down()
    begins(vendor, link("SDS"))
    vendor.label_of(vendor.page.locator("#SDS-02-no")).click()
    expect(row(vendor, "SDS-02")).to_contain_text("保存済")
    row(vendor, "SDS-02").locator("textarea").fill("来年度に対応します。")
    expect(row(vendor, "SDS-02").locator(".row-state")).to_contain_text("保存済")
    vendor.page.wait_for_timeout(1500)
    saved = Disclosure.objects.get().answers.get(row__code="SDS-02")
    assert (saved.answer, saved.remark) == ("no", "来年度に対応します。")


def test_a_pause_while_typing_saves(sits_down, link):
    vendor = sits_down()
    begins(vendor, link("SDS"))
    row(vendor, "SDS-02").locator("summary").click()
    row(vendor, "SDS-02").locator("textarea").press_sequentially("確認中")
    expect(row(vendor, "SDS-02").locator(".row-state")).to_contain_text("保存済")
    expect(row(vendor, "SDS-02").locator("textarea")).to_be_focused()
    assert Disclosure.objects.get().answers.get(row__code="SDS-02").remark == "確認中"


def test_the_progress_leads_to_the_first_row_that_is_open(sits_down, link):
    vendor = sits_down()
    begins(vendor, link("SDS"))
    for number in (1, 2):
        vendor.label_of(vendor.page.locator(f"#SDS-0{number}-yes")).click()
        expect(row(vendor, f"SDS-0{number}")).to_contain_text("保存済")
    vendor.sees("58行中2行")
    vendor.follows("続きから（No.7）")
    expect(vendor.page.locator("#SDS-03-yes")).to_be_focused()


def test_an_answer_that_comes_back_late_does_not_take_the_progress_back(sits_down, link):
    vendor, late = sits_down(), []
    begins(vendor, link("SDS"))

    def hold(route) -> None:
        late.append((route, route.fetch()))

    vendor.page.route("**/rows/SDS-01/", hold, times=1)
    vendor.label_of(vendor.page.locator("#SDS-01-yes")).click()
    while not late:
        vendor.page.wait_for_timeout(50)
    vendor.label_of(vendor.page.locator("#SDS-02-yes")).click()
    vendor.sees("58行中2行")
    (route, response) = late.pop()
    route.fulfill(response=response)
    expect(row(vendor, "SDS-01")).to_contain_text("保存済")
    vendor.sees("58行中2行")


@pytest.fixture
def conflict(sits_down, link):
    """A vendor whose colleague saved 対象外 in row SDS-02 while its own いいえ was on the way."""
    vendor = sits_down()
    begins(vendor, link("SDS"))
    other = Disclosure.objects.get().answers.get(row__code="SDS-02")
    other.record(1, by="事業者", answer="na", remark="別の者の備考")
    vendor.label_of(vendor.page.locator("#SDS-02-no")).click()
    expect(row(vendor, "SDS-02")).to_contain_text("別の方が先に保存しました")
    expect(row(vendor, "SDS-02")).to_contain_text("別の者の備考")
    return vendor, other


def said(answer) -> tuple[str, str]:
    answer.refresh_from_db()
    return answer.answer, answer.remark


def test_after_a_conflict_typing_on_overwrites_nothing(conflict):
    vendor, other = conflict
    row(vendor, "SDS-02").locator("textarea").fill("自分の備考")
    vendor.page.locator("#SDS-03-yes").focus()
    expect(row(vendor, "SDS-02").locator(".versions")).to_contain_text("自分の備考")
    assert said(other) == ("na", "別の者の備考")


def test_after_a_conflict_ones_own_answer_is_saved_on_demand(conflict):
    vendor, other = conflict
    row(vendor, "SDS-02").locator("textarea").fill("自分の備考")
    vendor.presses("あなたの入力で保存する")
    expect(row(vendor, "SDS-02").locator(".row-state")).to_contain_text("保存済")
    expect(row(vendor, "SDS-02").locator(".finding")).to_have_count(0)
    vendor.page.wait_for_timeout(1000)  # the pause after typing is over too
    expect(row(vendor, "SDS-02").locator(".row-state")).to_contain_text("保存済")
    assert said(other) == ("no", "自分の備考")


def test_after_a_conflict_the_others_answer_is_taken_on_demand(conflict):
    vendor, other = conflict
    vendor.presses("先に保存された内容にする")
    expect(vendor.page.locator("#SDS-02-na")).to_be_checked()
    expect(row(vendor, "SDS-02").locator("textarea")).to_have_value("別の者の備考")
    assert said(other) == ("na", "別の者の備考")


def test_a_revoked_link_says_so_in_the_row_and_keeps_what_was_typed(sits_down, link, director, faults):
    vendor = sits_down()
    begins(vendor, link("SDS"))
    DisclosureRequest.objects.get().revoke(by=director)
    vendor.label_of(vendor.page.locator("#SDS-02-no")).click()
    expect(row(vendor, "SDS-02")).to_contain_text("回答の受付は終わりました")
    assert "Status Error Code 404" in faults.pop()  # htmx tells the console too
    expect(vendor.page.locator("#SDS-02-no")).to_be_checked()


def test_every_page_of_a_vendor_for_every_eye(sits_down, link, looks):
    vendor = sits_down()
    path = link("SDS", "MDS")
    vendor.goes(path)
    looks(vendor, "landing")
    vendor.presses("回答を始める")
    looks(vendor, "overview")
    vendor.follows("SDS")
    vendor.label_of(vendor.page.locator("#SDS-02-no")).click()
    expect(row(vendor, "SDS-02")).to_contain_text("保存済")
    looks(vendor, "form")
    other = Disclosure.objects.get(kind="SDS").answers.get(row__code="SDS-03")
    other.record(1, by="事業者", answer="na", remark="別の者の備考")
    vendor.label_of(vendor.page.locator("#SDS-03-no")).click()
    expect(row(vendor, "SDS-03")).to_contain_text("別の方が先に保存しました")
    looks(vendor, "conflict")
    vendor.presses("先に保存された内容にする")
    vendor.follows("Excelファイルで回答する")
    looks(vendor, "upload")
    vendor.presses("読み取る")
    vendor.sees("ファイルを選んでください。")
    looks(vendor, "upload with errors")
    vendor.page.go_back()
    vendor.page.go_back()
    vendor.presses("提出前の確認へ進む")
    vendor.presses("提出する")
    vendor.sees("か所を直してください")
    looks(vendor, "submit with errors")
    signs(vendor)
    looks(vendor, "receipt")
    vendor.goes(path)
    vendor.sees("リンクを開けません")
    looks(vendor, "gone")
