"""Nothing typed is lost: forms save themselves, over slow, broken and reordered networks, and say what is true."""

import pytest
from playwright.sync_api import expect

from tests.conftest import PASSWORD
from tests.journeys.steps import WithoutJavaScript

pytestmark = pytest.mark.journey
ITEM = "8-1"
WHERE = f"**/items/{ITEM}/"


@pytest.fixture
def at_work(sits_down, director, clinic):
    person = sits_down(director)
    person.opens("item", clinic.code, ITEM)
    yield person
    person.page.unroute_all(behavior="ignoreErrors")


@pytest.fixture
def sends(at_work) -> list[str]:
    """What the page has sent so far."""
    sent = []
    at_work.page.on("request", lambda request: request.method == "POST" and sent.append(request.post_data))
    return sent


def state(person, text: str) -> None:
    expect(person.save_state()).to_contain_text(text)


def answered(person, fields: str):
    """Until a form with these fields has been sent and answered."""
    return person.page.expect_response(lambda response: fields in (response.request.post_data or ""))


def unsure(person, whom: str = "") -> None:
    """わからない, saved; then `whom` is typed."""
    person.chooses("わからない")
    state(person, "わからない（聞く相手が未記入）")
    if whom:
        person.types("聞く相手", whom)


# When it saves


def test_a_choice_saves_itself_at_once_and_typing_when_it_rests(at_work, sends, answer):
    unsure(at_work)
    assert (answer(ITEM).status, len(sends)) == ("ask", 1)
    at_work.field("聞く相手").press_sequentially("aozora", delay=50)
    expect(at_work.save_state()).to_have_text("未保存")
    assert len(sends) == 1
    state(at_work, "保存済")
    assert (answer(ITEM).ask_whom, len(sends)) == ("aozora", 2)
    expect(at_work.field("聞く相手")).to_be_focused()


def test_text_saves_itself_when_its_field_is_left_and_not_a_second_time(at_work, sends, answer):
    unsure(at_work, "会社")
    at_work.field("聞く相手").blur()
    state(at_work, "保存済")
    at_work.page.wait_for_timeout(1000)
    assert (answer(ITEM).ask_whom, len(sends)) == ("会社", 2)


def test_what_is_taken_back_before_it_was_sent_is_as_saved_as_before(at_work, sends):
    unsure(at_work)
    at_work.types("聞く相手", "会")
    at_work.types("聞く相手", "")
    state(at_work, "保存済")
    at_work.page.wait_for_timeout(1000)
    assert len(sends) == 1


def test_a_row_of_the_table_saves_itself_and_stays_open(sits_down, director, clinic, answer):
    at_work = sits_down(director)
    at_work.opens("items", clinic.code)
    at_work.answers_in_the_table("8①")
    unsure(at_work, "会社")
    state(at_work, "保存済")
    at_work.finds("聞く相手", "会社")
    at_work.types("聞く相手", "会社と医師会")
    at_work.follows("閉じる")
    expect(at_work.named("link", "8①を変更")).to_be_visible()
    assert answer(ITEM).ask_whom == "会社と医師会"


def test_without_javascript_the_button_saves(sits_down, director, clinic, answer):
    at_work = sits_down(director, WithoutJavaScript)
    at_work.opens("item", clinic.code, ITEM)
    at_work.chooses("わからない")
    at_work.presses("保存")
    at_work.sees("わからない（聞く相手が未記入）")
    assert answer(ITEM).status == "ask"


def test_without_javascript_the_page_before_a_save_is_no_conflict(sits_down, director, clinic, answer):
    at_work = sits_down(director, WithoutJavaScript)
    at_work.opens("item", clinic.code, ITEM)
    for whom in ("会社", "会社と医師会"):
        at_work.chooses("わからない")
        at_work.types("聞く相手", whom)
        at_work.presses("保存して次へ")
        at_work.sees("8②")
        at_work.page.go_back()
        at_work.finds("聞く相手", whom)
    assert answer(ITEM).ask_whom == "会社と医師会"


# What is wrong


def test_a_mistake_is_said_beside_its_field_and_moves_nothing(at_work, answer):
    at_work.chooses("実施済")
    at_work.types("確認日", "0002-04-02")
    with answered(at_work, "note=%E8"):
        at_work.types("メモ（任意）", "見た")
    state(at_work, "保存できません：確認日 を直してください。ほかの入力は保存しました。")
    at_work.sees("2年になっています。年を確かめてください。")
    expect(at_work.field("メモ（任意）")).to_be_focused()
    expect(at_work.field("確認日")).to_have_attribute("aria-invalid", "true")
    assert (answer(ITEM).note, answer(ITEM).confirmed_on) == ("見た", None)
    at_work.types("確認日", "2026-04-02")
    state(at_work, "保存済")
    expect(at_work.page.locator(".invalid-feedback")).to_have_count(0)
    assert answer(ITEM).confirmed_on.isoformat() == "2026-04-02"


def test_a_date_typed_by_halves_does_not_erase_the_one_that_is_saved(at_work, answer):
    at_work.chooses("実施済")
    at_work.types("確認日", "2026-04-02")
    at_work.field("確認日").blur()
    state(at_work, "保存済")
    at_work.field("確認日").press("Delete")
    with answered(at_work, "note=%E8"):
        at_work.types("メモ（任意）", "見た")
    state(at_work, "ほかの入力は保存しました。")
    assert (answer(ITEM).note, answer(ITEM).confirmed_on.isoformat()) == ("見た", "2026-04-02")


def test_a_press_leads_to_the_mistake(at_work):
    at_work.chooses("実施済")
    at_work.types("確認日", "0002-04-02")
    at_work.presses("保存して次へ")
    expect(at_work.page.locator(".error-summary")).to_be_focused()


# Networks


def test_without_a_network_it_says_so_and_saves_once_it_is_back(at_work, answer, faults):
    unsure(at_work)
    at_work.page.context.set_offline(True)
    at_work.types("聞く相手", "会社")
    state(at_work, "保存できません。通信を確かめてください。入力は残っています。再試行")
    expect(at_work.field("聞く相手")).to_be_focused()
    at_work.page.context.set_offline(False)
    state(at_work, "保存済")
    assert answer(ITEM).ask_whom == "会社"
    forget(faults)


def test_the_button_of_a_failed_save_sends_again(at_work, answer, faults):
    unsure(at_work)
    at_work.page.route(WHERE, lambda route: route.fulfill(status=503, body=""), times=1)
    at_work.types("聞く相手", "会社")
    state(at_work, "保存できません。")
    at_work.presses("再試行")
    state(at_work, "保存済")
    expect(at_work.named("button", "保存")).to_be_focused()
    assert answer(ITEM).ask_whom == "会社"
    forget(faults)


def test_an_answer_lost_after_the_save_is_no_conflict_with_oneself(at_work, answer, trail, clinic, faults):
    unsure(at_work)
    before = len(trail(clinic))
    at_work.page.route(WHERE, lose_the_answer, times=1)
    at_work.types("聞く相手", "会社")
    state(at_work, "保存できません。")
    assert answer(ITEM).ask_whom == "会社"
    at_work.types("聞く相手", "会社と医師会")
    state(at_work, "保存済")
    expect(at_work.page.locator(".conflict")).to_have_count(0)
    assert (answer(ITEM).ask_whom, len(trail(clinic)) - before) == ("会社と医師会", 2)
    forget(faults)


def test_a_save_that_arrives_late_overwrites_nothing_newer(at_work, answer, faults):
    unsure(at_work)
    held = []

    def hold(route) -> None:
        held.append((route.request.url, route.request.headers, route.request.post_data))
        route.abort()

    at_work.page.route(WHERE, hold, times=1)
    at_work.types("聞く相手", "会社")
    state(at_work, "保存できません。")
    at_work.types("聞く相手", "医師会")
    state(at_work, "保存済")
    url, headers, body = held[0]
    late = at_work.page.request.post(url, headers=headers, data=body)
    assert (late.status, answer(ITEM).ask_whom) == (409, "医師会")
    forget(faults)


def test_on_a_slow_network_one_save_is_under_way_and_the_newest_text_follows(at_work, sends, answer):
    unsure(at_work)
    waiting = []
    at_work.page.route(WHERE, lambda route: waiting.append(route), times=1)
    at_work.types("聞く相手", "会")
    expect(at_work.save_state()).to_have_text("保存中")
    for text in ("会社", "会社と", "会社と医師会"):
        at_work.types("聞く相手", text)
    at_work.page.wait_for_timeout(1000)
    assert len(sends) == 2
    waiting[0].continue_()
    state(at_work, "保存済")
    at_work.finds("聞く相手", "会社と医師会")
    expect(at_work.page.locator(".conflict")).to_have_count(0)
    assert (answer(ITEM).ask_whom, len(sends)) == ("会社と医師会", 3)


def test_a_press_waits_for_the_save_under_way_and_then_leads_on(at_work, sends, answer):
    unsure(at_work)
    waiting = []
    at_work.page.route(WHERE, lambda route: waiting.append(route), times=1)
    at_work.types("聞く相手", "会")
    expect(at_work.save_state()).to_have_text("保存中")
    at_work.types("聞く相手", "会社")
    at_work.presses("保存して次へ")
    waiting[0].continue_()
    at_work.sees("次の項目 8③")
    assert (answer(ITEM).ask_whom, len(sends)) == ("会社", 3)


def test_a_double_click_saves_once_and_leads_to_the_next_item(at_work, answer, trail, clinic):
    unsure(at_work, "会社")
    before = len(trail(clinic))
    at_work.named("button", "保存して次へ").dblclick()
    at_work.sees("次の項目 8③")
    assert (answer(ITEM).ask_whom, len(trail(clinic)) - before) == ("会社", 1)


def test_the_page_that_one_goes_back_to_has_what_was_saved(at_work, answer):
    unsure(at_work, "会社")
    at_work.presses("保存して次へ")
    at_work.sees("次の項目 8③")
    at_work.page.go_back()
    at_work.finds("聞く相手", "会社")
    at_work.types("聞く相手", "会社と医師会")
    state(at_work, "保存済")
    expect(at_work.page.locator(".conflict")).to_have_count(0)
    assert answer(ITEM).ask_whom == "会社と医師会"


def test_the_very_page_brought_back_by_the_browser_is_no_conflict_with_its_own_save(at_work, answer):
    """As browsers do that keep a left page in memory: it has not heard of the save that led away from it."""
    unsure(at_work, "会社")
    at_work.page.route(WHERE, save_and_lead_nowhere, times=1)
    with answered(at_work, "next=1"):
        at_work.field("聞く相手").press("Control+Enter")
    at_work.page.wait_for_function("location.hash === '#left'")
    at_work.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    state(at_work, "保存済")
    at_work.types("聞く相手", "会社と医師会")
    state(at_work, "保存済")
    expect(at_work.page.locator(".conflict")).to_have_count(0)
    assert answer(ITEM).ask_whom == "会社と医師会"


def save_and_lead_nowhere(route) -> None:
    route.fetch()
    route.fulfill(status=204, headers={"HX-Redirect": "#left"})


def test_who_leaves_with_something_unsaved_is_asked(at_work, faults):
    asked = []
    at_work.page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    unsure(at_work)
    at_work.page.route(WHERE, lambda route: route.abort())
    at_work.types("聞く相手", "会社")
    at_work.named("link", "章の一覧").first.click(no_wait_after=True)
    state(at_work, "保存できません。")
    at_work.finds("聞く相手", "会社")
    assert asked == ["beforeunload"]
    at_work.page.unroute_all()
    at_work.presses("再試行")
    state(at_work, "保存済")
    at_work.follows("章の一覧")
    at_work.sees("どの章からでも始められます。")
    forget(faults)


def forget(faults: list[str]) -> None:
    """The console may speak of a lost connection, and of nothing else."""
    assert [each for each in faults if "htmx:" not in each and "Status Error Code" not in each] == []
    faults.clear()


def lose_the_answer(route) -> None:
    """The server saves; the browser never hears of it."""
    route.fetch()
    route.abort()


# Sessions and tabs


def test_a_lost_session_leaves_the_typing_alone_and_goes_on_after_the_log_in(at_work, director, answer):
    unsure(at_work)
    at_work.loses_the_session()
    at_work.types("聞く相手", "会社")
    state(at_work, "保存できません。ログインの期限が切れました。入力は残っています。")
    expect(at_work.field("聞く相手")).to_be_focused()
    at_work.types("聞く相手", "会社と医師会")
    at_work.presses("ログインして続ける")
    at_work.logs_in(director.email, PASSWORD)
    at_work.sees("さきほど入力していた内容です")
    at_work.finds("聞く相手", "会社と医師会")
    assert answer(ITEM).ask_whom == ""
    at_work.types("聞く相手", "会社と医師会へ")
    state(at_work, "保存済")
    assert answer(ITEM).ask_whom == "会社と医師会へ"


def test_two_tabs_of_one_person_show_both_texts_and_the_person_decides(at_work, clinic, answer):
    tab = type(at_work)(at_work.page.context.new_page(), at_work.origin)
    tab.opens("item", clinic.code, ITEM)
    unsure(at_work, "会社")
    state(at_work, "保存済")
    tab.chooses("対象外")
    tab.sees("別の画面で、あなたが先に保存しました", "会社")
    tab.types("当てはまらない理由", "使っていない")
    tab.page.wait_for_timeout(1200)
    assert (answer(ITEM).status, answer(ITEM).ask_whom) == ("ask", "会社")
    tab.presses("あなたの入力で保存する")
    state(tab, "保存済")
    assert (answer(ITEM).status, answer(ITEM).reason) == ("na", "使っていない")
    expect(tab.page.locator(".conflict")).to_have_count(0)
    tab.page.close()


def test_what_the_other_tab_saved_is_kept_by_a_link(at_work, clinic, answer):
    tab = type(at_work)(at_work.page.context.new_page(), at_work.origin)
    tab.opens("item", clinic.code, ITEM)
    unsure(at_work, "会社")
    state(at_work, "保存済")
    tab.chooses("対象外")
    tab.follows("先に保存された内容を残す")
    expect(tab.named("radio", "わからない")).to_be_checked()
    assert answer(ITEM).status == "ask"
    tab.page.close()


def test_a_round_that_is_confirmed_meanwhile_says_so_and_keeps_the_typing(
    at_work, assessment, confirmed, answer
):
    unsure(at_work)
    confirmed(assessment)
    at_work.types("聞く相手", "会社")
    state(at_work, "保存できません。この点検は確定済みです。")
    at_work.finds("聞く相手", "会社")
    assert answer(ITEM).ask_whom == ""


def test_a_press_that_meets_a_conflict_is_no_answer_to_it(sits_down, director, clerk, clinic, answer):
    at_work = sits_down(director)
    at_work.opens("item", clinic.code, ITEM)
    answer(ITEM).record(1, by=clerk, status="done")
    at_work.page.evaluate(
        """document.addEventListener("htmx:afterRequest", (event) => setTimeout(() => event.target.requestSubmit(), 50),
                                    { once: true })"""
    )
    at_work.chooses("わからない")
    at_work.sees("ほかの人が先に保存しました")
    at_work.page.wait_for_timeout(700)  # past the press, which came 50 ms after the conflict
    assert (answer(ITEM).status, answer(ITEM).version) == ("done", 2)
    at_work.presses("あなたの入力で保存する")
    at_work.sees("保存済")
    assert (answer(ITEM).status, answer(ITEM).version) == ("ask", 3)
