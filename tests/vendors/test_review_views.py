"""The review over HTTP: what comes first, risk records, 未読取, accepting, the yearly check, 差戻し, comparing."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from compliance.dates import HOW_TO
from tests.sheets import COMPLETE, SIGNER, accepted, begun, row, submitted, system_of, treated
from tests.web import at, at_most, browser, complaints, form_with, forms, having, shows, tree, words
from vendors.filling import Desk, line_of, take
from vendors.models import Disclosure, DisclosureRequest, RiskTreatment, System
from vendors.views.filling import before_submitting

pytestmark = pytest.mark.django_db
OPEN = {"no": ["MDS-06", "MDS-07"], "unread": ["MDS-38"], "blank": ["MDS-40"]}
OWN_WORD = "事業者の自己申告で、第三者が確かめたものではありません。"


@pytest.fixture
def client(clerk):
    return browser(clerk)


@pytest.fixture
def chart(clinic, director) -> System:
    return system_of(clinic, director)


@pytest.fixture
def sheet(chart, director) -> Disclosure:
    return submitted(chart, director, **OPEN)


@pytest.fixture
def path(clinic):
    """path("treat", sheet, code="MDS-06")"""
    return lambda name, sheet, **ids: at(name, clinic, pk=sheet.pk, **ids)


def fresh(sheet: Disclosure) -> Disclosure:
    return Disclosure.objects.get(pk=sheet.pk)


def headings(page) -> list[str]:
    return [words(each) for each in tree(page).find(".//main").iter("h2")]


# The page


def test_what_is_not_fine_comes_first_and_each_asks_for_a_record(client, path, sheet):
    page = client.get(path("review", sheet))
    assert headings(page) == [
        "「いいえ」の行",
        "読み取れなかった行",
        "未回答の行",
        "「はい」と「対象外」の行",
    ]
    assert "別紙の41行のうち、あと4行の確認が残っています。" in shows(page)
    assert "まだ確認できない（未回答1件・未読取1件）。いいえ2件のうち説明済み0件" in shows(page)
    links = [a.get("href") for a in tree(page).iter("a") if words(a) == "リスク評価・対応を書く"]
    assert links == [path("treat", sheet, code=c) for c in ("MDS-06", "MDS-07", "MDS-38", "MDS-40")]


def test_the_page_says_whose_word_it_is(client, path, sheet):
    assert OWN_WORD in shows(client.get(path("review", sheet)))


def test_a_sheet_without_trouble_says_so(client, path, chart, director):
    page = client.get(path("review", submitted(chart, director)))
    assert "別紙の41行に、確認が残っている行はありません。 すべて「はい」か「対象外」" in shows(page)
    assert headings(page) == ["「はい」と「対象外」の行"]


@pytest.mark.parametrize("source", ["link", "paper"])
def test_a_sheet_that_is_not_handed_in_claims_nothing(source, client, path, chart, director, clinic):
    sheet = begun(chart, director, source=source)
    page = client.get(path("review", sheet))
    assert ("まだ確認できない（" in shows(page), "すべて「はい」か「対象外」" in shows(page)) == (True, False)
    links = [a.get("href") for a in tree(page).find(".//main").iter("a")]
    assert {client.get(link).status_code for link in links} == {200}


def test_a_vendors_words_are_shown_as_text(client, path, sheet):
    sheet.answers.filter(row__code="MDS-06").update(remark="<script>alert(1)</script>\n二行目")
    page = client.get(path("review", sheet))
    assert "<script>alert(1)" not in page.content.decode()
    assert "<script>alert(1)</script>二行目" in shows(page).replace(" ", "")


def test_another_clinics_sheet_does_not_exist(path, sheet, other_director, other_clinic):
    theirs = browser(other_director)
    names = ["review", "compare", "return_rows", "accept_disclosure", "confirm_holds"]
    places = [at(name, other_clinic, pk=sheet.pk) for name in names]
    places += [at(name, other_clinic, pk=sheet.pk, code="MDS-06") for name in ("treat", "settle")]
    assert {theirs.post(each, {"answer": "yes", "version": "1"}).status_code for each in places} == {404}
    assert {theirs.get(each).status_code for each in places[:3]} == {404}
    assert (fresh(sheet).state, RiskTreatment.objects.count()) == ("submitted", 0)


def test_a_row_of_the_other_kind_does_not_exist(client, path, sheet):
    assert client.get(path("treat", sheet, code="SDS-01")).status_code == 404
    assert client.post(path("settle", sheet, code="SDS-01"), {"answer": "yes"}).status_code == 404


def test_a_reader_reads_and_may_not_act(reader, path, sheet, chart, clinic):
    client = browser(reader)
    reads = [path(name, sheet) for name in ("review", "compare")] + [path("treat", sheet, code="MDS-06")]
    assert [client.get(each).status_code for each in reads] == [200] * 3
    acts = [path(name, sheet) for name in ("accept_disclosure", "confirm_holds", "return_rows")]
    acts += [path(name, sheet, code="MDS-38") for name in ("treat", "settle")]
    acts += [at("treat_missing", clinic, pk=chart.pk)]
    typed = {"answer": "yes", "version": "1", "on": "2026-01-01", "MDS-06": "?", "risk": "x"}
    assert [client.post(each, typed).status_code for each in acts] == [403] * 6
    assert (fresh(sheet).state, row(sheet, "MDS-38").answer, RiskTreatment.objects.count()) == (
        "submitted",
        "unread",
        0,
    )


@pytest.mark.parametrize("name", ["accept_disclosure", "confirm_holds"])
def test_a_get_moves_nothing(name, client, path, sheet):
    assert client.get(path(name, sheet)).status_code == 405
    assert fresh(sheet).state == "submitted"


def test_the_page_costs_the_same_for_1_and_41_rows_of_いいえ(client, path, clinic, director):
    counts = []
    every = [f"MDS-{number:02d}" for number in range(1, 42)]
    for name, codes in (("甲", every[:1]), ("乙", every)):
        system = system_of(clinic, director, name)
        sheet = submitted(system, director, no=codes)
        for code in codes:
            treated(system, director, code, sheet)
        client.get(path("review", sheet))
        with CaptureQueriesContext(connection) as captured:
            page = client.get(path("review", sheet))
        counts.append(len(captured))
        assert len(having(tree(page), class_="review-row")) == len(codes)
    assert counts[0] == counts[1]
    with at_most(6):
        client.get(path("review", sheet))


# リスク評価・対応


TYPED = {**COMPLETE, "harm": "診療録が漏れる。", "owner": "事務", "due_on": "2027-03-31", "done_on": ""}


def test_a_record_is_written_and_shown_beside_its_row(client, path, sheet, clerk):
    place = path("treat", sheet, code="MDS-06")
    response = client.post(place, form_with(client.get(place), "risk") | TYPED)
    record = RiskTreatment.objects.get()
    assert (response.url, record.row.code, record.checked_for, record.updated_by, record.due_on) == (
        path("review", sheet),
        "MDS-06",
        sheet,
        clerk,
        date(2027, 3, 31),
    )
    page = client.get(response.url)
    text = words(next(each for each in tree(page).iter("article") if each.get("aria-labelledby") == "MDS-06"))
    for part in (
        COMPLETE["risk"],
        "診療録が漏れる。",
        "VPN機器で止める。",
        "令和9年3月31日まで",
        "記入済",
        "事務 はな子",
    ):
        assert part in text
    assert "保存しました。未記入の欄はありません。" in shows(page)


def test_an_unfinished_record_is_saved_and_says_what_it_lacks(client, path, sheet):
    place = path("treat", sheet, code="MDS-06")
    response = client.post(place, form_with(client.get(place), "risk") | {"risk": "あり"})
    page = shows(client.get(response.url))
    lacking = "起きたときの影響・対応の方針・当院で行うこと・立入検査での説明が未記入"
    assert (f"保存しました。{lacking}です。" in page, page.count(lacking)) == (True, 2)
    assert RiskTreatment.objects.get().is_complete is False


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"impact": "huge"}, "一覧にない値です。選び直してください。"),
        ({"due_on": "そのうち"}, f"日付として読めません。{HOW_TO} のように入力してください。"),
        ({"done_on": "2099-01-01"}, "まだ来ていない日付です。今日までの日付にしてください。"),
        ({"risk": "あ" * 1003}, "1,000文字までです。3文字減らしてください。"),
        (
            {"measure": "\x07"},
            "画面や紙に出せない文字（制御文字）が入っています。消してから保存してください。",
        ),
    ],
)
def test_bad_input_saves_nothing_and_keeps_what_was_typed(typed, sentence, client, path, sheet):
    place = path("treat", sheet, code="MDS-06")
    page = client.post(place, form_with(client.get(place), "risk") | {"explanation": "説明です。", **typed})
    kept = form_with(page, "risk").fields
    assert (page.status_code, RiskTreatment.objects.count(), kept["explanation"]) == (422, 0, ["説明です。"])
    assert sentence in complaints(page)


def test_a_stale_record_shows_both_texts_and_overwrites_nothing(client, path, sheet, chart, director):
    place = path("treat", sheet, code="MDS-06")
    form = form_with(client.get(place), "risk")
    treated(chart, director, "MDS-06", sheet, risk="院長の文")
    page = client.post(place, form | {"risk": "事務の文"})
    assert (page.status_code, RiskTreatment.objects.get().risk) == (409, "院長の文")
    assert "院長の文" in words(having(tree(page), role="alert")[0])
    again = form_with(page, "risk")
    assert again.fields["risk"] == ["事務の文"]
    assert client.post(place, again.fields).status_code == 302
    assert RiskTreatment.objects.get().risk == "事務の文"


def test_the_same_form_twice_is_one_change(client, path, sheet, trail, clinic):
    place = path("treat", sheet, code="MDS-06")
    typed = form_with(client.get(place), "risk") | TYPED
    assert [client.post(place, typed).status_code for _ in range(2)] == [302, 302]
    assert ([e.action for e in trail(clinic)].count("risk.treat"), RiskTreatment.objects.get().version) == (
        1,
        1,
    )


def test_what_a_lost_session_had_typed_comes_back(client, path, sheet, clerk):
    place = path("treat", sheet, code="MDS-06")
    form = form_with(client.get(place), "risk")
    client.logout()
    client.post(place, form | {"risk": "打ちかけ"})
    client.force_login(clerk)
    page = client.get(place, {"kept": "1"})
    assert (form_with(page, "risk").fields["risk"], RiskTreatment.objects.count()) == (["打ちかけ"], 0)


def test_a_record_of_the_last_disclosure_asks_to_be_checked_until_it_is_saved_again(
    client, path, chart, director
):
    treated(chart, director, "MDS-06", accepted(chart, director, no=["MDS-06"]))
    following = submitted(chart, director, no=["MDS-06"])
    page = shows(client.get(path("review", following)))
    assert ("前の開示書のときの記録です（要確認）" in page, "あと1行" in page) == (True, True)
    place = path("treat", following, code="MDS-06")
    client.post(place, form_with(client.get(place), "risk").fields)
    page = shows(client.get(path("review", following)))
    assert ("要確認" in page, "いいえ1件は、すべて説明済み" in page) == (False, True)


def test_a_disclosure_that_is_not_to_be_had_gets_its_record(client, clinic, director):
    system = system_of(clinic, director, "回線", disclosure_need="none", unavailable_reason="通信回線のため")
    place = at("treat_missing", clinic, pk=system.pk)
    page = client.get(place)
    assert "通信回線のため" in shows(page)
    response = client.post(place, form_with(page, "risk") | TYPED)
    record = RiskTreatment.objects.get()
    assert (response.url, record.row, record.system, record.is_complete) == (
        at("system", clinic, pk=system.pk),
        None,
        system,
        True,
    )


# 未読取


def settle_form(page, code: str):
    return next(form for form in forms(page) if form.action.endswith(f"/rows/{code}/settle/"))


def test_an_unread_row_is_shown_with_its_cell_and_settled_by_a_person(client, path, sheet):
    sheet.answers.filter(row__code="MDS-38").update(why="「△」と書かれています。", cell="MDS!F58")
    page = client.get(path("review", sheet))
    assert "「△」と書かれています。 （MDS!F58）" in shows(page)
    form = settle_form(page, "MDS-38")
    response = client.post(form.action, form | {"answer": "na"})
    assert (response.url, row(sheet, "MDS-38").answer) == (path("review", sheet), "na")
    assert "読み取れなかった行" not in headings(client.get(response.url))


@pytest.mark.parametrize("answer", ["", "maybe", "unread", "blank"])
def test_settling_takes_only_what_別紙_knows(answer, client, path, sheet):
    form = settle_form(client.get(path("review", sheet)), "MDS-38")
    page = client.post(form.action, form | {"answer": answer})
    assert (page.status_code, row(sheet, "MDS-38").answer) == (422, "unread")
    assert len(complaints(page)) >= 1


def test_a_row_that_somebody_settled_first_is_shown_as_it_is(client, path, sheet, director):
    form = settle_form(client.get(path("review", sheet)), "MDS-38")
    row(sheet, "MDS-38").settle(1, by=director, answer="no")
    page = client.post(form.action, form | {"answer": "yes"})
    assert (page.status_code, row(sheet, "MDS-38").answer) == (409, "no")
    assert "ほかの人が先に進めました" in shows(page)


def test_a_はい_row_is_not_settled(client, path, sheet):
    assert (
        client.post(path("settle", sheet, code="MDS-01"), {"answer": "no", "version": "1"}).status_code == 409
    )
    assert row(sheet, "MDS-01").answer == "yes"


def test_an_unread_row_of_an_accepted_sheet_is_settled_and_told(client, path, sheet, director, clinic, clerk):
    sheet.accept(by=director)
    form = settle_form(client.get(path("review", sheet)), "MDS-38")
    assert client.post(form.action, form | {"answer": "no"}).url == path("review", sheet)
    said = row(sheet, "MDS-38")
    assert (said.answer, fresh(sheet).state) == ("no", "accepted")
    assert said.why == "事務 はな子が原本を見て「いいえ」と読み取りました。"
    history = shows(browser(clerk).get(at("history", clinic)))
    assert "を、原本を見て決めました" in history
    assert "未読取" in history


def test_a_row_of_a_sheet_that_is_with_the_vendor_is_not_settled(client, path, sheet, director):
    sheet.return_({"MDS-38": "読めません"}, by=director)
    told = client.post(path("settle", sheet, code="MDS-38"), {"answer": "yes", "version": "1"})
    assert (told.status_code, row(sheet, "MDS-38").answer) == (409, "unread")


# 確認済, 今も有効


def test_accepting_says_who_and_when(client, path, sheet):
    form = next(each for each in forms(client.get(path("review", sheet))) if each.action.endswith("/accept/"))
    response = client.post(form.action, form.fields)
    page = client.get(response.url)
    assert (fresh(sheet).state, "確認済にしました。" in shows(page)) == ("accepted", True)
    assert "確認済 事務 はな子・" in shows(page)
    assert [each.action for each in forms(page) if each.action.endswith("/accept/")] == []


def test_a_second_click_finds_it_done(client, path, sheet, trail, clinic):
    told = [client.post(path("accept_disclosure", sheet)).status_code for _ in range(2)]
    assert (told, [e.action for e in trail(clinic)].count("disclosure.accept")) == ([302, 409], 1)


def test_what_is_not_submitted_is_not_accepted(client, path, chart, director):
    sheet = begun(chart, director)
    assert (client.post(path("accept_disclosure", sheet)).status_code, fresh(sheet).state) == (
        409,
        "answering",
    )


@pytest.fixture
def old(chart, director) -> Disclosure:
    """Accepted, and last confirmed to hold more than a year ago."""
    sheet = accepted(chart, director)
    sheet.confirm_holds(by=director, on=timezone.localdate() - timedelta(days=366))
    return sheet


def test_after_a_year_the_page_asks_whether_it_still_holds(client, path, old):
    page = client.get(path("review", old))
    assert headings(page)[0] == "今も有効か、確かめてください"
    assert "1年は、このサービスの目安です。" in shows(page)
    response = client.post(path("confirm_holds", old), form_with(page, "on") | {"on": "今日"})
    assert response.status_code == 422
    today = timezone.localdate()
    response = client.post(path("confirm_holds", old), {"on": today.isoformat()})
    assert (response.url, fresh(old).holds_confirmed_on) == (path("review", old), today)
    assert "今も有効か、確かめてください" not in headings(client.get(response.url))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "事業者に確かめた日を入力してください。"),
        ("2099-01-01", "まだ来ていない日付です。今日までの日付にしてください。"),
    ],
)
def test_a_wrong_day_confirms_nothing_and_stays_in_the_field(typed, sentence, client, path, old):
    before = fresh(old).holds_confirmed_on
    page = client.post(path("confirm_holds", old), {"on": typed})
    assert (page.status_code, sentence in complaints(page), fresh(old).holds_confirmed_on) == (
        422,
        True,
        before,
    )
    assert form_with(page, "on").fields["on"] == [typed]


# 差戻し


def test_the_form_lists_what_is_not_fine(client, path, sheet):
    form = form_with(client.get(path("return_rows", sheet)), "MDS-06")
    assert form.names & {f"MDS-{n:02d}" for n in range(1, 42)} == {"MDS-06", "MDS-07", "MDS-38", "MDS-40"}


def test_any_single_row_may_go_back(client, path, sheet):
    place = f"{path('return_rows', sheet)}?row=MDS-01"
    form = form_with(client.get(place), "MDS-01")
    client.post(place, form | {"MDS-01": "本当ですか。"})
    assert (fresh(sheet).state, row(sheet, "MDS-01").comment) == ("returned", "本当ですか。")


def test_rows_go_back_with_their_comments_and_a_new_link_is_next(
    client, path, sheet, chart, clinic, settings
):
    settings.PUBLIC_URL = "https://tenken.example.jp"
    place = path("return_rows", sheet)
    response = client.post(
        place, form_with(client.get(place), "MDS-06") | {"MDS-06": "意味を教えてください。"}
    )
    assert response.url == at("ask", clinic, pk=chart.pk)
    page = client.get(response.url)
    assert "1行を差し戻しました。事業者に送る新しいリンクを作ってください。" in shows(page)
    client.post(response.url, form_with(page, "days").fields)
    assert DisclosureRequest.objects.get().disclosures.get() == sheet
    comments = sheet.answers.exclude(comment="").values_list("row__code", "comment")
    assert (fresh(sheet).state, list(comments)) == ("returned", [("MDS-06", "意味を教えてください。")])


@pytest.mark.parametrize("code", ["MDS-06", "MDS-07", "MDS-38"])
def test_what_was_asked_stands_at_the_row_that_went_back(client, path, sheet, code):
    client.post(path("return_rows", sheet), {code: "意味を教えてください。"})
    assert "差戻しのコメント 意味を教えてください。" in shows(client.get(path("review", sheet)))


def test_a_vendor_that_answers_is_waited_for(client, path, sheet, chart, clinic, settings):
    settings.PUBLIC_URL = "https://tenken.example.jp"
    client.post(path("return_rows", sheet), {"MDS-06": "意味を教えてください。"})
    ask = at("ask", clinic, pk=chart.pk)
    client.post(ask, form_with(client.get(ask), "days").fields)
    page = shows(client.get(at("disclosures", clinic)))
    assert ("回答を待つ" in page, "リンクを作" in page) == (True, False)


def test_without_a_comment_nothing_goes_back(client, path, sheet):
    place = path("return_rows", sheet)
    page = client.post(place, form_with(client.get(place), "MDS-06") | {"MDS-06": "  "})
    assert (page.status_code, fresh(sheet).state) == (422, "submitted")
    assert "差し戻す行に、コメントを入力してください。例：備考の意味を教えてください。" in shows(page)


def test_a_comment_that_is_too_long_keeps_all_that_was_typed(client, path, sheet):
    place = path("return_rows", sheet)
    typed = {"MDS-06": "あ" * 1001, "MDS-07": "残ります"}
    page = client.post(place, form_with(client.get(place), "MDS-06") | typed)
    kept = form_with(page, "MDS-06").fields
    assert (page.status_code, kept["MDS-06"], kept["MDS-07"]) == (422, ["あ" * 1001], ["残ります"])
    assert fresh(sheet).state == "submitted"


def test_a_sheet_that_is_with_the_vendor_cannot_go_back_twice(client, path, sheet):
    place = path("return_rows", sheet)
    typed = form_with(client.get(place), "MDS-06") | {"MDS-06": "?"}
    assert [client.post(place, typed).status_code for _ in range(2)] == [302, 409]


# 前回と比べる


def test_the_comparison_shows_rows_that_differ_side_by_side(client, path, chart, director):
    first = begun(chart, director, no=["MDS-06"])
    first.submit(by="x", signer=SIGNER)
    second = submitted(chart, director, no=["MDS-07"])
    page = client.get(path("compare", second))
    cells = [[words(cell) for cell in line][-2:] for line in tree(page).find(".//tbody").iter("tr")]
    assert cells == [["いいえ", "はい"], ["はい", "いいえ"]]
    assert "株式会社カルテ 見本 一郎、カルテX 1.0" in shows(page)


@pytest.mark.parametrize(
    ("times", "says"), [(1, "比べられる前回の提出が、まだありません。"), (2, "違う行はありません。")]
)
def test_the_comparison_says_when_there_is_nothing_to_show(times, says, client, path, chart, director):
    for _ in range(times):
        sheet = submitted(chart, director)
    assert says in shows(client.get(path("compare", sheet)))


def test_what_the_clinic_read_is_told_as_its_own_and_never_submitted_as_the_vendor_s(
    client, path, sheet, director
):
    row(sheet, "MDS-38").settle(1, by=director, answer="yes")
    told = "緑川 院長が原本を見て「はい」と読み取りました。"
    assert told in shows(client.get(path("review", sheet)))
    sheet.refresh_from_db()
    sheet.return_({"MDS-06": "もう一度"}, by=director)
    row(sheet, "MDS-06").record(1, by="見本", answer="yes", remark="")
    assert (
        "未読取 1行"
        in before_submitting(Desk(Disclosure.objects.with_answers().get(pk=sheet.pk), "見本", ""))["counts"]
    )
    sheet.submit(by="見本")
    said = sheet.submissions.latest("number").answers
    assert (said["MDS-38"][0], said["MDS-06"][0], row(sheet, "MDS-38").answer) == ("unread", "yes", "yes")


def test_a_settled_row_that_the_vendor_answers_itself_is_the_vendor_s(sheet, director):
    row(sheet, "MDS-38").settle(1, by=director, answer="yes")
    sheet.refresh_from_db()
    sheet.return_({"MDS-38": "はいでよいですか"}, by=director)
    line = line_of(sheet, "MDS-38")
    version = line.answer.version
    take(line, QueryDict(f"answer-MDS-38=yes&remark-MDS-38=&version-MDS-38={version}"), "見本")
    assert (row(sheet, "MDS-38").is_settled, row(sheet, "MDS-38").declared) == (False, "yes")


def test_accepting_while_rows_are_left_says_so_on_the_button(client, path, sheet):
    assert "確認が残る行があるまま、確認済にする" in shows(client.get(path("review", sheet)))


def test_a_first_submission_has_no_earlier_one_to_compare_with(client, path, sheet, director):
    offers = "前回の提出と比べる"
    assert offers not in shows(client.get(path("review", sheet)))
    sheet.return_({"MDS-06": "もう一度"}, by=director)
    sheet.submit(by="見本")
    assert offers in shows(client.get(path("review", sheet)))


def test_the_review_shows_the_value_that_stands_on_the_receipt(client, path, sheet):
    assert sheet.submissions.get().sha256 in shows(client.get(path("review", sheet)))
