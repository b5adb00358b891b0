"""発行 over HTTP: who may, what comes, how a failure looks, and what else can be taken away."""

import hashlib
import json
import sys
from datetime import datetime, timedelta
from io import BytesIO
from urllib.parse import unquote

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from checklist.models import Assessment, Report
from checklist.parts import PRESETS
from checklist.tables import tables_of
from checklist.views.prints import draft_snapshot
from compliance import renderer
from compliance.audit import AuditEntry
from compliance.models import Membership
from tests.papers import Printed
from tests.web import at, at_most, browser, complaints, forms, having, shows, tree
from vendors.models import System

pytestmark = pytest.mark.django_db
AT = datetime.fromisoformat("2026-11-20T05:03:00.123456+00:00")
PDF = b"%PDF-1.7 the very bytes"


@pytest.fixture
def client(director):
    return browser(director)


@pytest.fixture
def confirmation(assessment, confirmed):
    return confirmed(assessment)


@pytest.fixture
def waiting(confirmation, director) -> Report:
    return Report.issue(confirmation, "todo", by=director, at=AT)


@pytest.fixture
def kept(waiting, director) -> Report:
    waiting.keep(PDF, by=director)
    return waiting


@pytest.fixture
def html_for_pdf(monkeypatch):
    """Printing hands out the HTML that it is made of."""
    monkeypatch.setattr("checklist.views.prints.pdf", lambda html, **_: html.encode())


def break_renderer(monkeypatch) -> None:
    """The process that renders cannot live on this machine."""
    monkeypatch.setattr(renderer, "_parent", None)
    monkeypatch.setattr(sys, "executable", "/bin/false")


# 発行


def test_issuing_leads_to_the_report_whose_file_is_there(client, clinic, confirmation):
    response = client.post(at("issue", clinic, pk=confirmation.pk), {"preset": "todo"})
    report = Report.objects.get()
    assert response.url == at("report", clinic, number=1)
    page = client.get(response.url)
    assert "発行しました。PDFは、いつでも同じものを取り出せます。" in shows(page)
    download = client.get(at("report_pdf", clinic, number=1))
    content = b"".join(download.streaming_content)
    assert hashlib.sha256(content).hexdigest() == report.pdf_sha256
    assert (
        f"filename*=utf-8''点検報告書_{report.label}.pdf" in unquote(download["Content-Disposition"]).lower()
    )
    assert Printed(content).reader.attachments["snapshot.json"][0] == confirmation.snapshot_text.encode()


@pytest.mark.parametrize("who", ["clerk", "reader", "both"])
def test_only_the_administrator_issues(who, clinic, confirmation, request):
    response = browser(request.getfixturevalue(who)).post(at("issue", clinic, pk=confirmation.pk))
    assert (response.status_code, Report.objects.count()) == (403, 0)
    assert "この操作は、管理担当の方ができます" in shows(response)


@pytest.mark.parametrize("preset", ["", "nothing", "ALL", "../../etc", "\x00"])
def test_an_unknown_preset_issues_nothing(preset, client, clinic, confirmation):
    response = client.post(at("issue", clinic, pk=confirmation.pk), {"preset": preset})
    assert (response.status_code, Report.objects.count()) == (404, 0)


def test_issuing_takes_a_post(client, clinic, confirmation):
    assert client.get(at("issue", clinic, pk=confirmation.pk)).status_code == 405
    assert Report.objects.count() == 0


def test_a_confirmation_of_the_other_clinic_cannot_be_issued_here(
    clinic, confirmation, other_clinic, other_director
):
    client = browser(other_director)
    assert client.post(at("issue", other_clinic, pk=confirmation.pk)).status_code == 404
    assert client.get(at("snapshot_json", other_clinic, pk=confirmation.pk)).status_code == 404
    assert Report.objects.count() == 0


def test_a_report_of_the_other_clinic_is_not_found_here(kept, other_clinic, other_director):
    client = browser(other_director)
    for name in ("report", "report_pdf"):
        assert client.get(at(name, other_clinic, number=kept.number)).status_code == 404
    assert client.post(at("retry_report", other_clinic, number=kept.number)).status_code == 404


# The report's page and file


@pytest.mark.parametrize("who", ["director", "clerk", "reader"])
def test_every_member_gets_the_very_bytes_again_and_again(who, kept, clinic, request):
    client = browser(request.getfixturevalue(who))
    for _ in range(2):
        assert b"".join(client.get(at("report_pdf", clinic, number=1)).streaming_content) == PDF


def test_downloading_again_asks_for_little_and_never_for_the_snapshot(kept, clinic, client):
    with at_most(3):
        client.get(at("report_pdf", clinic, number=1))
    with CaptureQueriesContext(connection) as asked:
        client.get(at("report_pdf", clinic, number=1))
        client.get(at("prints", clinic))
    reports = [each["sql"] for each in asked if "checklist_report" in each["sql"]]
    assert len(reports) == 2
    assert [sql for sql in reports if "snapshot_text" in sql] == []


def test_the_page_shows_both_hashes_and_where_to_check(kept, clinic, client):
    page = client.get(at("report", clinic, number=1))
    said = shows(page).replace(" ", "")
    assert (kept.confirmation.sha256 in said, kept.pdf_sha256 in said) == (True, True)
    links = {a.get("href") for a in tree(page).iter("a")}
    assert {"/check/", at("report_pdf", clinic, number=1)} <= links


def test_a_report_still_being_made_looks_again_and_has_no_file(waiting, clinic, client):
    Report.objects.update(issued_at=timezone.now())
    page = client.get(at("report", clinic, number=1))
    assert "作成中です。" in shows(page)
    assert len(having(tree(page), **{"hx-trigger": "load delay:2s"})) == 1
    assert at("retry_report", clinic, number=1) not in page.content.decode()
    assert client.get(at("report_pdf", clinic, number=1)).status_code == 404


def test_a_report_that_waits_for_long_can_be_made_again(waiting, clinic, client):
    Report.objects.update(issued_at=timezone.now() - timedelta(minutes=6))
    page = client.get(at("report", clinic, number=1))
    assert at("retry_report", clinic, number=1) in [form.action for form in forms(page)]


def test_a_failed_report_says_why_and_is_made_by_the_button(clinic, client, confirmation, monkeypatch):
    with monkeypatch.context() as broken:
        break_renderer(broken)
        client.post(at("issue", clinic, pk=confirmation.pk), {"preset": "todo"})
    page = client.get(at("report", clinic, number=1))
    assert complaints(page) == ["作れませんでした PDFを作る処理が止まりました。もう一度行ってください。"]
    assert "発行しました" not in shows(page)
    assert client.get(at("report_pdf", clinic, number=1)).status_code == 404
    form = next(form for form in forms(page) if form.action == at("retry_report", clinic, number=1))
    assert client.post(form.action).url == at("report", clinic, number=1)
    assert client.get(at("report_pdf", clinic, number=1)).status_code == 200
    assert Report.objects.count() == 1


@pytest.mark.parametrize("who", ["clerk", "reader"])
def test_only_the_administrator_tries_again(who, waiting, clinic, request):
    waiting.fail("時間切れ")
    response = browser(request.getfixturevalue(who)).post(at("retry_report", clinic, number=1))
    assert (response.status_code, Report.objects.get().state) == (403, "failed")


def test_a_report_whose_file_is_lost_is_not_found_and_breaks_nothing(kept, clinic, client):
    default_storage.delete(kept.file.path)
    assert client.get(at("report_pdf", clinic, number=1)).status_code == 404
    assert client.get(at("report", clinic, number=1)).status_code == 200


@pytest.mark.parametrize("number", [0, 2, 10**19])
def test_an_unknown_number_is_not_found(number, kept, clinic, client):
    for name in ("report", "report_pdf"):
        assert client.get(at(name, clinic, number=number)).status_code == 404


def test_the_register_lists_every_report_newest_first(kept, confirmation, director, clinic, client):
    second = Report.issue(confirmation, "all", by=director, at=AT)
    page = tree(client.get(at("prints", clinic)))
    numbers = [a.text for a in page.iter("a") if "/reports/" in a.get("href", "")]
    assert numbers == [second.label, kept.label]


def test_more_reports_cost_the_page_no_more_queries(kept, confirmation, director, clinic, client):
    for _ in range(5):
        Report.issue(confirmation, "all", by=director, at=AT)
    with at_most(8):
        client.get(at("prints", clinic))


# Drafts, parts and forms


@pytest.mark.parametrize("preset", PRESETS)
def test_a_draft_prints_the_chosen_parts(preset, html_for_pdf, client, clinic):
    html = client.get(at("print_draft", clinic), {"parts": preset}).content.decode()
    found = [key for key in PRESETS["all"].parts if f'id="{key}"' in html]
    assert found == list(PRESETS[preset].parts)


@pytest.mark.parametrize("name", ["print_draft", "print_confirmed"])
@pytest.mark.parametrize("preset", ["", "nothing", "ALL"])
def test_unknown_parts_are_not_found(name, preset, client, clinic, confirmation):
    ids = {"year": confirmation.assessment.fiscal_year, "number": 1} if name == "print_confirmed" else {}
    assert client.get(at(name, clinic, **ids), {"parts": preset}).status_code == 404


@pytest.mark.parametrize(("form", "rows"), [("MDS", 41), ("SDS", 58), ("systems", 14), ("checklist", 52)])
def test_a_blank_form_comes_with_its_lines(form, rows, html_for_pdf, client, clinic):
    page = client.get(at("print_blank", clinic), {"form": form})
    marks = page.content.decode().count('<td class="room">') // (3 if form == "systems" else 1)
    assert (page.status_code, marks) == (200, rows)


@pytest.mark.parametrize("form", ["", "mds", "XDS", "../x"])
def test_an_unknown_form_is_not_found(form, client, clinic):
    assert client.get(at("print_blank", clinic), {"form": form}).status_code == 404


def test_a_vendors_part_comes_under_its_name_and_without_the_others(html_for_pdf, client, clinic, director):
    ours = [
        System.register(clinic, by=director, name=f"系統{n}", vendor_name=f"事業者{n}", location="external")
        for n in "甲乙"
    ]
    response = client.get(at("print_vendor", clinic, pk=ours[0].vendor_id))
    assert "事業者甲_開示書と契約.pdf" in unquote(response["Content-Disposition"])
    html = response.content.decode()
    assert ("系統甲" in html, "系統乙" in html, "事業者乙" in html) == (True, False, False)


def test_a_vendor_of_the_other_clinic_has_no_part_here(clinic, director, other_clinic, other_director):
    theirs = System.register(other_clinic, by=other_director, name="x", vendor_name="y", location="external")
    assert browser(director).get(at("print_vendor", clinic, pk=theirs.vendor_id)).status_code == 404


def test_a_pdf_that_cannot_be_made_says_why_and_is_no_error_of_the_server(client, clinic, monkeypatch):
    break_renderer(monkeypatch)
    page = client.get(at("print_draft", clinic), {"parts": "todo"})
    assert page.status_code == 503
    assert shows(page) == (
        "PDFを作れませんでした PDFを作る処理が止まりました。もう一度行ってください。 保存した内容は、そのまま残っています。"
    )


# Tables and the snapshot


def test_the_tables_open_and_say_what_is_saved_now(client, clinic, director):
    System.register(clinic, by=director, name="=電子カルテ", vendor_name="社", location="external")
    response = client.get(at("print_tables", clinic))
    book = load_workbook(BytesIO(response.content))
    member = Membership.objects.get(user=director, clinic=clinic)
    expected = tables_of(draft_snapshot(member))
    assert {s.title: [[c.value or "" for c in row] for row in s.iter_rows()] for s in book} == expected
    assert book["システム"]["A2"].value == "=電子カルテ"
    assert book["システム"]["A2"].data_type == "s"
    assert "_点検の表.xlsx" in unquote(response["Content-Disposition"])


def test_the_snapshot_comes_byte_for_byte_as_it_was_hashed(client, clinic, confirmation, reader):
    response = browser(reader).get(at("snapshot_json", clinic, pk=confirmation.pk))
    assert hashlib.sha256(response.content).hexdigest() == confirmation.sha256
    assert json.loads(response.content)["clinic"]["name"] == clinic.name
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"].startswith("attachment;")


def test_looking_at_prints_writes_nothing(client, clinic, kept):
    before = AuditEntry.objects.count()
    for name in ("prints", "print_tables"):
        assert client.get(at(name, clinic)).status_code == 200
    assert (AuditEntry.objects.count(), Assessment.objects.count()) == (before, 1)
