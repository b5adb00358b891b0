"""保管しているファイル: what is kept and why, what may go, and what stays of it."""

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from checklist.models import Evidence, Report
from compliance import files
from compliance.audit import broken_links
from compliance.files import InUse, StoredFile
from compliance.keeping import kept_files
from compliance.uploads import Upload
from tests.sheets import SIGNER, begun, submitted, system_of
from tests.web import at, at_most, browser, forms, having, shows, tree, words
from vendors.models import Agreement, Disclosure, WorkbookUpload
from vendors.workbook import Reading

pytestmark = pytest.mark.django_db
LISTED = "一覧にある根拠資料のファイルです。"


def pdf(name: str = "契約書.pdf", size: int = 20) -> Upload:
    return Upload(name, f"%PDF-1.4 {name}".encode().ljust(size, b"0"))


@pytest.fixture
def client(director):
    return browser(director)


@pytest.fixture
def paper(clinic, clerk) -> Evidence:
    return Evidence.register(clinic, by=clerk, title="保守契約書", file=pdf())


@pytest.fixture
def reasons(clinic):
    """reasons(): {file's name: why it must stay}"""
    return lambda: {each.file.name: each.reasons for each in kept_files(clinic)}


def retired(paper: Evidence, by) -> StoredFile:
    paper.retire(by=by)
    return StoredFile.objects.get(pk=paper.file_id)


# What stays, and why


def test_a_paper_on_the_list_keeps_its_file_and_frees_it_when_taken_off(paper, director, reasons):
    assert reasons() == {"契約書.pdf": [LISTED]}
    paper.retire(by=director)
    assert reasons() == {"契約書.pdf": []}


def test_a_replaced_file_may_go(paper, director, reasons):
    paper.describe(1, by=director, items=[], file=pdf("新.pdf"))
    assert reasons() == {"新.pdf": [LISTED], "契約書.pdf": []}


def test_what_a_confirmed_version_names_stays(paper, assessment, confirmed, director, reasons):
    confirmation = confirmed(assessment)
    paper.retire(by=director)
    assert reasons() == {"契約書.pdf": [f"確定版（{confirmation}）の根拠資料の一覧に載っています。"]}


def test_an_issued_report_stays(assessment, confirmed, director, reasons):
    report = Report.issue(confirmed(assessment), "all", by=director, at=timezone.now())
    report.keep(b"%PDF-1.7", by=director)
    assert reasons() == {report.filename: ["発行した報告書は、番号とともに残します。"]}


def test_a_contract_keeps_its_file_until_another_takes_its_place(clinic, director, reasons):
    vendor = system_of(clinic, director).vendor
    paper = Agreement.register(vendor, by=director, kind="contract", title="契約", file=pdf())
    paper.describe(1, by=director, file=pdf("新.pdf"))
    assert reasons() == {"新.pdf": ["登録されている契約書や認証のファイルです。"], "契約書.pdf": []}


def test_the_paper_that_a_disclosure_was_copied_from_stays(clinic, director, reasons):
    system = system_of(clinic, director)
    Disclosure.begin(system, "MDS", by=director, source="paper", received=pdf()).submit(by=director)
    assert reasons() == {"契約書.pdf": ["開示書の原本です。"]}


def received(sheet: Disclosure, by) -> WorkbookUpload:
    reading = Reading(opened="read", says="").as_dict()
    return WorkbookUpload.keep(sheet, "回答.xlsx", b"PK\x03\x04", reading, by=by)


def test_a_received_workbook_that_was_never_taken_over_goes_once_the_sheet_is_handed_in(
    clinic, director, reasons
):
    sheet = begun(system_of(clinic, director), director)
    upload = received(sheet, director)
    assert reasons() == {"回答.xlsx": ["回答の途中で、これから取り込むかもしれないファイルです。"]}
    sheet.submit(by=director, signer=SIGNER)
    assert reasons() == {"回答.xlsx": []}
    upload.file.remove(by=director)
    assert list(sheet.uploads.waiting()) == []


def test_a_received_workbook_that_was_taken_over_stays(clinic, director, reasons):
    sheet = begun(system_of(clinic, director), director)
    received(sheet, director).apply({}, {}, by=director)
    sheet.submit(by=director)
    assert reasons() == {"回答.xlsx": ["取り込んだ回答の、もとのファイルです。"]}


# Removing


def test_removing_frees_the_bytes_and_says_who_did_it(
    paper, director, clinic, trail, django_capture_on_commit_callbacks
):
    file = retired(paper, director)
    with django_capture_on_commit_callbacks(execute=True):
        file.remove(by=director)
    gone = StoredFile.objects.get()
    assert (gone.removed_by, str(gone), gone.sha256) == ("緑川 院長", "契約書.pdf（削除済み）", file.sha256)
    assert (default_storage.exists(file.path), StoredFile.objects.bytes_of(clinic)) == (False, 0)
    entry = trail(clinic)[-1]
    told = (entry.action, entry.target, entry.detail["sha256"])
    assert (told, broken_links(clinic.pk)) == (("file.remove", "契約書.pdf", file.sha256), [])


def test_removing_twice_is_told_once(paper, director, clinic, trail):
    file = retired(paper, director)
    for _ in range(2):
        file.remove(by=director)
    assert [each.action for each in trail(clinic)].count("file.remove") == 1


def test_what_is_needed_is_not_removed(paper, director):
    with pytest.raises(InUse):
        paper.file.remove(by=director)
    assert StoredFile.objects.get().removed_at is None


def test_a_removed_file_makes_room(paper, director, clinic, monkeypatch):
    monkeypatch.setattr(files, "QUOTA", 25)
    with pytest.raises(files.ValidationError):
        files.within_quota(clinic, 10)
    retired(paper, director).remove(by=director)
    files.within_quota(clinic, 10)


# The pages


def test_the_page_lists_the_largest_first_with_what_uses_each(paper, client, clinic, director):
    big = Evidence.register(clinic, by=director, title="写真", file=pdf("大.pdf", 5000))
    page = client.get(at("files", clinic))
    names = [words(a) for row in tree(page).iter("th") for a in row.iter("a")]
    assert names == ["大.pdf", "契約書.pdf"]
    for said in ("2個、合わせて4.9 KB", "2.0 GBまで保管できます", "根拠資料「写真」", LISTED):
        assert said in shows(page)
    assert having(tree(page), href=at("evidence_paper", clinic, pk=big.pk))
    assert "いま削除できるファイルはありません。" in shows(page)


def test_the_page_shows_only_what_may_go_when_asked(paper, client, clinic, director):
    Evidence.register(clinic, by=director, title="写真", file=pdf("残る.pdf"))
    paper.retire(by=director)
    assert "削除できるファイルは1個" in shows(client.get(at("files", clinic)))
    page = shows(client.get(at("files", clinic), {"show": "free"}))
    assert ("契約書.pdf" in page, "残る.pdf" in page) == (True, False)


def test_a_file_is_removed_after_a_page_that_says_what_happens(paper, client, clinic, director):
    file = retired(paper, director)
    path = at("remove_file", clinic, pk=file.pk)
    page = client.get(path)
    assert "削除すると、元に戻せません。" in shows(page)
    assert StoredFile.objects.get().removed_at is None
    form = next(each for each in forms(page) if each.method == "post" and not each.action)
    response = client.post(path, form.fields)
    assert response.url == at("files", clinic)
    assert "「契約書.pdf」を削除しました。" in shows(client.get(response.url))
    assert "契約書.pdf（" not in shows(client.get(at("files", clinic)))
    assert "もう削除されています。" in shows(client.get(path))
    assert "保管していたファイル「契約書.pdf」を削除しました" in shows(client.get(at("history", clinic)))


def test_a_file_that_has_come_into_use_is_refused_with_the_reason(paper, client, clinic):
    response = client.post(at("remove_file", clinic, pk=paper.file_id))
    assert (response.status_code, LISTED in shows(response)) == (409, True)
    assert StoredFile.objects.get().removed_at is None


def test_a_removed_file_is_handed_out_no_more(
    paper, client, clinic, director, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        retired(paper, director).remove(by=director)
    assert client.get(at("file", clinic, pk=paper.file_id)).status_code == 404


def test_the_page_costs_the_same_for_1_and_60_files(client, clinic, director):
    for number in range(60):
        Evidence.register(clinic, by=director, title=f"資料{number}", file=pdf(f"{number}.pdf"))
        submitted_with_file(clinic, director) if number < 3 else None
    with at_most(14):
        page = client.get(at("files", clinic))
    assert "次の50件" in shows(page)
    assert len(page.content) < 150_000


def submitted_with_file(clinic, by) -> None:
    system = system_of(clinic, by, f"画像{Disclosure.objects.count()}")
    received(submitted(system, by), by)


def test_another_clinics_files_are_not_there(paper, clinic, other_clinic, other_director, both):
    retired(paper, other_director)
    client = browser(other_director)
    assert "契約書.pdf" not in shows(client.get(at("files", other_clinic)))
    assert client.post(at("remove_file", other_clinic, pk=paper.file_id)).status_code == 404
    assert StoredFile.objects.get().removed_at is None
