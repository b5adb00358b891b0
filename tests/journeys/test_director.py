"""A director's first day with the product, and what makes each step of it easy."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from compliance.dates import wareki
from tests.journeys import job

pytestmark = pytest.mark.journey


def test_from_the_first_start_to_the_second_confirmation(sits_down):
    director = sits_down()
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
    director.follows("続きから")
    job.answers(director, "実施済")
    director.presses("保存")
    director.sees("保存済")
    job.confirms(director, 2)
    job.has_the_report(director, 2)


def test_the_first_answer_is_saved_after_at_most_8_fields_and_6_actions(sits_down):
    director = sits_down()
    director.opens("first_start")
    assert len(director.fields()) <= 8
    job.starts_a_clinic(director)
    director.follows("最初から")
    director.chooses("実施済")
    director.puts_today()
    director.presses("保存して次へ")
    director.sees("2 / 52")
    assert director.actions <= 6


def test_a_status_reveals_just_what_it_needs(sits_down, director, clinic):
    at_work = sits_down(director)
    at_work.opens("item", clinic.code, "1.4-1")
    seen = {}
    for status in ("実施済", "未実施・対応中", "対象外", "わからない", "未回答"):
        at_work.chooses(status)
        seen[status] = at_work.fields()[1:]
    assert seen == {
        "実施済": ["確認日", "根拠の保管場所", "メモ（任意）"],
        "未実施・対応中": ["やること", "担当", "目標日"],
        "対象外": ["当てはまらない理由"],
        "わからない": ["聞く相手"],
        "未回答": [],
    }


def test_today_is_one_press_and_echoed_in_the_japanese_calendar(sits_down, director, clinic):
    at_work = sits_down(director)
    at_work.opens("item", clinic.code, "1.1-1")
    at_work.chooses("実施済")
    at_work.puts_today()
    at_work.finds("確認日", timezone.localdate().isoformat())
    at_work.sees(wareki(timezone.localdate()))


def test_saving_in_place_says_what_is_saved_and_what_is_not(sits_down, director, clinic, answer):
    at_work = sits_down(director)
    at_work.opens("item", clinic.code, "1.1-1")
    at_work.page.evaluate("document.title = 'この画面のまま'")
    at_work.chooses("実施済")
    expect(at_work.save_state()).to_contain_text("実施済（確認日が未記入）")
    at_work.types("メモ（任意）", "見た")
    expect(at_work.save_state()).to_have_text("未保存")
    at_work.presses("保存")
    expect(at_work.save_state()).to_contain_text("保存済")
    assert at_work.page.title() == "この画面のまま"
    assert (answer("1.1-1").status, answer("1.1-1").note) == ("done", "見た")


def test_a_row_is_changed_without_losing_the_place(sits_down, director, clinic, answer):
    """The table stays as it was, filter and all, with the changed row in sight."""
    at_work = sits_down(director)
    at_work.opens("items", clinic.code, query="?status=none")
    before = at_work.page.url
    at_work.answers_in_the_table("9①")
    at_work.chooses("わからない")
    at_work.types("聞く相手", "株式会社あおぞらメディカル")
    at_work.presses("保存")
    row = at_work.page.locator("#i9-1")
    expect(row).to_contain_text("保存済")
    expect(row).to_contain_text("わからない")
    expect(row).to_be_in_viewport(ratio=1)
    assert at_work.page.url == before
    assert answer("9-1").ask_whom == "株式会社あおぞらメディカル"
