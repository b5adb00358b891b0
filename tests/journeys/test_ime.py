"""Japanese is composed before it is typed: keys of the input method are none of ours."""

import pytest
from playwright.sync_api import expect

from tests.journeys.steps import AtTheKeys

pytestmark = pytest.mark.journey

# How browsers mark a key that belongs to the input method; {} is a key of ours.
COMPOSING = [{"isComposing": True}, {"keyCode": 229}]
KEY = "(field, key) => field.dispatchEvent(new KeyboardEvent('keydown', {bubbles: true, cancelable: true, ...key}))"


@pytest.fixture
def at_work(sits_down, director, clinic):
    person = sits_down(director, AtTheKeys)
    person.opens("item", clinic.code, "8-1")
    return person


@pytest.fixture
def posts(at_work) -> list[str]:
    """What has been sent to the server since わからない was chosen and saved."""
    at_work.chooses("わからない")
    at_work.sees("保存済")
    sent = []
    at_work.page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    return sent


def test_the_enter_that_ends_a_composition_submits_nothing(at_work, posts, answer):
    """Nothing is sent while composing; what was composed saves itself when it is at rest."""
    at_work.tabs_to(at_work.field("聞く相手"))
    ime = at_work.page.context.new_cdp_session(at_work.page)
    ime.send("Input.imeSetComposition", {"text": "あおぞら", "selectionStart": 4, "selectionEnd": 4})
    at_work.page.wait_for_timeout(1200)
    expect(at_work.save_state()).to_have_text("未保存")
    assert posts == []
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    ime.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    ime.send("Input.insertText", {"text": "青空"})
    ime.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    at_work.finds("聞く相手", "青空")
    expect(at_work.save_state()).to_contain_text("保存済")
    assert (len(posts), answer("8-1").ask_whom) == (1, "青空")


@pytest.mark.parametrize("mark", COMPOSING)
def test_ctrl_enter_saves_only_outside_a_composition(at_work, posts, mark):
    field, key = at_work.field("聞く相手"), {"key": "Enter", "ctrlKey": True}
    field.evaluate(KEY, {**key, **mark})
    expect(at_work.save_state()).to_contain_text("保存済")
    assert posts == []
    field.evaluate(KEY, key)
    at_work.sees("次の項目 8③")
    assert len(posts) == 1


@pytest.mark.parametrize("mark", COMPOSING)
def test_digits_choose_only_outside_a_composition(at_work, mark):
    unanswered, done = at_work.named("radio", "未回答"), at_work.named("radio", "実施済")
    unanswered.evaluate(KEY, {"key": "1", **mark})
    expect(unanswered).to_be_checked()
    unanswered.evaluate(KEY, {"key": "1"})
    expect(done).to_be_checked()
