"""照合: a file, or number and hash from the paper, against what was issued. Anybody may ask; only yes or no is told."""

from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checklist.checking import Match, file_matches, print_matches
from checklist.models import Assessment, Report
from compliance.templatetags.words import in_eights
from tests.web import browser, complaints, form_with, is_frame, shows, tree, words

pytestmark = pytest.mark.django_db
AT = datetime.fromisoformat("2026-11-20T05:03:00.123456+00:00")
PDF = b"%PDF-1.7 the very bytes"
FOUND, NOT_FOUND = "一致します 令和8年11月20日（2026年11月20日）に発行された報告書です。", "一致しません"


@pytest.fixture
def report(assessment, confirmed, director) -> Report:
    made = Report.issue(confirmed(assessment), "todo", by=director, at=AT)
    made.keep(PDF, by=director)
    return made


def upload(content: bytes, name: str = "報告書.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


# The rules


def test_the_very_bytes_match_and_no_others(report):
    assert file_matches(PDF) == Match(True, AT)
    assert file_matches(PDF + b"\n") == Match(False)
    assert file_matches(b"") == Match(False)


def typed_numbers(label: str) -> list[str]:
    year, number = label.split("-")
    wide = label.translate({ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789-"})
    hyphens = [f"{year}{mark}{number}" for mark in "-‐‑–—−ー－ｰ―"]
    return [label, wide, f" {label}\n", f"{year} - {number}", f"{year}　－　{number}", *hyphens]


def test_a_number_matches_however_a_japanese_keyboard_writes_it(report):
    sha = report.confirmation.sha256
    found = {typed: print_matches(typed, sha).found for typed in typed_numbers(report.label)}
    assert found == dict.fromkeys(found, True)
    assert len(found) > 12


def test_a_hash_matches_with_blanks_in_capitals_and_full_width(report):
    sha = report.confirmation.sha256
    wide = "".join(chr(ord(c) + 0xFEE0) for c in sha)
    ways = [sha, in_eights(sha), sha.upper(), wide, wide.upper(), f"　{sha[:32]}\n{sha[32:]} "]
    assert [print_matches(report.label, each) for each in ways] == [Match(True, AT)] * len(ways)


def wrong(report: Report) -> list[tuple[str, str]]:
    label, sha = report.label, report.confirmation.sha256
    year, number = label.split("-")
    numbers = [f"{year}-0002", f"{int(year) + 1}-{number}", number, year, f"{label}0", "", "2026-", "-", "٢٠٢٦-٠٠٠١",
               f"{year}-" + "9" * 9, f"{year}-" + "9" * 40, "9" * 30 + "-0001",
               "\x00", "' OR 1=1 --", "2026-0000"]  # fmt: skip
    hashes = [sha[:8], sha[:63], sha + "0", "0" * 64, "", "%", "\x00", report.pdf_sha256, sha[::-1]]
    return [(each, sha) for each in numbers] + [(label, each) for each in hashes]


def test_anything_else_does_not_match(report):
    found = [pair for pair in wrong(report) if print_matches(*pair) != Match(False)]
    assert found == []


def test_a_report_that_was_never_made_does_not_match(assessment, confirmed, director):
    waiting = Report.issue(confirmed(assessment), "todo", by=director, at=AT)
    assert print_matches(waiting.label, waiting.confirmation.sha256) == Match(False)
    waiting.fail("時間切れ")
    assert print_matches(waiting.label, waiting.confirmation.sha256) == Match(False)


def test_two_clinics_with_the_same_number_are_told_apart_by_the_hash(
    report, other_clinic, other_director, confirmed
):
    theirs = Report.issue(
        confirmed(Assessment.objects.get(clinic=other_clinic)),
        "todo",
        by=other_director,
        at=AT.replace(day=21),
    )
    theirs.keep(b"%PDF-theirs", by=other_director)
    assert theirs.label == report.label
    days = [print_matches(each.label, each.confirmation.sha256).issued_at.day for each in (report, theirs)]
    assert days == [20, 21]


# The page


def sent(**typed):
    return browser().post("/check/", typed)


def test_anybody_may_check_without_log_in(report):
    assert FOUND in shows(sent(file=upload(PDF)))
    assert FOUND in shows(sent(number=report.label, hash=in_eights(report.confirmation.sha256)))


def test_what_does_not_match_is_said_and_no_day(report):
    for page in (sent(file=upload(PDF + b" ")), sent(number=report.label, hash="0" * 64)):
        assert page.status_code == 200
        assert NOT_FOUND in shows(page)
        assert "令和" not in shows(page)


def test_a_match_tells_nothing_else_of_the_report(report, clinic, director):
    content = sent(file=upload(PDF)).content.decode()
    private = [clinic.name, clinic.code, str(director), report.preset_title, report.pdf_sha256,
               report.confirmation.sha256, "第1版", f"/reports/{report.number}"]  # fmt: skip
    assert [word for word in private if word in content] == []


def test_a_match_and_none_cost_the_same_queries(report):
    for typed in ({"number": report.label}, {"number": "2026-9999"}):
        with CaptureQueriesContext(connection) as asked:
            sent(**typed, hash=report.confirmation.sha256)
        own = [each for each in asked if not is_frame(each["sql"])]
        assert len([each for each in own if " cache " not in each["sql"]]) == 1  # what counts the tries


@pytest.mark.parametrize(
    "typed", [{}, {"number": "2026-0001"}, {"hash": "0" * 64}, {"number": " ", "hash": "　"}]
)
def test_half_of_what_is_needed_is_asked_for(typed, db):
    page = sent(**typed)
    assert page.status_code == 422
    assert "PDFファイルを選ぶか、発行番号とハッシュ値の両方を入力してください。" in " ".join(complaints(page))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("報告書.docx", PDF, "受け取れるのは pdf です。"),
        ("報告書.pdf", b"PK\x03\x04", "中身が .pdf のファイルではありません。"),
        ("報告書.pdf", b"", "ファイルが空"),
        ("報告書.pdf", b"%PDF-" + b"x" * (20 * 1024 * 1024), "ファイルが大きすぎます。20MBまでです。"),
    ],
)
def test_a_file_that_is_no_pdf_is_refused_in_words(name, content, says, db):
    page = sent(file=upload(content, name))
    assert page.status_code == 422
    assert says in " ".join(complaints(page))


def test_a_file_counts_before_a_number_beside_it(report):
    said = {"number": report.label, "hash": report.confirmation.sha256}
    assert NOT_FOUND in shows(sent(file=upload(b"%PDF-other"), **said))


def test_the_address_of_the_qr_code_fills_the_form_and_checks_nothing_by_itself(report):
    sha = report.confirmation.sha256
    page = browser().get("/check/", {"number": report.label, "hash": sha})
    assert (form_with(page, "number").fields["number"], form_with(page, "hash").fields["hash"]) == (
        [report.label],
        [sha],
    )
    assert FOUND not in shows(page)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\x00\u202e😀", "x" * 9999]
)
def test_whatever_the_address_carries_is_text(text, db):
    page = browser().get("/check/", {"number": text, "hash": text, "file": text})
    assert page.status_code == 200
    assert [e.tag for e in tree(page).iter() if e.tag == "img" or e.get("onerror")] == []
    assert "<script>alert" not in page.content.decode()


def test_the_day_is_that_of_japan(report):
    Report.objects.update(issued_at=datetime.fromisoformat("2026-11-20T15:30:00+00:00"))
    assert "令和8年11月21日" in words(tree(sent(file=upload(PDF))).find(".//main"))


def test_more_than_20_checks_in_five_minutes_have_to_wait(report):
    client = browser()
    found = [client.post("/check/", {"number": "2026-0001", "hash": "0"}).status_code for _ in range(22)]
    assert found == [200] * 20 + [429] * 2
    assert client.get("/check/").status_code == 200
    assert browser(REMOTE_ADDR="10.0.0.9").post("/check/", {"file": upload(PDF)}).status_code == 200


def test_refused_forms_count_too(db):
    client = browser()
    assert [client.post("/check/", {}).status_code for _ in range(21)] == [422] * 20 + [429]
