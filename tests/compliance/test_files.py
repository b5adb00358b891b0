"""ファイル: what is taken and what is refused, where it lies, how it is handed out."""

import hashlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from compliance import files
from compliance.files import StoredFile, check, plain_name, within_quota
from tests.web import at, browser

PDF = b"%PDF-1.7\n..."


@pytest.fixture
def stored(clinic, director) -> StoredFile:
    return StoredFile.store(clinic, "保守契約書.pdf", PDF, by=director)


def complaint(name: str, content: bytes, **rules) -> str:
    with pytest.raises(ValidationError) as error:
        check(SimpleUploadedFile(name, content), **rules)
    return error.value.messages[0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("契約書.pdf", PDF),
        ("契約書.PDF", PDF),
        ("a.b.png", b"\x89PNG\r\n\x1a\n..."),
        ("写真.jpeg", b"\xff\xd8\xff..."),
        ("写真.heic", b"\x00\x00\x00\x18ftypheic"),
        ("表.xlsx", b"PK\x03\x04..."),
        ("表.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ],
)
def test_a_file_that_is_what_it_claims_is_taken(name, content):
    assert check(SimpleUploadedFile(name, content)) == content


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.exe", b"MZ", "この種類のファイルは受け取れません。"),
        ("a.pdf.html", PDF, "この種類のファイルは受け取れません。"),
        ("契約書", PDF, "この種類のファイルは受け取れません。"),
        ("a.svg", b"<svg>", "この種類のファイルは受け取れません。"),
        ("a.pdf", b"", "ファイルが空（0バイト）です。"),
        ("a.pdf", b"PK\x03\x04", "中身が .pdf のファイルではありません。"),
        ("a.xlsx", PDF, "中身が .xlsx のファイルではありません。"),
    ],
)
def test_a_file_that_is_not_is_refused_in_words(name, content, sentence):
    assert complaint(name, content).startswith(sentence)


def test_a_file_that_is_too_large_is_refused_with_the_limit():
    assert complaint("a.pdf", PDF + b"0" * 2 * files.MEBIBYTE, most=2 * files.MEBIBYTE).startswith(
        "ファイルが大きすぎます。2MBまでです。"
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\院長\\契約書.pdf", "契約書.pdf"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("fdp.\u202eexe.pdf", "fdp.exe.pdf"),
        (".pdf", "pdf"),
        ("...", "file"),
        ("", "file"),
        ("あ" * 300 + ".pdf", "あ" * 196 + ".pdf"),
    ],
)
def test_a_name_is_plain(typed, kept):
    assert plain_name(typed) == kept


@pytest.mark.django_db
def test_a_stored_file_keeps_its_bytes_hash_and_name(stored, clinic, director):
    assert (stored.content(), stored.name, stored.size) == (PDF, "保守契約書.pdf", len(PDF))
    assert (stored.sha256, stored.stored_by) == (hashlib.sha256(PDF).hexdigest(), "緑川 院長")


@pytest.mark.django_db
def test_a_stored_file_lies_under_a_random_name(stored, clinic, director):
    again = StoredFile.store(clinic, "保守契約書.pdf", PDF, by=director)
    assert again.path != stored.path
    assert stored.path.startswith(f"{clinic.pk}/")
    assert "保守" not in stored.path


@pytest.mark.django_db
def test_bytes_without_a_row_do_not_stay(clinic, director, monkeypatch):
    monkeypatch.setattr(StoredFile.objects, "create", lambda **fields: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        StoredFile.store(clinic, "a.pdf", PDF, by=director)
    assert default_storage.listdir(str(clinic.pk)) == ([], [])


@pytest.mark.django_db
def test_a_clinic_has_room_for_so_much(stored, clinic, other_clinic, monkeypatch):
    monkeypatch.setattr(files, "QUOTA", len(PDF) + 10)
    within_quota(clinic, 10)
    within_quota(other_clinic, len(PDF))
    with pytest.raises(ValidationError, match="保管できる量"):
        within_quota(clinic, 11)


# Handing out


@pytest.mark.django_db
def test_a_file_is_handed_out_as_it_came_and_never_shown(stored, clinic, reader):
    response = browser(reader).get(at("file", clinic, pk=stored.pk))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_file_of_another_clinic_is_not_found(stored, clinic, other_clinic, other_director, stranger):
    there = at("file", other_clinic, pk=stored.pk)
    assert browser(other_director).get(there).status_code == 404
    here = at("file", clinic, pk=stored.pk)
    assert [browser(who).get(here).status_code for who in (other_director, stranger)] == [404, 404]


@pytest.mark.django_db
@pytest.mark.parametrize("pk", [0, 999999, 10**30])
def test_a_number_that_is_none_is_not_found(pk, clinic, reader):
    assert browser(reader).get(at("file", clinic, pk=pk)).status_code == 404


@pytest.mark.django_db
def test_a_file_whose_bytes_are_lost_is_not_found(stored, clinic, reader):
    default_storage.delete(stored.path)
    assert browser(reader).get(at("file", clinic, pk=stored.pk)).status_code == 404
