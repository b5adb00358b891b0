"""A workbook on a vendor's page: out, filled in, up, looked at, taken over whole or not at all."""

import zipfile
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from compliance.files import StoredFile
from tests.vendors.at_a_link import saved
from tests.web import browser, complaints, form_with, having, shows, tree, words
from vendors.exporting import rows_of
from vendors.importing import MOST_UPLOADS
from vendors.models import Disclosure, DisclosureRow, WorkbookUpload
from vendors.workbook import Header, Written, write

pytestmark = pytest.mark.django_db


def book(answers: dict) -> bytes:
    return write(rows_of("SDS"), Written(clinic="院", system="電子カルテ"), answers)


def sends(person, content: bytes, name: str = "回答.xlsx"):
    return person.posts("SDS/upload/", {"file": SimpleUploadedFile(name, content)})


def previewed(person, content: bytes):
    """The preview's path and page."""
    path = sends(person, content).url.removeprefix(person.home)
    return path, person.gets(path)


def takes(person, path: str, **decisions):
    form = form_with(person.gets(path), "seen")
    return person.posts(path, form | decisions)


def test_what_is_taken_out_and_filled_in_comes_back(vendor):
    vendor.saves("SDS-01", "yes", "元の備考")
    opened = load_workbook(BytesIO(vendor.gets("SDS/workbook.xlsx").content))
    sheet = opened["SDS"]
    at = {row[0].value: row for row in sheet.iter_rows() if str(row[0].value).startswith("SDS-")}
    assert (len(at), at["SDS-01"][3].value, at["SDS-01"][4].value) == (58, "はい", "元の備考")
    at["SDS-02"][3].value, at["SDS-02"][4].value = "いいえ", "次の版で"
    filled = BytesIO()
    opened.save(filled)
    path, page = previewed(vendor, filled.getvalue())
    assert "変わる行 1行" in shows(page)
    assert saved("SDS-02") == ("blank", "")
    assert takes(vendor, path).url == f"{vendor.home}SDS/"
    assert (saved("SDS-01"), saved("SDS-02")) == (("yes", "元の備考"), ("no", "次の版で"))


def test_the_preview_shows_each_change_with_its_cell(vendor):
    vendor.saves("SDS-01", "no", "今の備考")
    _, page = previewed(vendor, book({"SDS-01": ("yes", "新しい備考")}))
    text = shows(page)
    for said in ("いいえ", "今の備考", "はい", "新しい備考", "SDS!D"):
        assert said in text


def test_a_blank_of_the_file_erases_nothing(vendor):
    vendor.saves("SDS-01", "no", "今の備考")
    path, _ = previewed(vendor, book({"SDS-02": ("yes", "")}))
    takes(vendor, path)
    assert (saved("SDS-01"), saved("SDS-02")) == (("no", "今の備考"), ("yes", ""))


def unclear() -> bytes:
    opened = load_workbook(BytesIO(book({"SDS-01": ("yes", ""), "SDS-02": ("yes", "")})))
    for row in opened["SDS"].iter_rows():
        if row[0].value in {"SDS-02", "SDS-03"}:
            row[3].value = "△"
    out = BytesIO()
    opened.save(out)
    return out.getvalue()


def test_what_nobody_can_read_stays_unread_with_its_cell(vendor):
    path, page = previewed(vendor, unclear())
    assert "確認が必要な行 2行" in shows(page)
    takes(vendor, path, **{"decide-SDS-03": "no"})
    assert (saved("SDS-01"), saved("SDS-02")[0], saved("SDS-03")[0]) == (("yes", ""), "unread", "no")
    answer = Disclosure.objects.get().answers.get(row__code="SDS-02")
    assert "D" in answer.cell
    assert answer.why
    assert "未読取" in shows(vendor.gets("SDS/"))


def test_what_nobody_could_read_is_still_to_be_answered(vendor):
    takes(vendor, previewed(vendor, unclear())[0])
    assert "58行中1行" in shows(vendor.gets("SDS/"))
    page = vendor.gets("submit/")
    assert "未回答の行が55行、未読取の行が2行あります" in shows(page)
    assert "はい 1行・いいえ 0行・対象外 0行・未回答 55行・未読取 2行" in shows(page)
    assert "（未読取）" in words(having(tree(page), href=f"{vendor.home}SDS/#SDS-02")[0])


def test_what_could_not_be_read_is_not_told_as_taken_over(vendor):
    numbers = [DisclosureRow.objects.get(code=each).numbers_text for each in ("SDS-02", "SDS-03")]
    takes(vendor, previewed(vendor, unclear())[0])
    told = f"1行を取り込みました。2行は読み取れませんでした（{'、'.join(numbers)}）。"
    assert told in shows(vendor.gets("SDS/"))
    takes(vendor, previewed(vendor, unclear())[0])
    assert told.replace("1行を", "0行を") in shows(vendor.gets("SDS/"))


def test_what_a_person_reads_is_told_as_taken_over(vendor):
    path, _ = previewed(vendor, unclear())
    takes(vendor, path, **{"decide-SDS-02": "no", "decide-SDS-03": "no"})
    page = shows(vendor.gets("SDS/"))
    assert ("3行を取り込みました。" in page, "読み取れませんでした" in page) == (True, False)


@pytest.mark.parametrize(
    ("product", "told"), [("みほんカルテ クラウド", False), ("", False), ("見本レセコン", True)]
)
def test_a_file_of_another_product_is_told(vendor, product, told):
    written = Written(clinic="院", system="電子カルテ", header=Header(product=product))
    _, page = previewed(vendor, write(rows_of("SDS"), written, {"SDS-01": ("yes", "")}))
    assert ("登録してある製品名と違います" in shows(page)) == told


def test_what_nobody_can_read_takes_no_answer_away(vendor):
    vendor.saves("SDS-02", "yes")
    path, _ = previewed(vendor, unclear())
    takes(vendor, path)
    assert saved("SDS-02") == ("yes", "")


def test_a_remark_added_to_an_unread_row_leaves_it_unread(vendor):
    path, _ = previewed(vendor, unclear())
    takes(vendor, path)
    vendor.saves("SDS-02", "", "確認中です")
    answer = Disclosure.objects.get().answers.get(row__code="SDS-02")
    assert (answer.answer, answer.remark, bool(answer.cell)) == ("unread", "確認中です", True)
    vendor.saves("SDS-02", "yes", "確認しました")
    answer.refresh_from_db()
    assert (answer.answer, answer.cell, answer.why) == ("yes", "", "")


def test_a_row_that_moved_on_stops_all(vendor):
    path, page = previewed(vendor, book({"SDS-01": ("yes", ""), "SDS-02": ("no", "")}))
    seen = form_with(page, "seen").fields
    vendor.saves("SDS-02", "na", "画面で")
    response = vendor.posts(path, seen)
    assert response.status_code == 409
    assert "もう一度確かめてください" in shows(response)
    assert (saved("SDS-01"), saved("SDS-02")) == (("blank", ""), ("na", "画面で"))


def test_a_file_is_taken_over_once(vendor):
    path, page = previewed(vendor, book({"SDS-01": ("yes", "")}))
    seen = form_with(page, "seen").fields
    assert [vendor.posts(path, seen).url for _ in range(2)] == [f"{vendor.home}SDS/"] * 2
    assert saved("SDS-01") == ("yes", "")
    assert [each.version for each in Disclosure.objects.get().answers.filter(answer="yes")] == [2]


USED_UP = "このファイルは、取り込み済みか、取り消されています。"


def test_going_back_to_a_file_that_was_taken_over_leads_to_the_sheet(vendor):
    path, _ = previewed(vendor, book({"SDS-01": ("yes", "")}))
    takes(vendor, path)
    assert "1行を取り込みました" in shows(vendor.gets("SDS/"))
    assert vendor.gets(path).url == f"{vendor.home}SDS/"
    assert USED_UP in shows(vendor.gets("SDS/"))
    assert browser().get(vendor.home + path).status_code == 404


def test_after_the_link_has_ended_a_used_up_file_looks_like_a_wrong_link(vendor, director):
    path, _ = previewed(vendor, book({"SDS-01": ("yes", "")}))
    takes(vendor, path)
    vendor.gets("SDS/")  # what was to be told is told
    vendor.asked.revoke(by=director)
    page = vendor.gets(path)
    assert (page.status_code, shows(page)) == (404, shows(browser().get("/r/wrong/")))


def test_the_file_is_kept_as_it_came(vendor):
    content = book({"SDS-01": ("yes", "")})
    sends(vendor, content, "..\\秘密/回答 2026.xlsx")
    kept = StoredFile.objects.get()
    assert (kept.name, kept.content(), kept.stored_by) == (
        "回答 2026.xlsx",
        content,
        "事業者（株式会社カルテ）",
    )


def test_an_upload_of_another_sheet_is_not_there(vendor, asks):
    path, _ = previewed(vendor, book({"SDS-01": ("yes", "")}))
    number = path.rstrip("/").rpartition("/")[2]
    other = asks("MDS").begins()
    answers = [other.gets(f"MDS/upload/{each}/") for each in (number, 7777777)]
    assert [each.url for each in answers] == [f"{other.home}MDS/"] * 2
    assert "SDS-01" not in shows(other.gets("MDS/"))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("回答.xlsx", b"", "空"),
        ("回答.pdf", b"%PDF-1.4", "受け取れるのは xlsx"),
        ("回答.xlsx", b"%PDF-1.4", "中身が .xlsx のファイルではありません"),
        ("回答.xlsm", b"PK\x03\x04", "受け取れるのは xlsx"),
        ("回答.xlsx", b"PK\x03\x04" + b"0" * (2 * 1024 * 1024), "2MBまで"),
    ],
)
def test_a_file_that_is_none_is_refused_at_the_field(name, content, sentence, vendor):
    response = sends(vendor, content, name)
    assert response.status_code == 422
    assert any(sentence in each for each in complaints(response))
    assert StoredFile.objects.count() == 0


def bomb() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (40 * 1024 * 1024))
    return out.getvalue()


def foreign() -> bytes:
    opened, out = Workbook(), BytesIO()
    opened.active["A1"] = "議事録"
    opened.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "make", [bomb, foreign, lambda: b"PK\x03\x04broken"], ids=["bomb", "foreign", "broken"]
)
def test_a_workbook_that_cannot_be_read_says_so_and_changes_nothing(make, vendor):
    path, page = previewed(vendor, make())
    assert page.status_code == 200
    assert having(tree(page), name="seen") == []
    assert "別のファイルを選ぶ" in shows(page)
    assert vendor.posts(path, {"seen": "x"}).status_code == 200
    assert Disclosure.objects.get().answers.exclude(answer="blank").count() == 0


def test_a_remark_that_is_too_long_is_never_cut_in_silence(vendor):
    path, page = previewed(vendor, book({"SDS-01": ("yes", "あ" * 1001), "SDS-02": ("yes", "")}))
    assert "備考が1,001文字あります" in shows(page)
    takes(vendor, path)
    assert (saved("SDS-01")[0], saved("SDS-02")) == ("unread", ("yes", ""))


def test_there_is_an_end_to_uploads(vendor):
    sheet, file = Disclosure.objects.get(), StoredFile.objects
    for number in range(MOST_UPLOADS):
        WorkbookUpload.keep(sheet, "a.xlsx", b"PK\x03\x04%d" % number, {}, by="事業者")
    assert sends(vendor, book({})).status_code == 422
    assert file.count() == MOST_UPLOADS


def test_formulas_come_back_as_the_text_they_are(vendor):
    vendor.saves("SDS-01", "no", '=HYPERLINK("http://x")')
    content = vendor.gets("SDS/workbook.xlsx").content
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert all(b"<f>" not in archive.read(name) for name in archive.namelist())
    page = previewed(vendor, content)[1]
    assert "変わる行 0行" in shows(page)
