"""検査で確認される項目 and 点検前チェック as pages, and the latter as a PDF."""

from io import BytesIO
from urllib.parse import unquote

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from page import ValidationProfile, validate_pdf_bytes
from pypdf import PdfReader

from checklist.inspection import current_edition, inspection_of
from checklist.precheck import precheck_of
from checklist.sample import seed
from checklist.snapshot import snapshot_of
from checklist.templatetags.precheck import on_paper
from checklist.views.prints import draft_snapshot
from compliance.models import Membership
from tests.web import at, browser, having, shows, tree, words
from vendors.models import System

pytestmark = pytest.mark.django_db
NOTICE = "令和7年度版による目安。現在有効な令和8年度版の文言は収録していません。"


@pytest.fixture
def client(director):
    return browser(director)


@pytest.fixture
def sample(edition):
    """The filled sample and its director."""
    clinic = seed(timezone.localdate())
    return clinic, Membership.objects.filter(clinic=clinic, role="admin").get()


# 検査で確認される項目


def test_the_page_lists_every_topic_and_says_how_far_it_goes(client, clinic):
    page = client.get(at("inspection", clinic))
    said = shows(page)
    assert NOTICE in said
    assert "用紙の 2-⑦、2-⑧ には、あたる遵守項目がありません。" in said
    assert all(f"用紙 {topic.number}" in said and topic.title in said for topic in current_edition().topics)
    assert said.count("項目なし") == 3  # 2-⑦, 2-⑧ and the legend


def test_a_topic_shows_what_is_declared_where_it_is_kept_and_what_to_show(client, clinic, director, answer):
    declared = {"status": "done", "confirmed_on": "2026-10-01", "evidence_place": "青ファイル"}
    answer("4.1-2").record(1, by=director, **declared)
    said = shows(client.get(at("inspection", clinic)))
    assert "確認日：令和8年10月1日 根拠の保管場所：青ファイル つながり：直接 実施済" in said
    assert current_edition().topics[0].show[0] in said


def test_a_contradiction_stands_at_its_item(client, clinic, director, answer):
    System.register(clinic, by=director, name="電子カルテ", vendor_name="社", location="external")
    answer("10-9").record(1, by=director, status="done", confirmed_on="2026-10-01")
    assert "登録の内容と合っていません：" in shows(client.get(at("inspection", clinic)))


# 点検前チェック


def test_the_page_counts_its_points_and_leads_to_each_cure(client, clinic):
    page = client.get(at("precheck", clinic))
    assert "気になる点が13件あります。" in shows(page)
    links = [a.get("href") for a in having(tree(page), class_="row-link")]
    assert len(links) == 13
    assert {at("clinic", clinic), at("applicability", clinic), at("item", clinic, code="1.1-1")} <= set(links)


def test_every_cure_opens(sample):
    clinic, member = sample
    client = browser(member.user)
    links = [a.get("href") for a in having(tree(client.get(at("precheck", clinic))), class_="row-link")]
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    assert len(links) > 15


def test_it_gives_no_score_and_no_verdict(client, clinic):
    said = shows(client.get(at("precheck", clinic))) + shows(client.get(at("inspection", clinic)))
    assert not [word for word in ("準拠", "認定", "%", "％", "不合格") if word in said]
    assert "合否や点数は出しません。" in said


def test_groups_without_a_point_are_named_at_the_end(client, clinic):
    section = having(tree(client.get(at("precheck", clinic))), **{"aria-labelledby": "clear"})[0]
    assert words(section).startswith("気になる点がなかったもの 「実施済」と登録の食い違い ")


# On paper


def test_the_list_comes_as_a_pdf_under_a_japanese_name(client, clinic, assessment):
    response = client.get(at("print_precheck", clinic))
    assert response.headers["Content-Type"] == "application/pdf"
    assert f"{assessment}_点検前チェック.pdf" in unquote(response.headers["Content-Disposition"])
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)
    assert "気になる点が" in text
    assert clinic.name in text
    for profile in (ValidationProfile.PDF_A_3A, ValidationProfile.PDF_UA_1):
        assert [each.message for each in validate_pdf_bytes(response.content, profile=profile).failures] == []


def test_the_paper_says_what_the_page_says(assessment):
    snapshot = snapshot_of(assessment, assessment.begun_at.date())
    html = render_to_string("report/precheck.html", {**snapshot, "precheck": precheck_of(snapshot)})
    assert "気になる点が<b>13件</b>あります。" in html
    assert all(on_paper(group["title"]) in html for group in precheck_of(snapshot)["groups"])


def test_the_paper_calls_no_section_a_chapter(assessment):
    snapshot = snapshot_of(assessment, assessment.begun_at.date())
    html = render_to_string("report/precheck.html", {**snapshot, "precheck": precheck_of(snapshot)})
    assert [f"項目区分{number}</th>" in html for number in (1, 11)] == [True, True]
    assert [each for each in ("1章", "残る章", "当製品") if each in html] == []
    assert "未回答の残る項目区分" in html


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        ("11章", "項目区分11"),
        ("未回答の残る章", "未回答の残る項目区分"),
        ("7②", "7②"),
        ("図1", "図1"),
        ("第1章システム MDS", "第1章システム MDS"),
    ],
)
def test_only_a_section_is_renamed_on_paper(words, printed):
    assert on_paper(words) == printed


def test_the_inspections_part_of_a_report_reads_a_snapshot_alone(sample, django_assert_num_queries):
    snapshot = draft_snapshot(sample[1])
    with django_assert_num_queries(0):
        found = inspection_of(snapshot, current_edition())
        html = render_to_string("report/_inspection.html", {**snapshot, "inspection": found})
    assert html.count(NOTICE) == 1
    assert all(topic.title in html for topic in current_edition().topics)
    assert html.count("項目なし。") == 2  # 2-⑦, 2-⑧


def test_what_is_typed_is_text_on_page_and_paper(client, clinic, director, answer, assessment):
    answer("4.1-2").record(1, by=director, status="done", evidence_place="<script>x</script>")
    answer("7-2").record(1, by=director, status="ask", ask_whom="<b>社</b>")
    snapshot = snapshot_of(assessment, assessment.begun_at.date())
    parts = {"inspection": inspection_of(snapshot, current_edition()), "precheck": precheck_of(snapshot)}
    paper = [render_to_string(f"report/_{name}.html", {**snapshot, **parts}) for name in parts]
    pages = [client.get(at(name, clinic)).content.decode() for name in ("inspection", "precheck")]
    assert not [html for html in paper + pages if "<script>x" in html or "<b>社" in html]
