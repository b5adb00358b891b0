"""The papers beside the report: 対象判断の記録, 空欄用紙, and the letter to a vendor."""

import re
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader
from weasyprint.formatting_structure.boxes import TableBox, TableRowBox

from checklist.parts import PRESETS
from checklist.printing import blank_html, determination_html, letter_html, report_html
from checklist.snapshot import snapshot_of
from checklist.wording import determination_words
from compliance import printing
from compliance.printing import pdf
from tests.papers import Printed

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
    assert all("□" in row and "実施済　　未実施" in row for row in boxes(page).values())


@pytest.mark.parametrize("is_sample", [False, True])
@pytest.mark.parametrize(("form", "count"), [("checklist", 6), ("MDS", 3), ("SDS", 4), ("systems", 1)])
def test_no_blank_form_ends_in_a_page_of_a_row_or_two(form, count, is_sample, draft):
    draft["clinic"]["is_sample"] = is_sample
    pages = Printed(pdf(blank_html(draft, form))).pages
    assert len(pages) == count
    assert form not in ("MDS", "SDS") or len(re.findall(rf"{form}-\d\d", pages[-1].partition("備考")[2])) >= 3


@pytest.mark.parametrize(("form", "least"), [("checklist", 15), ("MDS", 9), ("SDS", 9), ("systems", 11)])
def test_every_row_of_a_blank_form_is_high_enough_for_a_hand(form, least, draft):
    heights = row_heights(blank_html(draft, form), "blank")
    assert len(heights) == {"checklist": 52, "MDS": 41, "SDS": 58, "systems": 14}[form]
    assert min(heights) >= least


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("checklist", ["医療機関名", "点検日", "点検者", "安全管理責任者"]),
        ("MDS", ["医療機関名", "事業者", "システム・製品名", "バージョン", "記入した人", "記入日"]),
        ("SDS", ["医療機関名", "事業者", "システム・製品名", "バージョン", "記入した人", "記入日"]),
        ("systems", ["医療機関名", "作成した人", "作成日"]),
    ],
)
def test_a_blank_form_asks_whose_it_is_who_filled_it_in_and_when(form, fields, draft):
    table = re.search(r'<table class="fill">(.*?)</table>', blank_html(draft, form), re.DOTALL)[1]
    assert re.findall(r'<th scope="row">(.*?)</th>', table) == fields


def test_the_blank_checklist_has_a_place_for_all_that_the_report_asks_of_what_is_done(draft):
    page = blank_html(draft)
    assert "実施済：確認日と、根拠の保管場所" in page
    assert all("確認日" in row for row in boxes(page).values())


def test_a_line_of_the_plan_has_room_for_a_date_and_a_name(draft):
    line = {"where": "3②", "task": "頼む", "owner": "", "due_on": None, "overdue_days": 0}
    page = report_html(draft | {"plan": [line] * 3}, keys=PRESETS["all"].parts)
    heights = row_heights(page, "plan")
    assert (len(heights), min(heights) >= 11) == (3, True)


def row_heights(page: str, table: str) -> list[float]:
    """Millimetres of each row that has a place to write in, in the tables of that class."""
    sheets = [sheet._page_box for sheet in laid_out(page).pages]
    tables = [
        box
        for sheet in sheets
        for box in sheet.descendants()
        if isinstance(box, TableBox) and has(box, table)
    ]
    rows = [box for each in tables for box in each.descendants() if isinstance(box, TableRowBox)]
    return [row.height * 25.4 / 96 for row in rows if has(row.children[-1], "room", tag="td")]


def laid_out(page: str):
    styles = [printing._style("print.css")]
    return printing._document(page).render(stylesheets=styles, font_config=printing._fonts())


def has(box, name: str, tag: str = "table") -> bool:
    return box.element_tag == tag and name in box.element.get("class", "").split()


def test_a_letter_is_one_page_however_long_its_names_are():
    letter = {"vendor": "長" * 100, "clinic": "い" * 100, "address": "所" * 200, "phone": "0" * 40, "director": "名" * 100,
              "servers": [{"product": "製" * 250, "name": "機" * 100}] * 30, "return_by": "ご返送期限",
              "questions": ["問い。" * 30] * 3}  # fmt: skip
    page = letter_html(letter)
    assert len(PdfReader(BytesIO(pdf(page))).pages) == 1
    assert re.search(r"ほか\d+件のサーバ", page)


def test_an_ordinary_letter_names_every_product_and_leaves_the_date_open():
    letter = {"vendor": "甲野医療", "clinic": "みどり台内科", "address": "", "phone": "", "director": "",
              "servers": [{"product": "甲野カルテ 3", "name": "主サーバ"}, {"product": "甲野カルテ 3", "name": "予備機"},
                          {"product": "甲野レセ", "name": "レセ機"}],
              "return_by": "ご返送期限　　　年", "questions": ["どちらですか。"]}  # fmt: skip
    page = letter_html(letter)
    assert ("甲野カルテ 3" in page, "甲野レセ" in page, "ほか" in page) == (True, True, False)
    assert "　　　　年　　　月　　　日" in page
    assert [re.sub(r"<[^>]+>", "", each) for each in re.findall(r"<li>[^<]+", page)] == [
        "甲野カルテ 3", "サーバ：主サーバ", "サーバ：予備機", "甲野レセ", "サーバ：レセ機"]  # fmt: skip
    assert "ご返送期限　　　年" in page
    assert 'class="letter "' in page  # nothing is set closer
