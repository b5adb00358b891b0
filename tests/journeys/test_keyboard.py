"""The same day by keyboard alone: nothing here clicks, and every stop of Tab can be seen (steps.AtTheKeys)."""

import pytest
from playwright.sync_api import expect

from tests.journeys import job
from tests.journeys.steps import AtTheKeys

pytestmark = pytest.mark.journey


def test_the_whole_job_by_keyboard_alone(sits_down):
    director = sits_down(hands=AtTheKeys)
    job.starts_a_clinic(director)
    job.registers_a_cloud_system(director)
    job.determines(director)
    job.answers_ten_items(director)
    job.exempts_a_section(director)
    job.changes_a_row(director)
    director.sees("保存済")
    job.confirms(director, 1)
    job.has_the_report(director, 1)
    job.reopens(director)
    director.sees("章の一覧")


def test_the_skip_link_leads_to_the_main_part(sits_down, director, clinic):
    at_work = sits_down(director, hands=AtTheKeys)
    at_work.opens("clinic_home", clinic.code)
    at_work.page.keyboard.press("Tab")
    skip = at_work.named("link", "本文へ進む")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    at_work.hits("Enter", "Tab")
    expect(at_work.named("link", "最初から")).to_be_focused()


def test_ctrl_enter_saves_and_goes_on(sits_down, director, clinic, answer):
    at_work = sits_down(director, hands=AtTheKeys)
    at_work.opens("item", clinic.code, "1.1-1")
    at_work.chooses("対象外")
    at_work.types("当てはまらない理由", "理由です。")
    at_work.hits("Control+Enter")
    at_work.sees("2 / 52")
    assert (answer("1.1-1").status, answer("1.1-1").reason) == ("na", "理由です。")


def test_saving_in_place_keeps_the_focus(sits_down, director, clinic):
    at_work = sits_down(director, hands=AtTheKeys)
    at_work.opens("item", clinic.code, "1.1-1")
    at_work.chooses("実施済")
    at_work.presses("保存")
    expect(at_work.save_state()).to_contain_text("保存済")
    expect(at_work.named("button", "保存")).to_be_focused()


def test_a_row_takes_the_focus_when_it_opens_and_gives_it_back(sits_down, director, clinic):
    at_work = sits_down(director, hands=AtTheKeys)
    at_work.opens("items", clinic.code)
    at_work.answers_in_the_table("1.1①")
    expect(at_work.named("radio", "未回答")).to_be_focused()
    at_work.hits("1")
    at_work.presses("保存")
    expect(at_work.named("link", "1.1①を変更")).to_be_focused()


def test_the_menu_of_a_narrow_window_unfolds_by_key(sits_down, director, clinic):
    at_work = sits_down(director, AtTheKeys)
    at_work.page.set_viewport_size({"width": 375, "height": 700})
    at_work.opens("clinic_home", clinic.code)
    at_work.acts_on(at_work.page.locator("summary", has_text="メニュー"))
    at_work.follows("印刷")
    at_work.sees("PDFはすべてA4で")
