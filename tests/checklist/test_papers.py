"""The papers beside the report: 対象判断の記録, 空欄用紙, and the letter to a vendor."""

import re
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from checklist.printing import blank_html, determination_html, letter_html
from checklist.snapshot import snapshot_of
from checklist.wording import determination_words
from compliance.printing import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(assessment) -> dict:
    return snapshot_of(assessment, date(2026, 11, 20))


def items(snapshot: dict) -> list[dict]:
    return [item for chapter in snapshot["chapters"] for item in chapter["items"]]


def boxes(page: str) -> dict[str, str]:
    """What follows an item's mark in its row."""
    return dict(re.findall(r'<th scope="row" class="code">(.*?)</th>(.*?)</tr>', page, re.DOTALL))


# 対象判断


def determined(draft: dict, outcome: str, servers: list[str], **more) -> dict:
    lines = [
        {"system": "カルテ", "vendor": "", "server": "S", "answer": a, "reason": "理由", "place": ""}
        for a in servers
    ]
    judgement = {"outcome": outcome, "servers": lines, "path": [], "taken": [], "without_vendor": []}
    shown = {
        "label": outcome,
        "determined_at": "2026-11-01T01:00:00+00:00",
        "determined_by": "髙﨑",
        "out_of_date": False,
    }
    words = {"words": determination_words(judgement), "tension": None}
    return draft | {"determination": {**judgement, **shown, **words, **more}}


@pytest.mark.parametrize(
    ("outcome", "servers", "words"),
    [
        ("in_scope", ["yes"], "保守委託機関編の対象</b>と判断しました"),
        ("out_of_scope", ["yes", "no"], "<b>経営管理編・企画管理編・システム運用編</b>が当院に適用されます"),
        ("ask_vendor", ["yes", "unclear"], "確かめることが1件残っています"),
        ("undecided", [], "未判断"),
    ],
)
def test_the_record_of_the_determination_says_its_outcome_in_words(draft, outcome, servers, words):
    page = determination_html(determined(draft, outcome, servers))
    assert words in page
    assert "概説編は、本編の対象であってもなくても、あわせて読むこと" in page
    assert "本文から当製品が作図" in page


def test_without_a_determination_it_says_so_and_marks_no_way(draft):
    page = determination_html(draft | {"determination": None})
    assert "まだ記録していません" in page
    assert ("太線が当院の経路" in page, "当院はここ" in page) == (False, False)


def test_a_determination_that_is_out_of_date_says_so(draft):
    assert "登録が変わっています" in determination_html(
        determined(draft, "in_scope", ["yes"], out_of_date=True)
    )


def test_the_tension_about_a_system_without_vendor_is_shown_and_not_decided(draft):
    tension = {"item": items(draft)[49], "commentary": {"section": "10", "text": "本編の対象とはならず"}}
    page = determination_html(
        determined(draft, "in_scope", ["yes"], tension=tension, without_vendor=["自院のサーバ"])
    )
    assert "遵守項目 10⑩" in page
    assert "「本編の対象とはならず」" in page
    assert "どちらにあたるかを本書では決めず" in page


# The other papers


def test_the_blank_form_has_every_item_no_tick_and_nothing_of_the_clinic(draft):
    page = blank_html(draft)
    assert list(boxes(page)) == [item["shown"] for item in items(draft)]
    assert ("✓" in page, draft["clinic"]["name"] in page) == (False, False)
    assert all("□" in row and "実施済　未実施" in row for row in boxes(page).values())


def test_a_letter_is_one_page_however_long_its_names_are():
    letter = {"vendor": "長" * 100, "clinic": "い" * 100, "address": "所" * 200, "phone": "0" * 40, "director": "名" * 100,
              "products": ["製" * 250] * 30, "questions": ["問い。" * 30] * 3}  # fmt: skip
    page = letter_html(letter)
    assert len(PdfReader(BytesIO(pdf(page))).pages) == 1
    assert re.search(r"ほか\d+件の製品・サービス", page)


def test_an_ordinary_letter_names_every_product_and_leaves_the_date_open():
    letter = {"vendor": "甲野医療", "clinic": "みどり台内科", "address": "", "phone": "", "director": "",
              "products": ["甲野カルテ 3", "甲野レセ"], "questions": ["どちらですか。"]}  # fmt: skip
    page = letter_html(letter)
    assert ("甲野カルテ 3" in page, "甲野レセ" in page, "ほか" in page) == (True, True, False)
    assert "　　　　年　　　月　　　日" in page
