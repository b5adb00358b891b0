"""履歴 over HTTP: stable pages, one clinic's entries alone, the chain, and an older answer restored as a new change."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from checklist.models import Answer, Assessment
from checklist.succession import begin_next, next_of
from compliance.audit import record
from tests.tampering import alter, chain_of, remove
from tests.web import at, at_most, browser, form_with, forms, shows, tree, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(clerk):
    return browser(clerk)


@pytest.fixture
def changed(answer, clerk, director) -> Answer:
    """10⑨ with three states: planned by the clerk, done, and not applicable by the director."""
    answer("10-9").record(1, by=clerk, status="open", plan="業者に頼む", owner="院長")
    answer("10-9").record(2, by=clerk, status="done", confirmed_on=date(2026, 11, 1))
    answer("10-9").record(3, by=director, status="na", reason="使っていない")
    return answer("10-9")


def restoring(client, clinic, number: int) -> dict:
    """The form that restores the `number`th of the states that are offered, the newest first."""
    page = client.get(at("item_history", clinic, code="10-9"))
    return [form for form in forms(page) if "sequence" in form.names][number].fields


# The clinic's


def test_the_history_tells_who_when_and_from_what_to_what(client, clinic, changed):
    shown = shows(client.get(at("history", clinic)))
    assert "10⑨の回答を変えました" in shown
    assert "対応状況 未実施・対応中 →から 実施済" in shown
    assert "緑川 院長" in shown
    assert shown.index("使っていない") < shown.index("業者に頼む")


def test_it_is_filtered_by_item(client, clinic, changed, answer, clerk):
    answer("7-5").record(1, by=clerk, status="na", reason="別の項目")
    shown = shows(client.get(at("history", clinic), {"item": "10⑨"}))
    assert ("業者に頼む" in shown, "別の項目" in shown, "自己点検を始めました" in shown) == (
        True,
        False,
        False,
    )
    assert "「99」の記録はありません。" in shows(client.get(at("history", clinic), {"item": "99"}))


def test_pages_stay_what_they_were_while_others_write(client, clinic, clerk):
    for number in range(60):
        record(clerk, clinic, "vendor.register", f"事業者{number:02d}")
    first = client.get(at("history", clinic))
    older = next(a.get("href") for a in tree(first).iter("a") if words(a) == "これより前の記録を見る")
    before = shows(client.get(at("history", clinic) + older))
    record(clerk, clinic, "vendor.register", "あとから")
    assert shows(client.get(at("history", clinic) + older)) == before
    assert "事業者09" in before
    assert "事業者10" not in before
    assert shows(first).count("事業者「") == 50


def test_it_takes_few_queries(client, clinic, changed):
    client.get(at("history", clinic))
    with at_most(6):
        client.get(at("history", clinic))


def test_another_clinics_entries_do_not_exist(client, clinic, other_clinic, other_director):
    record(other_director, other_clinic, "vendor.register", "よその事業者")
    assert "よその事業者" not in shows(client.get(at("history", clinic)))


@pytest.fixture
def stated(clinic, django_capture_on_commit_callbacks):
    """The end of the clinic's chain of five, as after a commit."""
    with django_capture_on_commit_callbacks(execute=True):
        chain_of(clinic, 3)


def test_the_clinic_sees_that_its_records_are_whole(client, clinic, stated, monkeypatch):
    moment = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    told = "記録は連続しています。全5件に、書き換えも、抜けもありません（令和8年11月22日 10:30に確認）。"
    assert told in shows(client.get(at("history", clinic)))


def test_a_damage_is_named_with_what_to_do_and_without_other_clinics(
    client, clinic, stated, other_clinic, reader
):
    remove(other_clinic, 1)
    alter(clinic, 3, actor_name="別人")
    remove(clinic, 5)
    shown = shows(client.get(at("history", clinic)))
    assert "3番の記録が、書き換えられたか、ほかから持ち込まれています。" in shown
    assert "記録は4番で終わっていますが、控えには5番まであります" in shown
    assert "サーバの管理者に知らせてください。" in shown
    assert ("連続しています" in shown, other_clinic.name in shown) == (False, False)
    assert "3番の記録が、書き換えられた" in shows(browser(reader).get(at("history", clinic)))


def test_a_chain_of_which_nothing_is_left_is_a_damage(client, clinic, stated):
    remove(clinic, 1, 2, 3, 4, 5)
    assert "記録は0番で終わっていますが、控えには5番まであります" in shows(client.get(at("history", clinic)))


def test_a_long_chain_is_looked_at_when_asked(client, clinic, stated, monkeypatch):
    path = at("history", clinic)
    monkeypatch.setattr("checklist.views.history.AT_ONCE", 4)
    assert "連続しています" not in shows(client.get(path))
    link = next(
        a.get("href")
        for a in tree(client.get(path)).iter("a")
        if words(a) == "記録に書き換えや抜けがないかを調べる"
    )
    assert "記録は連続しています。全5件に" in shows(client.get(path + link))


def test_further_pages_and_single_items_are_shown_without(client, clinic, stated):
    for asked in ({"before": "4"}, {"item": "10-9"}):
        assert "連続しています" not in shows(client.get(at("history", clinic), asked))


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 30, "\x00", "1"])
def test_an_odd_address_breaks_nothing(client, clinic, before):
    assert client.get(at("history", clinic), {"before": before, "item": before}).status_code == 200


# An item's


def test_an_older_answer_comes_back_as_a_new_change(client, clinic, changed, answer, trail):
    typed = restoring(client, clinic, 1)
    response = client.post(at("item_history", clinic, code="10-9"), typed)
    assert response.url == at("item", clinic, code="10-9")
    now = answer("10-9")
    assert (now.status, now.plan, now.owner, now.confirmed_on, now.reason) == (
        "open",
        "業者に頼む",
        "院長",
        None,
        "",
    )
    assert (now.version, now.updated_by.name) == (5, "事務 はな子")
    assert trail(clinic)[-1].detail["status"] == ["na", "open"]


def test_restored_twice_is_restored_once(client, clinic, changed, answer):
    typed = restoring(client, clinic, 1)
    for _ in range(2):
        client.post(at("item_history", clinic, code="10-9"), typed)
    assert answer("10-9").version == 5


def test_what_stands_is_not_offered(client, clinic, changed):
    page = client.get(at("item_history", clinic, code="10-9"))
    assert len([form for form in forms(page) if "sequence" in form.names]) == 2
    assert shows(page).count("いまの内容") == 1


def test_somebody_who_saved_first_is_not_overwritten(client, clinic, changed, answer, director):
    typed = restoring(client, clinic, 1)
    answer("10-9").record(4, by=director, status="ask", ask_whom="業者")
    response = client.post(at("item_history", clinic, code="10-9"), typed)
    assert response.status_code == 409
    assert "ほかの人が先に保存しました" in shows(response)
    assert answer("10-9").status == "ask"


def test_a_confirmed_round_restores_nothing(client, clinic, changed, answer, assessment, confirmed):
    typed = restoring(client, clinic, 1)
    confirmed(assessment)
    response = client.post(at("item_history", clinic, code="10-9"), typed)
    assert (response.status_code, answer("10-9").status) == (409, "na")
    assert "この内容に戻す" not in shows(response)


@pytest.mark.parametrize("sequence", ["", "0", "1", "999999", "x"])
def test_an_entry_of_something_else_restores_nothing(client, clinic, changed, answer, sequence):
    sent = {"sequence": sequence, "version": "4"}
    assert client.post(at("item_history", clinic, code="10-9"), sent).status_code == 404
    assert answer("10-9").version == 4


def test_a_reader_looks_but_does_not_restore(reader, client, clinic, changed):
    typed = restoring(client, clinic, 1)
    path = at("item_history", clinic, code="10-9")
    assert browser(reader).get(path).status_code == 200
    assert browser(reader).post(path, typed).status_code == 403


def test_an_item_without_changes_says_so(client, clinic):
    assert "まだ変更がありません" in shows(client.get(at("item_history", clinic, code="7-5")))


def test_what_an_earlier_round_declared_is_shown_and_not_restored(client, clinic, changed, clerk, assessment):
    newest = Assessment.objects.filter(clinic=clinic).current()
    begin_next(next_of(newest, date(assessment.fiscal_year + 1, 4, 1)), by=clerk)
    shown = shows(client.get(at("item_history", clinic, code="10-9")))
    assert "それより前の点検" in shown
    assert "この内容に戻す" not in shown


def test_the_way_leads_from_home_and_item(client, clinic):
    assert at("history", clinic) in {
        a.get("href") for a in tree(client.get(at("clinic_home", clinic))).iter("a")
    }
    page = client.get(at("item", clinic, code="10-9"))
    assert at("item_history", clinic, code="10-9") in {a.get("href") for a in tree(page).iter("a")}
    assert form_with(page, "status").fields["version"] == ["1"]


def test_the_rounds_before_are_told_by_what_the_item_was_there(
    client, clinic, changed, answer, clerk, next_edition
):
    answer("10-10").record(1, by=clerk, status="na", reason="別の項目だったもの")
    newest = Assessment.objects.filter(clinic=clinic).current()
    begin_next(next_of(newest, timezone.localdate()), by=clerk)
    shown = shows(client.get(at("item_history", clinic, code="10-10")))
    assert ("使っていない" in shown, "別の項目だったもの" in shown) == (True, False)
    assert "別の項目だったもの" in shows(client.get(at("item_history", clinic, code="10-9")))


def test_each_round_before_is_told_once_and_newest_first(client, clinic, answer, clerk, assessment):
    for year in (1, 2):
        found = Answer.objects.filter(clinic=clinic).current("10-9")
        found.record(found.version, by=clerk, status="na", reason=f"{year}年目の理由")
        newest = Assessment.objects.filter(clinic=clinic).current()
        begin_next(next_of(newest, date(assessment.fiscal_year + year, 4, 1)), by=clerk)
    shown = shows(client.get(at("item_history", clinic, code="10-9")))
    assert (shown.count("1年目の理由"), shown.count("2年目の理由")) == (1, 1)
    assert shown.index("2年目の理由") < shown.index("1年目の理由")
