"""Forms that save themselves: what is right is saved, what this page sent before is no conflict, late sends are stale."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from checklist.models import Answer, Frozen
from compliance.models import TypedInput
from compliance.tenancy import Conflict
from tests.web import HTMX, at, at_most, browser, form_with, having, shows, tree, words

pytestmark = pytest.mark.django_db
CODE = "7-5"


@pytest.fixture
def client(director):
    return browser(director)


@pytest.fixture
def opened(client, clinic):
    """The form of the item, as somebody has it open."""
    return form_with(client.get(at("item", clinic, code=CODE)), "status")


@pytest.fixture
def saves(client, opened):
    """saves(status="done", …): the opened form saves itself, or another form or client of that item."""

    def act(form=opened, by=client, **typed):
        return by.post(opened.action, form | {"auto": "1", **typed}, headers=HTMX)

    return act


@pytest.fixture
def sends(answer, director):
    """sends("page", turn, note, version=1): one send of a page that arrives; False where it is refused."""

    def act(form: str, turn: int, note: str, version: int = 1, by=director) -> bool:
        try:
            answer(CODE).record(version, by=by, form=form, turn=turn, note=note)
        except Conflict:
            return False
        return True

    return act


def version_of(response) -> str:
    return having(tree(response), name="version")[0].get("value")


# Sends of one page, in any order


@pytest.mark.parametrize("last", ["三", "一", "二", ""], ids=["new", "as first", "as second", "undone"])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_of_unanswered_sends_the_last_one_stands_in_whatever_order_they_arrive(order, last, sends, answer):
    notes = ["一", "二", last]
    arrived = {turn: sends("page", turn, notes[turn]) for turn in order}
    assert (answer(CODE).note, arrived[2]) == (last, True)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_unanswered_send_that_is_repeated_has_one_effect(order, sends, answer, trail, clinic):
    before = len(trail(clinic))
    assert [sends("page", turn, "一") for turn in order] == [True, True]
    assert (answer(CODE).note, len(trail(clinic)) - before) == ("一", 1)


def test_a_save_of_somebody_else_between_two_sends_is_a_conflict(sends, answer, clerk):
    assert sends("page", 0, "一") is True
    assert sends("other page", 0, "先に", version=2, by=clerk) is True
    assert sends("page", 1, "一、二") is False
    assert (answer(CODE).note, answer(CODE).updated_by) == ("先に", clerk)


@pytest.mark.parametrize("form", ["other page", ""], ids=["another tab", "no form"])
def test_the_same_person_at_another_page_is_a_conflict(form, sends, answer):
    assert sends("page", 0, "一") is True
    assert sends(form, 9, "二") is False
    assert answer(CODE).note == "一"


def test_a_restored_answer_is_a_conflict_for_the_page_that_saved_before(sends, answer, director):
    sends("page", 0, "一")
    answer(CODE).record(2, by=director, note="戻した")
    assert sends("page", 1, "一、二") is False
    assert answer(CODE).note == "戻した"


def test_a_confirmed_round_refuses_every_send(sends, assessment, confirmed):
    sends("page", 0, "一")
    confirmed(assessment)
    with pytest.raises(Frozen):
        sends("page", 1, "二")


def test_a_save_without_a_change_leaves_the_version_to_the_others(sends, answer):
    sends("page", 0, "一")
    sends("page", 0, "一", version=2)
    assert answer(CODE).version == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_once_has_one_effect(edition, clinic, director, in_threads):
    assert in_threads(2, lambda _: record_once(clinic, director)) == [True, True]
    answer = Answer.objects.get(clinic=clinic, item__code=CODE)
    assert (answer.note, answer.version) == ("一", 2)


def record_once(clinic, director) -> bool:
    answer = Answer.objects.select_related("clinic", "assessment").get(clinic=clinic, item__code=CODE)
    answer.record(1, by=director, form="page", note="一")
    return True


@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_a_clock_that_jumps_between_two_saves_loses_neither(days, sends, answer, monkeypatch):
    sends("page", 0, "一")
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(days=days))
    assert sends("page", 0, "一、二", version=2) is True
    assert (answer(CODE).note, answer(CODE).version) == ("一、二", 3)


# Over HTTP


def test_a_status_alone_saves_itself_and_is_said_to_lack_its_reason(saves, answer):
    response = saves(status="na")
    assert (response.status_code, answer(CODE).status, version_of(response)) == (200, "na", "2")
    assert "対象外（当てはまらない理由が未記入）" in shows(response)


def test_what_is_right_is_saved_beside_what_is_wrong(saves, answer):
    saves(status="done", confirmed_on="2026-04-02")
    response = saves(version="2", status="done", confirmed_on="2026-04-", note="見た")
    kept = answer(CODE)
    assert (response.status_code, kept.note, kept.confirmed_on.isoformat()) == (422, "見た", "2026-04-02")
    state = words(tree(response))
    assert "保存できません：確認日 を直してください。ほかの入力は保存しました。" in state
    assert "保存済" not in state


def test_a_mistake_that_saves_itself_raises_no_alarm(saves):
    assert having(tree(saves(status="done", confirmed_on="きのう")), role="alert") == []


def test_a_form_whose_answer_was_lost_goes_on_without_a_conflict(saves, answer):
    saves(status="ask", ask_whom="会")
    again = saves(status="ask", ask_whom="会社", turn="1")
    assert (again.status_code, version_of(again), answer(CODE).ask_whom) == (200, "3", "会社")


def test_a_late_send_overwrites_nothing(saves, answer):
    saves(status="ask", ask_whom="会社", turn="1")
    assert saves(status="ask", ask_whom="会").status_code == 409
    assert answer(CODE).ask_whom == "会社"


def test_a_second_tab_of_the_same_person_is_told_that_it_was_them(saves, client, opened, answer):
    second = form_with(client.get(opened.action), "status")
    saves(status="na", reason="先の理由")
    late = saves(form=second, status="ask")
    assert (late.status_code, answer(CODE).status) == (409, "na")
    told = words(having(tree(late), role="alert")[0])
    assert "別の画面で、あなたが先に保存しました" in told
    assert "先の理由" in told


def test_each_opened_page_has_a_form_of_its_own(client, opened, clinic):
    again = form_with(client.get(opened.action), "status")
    row = form_with(client.get(at("item_row", clinic, code=CODE) + "?open=1", headers=HTMX), "status")
    tokens = {form.fields["form_token"][0] for form in (opened, again, row)}
    assert (len(tokens), "" in tokens) == (3, False)


@pytest.mark.parametrize("turn", ["", "x", "-1", "９", "1" * 40, "\x00"])
def test_a_turn_that_is_none_counts_as_the_first(turn, saves, answer):
    assert saves(status="done", turn=turn, form_token="あ\x00" * 100).status_code == 200
    assert (answer(CODE).status, answer(CODE).saved_turn, len(answer(CODE).saved_form)) == ("done", 0, 40)


def test_a_form_that_saves_itself_never_leads_away(saves):
    response = saves(status="done", next="1")
    assert (response.status_code, response.has_header("HX-Redirect")) == (200, False)


def test_a_form_on_its_way_out_of_the_page_is_saved_too(client, opened, answer):
    response = client.post(opened.action, opened | {"status": "ask", "auto": "1"})
    assert (response.status_code, answer(CODE).status) == (200, "ask")


def test_a_confirmed_round_does_not_save_itself(client, opened, assessment, confirmed):
    confirmed(assessment)
    form = having(tree(client.get(opened.action)), class_="answer")[0]
    assert (form.get("hx-post"), form.get("autocomplete")) == (None, "off")


def test_browsers_keep_nothing_of_the_forms_and_fill_in_nothing_old(client, opened, clinic):
    response = client.get(at("items", clinic), {"open": CODE})
    assert "no-store" in response.headers["Cache-Control"]
    assert [f.get("autocomplete") for f in having(tree(response), class_="answer")] == ["off"]


@pytest.mark.parametrize("typed", [{"ask_whom": "会社"}, {"ask_whom": "会社", "confirmed_on": "きのう"}])
def test_saving_itself_costs_8_queries(typed, saves):
    saves(status="ask", ask_whom="会")
    with at_most(8):
        saves(status="ask", version="2", **typed)


# Without a session


def test_without_a_session_a_form_that_saves_itself_stays_where_it_is(client, saves, answer):
    client.logout()
    response = saves(status="ask", ask_whom="会社")
    assert (response.status_code, response.content, TypedInput.objects.count()) == (401, b"", 0)
    assert answer(CODE).status == "none"


def test_a_form_older_than_the_log_in_stays_and_a_press_brings_it_back(opened, director):
    careful = browser(director, enforce_csrf_checks=True)
    stale = opened | {"status": "ask", "ask_whom": "会社", "csrfmiddlewaretoken": "x" * 64}
    waits = careful.post(opened.action, stale | {"auto": "1"}, headers=HTMX)
    assert (waits.status_code, TypedInput.objects.count()) == (401, 0)
    pressed = careful.post(opened.action, stale, headers=HTMX)
    assert (pressed.status_code, pressed["HX-Redirect"]) == (204, f"{opened.action}?kept=1")
    back = form_with(careful.get(pressed["HX-Redirect"]), "status")
    assert back.fields["ask_whom"] == ["会社"]


def test_what_cannot_be_kept_is_not_led_away(client, opened):
    client.logout()
    response = client.post(opened.action, opened | {"note": "あ" * 30_000}, headers=HTMX)
    assert (response.status_code, response.has_header("HX-Redirect")) == (401, False)
