"""The printed papers: every word of a snapshot and of nothing else, and the same bytes everywhere."""

import copy
import gc
import os
import re
import subprocess
import sys
from datetime import date, datetime, timedelta
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from pypdf import PdfReader
from weasyprint.urls import FatalURLFetchingError

from checklist.founding import found
from checklist.models import Answer, Assessment
from checklist.printing import blank_html, determination_html, report_html
from checklist.snapshot import snapshot_of
from compliance.glyphs import covered, printable
from compliance.models import GuidelineEdition, User
from compliance.printing import PRINT_DIR, OwnAssets, pdf
from compliance.templatetags.words import rich
from vendors.models import Component, System

pytestmark = pytest.mark.django_db  # only a marked test has a test database set up
TODAY = date(2026, 11, 20)
SHA = "0123456789abcdef" * 4
HOSTILE = "<script>alert(1)</script><img src='file:///etc/passwd'>{{ clinic }} & 😀☑⁵"
PLACE = {"update_bearer": "vendor", "written_in": "contract", "document": "保守契約書", "clause": "第8条"}
ANSWERS = {
    "1.1-1": {"status": "done", "confirmed_on": TODAY, "evidence_place": "青ファイル3", "note": HOSTILE, "plan": "昔の計画"},
    "1.2-1": {"status": "done"},
    "1.4-1": {"status": "na", "reason": "第三者に渡していないため。", "note": "昔のメモ"},
    "2-1": {"status": "na"},
    "3-1": {"status": "open", "plan": "一覧を作る", "owner": "髙﨑", "due_on": TODAY - timedelta(days=7)},
    "3-2": {"status": "open", "plan": "開示書を頼む", "owner": "大瀨", "due_on": TODAY + timedelta(days=7)},
    "5-3": {"status": "ask", "ask_whom": "丙山メディカル画像株式会社"},
}  # fmt: skip


# One clinic's snapshots, made once


@pytest.fixture(scope="module")
def draft(django_db_setup, django_db_blocker) -> dict:
    """A draft's snapshot with answers of every status; nothing stays in the database."""
    with django_db_blocker.unblock(), transaction.atomic():
        if not GuidelineEdition.objects.exists():
            call_command("load_guideline", verbosity=0)
        snapshot = snapshot_of(furnished(), TODAY)
        transaction.set_rollback(True)
    return snapshot


def furnished() -> Assessment:
    person = User.objects.create_user("printer@midori.example", name="髙﨑 美咲")
    clinic = found(by=person, name="みどり台﨑内科", director="髙﨑 美咲")
    system = System.register(
        clinic, by=person, vendor_name="甲野医療株式会社", name="電子カルテ", location="external"
    )
    Component.register(system, by=person, kind="server", name="クラウド", **PLACE)
    assessment = Assessment.objects.get(clinic=clinic)
    for code, declared in ANSWERS.items():
        Answer.objects.get(assessment=assessment, item__code=code).record(1, by=person, **declared)
    return assessment


@pytest.fixture(scope="module")
def confirmed(draft) -> dict:
    names = {"confirmed_by": "髙﨑 美咲", "examiner": "大瀨 健", "safety_officer": "髙﨑 美咲"}
    moment = "2026-11-20T05:03:00.123456+00:00"
    return draft | {
        "confirmation": names | {"number": 2, "confirmed_at": moment, "examined_on": "2026-11-20"}
    }


@pytest.fixture(scope="module")
def draft_pdf(draft) -> "Printed":
    return Printed(pdf(report_html(draft), draft=True))


@pytest.fixture(scope="module")
def confirmed_pdf(confirmed) -> "Printed":
    return Printed(pdf(report_html(confirmed, SHA)))


class Printed:
    """A PDF read back: `pages` and `text` are without blanks."""

    def __init__(self, content: bytes):
        self.content, self.reader = content, PdfReader(BytesIO(content))
        self.pages = [bare(page.extract_text()) for page in self.reader.pages]
        self.text = "".join(self.pages)


def items(snapshot: dict) -> list[dict]:
    return [item for chapter in snapshot["chapters"] for item in chapter["items"]]


def changed(snapshot: dict, **answer) -> dict:
    """The snapshot with something else answered to every item."""
    other = copy.deepcopy(snapshot)
    for item in items(other):
        item["answer"] |= answer
    return other


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def rows(html: str) -> dict[str, str]:
    """The checklist's rows by the item's mark, as text with the tags that matter left out."""
    found_rows = re.findall(r'<tr[^>]*><th scope="row" class="code">(.*?)</th>(.*?)</tr>', html, re.DOTALL)
    return {shown: unescape(re.sub(r"<[^>]+>", "", row)) for shown, row in found_rows}


def fonts_of(reader: PdfReader) -> dict[str, bool]:
    """{name: embedded}"""
    used = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    inner = [font["/DescendantFonts"][0].get_object() for font in used]
    return {str(f["/BaseFont"]).partition("+")[2]: "/FontFile2" in f["/FontDescriptor"] for f in inner}


# The report


def test_all_52_items_stand_in_the_report_word_for_word(draft, draft_pdf):
    printed, expected = draft_pdf.text, items(draft)
    texts = [text for item in expected for text in (item, *item["bullets"])]
    words = [bare(unescape(re.sub(r"<[^>]+>", "", rich(text)))) for text in texts]
    assert len(expected) == 52
    assert [each for each in words if each not in printed] == []


def test_only_the_shipped_fonts_are_used_and_both_are_embedded(draft_pdf):
    assert fonts_of(draft_pdf.reader) == {"BIZUDPGothic": True, "BIZUDPGothic-Bold": True}


def test_the_tick_stands_only_beside_what_is_done(draft):
    ticked = [shown for shown, row in rows(report_html(draft)).items() if "✓" in row]
    assert ticked == [item["shown"] for item in items(draft) if item["answer"]["status"] == "done"]


def test_what_does_not_apply_keeps_its_empty_box_the_word_and_the_reason(draft):
    row = rows(report_html(draft))["1.4①"]
    assert ("□" in row, "－ 対象外" in row, "当てはまらない理由：第三者に渡していないため。" in row) == (
        True,
    ) * 3


def test_fields_of_another_status_are_kept_but_not_printed(draft):
    printed = report_html(draft)
    assert ("昔の計画" in printed, "昔のメモ" in printed) == (False, False)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ("1.1①", "確認日：令和8年11月20日"),
        ("1.2①", "確認日が未記入"),
        ("2①", "当てはまらない理由が未記入"),
        ("3①", "目標日を7日過ぎています"),
        ("3②", "担当：大瀨"),
        ("5③", "聞く相手：丙山メディカル画像株式会社"),
        ("11②", "○ 未回答"),
    ],
)
def test_a_row_says_what_is_declared_what_is_missing_and_what_is_late(draft, shown, words):
    assert words in rows(report_html(draft))[shown]


def test_a_long_note_goes_on_in_a_row_of_its_own_with_the_items_mark(draft):
    long = "長いメモ。" * 200
    page = report_html(changed(draft, status="done", printed=[["メモ", long]]))
    assert page.count(f'<td colspan="3" class="rec">メモ：{long}</td>') == 52
    assert "メモ：次の行" in rows(page)["1.1①"]


def test_a_draft_says_so_on_every_page_and_a_confirmed_report_on_none(draft_pdf, confirmed_pdf):
    assert [n for n, text in enumerate(draft_pdf.pages, 1) if "下書き" not in text] == []
    assert "下書き" not in confirmed_pdf.text


def test_a_page_torn_out_says_whose_it_is_which_year_and_edition_and_which_page(confirmed_pdf):
    total = len(confirmed_pdf.pages)
    for number, text in enumerate(confirmed_pdf.pages, 1):
        wanted = ["みどり台﨑内科", "令和8年度", "第2版", f"照合{SHA[:8]}", f"{number}/{total}"]
        assert [each for each in wanted if each not in text] == [], number


def test_the_table_head_is_repeated_on_each_page_of_the_checklist(confirmed_pdf):
    inside = [
        text for text in confirmed_pdf.pages if "Ⅲ項目ごとの対応状況と記録" in text and "目次" not in text
    ]
    assert len(inside) >= 4
    assert all("項目区分遵守項目チェック対応状況と記録" in text for text in inside)


def test_the_moment_of_a_pdf_is_the_snapshots_own(draft, draft_pdf, confirmed_pdf):
    assert confirmed_pdf.reader.metadata.creation_date_raw == "D:20261120140300+09'00"
    changed_at = datetime.fromisoformat(draft["changed_at"]).replace(microsecond=0)
    assert draft_pdf.reader.metadata.creation_date == changed_at


def test_it_never_claims_more_than_a_self_check_can(draft_pdf):
    text = draft_pdf.text
    assert "準拠" not in text
    assert re.search(r"\d+[%％]", text) is None
    assert text.count("認定") == text.count("認定・承認を示すものではありません") == 1


def test_every_erratum_and_the_source_are_printed(draft, draft_pdf):
    text = draft_pdf.text
    missing = [each for each in draft["errata"] if bare(f"{each['from']} → {each['to']}") not in text]
    assert missing == []
    assert bare(draft["edition"]["source_line"]) in text
    assert f"{len(draft['errata'])}件。" in text
    words = re.findall(r"当製品|この報告書は|\d+行", text[text.index("印意味由来") :].partition("正誤")[2])
    assert words == []
    assert "公共データ利用規約（第1.0版）" in text


def test_the_sample_says_on_every_page_that_it_is_one(draft):
    sample = draft | {"clinic": draft["clinic"] | {"is_sample": True}}
    pages = Printed(pdf(report_html(sample), draft=True)).pages
    assert [n for n, text in enumerate(pages, 1) if "【見本】" not in text] == []
    assert "すべて架空のものです" in pages[0]


# The same bytes, nothing from outside, nothing executed


def test_the_same_snapshot_gives_the_same_bytes(confirmed, confirmed_pdf, draft_pdf):
    assert pdf(report_html(confirmed, SHA)) == confirmed_pdf.content != draft_pdf.content


def test_another_process_with_no_fonts_of_its_own_and_another_time_zone_gives_the_same_bytes(draft, tmp_path):
    (tmp_path / "fonts.conf").write_text('<?xml version="1.0"?><fontconfig></fontconfig>')
    page = determination_html(draft)
    (tmp_path / "page.html").write_text(page)
    code = "import pathlib, sys; from compliance.printing import pdf; here = pathlib.Path(sys.argv[1]); "
    code += "(here / 'page.pdf').write_bytes(pdf((here / 'page.html').read_text('utf-8')))"
    bare_machine = {**os.environ, "FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "TZ": "America/New_York"}
    command = [sys.executable, "-W", "ignore", "-c", code, str(tmp_path)]
    subprocess.run(command, cwd=Path(PRINT_DIR).parents[1], env=bare_machine, check=True)  # noqa: S603 (our own)
    assert (tmp_path / "page.pdf").read_bytes() == pdf(page)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        f"file://{PRINT_DIR}/../printing.py",
        f"file://{PRINT_DIR}-elsewhere/x.css",
        "http://example.jp/x.css",
        "https://example.jp/x.css",
        "data:image/svg+xml,<svg/>",
        "ftp://example.jp/x",
        "print.css",
    ],
)
def test_nothing_outside_the_print_folder_is_fetched(url):
    with pytest.raises(FatalURLFetchingError):
        OwnAssets().fetch(url)


def test_markup_in_a_note_is_printed_as_text(draft, draft_pdf):
    assert "<script" not in report_html(draft)
    typed = "<script>alert(1)</script><img src='file:///etc/passwd'>{{ clinic }} & [U+1F600]✓5"
    assert bare(typed) in draft_pdf.text


def test_every_character_of_every_paper_has_a_glyph(draft):
    papers = [report_html(draft), blank_html(draft), determination_html(draft)]
    assert [set(printable(page)) - covered() for page in papers] == [set()] * 3


def test_no_paper_carries_inline_styles_or_addresses(draft):
    for page in (report_html(draft), blank_html(draft), determination_html(draft)):
        assert re.findall(r"<[^>]+\s(?:style|src|on\w+)=", page) == []
        assert set(re.findall(r"https?://[^\"' ]+", page)) <= {"http://www.w3.org/2000/svg"}


def test_the_worst_text_is_printed_whole(draft):
    long = ("医療情報システムの安全管理" * 100)[:1000]
    worst = changed(draft, status="done", label="実施済", printed=[["メモ", long]], gaps=[], overdue_days=0)
    printed = Printed(pdf(report_html(worst), draft=True))
    assert printed.text.count(f"メモ：{long}") == 52
    assert 25 < len(printed.pages) < 60


def test_rendering_leaves_the_garbage_collector_as_it_was(draft):
    pdf(determination_html(draft))
    assert gc.isenabled()
