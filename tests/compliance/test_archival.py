"""Every paper is PDF/A-3a and PDF/UA-1 at once, also with the worst that people type into it."""

import io
import re
import zlib
from datetime import date

import page
import pydyf
import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import CharField, EmailField, TextField
from django.http import HttpResponse
from django.template.loader import render_to_string

from checklist import sample
from checklist.models import Assessment
from checklist.parts import KEYS, VENDOR_PARTS
from checklist.precheck import precheck_of
from checklist.printing import (
    BLANK_FORMS,
    blank_html,
    determination_html,
    letter_html,
    only_vendor,
    report_html,
)
from checklist.snapshot import snapshot_of
from checklist.tables import tables_of
from compliance.archival import finish, written
from compliance.models import Clinic, User
from compliance.printing import pdf as pdf_here
from compliance.renderer import Attached, pdf
from compliance.tables import workbook
from compliance.tenancy import TenantModel
from tests.papers import ISSUE, MOMENT, Printed, bare, confirmed, sample_snapshot
from tests.sheets import SIGNER, system_of
from tests.web import tree
from vendors.choices import Conformity
from vendors.models import DisclosureAnswer, DisclosureRequest
from vendors.receipt import receipt_html

pytestmark = pytest.mark.django_db
SHA = "0123456789abcdef" * 4
HOSTILE = "<b>{{7*7}}</b><img src=file:///etc/passwd>&amp;url(http://x)</style>\x07\u202e\u0378😀\U0010ffff"
PRINTED = "<b>{{7*7}}</b><img src=file:///etc/passwd>&amp;url(http://x)</style>[U+0007][U+202E][U+0378][U+1F600][U+10FFFF]"
CODES = ["[U+0007]", "[U+0378]", "[U+202E]", "[U+1F600]", "[U+10FFFF]"]


def faults(content: bytes) -> dict[str, list[str]]:
    """What the validator says of it, by profile."""
    reports = {each: page.validate_pdf_bytes(content, profile=each) for each in ("3a", "ua1")}
    found = {each: [failure.message for failure in report.failures] for each, report in reports.items()}
    return {each: messages for each, messages in found.items() if messages or not reports[each].is_compliant}


def test_the_validator_finds_a_fault_where_there_is_one():
    html = "<html><head><title></title></head><body><h1>x</h1></body></html>"
    assert "ua1" in faults(pdf(html))


# The papers of the sample


PAPERS = {
    "blank": blank_html,
    "MDS": lambda s: blank_html(s, "MDS"),
    "SDS": lambda s: blank_html(s, "SDS"),
    "systems": lambda s: blank_html(s, "systems"),
    "determination": determination_html,
    "precheck": lambda s: render_to_string("report/precheck.html", {**s, "precheck": precheck_of(s)}),
    "todo": lambda s: report_html(s, keys=("summary", "todo", "plan", "legend")),
    "letter": lambda s: letter_html({
        "vendor": "甲野医療", "clinic": "みどり台内科", "address": "", "phone": "", "director": "髙﨑 美咲",
        "servers": [{"product": "甲野カルテ 3", "name": "主サーバ"}], "return_by": "ご返送期限",
        "questions": ["更新の責任は、どちらにありますか。"]}),
}  # fmt: skip


def test_the_list_holds_every_blank_form():
    assert len(BLANK_FORMS) == 4 == len({"blank", "MDS", "SDS", "systems"} & set(PAPERS))


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_keeps_both_standards(name):
    content = pdf(PAPERS[name](sample_snapshot()), draft=name == "todo")
    assert faults(content) == {}
    reader = Printed(content).reader
    assert reader.root_object["/Lang"] == "ja"
    assert reader.root_object["/MarkInfo"]["/Marked"]
    assert reader.metadata.title


def test_an_issued_report_with_every_part_and_its_attachments_keeps_both_standards():
    snapshot = sample_snapshot()
    html = report_html(confirmed(snapshot), SHA, KEYS, ISSUE)
    book = workbook(tables_of(snapshot))
    files = [
        Attached("snapshot.json", "点検記録", b"{}", MOMENT),
        Attached("tables.xlsx", "表", book, MOMENT),
    ]
    content = pdf(html, attached=files)
    assert faults(content) == {}
    assert Printed(content).reader.attachments == {"snapshot.json": [b"{}"], "tables.xlsx": [book]}


def test_a_vendors_part_keeps_both_standards():
    snapshot = sample_snapshot()
    largest = max(snapshot["registers"], key=lambda each: sum(len(s["rows"]) for s in each["sheets"]))
    html = report_html(only_vendor(snapshot, largest["vendor"]), keys=VENDOR_PARTS)
    assert faults(pdf(html, draft=True)) == {}


def test_a_receipt_keeps_both_standards(clinic, director):
    asked, _ = DisclosureRequest.ask(system_of(clinic, director), ["MDS", "SDS"], by=director)
    DisclosureAnswer.objects.filter(clinic=clinic).update(answer=Conformity.YES, remark=HOSTILE)
    asked.submit(**SIGNER)
    asked.refresh_from_db()
    content = pdf(receipt_html(asked))
    assert faults(content) == {}
    printed = Printed(content).text
    assert printed.count(bare(PRINTED)) == 99


# Everything that people type, at its worst


def typed_over(clinic: Clinic, text: str) -> None:
    """Put the text into every free text of the clinic, over the heads of the forms."""
    for model in [*apps.get_models()]:
        if not issubclass(model, TenantModel | Clinic):
            continue
        mine = model.objects.filter(**({"pk": clinic.pk} if model is Clinic else {"clinic": clinic}))
        taken = {name for each in model._meta.constraints for name in getattr(each, "fields", ())}
        texts = [f for f in model._meta.fields if isinstance(f, CharField | TextField) and not f.choices]
        free = [
            f
            for f in texts
            if not (f.unique or f.name in taken or "sha256" in f.name or isinstance(f, EmailField))
        ]
        if free and model.__name__ not in {"StoredFile", "Submission", "Confirmation", "Report"}:
            mine.update(**{field.name: text[: field.max_length] for field in free})
    User.objects.filter(memberships__clinic=clinic).update(name=text[:100])


@pytest.fixture(scope="module")
def hostile(django_db_setup, django_db_blocker) -> dict:
    """The sample's snapshot with HOSTILE in every field that somebody types into."""
    with django_db_blocker.unblock(), transaction.atomic():
        clinic = sample.seed(date(2026, 11, 20))
        typed_over(clinic, HOSTILE)
        most = DisclosureAnswer.objects.filter(clinic=clinic).order_by("pk")[40:]
        DisclosureAnswer.objects.filter(pk__in=list(most.values_list("pk", flat=True))).update(remark="")
        snapshot = snapshot_of(Assessment.objects.get(clinic=clinic), date(2026, 11, 20))
        transaction.set_rollback(True)
    return snapshot


@pytest.fixture(scope="module")
def hostile_html(hostile) -> str:
    snapshot = hostile
    word = "長い言葉" * 2500
    snapshot["chapters"][0]["items"][0]["answer"]["printed"] = [["メモ", word]]
    snapshot["chapters"][0]["items"][1]["answer"]["printed"] = [["メモ", "x" * 10_000]]
    return report_html(snapshot, keys=[key for key in KEYS if key not in {"inspection", "facsimile"}])


@pytest.fixture(scope="module")
def hostile_pdf(hostile_html) -> Printed:
    return Printed(pdf_here(hostile_html, draft=True))  # its child would end it on a busy machine


def test_markup_styles_and_addresses_reach_the_page_as_text_alone(hostile_html):
    assert hostile_html.count("&lt;b&gt;{{7*7}}&lt;/b&gt;") > 200
    every = list(tree(HttpResponse(hostile_html)).iter())
    assert {e.tag for e in every} & {"img", "script", "style", "link", "iframe", "object"} == set()
    assert [e.attrib for e in every if {"style", "src", "onload", "onerror"} & set(e.attrib)] == []


def test_the_worst_report_is_made_and_keeps_both_standards(hostile_pdf):
    assert faults(hostile_pdf.content) == {}
    assert hostile_pdf.reader.metadata.title.startswith("自己点検報告書")


@pytest.mark.parametrize("name", ["systems", "vendors", "registers", "risks", "todo"])
def test_each_list_is_printed_as_it_was_typed(name, hostile):
    html = report_html(hostile, keys=[name if name != "vendors" else "systems", "legend"])
    assert "&lt;b&gt;{{7*7}}&lt;/b&gt;" in html
    assert re.search(r"本書にある番号：([^。]*)。", html)[1].split("、") == CODES


def test_the_whole_hostile_text_is_read_back_with_its_codes(hostile_pdf):
    assert hostile_pdf.text.count(bare(PRINTED)) > 100
    assert "root:" not in hostile_pdf.text
    assert "、".join(CODES) in hostile_pdf.text


def test_a_word_of_ten_thousand_characters_is_printed_whole(hostile_pdf):
    """A page may break each of them a few times."""
    assert hostile_pdf.text.count("長い言葉") >= 2490
    assert hostile_pdf.text.count("x" * 100) >= 90


def test_a_draft_carries_its_mark_across_every_page(hostile_pdf):
    """The first thing that is drawn, and no part of the text."""
    drawn = [each.get_contents().get_data()[:120] for each in hostile_pdf.reader.pages]
    assert [
        n for n, each in enumerate(drawn, 1) if not re.search(rb"/Artifact\s+BMC[^Q]*\sDo\s+EMC", each)
    ] == []


def test_the_worst_text_151_rows_of_a_thousand_characters_is_printed_whole():
    """151 rows: the 52 items' notes and the 99 remarks of one system, each of 1,000 characters."""
    snapshot = sample_snapshot()
    phrase = "備考の説明"
    note, remark = ("記録医療情報システムの安全管理" * 100)[:1000], phrase * 200
    for item in (item for chapter in snapshot["chapters"] for item in chapter["items"]):
        item["answer"] |= {"status": "done", "printed": [["メモ", note]], "gaps": [], "overdue_days": 0}
    fullest = max(snapshot["registers"], key=lambda each: sum(len(s["rows"]) for s in each["sheets"]))
    rows = [row for sheet in fullest["sheets"] for row in sheet["rows"]]
    for number, row in enumerate(rows):
        row["remark"] = f"{remark}終{number:03d}"
    assert len(rows) == 99
    snapshot["registers"] = [fullest]
    printed = Printed(pdf_here(report_html(snapshot, keys=("checklist", "annex")), draft=True))
    assert printed.text.count(f"メモ：{note}") == 52
    assert [n for n in range(99) if f"終{n:03d}" not in printed.text] == []
    whole = 99 * (1000 // len(phrase))  # but where a page ends inside of one
    assert whole - 2 * len(printed.pages) <= printed.text.count(phrase) <= whole


def test_151_rows_of_a_thousand_letters_without_a_blank_are_printed_whole():
    snapshot = sample_snapshot()
    word = "x" * 1000
    for item in (item for chapter in snapshot["chapters"] for item in chapter["items"]):
        item["answer"] |= {"status": "done", "printed": [["メモ", word]], "gaps": [], "overdue_days": 0}
    fullest = max(snapshot["registers"], key=lambda each: sum(len(s["rows"]) for s in each["sheets"]))
    for row in (row for sheet in fullest["sheets"] for row in sheet["rows"]):
        row["remark"] = word
    snapshot["registers"] = [fullest]
    printed = Printed(pdf_here(report_html(snapshot, keys=("checklist", "annex"))))
    assert len(re.findall("x+", printed.text)) >= 151
    assert sum(map(len, re.findall("x{10,}", printed.text))) == 151 * 1000
    assert "\u200b" not in printed.text
    assert printed.text.count(f"メモ：{word}") == 52


# The finisher


def test_no_stream_ends_in_a_carriage_return():
    """The content's Adler-32 ends a deflated stream; one of 256 would end in a carriage return."""
    number = next(n for n in range(100_000) if zlib.adler32(b"%d" % n) & 0xFF == ord("\r"))
    made = pydyf.PDF()
    made.add_object(pydyf.Stream([b"%d" % number], compress=True))
    made.add_object(pydyf.Stream([b"%d" % (number + 1)], compress=True))
    made.add_object(pydyf.Stream([b"</rdf:RDF>"], {"Type": "/Metadata"}, compress=True))
    finish(None, made)
    streams = [each for each in made.objects if isinstance(each, pydyf.Stream)]
    assert [str(each.extra.get("Filter", "")) for each in streams] == ["", "/FlateDecode", ""]
    assert [each for each in streams if b"\r\nendstream" in each.data] == []
    assert zlib.decompress(streams[1].stream[0]) == b"%d" % (number + 1)


class _Paper:
    """A document of one number, written by the library's writer, which packs the last two streams itself."""

    def __init__(self, number: int):
        self.number, self.written = number, 0

    def write_pdf(self, finisher, **_) -> bytes:
        made, target = pydyf.PDF(), io.BytesIO()
        made.add_object(pydyf.Stream([b"</rdf:RDF>"], {"Type": "/Metadata"}))
        made.add_object(pydyf.Dictionary({"Number": "1" * self.number}))
        finisher(None, made)
        made.write(target, version="1.7", compress=True)
        self.written += 1
        return target.getvalue()


def test_a_stream_of_the_writers_own_does_not_end_in_a_carriage_return_either():
    papers = [_Paper(number) for number in range(600)]
    contents = [written(each) for each in papers]
    assert [content for content in contents if b"\r\nendstream" in content] == []
    assert {each.written for each in papers} >= {1, 2}
