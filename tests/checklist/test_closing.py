"""済みにする from 要対応: asks for the day, saves once, and says what is in the way; with and without JavaScript."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web import HTMX, at, browser, complaints, form_with, forms, shows, tree
from vendors.models import Disclosure, DisclosureRow, RiskTreatment, System

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def client(clerk):
    return browser(clerk)


@pytest.fixture
def planned(director, answer):
    """9① is somebody's plan, a day late; 7⑤ is 実施済 without its day; 8① わからない; 3① 対象外 without reason."""
    plan = {"plan": "業者に頼む", "owner": "院長", "due_on": YESTERDAY, "evidence_place": "青ファイル"}
    answer("9-1").record(1, by=director, status="open", **plan)
    answer("7-5").record(1, by=director, status="done")
    answer("8-1").record(1, by=director, status="ask", ask_whom="業者")
    answer("3-1").record(1, by=director, status="na")


@pytest.fixture
def measure(clinic, director):
    """A complete risk record whose measure waits."""
    system = System.register(clinic, by=director, name="電子カルテ", vendor_name="社", location="external")
    sheet = Disclosure.begin(system, "MDS", by=director, source="paper", source_place="棚")
    sheet.answers.filter(row__code="MDS-38").update(answer="no")
    sheet.submit(by=director)
    record = RiskTreatment.of(system, DisclosureRow.objects.get(edition=sheet.edition, code="MDS-38"))
    said = {"risk": "盗み見", "impact": "high", "treatment": "reduce", "explanation": "説明"}
    record.treat(0, by=director, disclosure=sheet, measure="VPNを止める", due_on=YESTERDAY, **said)
    return record


def closings(page) -> list[str]:
    return [a.get("href") for a in tree(page).iter("a") if a.get("hx-get")]


# The list


def test_what_only_lacks_its_day_may_be_closed(planned, measure, client, clinic):
    offered = [at("close_item", clinic, code=code) for code in ("9-1", "7-5")]
    offered.append(at("close_risk", clinic, pk=measure.pk))
    assert sorted(closings(client.get(at("todo", clinic)))) == sorted(offered)


def test_a_reader_is_offered_no_closing(planned, measure, clinic, reader):
    assert closings(browser(reader).get(at("todo", clinic))) == []


def test_a_confirmed_round_offers_to_close_measures_only(
    planned, measure, client, clinic, assessment, confirmed
):
    confirmed(assessment)
    assert closings(client.get(at("todo", clinic))) == [at("close_risk", clinic, pk=measure.pk)]


def test_a_filter_stays_while_something_is_closed(planned, client, clinic):
    page = client.get(at("todo", clinic), {"owner": "院長"})
    path = f"{at('close_item', clinic, code='9-1')}?owner=%E9%99%A2%E9%95%B7"
    assert closings(page) == [path]
    form = form_with(client.get(path), "confirmed_on")
    done = client.post(form.action, form | {"confirmed_on": TODAY.isoformat()})
    assert done.url == f"{at('todo', clinic)}?owner=%E9%99%A2%E9%95%B7"
    assert "この絞り込みに当てはまるものはありません。" in shows(client.get(done.url))


def test_a_filter_shows_only_its_lines(planned, client, clinic):
    page = shows(client.get(at("todo", clinic), {"late": "1"}))
    assert ("業者に頼む" in page, "業者に確かめてください" in page) == (True, False)


# An item


def test_an_item_is_closed_with_its_day(planned, client, clinic, clerk, answer):
    form = form_with(client.get(at("close_item", clinic, code="9-1")), "confirmed_on")
    assert (form.fields["confirmed_on"], form.fields["evidence_place"]) == ([""], ["青ファイル"])
    said = {"confirmed_on": "R8.4.2", "evidence_place": "赤ファイル"}
    assert client.post(form.action, form | said).url == at("todo", clinic)
    now = answer("9-1")
    assert (now.status, str(now.confirmed_on), now.evidence_place) == ("done", "2026-04-02", "赤ファイル")
    assert (now.plan, now.updated_by, now.version) == ("業者に頼む", clerk, 3)
    assert "9①を「実施済」にしました。" in shows(client.get(at("todo", clinic)))


def test_sent_twice_it_is_closed_once(planned, client, clinic, answer, trail):
    form = form_with(client.get(at("close_item", clinic, code="9-1")), "confirmed_on")
    sent = form | {"confirmed_on": TODAY.isoformat()}
    before = len(trail(clinic))
    assert [client.post(form.action, sent).status_code for _ in range(2)] == [302, 302]
    assert (answer("9-1").version, len(trail(clinic)) - before) == (3, 1)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "確認日を入力してください。書類や現物を見て確かめた日です。"),
        ((TODAY + timedelta(days=1)).isoformat(), "まだ来ていない日付です。今日までの日付にしてください。"),
        ("きのう", "日付として読めません。"),
    ],
)
def test_without_a_day_that_was_nothing_is_saved_and_all_is_kept(
    typed, sentence, planned, client, clinic, answer
):
    path = at("close_item", clinic, code="9-1")
    form = form_with(client.get(path), "confirmed_on")
    response = client.post(path, form | {"confirmed_on": typed, "evidence_place": "新しい棚"})
    again = form_with(response, "confirmed_on")
    assert (response.status_code, answer("9-1").version) == (422, 2)
    assert [text for text in complaints(response) if sentence in text] != []
    assert [again.fields[name] for name in ("confirmed_on", "evidence_place", "version")] == [
        [typed],
        ["新しい棚"],
        ["2"],
    ]


def test_somebody_elses_save_is_shown_beside_and_not_overwritten(planned, client, clinic, director, answer):
    path = at("close_item", clinic, code="9-1")
    form = form_with(client.get(path), "confirmed_on")
    answer("9-1").record(2, by=director, evidence_place="院長の棚")
    mine = form | {"confirmed_on": TODAY.isoformat(), "evidence_place": "私の棚"}
    response = client.post(path, mine)
    page = shows(response)
    assert (response.status_code, answer("9-1").status) == (409, "open")
    assert ("ほかの人が先に保存しました" in page, "院長の棚" in page) == (True, True)
    again = form_with(response, "confirmed_on")
    assert (again.fields["version"], again.fields["evidence_place"]) == (["3"], ["私の棚"])
    assert client.post(path, again.fields).status_code == 302
    assert (answer("9-1").status, answer("9-1").evidence_place) == ("done", "私の棚")


def test_a_round_that_was_confirmed_meanwhile_is_not_changed(
    planned, client, clinic, assessment, confirmed, answer
):
    path = at("close_item", clinic, code="9-1")
    form = form_with(client.get(path), "confirmed_on")
    confirmed(assessment)
    response = client.post(path, form | {"confirmed_on": TODAY.isoformat()})
    assert (response.status_code, answer("9-1").status) == (409, "open")
    assert "この点検は確定しているので、回答を変えられません。" in shows(response)


def test_the_form_opens_inside_the_list(planned, client, clinic):
    partial = client.get(at("close_item", clinic, code="9-1") + "?late=1", headers=HTMX)
    assert tree(partial).find(".//main") is None
    (form,) = forms(partial)
    assert (form.action, form.method) == (at("close_item", clinic, code="9-1") + "?late=1", "post")


def test_two_opened_forms_have_ids_of_their_own(planned, client, clinic):
    pages = [client.get(at("close_item", clinic, code=code), headers=HTMX) for code in ("9-1", "7-5")]
    ids = [e.get("id") for page in pages for e in tree(page).iter() if e.get("id")]
    assert len(ids) == len(set(ids))


def test_what_was_typed_into_a_lost_session_comes_back_unsaved(planned, client, clinic, clerk, answer):
    path = at("close_item", clinic, code="9-1")
    sent = form_with(client.get(path), "confirmed_on") | {"confirmed_on": "2026-04-02"}
    client.logout()
    client.post(path, sent)
    client.force_login(clerk)
    page = client.get(f"{path}?kept=1")
    assert form_with(page, "confirmed_on").fields["confirmed_on"] == ["2026-04-02"]
    assert ("まだ保存されていません" in shows(page), answer("9-1").status) == (True, "open")


# A risk measure


def test_a_measure_is_closed_with_its_day(measure, client, clinic, clerk):
    path = at("close_risk", clinic, pk=measure.pk)
    form = form_with(client.get(path), "done_on")
    assert client.post(form.action, form | {"done_on": YESTERDAY.isoformat()}).url == at("todo", clinic)
    now = RiskTreatment.objects.get(pk=measure.pk)
    assert (now.done_on, now.updated_by, now.checked_for_id) == (YESTERDAY, clerk, measure.checked_for_id)
    assert "VPNを止める" not in shows(client.get(at("todo", clinic)))


def test_a_measure_that_leaves_something_unwritten_stays_and_says_so(measure, client, clinic, director):
    measure.treat(1, by=director, disclosure=measure.checked_for, explanation="")
    path = at("close_risk", clinic, pk=measure.pk)
    client.post(path, form_with(client.get(path), "done_on") | {"done_on": TODAY.isoformat()})
    page = shows(client.get(at("todo", clinic)))
    assert "立入検査での説明が未記入なので、一覧に残っています。" in page
    assert closings(client.get(at("todo", clinic))) == []


def test_a_measure_that_somebody_changed_is_shown_as_it_stands(measure, client, clinic, director):
    path = at("close_risk", clinic, pk=measure.pk)
    form = form_with(client.get(path), "done_on")
    measure.treat(1, by=director, disclosure=measure.checked_for, measure="回線を替える")
    response = client.post(path, form | {"done_on": TODAY.isoformat()})
    assert (response.status_code, "回線を替える" in shows(response)) == (409, True)
    assert RiskTreatment.objects.get(pk=measure.pk).done_on is None


def test_a_measure_of_nothing_is_not_found(client, clinic):
    assert client.get(at("close_risk", clinic, pk=999999)).status_code == 404
