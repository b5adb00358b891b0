"""発行: numbers, what is kept for ever, what a failure leaves, and what the PDF of an issued report carries."""

import hashlib
import json
import re
import sys
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ProtectedError
from django.test import override_settings
from django.utils import timezone
from openpyxl import load_workbook

from checklist import sample
from checklist.choices import ReportState
from checklist.confirming import confirm, seen_digest
from checklist.issuing import attachments, issue, make_pdf, pdf_of
from checklist.models import Assessment, Confirmation, Report
from checklist.parts import PARTS
from checklist.printing import report_html
from compliance import renderer
from compliance.files import StoredFile
from compliance.models import User
from tests.papers import Printed, bare
from vendors.models import System, Vendor

pytestmark = pytest.mark.django_db
AT = datetime.fromisoformat("2026-11-20T05:03:00.123456+00:00")


@pytest.fixture
def confirmation(assessment, confirmed) -> Confirmation:
    return confirmed(assessment)


@pytest.fixture
def waiting(confirmation, director) -> Report:
    """A report whose PDF is not made yet."""
    return Report.issue(confirmation, "todo", by=director, at=AT)


def stored(clinic) -> list[str]:
    """The files that lie in a clinic's folder."""
    return default_storage.listdir(str(clinic.pk))[1] if default_storage.exists(str(clinic.pk)) else []


# Numbers


def test_each_clinic_counts_its_own_reports(confirmation, confirmed, director, other_clinic, other_director):
    theirs = Assessment.objects.get(clinic=other_clinic)
    names = {"examiner": "x", "safety_officer": "x", "examined_on": timezone.localdate()}
    other = confirm(theirs, by=other_director, seen=seen_digest(theirs, timezone.localdate()), **names)
    made = [Report.issue(each, "todo", by=director, at=AT) for each in (confirmation, other, confirmation)]
    year = confirmation.assessment.fiscal_year
    assert [each.label for each in made] == [f"{year}-0001", f"{year}-0001", f"{year}-0002"]
    assert str(made[2]) == f"第{year}-0002号"


def test_the_paper_names_the_entry_that_tells_of_its_issue(waiting, trail):
    entry = next(each for each in trail(waiting.clinic) if each.action == "report.issue")
    facts, confirmation = waiting.facts(), waiting.confirmation
    assert facts["head"] == {"number": entry.sequence, "digest": entry.digest[:16]}
    paper = bare(report_html(confirmation.snapshot, confirmation.sha256, waiting.parts, facts))
    assert f"操作記録の{entry.sequence}番です" in paper
    assert f"照合{entry.digest[:16]}" in paper
    assert "操作記録の" not in bare(report_html(confirmation.snapshot, confirmation.sha256, waiting.parts))


def test_the_numbers_go_on_with_the_next_confirmation(confirmation, confirmed, director):
    Report.issue(confirmation, "todo", by=director, at=AT)
    confirmation.reopen(by=director, why="直す")
    second = confirmed(Assessment.objects.get(pk=confirmation.assessment_id))
    assert Report.issue(second, "todo", by=director, at=AT).number == 2


@pytest.mark.django_db(transaction=True)
def test_people_issuing_at_once_get_numbers_of_their_own(confirmation, director, in_threads, trail):
    made = in_threads(4, lambda _: Report.issue(confirmation, "todo", by=director, at=AT).number)
    assert sorted(made) == [1, 2, 3, 4]
    issued = [entry for entry in trail(confirmation.clinic) if entry.action == "report.issue"]
    assert len(issued) == 4


def test_issuing_is_in_the_trail_with_what_was_issued(waiting, confirmation, trail):
    entry = trail(confirmation.clinic)[-1]
    expected = {"confirmation": str(confirmation), "preset": "todo", "sha256": confirmation.sha256}
    assert (entry.action, entry.target, entry.detail) == ("report.issue", str(waiting), expected)


# Keeping


def test_a_kept_pdf_is_the_bytes_and_their_hash(waiting, director, clinic, trail):
    waiting.keep(b"%PDF-first", by=director)
    kept = Report.objects.get()
    assert (kept.state, kept.why, kept.file.content()) == (ReportState.ISSUED, "", b"%PDF-first")
    assert kept.pdf_sha256 == hashlib.sha256(b"%PDF-first").hexdigest() == waiting.pdf_sha256
    assert (trail(clinic)[-1].action, trail(clinic)[-1].detail) == (
        "report.keep",
        {"pdf_sha256": kept.pdf_sha256},
    )


def test_the_second_of_two_renderings_changes_nothing_and_leaves_no_file(
    waiting, director, clinic, trail, django_capture_on_commit_callbacks
):
    again = Report.objects.get()
    waiting.keep(b"%PDF-first", by=director)
    before, entries = Report.objects.values().get(), len(trail(clinic))
    with django_capture_on_commit_callbacks(execute=True):
        again.keep(b"%PDF-second", by=director)
    assert Report.objects.values().get() == before
    assert [each.content() for each in StoredFile.objects.all()] == [b"%PDF-first"]
    assert (len(stored(clinic)), len(trail(clinic))) == (1, entries)


@pytest.mark.django_db(transaction=True)
def test_two_renderings_at_once_keep_one(waiting, director, clinic, in_threads):
    contents = (b"%PDF-0", b"%PDF-1")
    in_threads(2, lambda n: Report.objects.get(pk=waiting.pk).keep(contents[n], by=director))
    kept = Report.objects.get(pk=waiting.pk)
    assert kept.pdf_sha256 == hashlib.sha256(kept.file.content()).hexdigest()
    assert (StoredFile.objects.count(), len(stored(clinic))) == (1, 1)


def test_what_is_issued_cannot_fail_afterwards(waiting, director):
    waiting.keep(b"%PDF-first", by=director)
    Report.objects.get().fail("時間切れ")
    assert Report.objects.values_list("state", "why").get() == (ReportState.ISSUED, "")


def test_a_round_that_is_reported_keeps_its_confirmation(waiting, confirmation):
    with pytest.raises(ProtectedError):
        confirmation.delete()


# Failing


def test_a_failed_rendering_says_why_and_can_be_repeated(confirmation, director, trail, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(renderer, "_parent", None)
        broken.setattr(sys, "executable", "/bin/false")
        report = issue(confirmation, "todo", by=director)
    why = "PDFを作る処理が止まりました。もう一度行ってください。"
    assert (report.state, report.why, report.file, report.pdf_sha256) == (ReportState.FAILED, why, None, "")
    report.retry(by=director)
    assert Report.objects.values_list("state", "why").get() == (ReportState.WAITING, "")
    assert (trail(report.clinic)[-1].action, trail(report.clinic)[-1].detail) == (
        "report.retry",
        {"why": why},
    )
    make_pdf.enqueue(report.pk, report.clinic_id)
    made = Report.objects.get()
    assert (made.state, made.why, made.number) == (ReportState.ISSUED, "", report.number)
    assert Printed(made.file.content()).text.count(f"発行番号{report.label}") == 1


def test_a_pdf_that_cannot_be_stored_is_a_failure_and_not_an_endless_wait(
    confirmation, director, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path / "taken"
    settings.MEDIA_ROOT.write_text("a file where the folder should be")
    report = issue(confirmation, "todo", by=director)
    assert (report.state, report.why.partition("。")[0]) == (ReportState.FAILED, "PDFを保管できませんでした")
    assert report.can_be_retried


def test_a_retry_of_an_issued_report_changes_nothing(waiting, director, clinic, trail):
    waiting.keep(b"%PDF-first", by=director)
    before, entries = Report.objects.values().get(), len(trail(clinic))
    waiting.retry(by=director)
    make_pdf.enqueue(waiting.pk, waiting.clinic_id)
    assert (Report.objects.values().get(), len(trail(clinic))) == (before, entries)


def test_a_report_can_be_retried_when_it_failed_or_waits_long(waiting, director):
    assert waiting.can_be_retried  # issued_at lies long ago
    waiting.issued_at = timezone.now()
    assert not waiting.can_be_retried
    waiting.state = ReportState.FAILED
    assert waiting.can_be_retried
    waiting.state = ReportState.ISSUED
    assert not waiting.can_be_retried


# An issued report of the sample, everything in it


@dataclass(frozen=True)
class Issued:
    """What is left of it when the database is as before."""

    label: str
    issued_at: datetime
    snapshot_text: str
    sha256: str
    content: bytes
    attached: list
    small: bytes
    small_later: bytes


@pytest.fixture(scope="module")
def issued(django_db_setup, django_db_blocker, tmp_path_factory) -> Issued:
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with media, django_db_blocker.unblock(), transaction.atomic():
        made = _issued()
        transaction.set_rollback(True)
    return made


def _issued() -> Issued:
    clinic = sample.seed(date(2026, 11, 20))
    director = User.objects.filter(memberships__clinic=clinic, memberships__role="admin").first()
    round_ = Assessment.objects.get(clinic=clinic)
    names = {"examiner": "見本 花子", "safety_officer": "見本 院長", "examined_on": date(2026, 11, 20)}
    kept = confirm(round_, by=director, seen=seen_digest(round_, timezone.localdate()), **names)
    report = issue(kept, "all", by=director)
    small = Report.issue(kept, "todo", by=director, at=report.issued_at)
    first = pdf_of(small)
    vendor = Vendor.objects.filter(clinic=clinic).first()
    vendor.describe(vendor.version, by=director, name="あとで変えた社名")
    system = System.objects.filter(clinic=clinic).first()
    system.retire(by=director)
    clinic.describe(clinic.version, by=director, name="あとで変えた院名")
    later = pdf_of(Report.objects.get(pk=small.pk))
    fresh = Confirmation.objects.get(pk=kept.pk)
    return Issued(report.label, report.issued_at, fresh.snapshot_text, fresh.sha256, report.file.content(),
                  attachments(fresh.snapshot_text, fresh.snapshot, report), first, later)  # fmt: skip


@pytest.fixture(scope="module")
def printed(issued) -> Printed:
    return Printed(issued.content)


def test_a_round_whose_vendor_is_edited_afterwards_still_gives_the_same_bytes(issued):
    assert issued.small == issued.small_later
    assert issued.small.startswith(b"%PDF")


def test_number_person_moment_and_the_whole_hash_stand_on_the_cover(issued, printed):
    cover = printed.pages[0]
    assert f"発行番号{issued.label}発行日時：" in cover
    assert re.search(r"発行した人：\S+内容：すべて照合は", cover)
    assert issued.sha256 in cover
    assert hashlib.sha256(issued.snapshot_text.encode()).hexdigest() == issued.sha256


def test_each_page_carries_the_number_and_the_head_of_the_hash(issued, printed):
    wanted = (f"発行{issued.label}", f"照合{issued.sha256[:8]}")
    missing = [n for n, text in enumerate(printed.pages, 1) if not all(word in text for word in wanted)]
    assert missing == []
    assert len(printed.pages) > 25


def test_every_part_stands_once_as_a_chapter(printed):
    outline = [str(each.title) for each in _flat(printed.reader.outline)]
    marks = [title.partition("　")[0] for title in outline]
    wanted = [part.mark for part in PARTS]
    assert [mark for mark in marks if mark in wanted] == wanted


def _flat(outline):
    for each in outline:
        yield from _flat(each) if isinstance(each, list) else [each]


def test_the_snapshot_inside_has_exactly_the_hash_that_is_printed(issued, printed):
    inside = printed.reader.attachments["snapshot.json"][0]
    assert hashlib.sha256(inside).hexdigest() == issued.sha256
    assert json.loads(inside)["clinic"]["is_sample"] is True


def test_the_tables_inside_open_as_a_workbook(printed):
    book = load_workbook(BytesIO(printed.reader.attachments["tables.xlsx"][0]))
    assert book.sheetnames == [
        "遵守項目",
        "要対応",
        "システム",
        "構成機器",
        "別紙",
        "リスク評価・対応",
        "根拠資料",
    ]
    assert book["遵守項目"].max_row == 53


def test_nothing_else_is_attached(printed):
    assert sorted(printed.reader.attachments) == ["snapshot.json", "tables.xlsx"]


def test_the_moment_of_an_attachment_is_that_of_issuing(issued, printed):
    times = {
        str(spec.get_object()["/EF"]["/F"].get_object()["/Params"][name])
        for spec in printed.reader.root_object["/AF"]
        for name in ("/CreationDate", "/ModDate")
    }
    assert {each.replace("'", "")[2:16] for each in times} == {f"{issued.issued_at:%Y%m%d%H%M%S}"}
    assert {each.at for each in issued.attached} == {issued.issued_at.isoformat()}


def test_no_clock_stands_in_the_pdf_but_the_reports_own(issued, printed):
    at = datetime.fromisoformat(json.loads(issued.snapshot_text)["confirmation"]["confirmed_at"])
    info = printed.reader.metadata
    assert (info.creation_date, info.modification_date) == (at.replace(microsecond=0),) * 2


def test_an_issued_report_is_no_draft(printed):
    assert "下書き" not in printed.text


def test_the_reader_is_told_how_to_check_it(printed):
    cover = printed.pages[0]
    assert "照合は、当院の画面で行います。お申し付けください。" in cover
    assert "QRコードに入っているのは、発行番号とハッシュ値です。" in cover
    assert "/check/" not in cover  # an address without a host leads nowhere
