"""印刷: what comes as a PDF, under which name, and always the same bytes of a 確定版."""

import re
from io import BytesIO
from urllib.parse import unquote

import pytest
from pypdf import PdfReader

from checklist.parts import PRESETS
from checklist.printing import BLANK_FORMS
from tests.web import at, browser, furnish, shows, tree
from vendors.models import System, Vendor

pytestmark = pytest.mark.django_db
PDFS = ["print_draft", "print_blank", "print_determination", "print_confirmed"]


@pytest.fixture
def client(director):
    return browser(director)


@pytest.fixture
def html_for_pdf(monkeypatch):
    """Printing hands out the HTML that it is made of."""
    monkeypatch.setattr("checklist.views.prints.pdf", lambda html, **_: html.encode())


def path_of(name: str, clinic, assessment) -> str:
    ids = {"year": assessment.fiscal_year, "number": 1} if name == "print_confirmed" else {}
    return at(name, clinic, **ids)


@pytest.mark.parametrize(
    ("name", "filename"),
    [
        ("print_draft", "下書き_{}_点検報告書.pdf"),
        ("print_blank", "空欄用紙_遵守項目チェックリスト.pdf"),
        ("print_determination", "対象判断の記録.pdf"),
        ("print_confirmed", "{}_第1版_点検報告書.pdf"),
    ],
)
def test_a_print_comes_as_pdf_under_a_japanese_name(
    name, filename, html_for_pdf, client, clinic, director, assessment
):
    furnish(clinic, director)
    response = client.get(path_of(name, clinic, assessment))
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/pdf")
    expected = f"inline; filename=\"report.pdf\"; filename*=UTF-8''{filename.format(assessment)}"
    assert unquote(response.headers["Content-Disposition"]) == expected
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"]


def test_a_confirmed_report_is_the_same_bytes_on_every_download(
    client, clinic, assessment, confirmed, director, reader
):
    confirmed(assessment)
    path = path_of("print_confirmed", clinic, assessment)
    first = client.get(path).content
    confirmation = assessment.confirmations.get()
    confirmation.reopen(by=director, why="続ける")
    clinic.describe(1, by=director, name="あとで変えた名前")
    System.register(clinic, by=director, name="あとで足した系", location="external")
    assert browser(reader).get(path).content == first
    reader_of_pdf = PdfReader(BytesIO(first))
    assert first.startswith(b"%PDF-")
    assert len(reader_of_pdf.pages) >= 5
    assert confirmation.sha256[:8] in "".join(page.extract_text() for page in reader_of_pdf.pages)


def test_a_confirmed_report_shows_nothing_that_came_later(
    html_for_pdf, client, clinic, assessment, confirmed, director
):
    confirmed(assessment)
    path = path_of("print_confirmed", clinic, assessment)
    before = client.get(path).content
    assessment.confirmations.get().reopen(by=director, why="続ける")
    clinic.describe(1, by=director, name="あとで変えた名前")
    after = client.get(path).content
    assert after == before
    assert "あとで変えた名前" in client.get(at("print_draft", clinic)).content.decode()


@pytest.mark.parametrize(("years", "number"), [(0, 2), (0, 0), (1, 1), (-1, 1), (90000, 1), (0, 10**19)])
def test_an_unknown_number_is_not_found(years, number, client, clinic, assessment, confirmed):
    confirmed(assessment)
    path = at("print_confirmed", clinic, year=assessment.fiscal_year + years, number=number)
    assert client.get(path).status_code == 404


def test_the_page_lists_every_confirmation_and_what_else_can_be_printed(client, clinic, director, assessment):
    furnish(clinic, director)
    page = tree(client.get(at("prints", clinic)))
    links = {a.get("href") for a in page.iter("a") if ".pdf" in a.get("href", "")}
    draft, blank = at("print_draft", clinic), at("print_blank", clinic)
    expected = {f"{draft}?parts={preset}" for preset in PRESETS} | {
        f"{blank}?form={form}" for form in BLANK_FORMS
    }
    expected -= {f"{blank}?form=checklist"}  # the form where none is said
    vendors = Vendor.objects.filter(clinic=clinic)
    expected |= {at("print_vendor", clinic, pk=each.pk) for each in vendors} | {at("print_precheck", clinic)}
    expected |= {path_of(name, clinic, assessment) for name in PDFS if name != "print_draft"}
    assert links == expected


def test_the_page_says_when_nothing_is_confirmed_yet(client, clinic):
    assert "まだ確定していません。" in shows(client.get(at("prints", clinic)))


def test_a_determination_that_was_never_made_prints_as_undecided(html_for_pdf, client, clinic):
    page = client.get(at("print_determination", clinic))
    assert page.status_code == 200
    assert "未判断" in page.content.decode() or "記録していません" in page.content.decode()


def test_the_draft_is_a_pdf_that_says_so_on_each_page(client, clinic):
    pages = PdfReader(BytesIO(client.get(at("print_determination", clinic)).content)).pages
    assert len(pages) >= 1


# The preview


@pytest.mark.parametrize("preset", PRESETS)
def test_the_preview_shows_what_the_draft_prints_and_says_that_it_is_one(
    preset, html_for_pdf, client, clinic, director
):
    furnish(clinic, director)
    response = client.get(at("print_preview", clinic), {"parts": preset})
    page = response.content.decode()
    body = re.search(r"(<header class=\"cover\">.*)</main>", page, re.DOTALL)[1]
    printed = client.get(at("print_draft", clinic), {"parts": preset}).content.decode()
    assert body in printed
    assert "<strong>下書き</strong>　画面で見るための表示です。" in page


def test_the_preview_brings_one_stylesheet_of_ours_and_no_inline_style_or_script(client, clinic):
    response = client.get(at("print_preview", clinic))
    page = response.content.decode()
    assert re.findall(r'<link rel="stylesheet" href="([^"]+)">', page) == ["/static/report.css"]
    assert re.findall(r"<script|<style|<[^>]+\s(?:style|src|on\w+)=", page) == []
    assert "style-src 'self'" in response.headers["Content-Security-Policy"]


def test_the_preview_leads_back_to_the_pdf_and_to_the_other_contents(client, clinic):
    links = {
        a.get("href") for a in tree(client.get(at("print_preview", clinic), {"parts": "todo"})).iter("a")
    }
    others = {f"{at('print_preview', clinic)}?parts={preset}" for preset in PRESETS if preset != "todo"}
    wanted = {at("prints", clinic), f"{at('print_draft', clinic)}?parts=todo"} | others
    assert {link for link in links if not link.startswith("#")} == wanted


def test_the_preview_of_unknown_contents_is_not_found(client, clinic):
    assert client.get(at("print_preview", clinic), {"parts": "nothing"}).status_code == 404


def test_the_preview_shows_the_characters_that_the_paper_has(client, clinic, director):
    clinic.describe(1, by=director, name="みどり台😀内科")
    page = shows(client.get(at("print_preview", clinic)))
    assert ("みどり台[U+1F600]内科" in page, "本書にある番号：[U+1F600]。" in page) == (True, True)
