"""A vendor's pages over HTTP: the way in, the rows, two people at one sheet, 提出, the receipt."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from django.utils.html import escape
from pypdf import PdfReader

from compliance.dates import both_calendars
from compliance.printing import pdf
from compliance.templatetags.words import in_eights
from tests.papers import Printed
from tests.vendors.at_a_link import Vendor, saved
from tests.web import HTMX, at, at_most, browser, complaints, form_with, having, shows, tree, words
from vendors.models import Disclosure, DisclosureRequest, DisclosureRow, Submission, System
from vendors.models.disclosures import Closed
from vendors.receipt import receipt_html

pytestmark = pytest.mark.django_db
SIGNED = {"company": "株式会社見本", "name": "見本 一郎", "email": "ichiro@example.jp"}


# The way in


def test_the_landing_says_who_asks_for_what_until_when(asks):
    page = shows(asks("SDS", "MDS").client.get("/r/x/"))
    assert "リンクを開けません" in page
    vendor = asks("SDS", "MDS")
    page = shows(vendor.client.get(vendor.entry))
    for said in (
        "みどり台内科クリニック",
        "電子カルテ",
        "みほんカルテ 3.2",
        "MDS",
        "41行",
        "SDS",
        "58行",
        "あと14日",
        "アカウントは要りません",
    ):
        assert said in page


def test_looking_at_a_link_uses_nothing_up(asks):
    vendor = asks("SDS")
    for _ in range(3):
        response = vendor.client.get(vendor.entry)
        assert (response.status_code, "disclosure_request" in response.cookies) == (200, False)
    vendor.asked.refresh_from_db()
    assert vendor.asked.opened_at is None


def test_beginning_leads_to_the_only_sheet_and_leaves_the_token_behind(asks):
    vendor = asks("SDS")
    response = vendor.client.post(vendor.entry)
    cookie = response.cookies["disclosure_request"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (vendor.home, True, "Strict")
    page = vendor.client.get(response.url)
    assert page.url == f"{vendor.home}SDS/"
    vendor.asked.refresh_from_db()
    assert vendor.asked.opened_at is not None


def test_the_token_stands_in_nothing_that_is_sent(asks):
    vendor = asks("SDS", "MDS")
    responses = [vendor.client.get(vendor.entry), vendor.client.post(vendor.entry)]
    responses += [vendor.gets(path) for path in ("", "SDS/", "MDS/", "submit/", "SDS/upload/")]
    responses += [vendor.saves("SDS-01", "yes"), vendor.posts("submit/", SIGNED), vendor.gets("receipt/")]
    for response in responses:
        assert vendor.token not in response.content.decode()
        assert vendor.token not in str(response.headers)
        assert response["Referrer-Policy"] == "no-referrer"
        assert "noindex" in response["X-Robots-Tag"]
        assert "no-store" in response["Cache-Control"]


def ended(vendor: Vendor, how: str, director) -> None:
    if how == "expired":
        DisclosureRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "revoked":
        vendor.asked.revoke(by=director)
    elif how == "used up":
        vendor.asked.submit(**SIGNED)
    else:
        vendor.asked.system.retire(by=director)


@pytest.mark.parametrize("how", ["expired", "revoked", "used up", "retired"])
def test_every_link_that_has_ended_looks_like_a_wrong_one(how, asks, director):
    vendor = asks("SDS").begins()
    ended(vendor, how, director)
    wrong = browser().get("/r/wrong/")
    found = [vendor.client.get(vendor.entry), vendor.client.post(vendor.entry)]
    found += [vendor.gets("SDS/"), vendor.gets("SDS/upload/"), browser().get(f"{vendor.home}SDS/")]
    found.append(vendor.posts("SDS/rows/SDS-01/", {"answer-SDS-01": "yes", "version-SDS-01": "1"}))
    assert [(each.status_code, shows(each)) for each in found] == [(404, shows(wrong))] * 6
    assert saved("SDS-01")[0] == "blank"


@pytest.mark.parametrize("token", ["%00", "あ", "x" * 300, "..", "a b", "=1+1"])
def test_odd_tokens_are_wrong_ones(token, db):
    assert browser().get(f"/r/{token}/").status_code == 404
    assert browser().get(f"/v/{token}/").status_code == 404


def test_a_cookie_opens_its_own_request_only(asks, chart, director):
    first, second = asks("SDS").begins(), asks("MDS").begins()
    second.client.cookies = first.client.cookies
    assert second.gets("MDS/").status_code == 404
    second.client.cookies["disclosure_request"] = "forged"
    assert second.gets("MDS/").status_code == 404


def test_a_sheet_that_was_not_asked_for_is_not_there(vendor):
    gone = shows(browser().get("/r/wrong/"))
    for path in ("MDS/", "SPEC/", "x/", "MDS/upload/", "MDS/upload/1/", "SDS/reuse/"):
        response = vendor.gets(path)
        assert (response.status_code, shows(response)) == (404, gone)
        assert response["Referrer-Policy"] == "no-referrer"


def test_a_post_of_another_site_is_refused(vendor):
    foreign = {"Sec-Fetch-Site": "cross-site"}
    said = {"answer-SDS-01": "yes", "remark-SDS-01": "", "version-SDS-01": "1"}
    assert vendor.posts("SDS/rows/SDS-01/", said, headers=foreign).status_code == 404
    assert saved("SDS-01")[0] == "blank"


def test_a_browser_without_referer_may_post(asks):
    """With no-referrer a browser sends Origin: null from the page's own forms."""
    vendor = asks("SDS")
    vendor.client = browser(enforce_csrf_checks=True)
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert vendor.client.post(vendor.entry, headers=own, secure=True).status_code == 302
    form = form_with(vendor.gets("SDS/"), "version-SDS-01")
    response = vendor.posts("SDS/", form | {"answer-SDS-01": "yes"}, headers=own, secure=True)
    assert (response.status_code, saved("SDS-01")[0]) == (302, "yes")


def test_a_post_without_the_pages_proof_is_refused(vendor):
    vendor.client.handler.enforce_csrf_checks = True
    response = vendor.posts("SDS/", {"answer-SDS-01": "yes", "version-SDS-01": "1"})
    assert (response.status_code, saved("SDS-01")[0]) == (403, "blank")


def test_two_sheets_stand_on_one_page_with_their_progress(asks):
    vendor = asks("SDS", "MDS").begins()
    vendor.saves("SDS-01", "yes")
    page = shows(vendor.gets())
    assert "58行中1行" in page
    assert "41行中0行" in page


def test_nothing_of_the_clinic_is_shown(vendor, clinic, director):
    clinic.describe(clinic.version, by=director, address="秘密の住所1-2", phone="00-1111-2222")
    pages = [vendor.gets(path).content.decode() for path in ("SDS/", "submit/", "SDS/upload/")]
    for secret in ("秘密の住所", "00-1111-2222", "緑川", clinic.code, "/c/", director.email):
        assert [secret in page for page in pages] == [False] * 3


# Rows


def test_the_form_stays_in_its_budget(vendor):
    with at_most(10):
        response = vendor.gets("SDS/")
    assert len(response.content) < 150_000
    assert len(having(tree(response), class_="ask")) == 58
    answer = {"answer-SDS-01": "yes", "remark-SDS-01": "", "version-SDS-01": "1"}
    with at_most(8):
        vendor.posts("SDS/rows/SDS-01/", answer, headers=HTMX)
    assert saved("SDS-01") == ("yes", "")


def test_rows_carry_their_choices_their_note_and_our_hint(vendor):
    rows = {each.get("id"): words(each) for each in having(tree(vendor.gets("SDS/")), class_="ask")}
    assert "IPsec-VPN+IKE" in rows["SDS-40"]
    assert "いずれかの項番が「はい」なら「はい」（このサービスの整理）" in rows["SDS-40"]
    assert (
        "すべての項番が「対象外」なら「対象外」、「はい」と「対象外」だけなら「はい」（このサービスの整理）"
        in rows["SDS-11"]
    )
    assert "対応予定の場合は「はい」を選択してください" in rows["SDS-46"]
    assert "このサービスの整理" not in rows["SDS-01"]


def test_a_row_saves_in_place_and_tells_the_progress(vendor):
    response = vendor.saves("SDS-01", "no", " 次の版で対応\r\nします ")
    assert saved("SDS-01") == ("no", "次の版で対応\nします")
    page = shows(response)
    for said in ("保存済", "58行中1行", "続きから（No.57.1）"):
        assert said in page


def test_saving_twice_has_one_effect(vendor, clinic, trail):
    for _ in range(3):
        assert vendor.saves("SDS-01", "yes", stamp="1").status_code == 200
    assert [each.action for each in trail(clinic)].count("disclosure.answer") == 1
    entry = next(each for each in trail(clinic) if each.action == "disclosure.answer")
    assert entry.actor_name == "事業者（株式会社カルテ）"


def test_the_first_answer_begins_the_sheet(vendor):
    assert Disclosure.objects.get().state == "asked"
    vendor.saves("SDS-01", "yes")
    vendor.saves("SDS-02", "yes")
    assert Disclosure.objects.get().state == "answering"


@pytest.mark.parametrize(
    ("answer", "remark", "sentence"),
    [
        ("yes", "あ" * 1001, "1,000文字までです。1文字減らしてください。"),
        ("yes", "a\x07b", "制御文字"),
        ("maybe", "", "一覧にない値です。"),
        ("unread", "", "一覧にない値です。"),
    ],
)
def test_bad_input_is_told_at_the_row(answer, remark, sentence, vendor):
    response = vendor.saves("SDS-01", answer, remark)
    assert response.status_code == 422
    assert sentence in shows(response)
    form = form_with(vendor.gets("SDS/"), "version-SDS-02")
    typed = form | {"answer-SDS-01": answer, "remark-SDS-01": remark, "answer-SDS-02": "na"}
    page = vendor.posts("SDS/", typed)
    assert (page.status_code, saved("SDS-01"), saved("SDS-02")) == (422, ("blank", ""), ("na", ""))
    row = next(each for each in having(tree(page), class_="ask") if each.get("id") == "SDS-01")
    assert sentence in words(row)
    assert row.find(".//textarea").text.removeprefix("\n") == remark


def test_an_unknown_row_is_not_there(vendor):
    assert vendor.posts("SDS/rows/SDS-99/", {"answer-SDS-99": "yes"}).status_code == 404
    assert vendor.posts("SDS/rows/MDS-01/", {"answer-MDS-01": "yes"}).status_code == 404


def test_the_form_saves_without_javascript(vendor):
    form = form_with(vendor.gets("SDS/"), "version-SDS-01")
    typed = {
        "answer-SDS-01": "yes",
        "answer-SDS-02": "no",
        "remark-SDS-02": "予定あり",
        "remark-SDS-03": "備考だけ",
    }
    assert vendor.posts("SDS/", form | typed).url == f"{vendor.home}SDS/"
    assert [saved(f"SDS-0{n}") for n in (1, 2, 3)] == [("yes", ""), ("no", "予定あり"), ("blank", "備考だけ")]
    assert "58行中2行" in shows(vendor.gets("SDS/"))


def test_a_whole_form_leaves_rows_alone_that_only_another_person_touched(vendor):
    form = form_with(vendor.gets("SDS/"), "version-SDS-01")
    vendor.saves("SDS-05", "na", "別の者の備考")
    response = vendor.posts("SDS/", form | {"answer-SDS-01": "yes"})
    assert (response.status_code, saved("SDS-01"), saved("SDS-05")) == (
        302,
        ("yes", ""),
        ("na", "別の者の備考"),
    )


# Two people


def test_a_conflict_shows_both_texts_and_saves_neither(vendor):
    old = vendor.stamp("SDS-01")
    vendor.saves("SDS-01", "na", "別の者の備考")
    response = vendor.saves("SDS-01", "no", "自分の備考", stamp=old)
    assert (response.status_code, saved("SDS-01")) == (409, ("na", "別の者の備考"))
    page = shows(response)
    for said in ("別の方が先に保存しました", "対象外", "別の者の備考", "いいえ", "自分の備考"):
        assert said in page
    stale = having(tree(response), name="version-SDS-01")[0].get("value")
    again = vendor.saves("SDS-01", "no", "自分の備考です", stamp=stale)
    assert (again.status_code, saved("SDS-01")) == (409, ("na", "別の者の備考"))


def test_a_conflict_without_javascript_keeps_all_that_was_typed(vendor):
    form = form_with(vendor.gets("SDS/"), "version-SDS-01")
    vendor.saves("SDS-01", "na", "別の者の備考")
    typed = {"answer-SDS-01": "no", "remark-SDS-01": "自分の備考", "answer-SDS-02": "yes"}
    page = vendor.posts("SDS/", form | typed)
    assert (page.status_code, saved("SDS-01"), saved("SDS-02")) == (409, ("na", "別の者の備考"), ("yes", ""))
    again = form_with(page, "version-SDS-01")
    mine = having(tree(page), name="mine-SDS-01")[0].get("value")
    vendor.posts("SDS/", again | {"mine-SDS-01": mine})
    assert saved("SDS-01") == ("no", "自分の備考")


def test_the_others_text_is_taken_on_demand(vendor):
    vendor.saves("SDS-01", "na", "別の者の備考")
    response = vendor.posts("SDS/rows/SDS-01/", {"version-SDS-01": "0", "theirs-SDS-01": "1"}, headers=HTMX)
    assert (response.status_code, response["HX-Retarget"]) == (200, "#SDS-01")
    assert having(tree(response), id="SDS-01-na")[0].get("checked") is not None
    assert saved("SDS-01") == ("na", "別の者の備考")


def test_one_decision_does_not_overwrite_a_third_save(vendor):
    vendor.saves("SDS-01", "na")
    vendor.saves("SDS-01", "yes")
    assert vendor.saves("SDS-01", "no", stamp="0", **{"mine-SDS-01": "2"}).status_code == 409
    assert saved("SDS-01") == ("yes", "")


# 差戻し


@pytest.fixture
def returned(vendor, asks, director) -> Vendor:
    vendor.saves("SDS-01", "yes", "元の備考")
    vendor.saves("SDS-02", "no")
    vendor.posts("submit/", SIGNED)
    Disclosure.objects.get().return_({"SDS-02": "理由を書いてください。"}, by=director)
    return asks("SDS").begins()


def test_the_link_of_a_returned_sheet_tells_how_many_rows_came_back(returned):
    assert "58行のうち、差し戻された1行" in shows(returned.client.get(returned.entry))


def test_of_a_returned_sheet_only_the_returned_rows_are_open(returned):
    page = tree(returned.gets("SDS/"))
    assert [each.get("name") for each in having(page, value="yes")] == ["answer-SDS-02"]
    assert "医療機関から1行が差し戻されました" in words(page)
    assert "理由を書いてください。" in words(page)
    assert "元の備考" in words(page)
    returned.saves("SDS-01", "no", stamp="2")
    assert saved("SDS-01") == ("yes", "元の備考")
    returned.saves("SDS-02", "no", "次の版で対応します")
    assert saved("SDS-02") == ("no", "次の版で対応します")


# 以前の回答


def test_earlier_answers_are_offered_shown_and_taken_at_once(vendor, asks):
    vendor.saves("SDS-01", "yes", "前の備考")
    vendor.saves("SDS-02", "no")
    vendor.posts("submit/", SIGNED)
    Disclosure.objects.update(state="accepted")
    later = asks("SDS").begins()
    later.saves("SDS-02", "yes")
    page = later.gets("SDS/reuse/")
    assert "前の備考" in shows(page)
    seen = form_with(page, "seen").fields["seen"][0]
    sheet = Disclosure.objects.order_by("pk").last()
    assert later.posts("SDS/reuse/", {"seen": "older"}).status_code == 409
    assert sheet.answers.filter(answer="yes").count() == 1
    assert later.posts("SDS/reuse/", {"seen": seen}).status_code == 302
    assert list(sheet.answers.order_by("row__position").values_list("answer", "remark")[:3]) == [
        ("yes", "前の備考"),
        ("no", ""),
        ("blank", ""),
    ]


def test_another_clinics_answers_are_never_offered(vendor, other_clinic, other_director):
    vendor.saves("SDS-01", "yes")
    vendor.posts("submit/", SIGNED)
    product = {"product": "みほんカルテ", "location": "external"}
    system = System.register(
        other_clinic, by=other_director, name="電子カルテ", vendor_name="株式会社カルテ", **product
    )
    elsewhere = Vendor(*DisclosureRequest.ask(system, ["SDS"], by=other_director)).begins()
    assert "以前の回答を使う" not in shows(elsewhere.gets("SDS/"))
    assert elsewhere.gets("SDS/reuse/").status_code == 404


# 提出


def test_before_submitting_the_open_rows_are_listed(vendor):
    vendor.saves("SDS-01", "yes")
    page = vendor.gets("submit/")
    assert "未回答の行が57行あります" in shows(page)
    assert having(tree(page), href=f"{vendor.home}SDS/#SDS-02")


def test_before_submitting_it_is_counted_what_is_handed_in(vendor):
    for code, answer in (("SDS-01", "yes"), ("SDS-02", "no"), ("SDS-03", "na")):
        vendor.saves(code, answer)
    assert "はい 1行・いいえ 1行・対象外 1行・未回答 55行・未読取 0行" in shows(vendor.gets("submit/"))


def test_before_submitting_each_いいえ_without_a_reason_is_linked_and_stops_nothing(vendor):
    for code, answer, remark in (("SDS-01", "no", ""), ("SDS-02", "no", "次の版で"), ("SDS-03", "no", " ")):
        vendor.saves(code, answer, remark)
    numbers = [DisclosureRow.objects.get(code=each).numbers_text for each in ("SDS-01", "SDS-03")]
    page = vendor.gets("submit/")
    assert f"理由の書かれていない「いいえ」：{'、'.join(numbers)}" in shows(page)
    linked = [f"{vendor.home}SDS/#SDS-0{number}" for number in (1, 2, 3)]
    assert [bool(having(tree(page), href=each)) for each in linked] == [True, False, True]
    assert vendor.posts("submit/", SIGNED).url == f"{vendor.home}receipt/"


def test_after_a_return_only_the_rows_that_may_be_answered_are_linked(vendor, asks, director):
    for code in ("SDS-01", "SDS-02"):
        vendor.saves(code, "no")
    vendor.posts("submit/", SIGNED)
    Disclosure.objects.get().return_({"SDS-02": "理由は"}, by=director)
    again = asks("SDS").begins()
    page = again.gets("submit/")
    assert "いいえ 2行・対象外 0行・未回答 56行" in shows(page)
    assert "差し戻された行は、すべて回答済みです。" in shows(page)
    linked = [f"{again.home}SDS/#SDS-0{number}" for number in (1, 2, 3)]
    assert [bool(having(tree(page), href=each)) for each in linked] == [False, True, False]


def test_before_submitting_it_is_said_until_when_and_where_the_receipt_can_be_had(vendor):
    until = both_calendars(vendor.asked.expires_on)
    assert f"{until}まで取り出せます。回答に使ったブラウザからだけ開ける" in shows(vendor.gets("submit/"))
    vendor.posts("submit/", SIGNED)
    assert f"{until}まで、このブラウザで" in shows(vendor.gets("receipt/"))


def test_the_receipt_prints_choices_and_notes(vendor):
    vendor.posts("submit/", SIGNED)
    paper = receipt_html(DisclosureRequest.objects.get())
    entries = [each.entry for each in DisclosureRow.objects.filter(kind="SDS")]
    choices = [each["text"] for entry in entries for each in entry["choices"]]
    notes = [entry["note"]["text"] for entry in entries if entry["note"]]
    assert (len(choices), len(notes)) == (7, 1)
    assert [each for each in [*choices, *notes] if escape(each) not in paper] == []


@pytest.mark.parametrize("is_sample", [True, False])
def test_the_receipt_says_on_every_page_whether_it_is_the_samples(is_sample, vendor):
    vendor.posts("submit/", SIGNED)
    asked = DisclosureRequest.objects.get()
    asked.clinic.is_sample = is_sample
    pages = Printed(pdf(receipt_html(asked))).pages
    assert {("【見本】" in page) for page in pages} == {is_sample}
    assert ("すべて架空のものです" in pages[0]) == is_sample


def test_the_receipt_names_its_chapter_on_the_first_page_too_and_sets_the_hash_in_equal_lines(vendor):
    vendor.posts("submit/", SIGNED)
    content = pdf(receipt_html(DisclosureRequest.objects.get()))
    assert Printed(content).pages[0].count("SDS第1回提出") == 2  # running head, heading
    first = PdfReader(BytesIO(content)).pages[0].extract_text()
    groups = in_eights(Submission.objects.get().sha256).split()
    assert [" ".join(groups[:4]) in first, " ".join(groups[4:]) in first] == [True, True]
    assert " ".join(groups[3:5]) not in first


def test_who_submits_must_be_known(vendor):
    response = vendor.posts("submit/", {"company": "", "name": "a\x07", "email": "x"})
    assert response.status_code == 422
    assert len(complaints(response)) == 4  # three fields, one summary
    assert Submission.objects.count() == 0


def test_what_was_submitted_is_on_the_receipt(vendor):
    vendor.saves("SDS-01", "no", "次の版で対応します")
    assert vendor.posts("submit/", SIGNED).url == f"{vendor.home}receipt/"
    page, submission = shows(vendor.gets("receipt/")), Submission.objects.get()
    assert submission.sha256 in page.replace(" ", "")
    for said in ("いいえ 1行", "未回答 57行", "株式会社見本", "見本 一郎"):
        assert said in page
    assert (submission.company, submission.name, submission.email) == tuple(SIGNED.values())
    content = vendor.gets("receipt.pdf").content
    text = "".join("".join(each.extract_text().split()) for each in PdfReader(BytesIO(content)).pages)
    for said in (
        "受領書",
        "みどり台内科クリニック",
        "みほんカルテ3.2",
        "株式会社見本",
        "次の版で対応します",
        "自己申告",
        "出典",
    ):
        assert said in text
    assert submission.sha256 in text


def test_the_second_of_two_finds_it_submitted(vendor, clinic, trail):
    vendor.posts("submit/", SIGNED)
    response = vendor.posts("submit/", SIGNED | {"name": "別の者"})
    assert response.url == f"{vendor.home}receipt/"
    assert Submission.objects.count() == 1
    assert [each.action for each in trail(clinic)].count("disclosure.submit") == 1


def test_after_submitting_the_receipt_alone_answers(vendor):
    vendor.posts("submit/", SIGNED)
    answers = {
        path: vendor.gets(path).status_code for path in ("receipt/", "receipt.pdf", "SDS/workbook.xlsx")
    }
    assert answers == dict.fromkeys(answers, 200)
    assert [vendor.gets(path).status_code for path in ("", "SDS/", "SDS/upload/", "SDS/reuse/")] == [404] * 4
    assert browser().get(f"{vendor.home}receipt/").status_code == 404


def test_what_the_clinic_makes_of_it_later_is_not_on_the_receipt(vendor, director):
    vendor.saves("SDS-01", "yes", "前")
    vendor.posts("submit/", SIGNED)
    before = vendor.gets("SDS/workbook.xlsx").content
    Disclosure.objects.get().answers.filter(row__code="SDS-02").update(answer="no", remark="医療機関の読み")
    assert vendor.gets("SDS/workbook.xlsx").content == before
    assert vendor.gets("receipt/").status_code == 200


def test_there_is_no_receipt_before_the_submission(vendor):
    assert vendor.gets("receipt/").status_code == 302
    assert vendor.gets("receipt.pdf").status_code == 404


def test_a_row_that_closed_on_the_way_is_not_swapped_for_a_page(vendor, monkeypatch):
    monkeypatch.setattr("vendors.views.filling.take", lambda *_: (_ for _ in ()).throw(Closed))
    assert vendor.saves("SDS-01", "yes", stamp="1").status_code == 404


# The clinic's own desk has the same rows


def test_at_the_clinics_own_desk_the_other_person_has_a_name(chart, clinic, director, clerk):
    sheet = Disclosure.begin(chart, "SDS", by=director, source="paper")
    client, path = browser(clerk), at("fill", clinic, pk=sheet.pk)
    assert client.get(path).status_code == 200
    sheet.answers.get(row__code="SDS-01").record(1, by=director, answer="na", remark="先の備考")
    said = {"answer-SDS-01": "no", "remark-SDS-01": "自分の備考", "version-SDS-01": "1"}
    response = client.post(f"{path}rows/SDS-01/", said, headers=HTMX)
    assert response.status_code == 409
    assert "緑川 院長さんが先に保存しました" in shows(response)
    said["mine-SDS-01"] = having(tree(response), name="mine-SDS-01")[0].get("value")
    assert client.post(f"{path}rows/SDS-01/", said, headers=HTMX).status_code == 200
    assert saved("SDS-01") == ("no", "自分の備考")
