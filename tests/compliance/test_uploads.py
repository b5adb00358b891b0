"""What a browser sends as a file: read up to a limit, checked by the field, never handed out again."""

from io import BytesIO

import pytest
from django import forms
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import RequestFactory

from compliance import files, uploads
from compliance.files import MAX_BYTES, MEBIBYTE, NotStored
from compliance.uploads import MOST_OF_A_REQUEST, Upload, UploadField, for_clinic, room_or_said
from tests.web import at, browser, complaints, form_with, shows
from vendors.models import Agreement, Vendor

PDF = b"%PDF-1.7\n"


class Form(forms.Form):
    name = forms.CharField()
    file = UploadField(required=False)


def sent(content: bytes, name: str = "a.pdf"):
    """A request with a file, as Django reads it."""
    file = SimpleUploadedFile(name, content, "application/pdf")
    return RequestFactory().post("/", {"name": "契約書", "file": file})


def filled(request) -> Form:
    return Form(request.POST, request.FILES)


def test_a_file_arrives_with_what_was_typed_beside_it():
    form = filled(sent(PDF))
    assert form.is_valid()
    assert form.cleaned_data == {"name": "契約書", "file": Upload("a.pdf", PDF)}


@pytest.mark.parametrize("size", [3 * MEBIBYTE, MAX_BYTES])
def test_a_large_file_arrives_whole(size):
    content = PDF.ljust(size, b"0")
    assert filled(sent(content)).fields["file"].clean(sent(content).FILES["file"]).content == content


def test_a_file_beyond_the_limit_is_not_kept_and_what_was_typed_is():
    request = sent(PDF.ljust(MAX_BYTES + 1, b"0"))
    form = filled(request)
    assert (form.is_valid(), form["name"].value()) == (False, "契約書")
    assert form.errors["file"] == ["ファイルが大きすぎます。20MBまでです。分けるか、圧縮してください。"]
    assert (request.FILES["file"].size, request.FILES["file"].read()) == (MAX_BYTES + 1, b"")


def test_a_small_file_after_a_large_one_arrives(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_BYTES", 100)
    both = {"one": BytesIO(b"0" * 200), "two": BytesIO(b"1" * 50)}
    both["one"].name, both["two"].name = "one.pdf", "two.pdf"
    request = RequestFactory().post("/", both)
    assert [request.FILES[name].size for name in both] == [200, 50]
    assert request.FILES["two"].read() == b"1" * 50


def test_nothing_is_read_of_a_request_that_is_far_too_large():
    class Unread(BytesIO):
        def read(self, *args):
            raise AssertionError("read")

    request = RequestFactory().post("/", content_type="multipart/form-data; boundary=x")
    request.META["CONTENT_LENGTH"] = str(MOST_OF_A_REQUEST + 1)
    request._stream = Unread()
    with pytest.raises(RequestDataTooBig):
        request.POST.get("name")


def test_no_file_is_none_even_where_one_stands_already():
    form = Form({"name": "x"}, {}, initial={"file": "before.pdf"})
    assert (form.is_valid(), form.cleaned_data["file"]) == (True, None)


def test_the_limits_are_said_before():
    field = UploadField(allowed=("pdf", "xlsx"), most=2 * MEBIBYTE)
    assert (field.help_text, field.widget.attrs["accept"]) == ("PDF・画像・Office、2MBまで", ".pdf,.xlsx")


def test_a_file_that_is_wrong_is_said_in_japanese():
    assert filled(sent(b"", "a.pdf")).errors["file"][0].startswith("ファイルが空（0バイト）です。")
    assert filled(sent(b"MZ", "a.exe")).errors["file"][0].startswith("この種類のファイルは受け取れません。")


@pytest.mark.django_db
def test_a_clinic_without_room_takes_no_file(clinic, monkeypatch):
    monkeypatch.setattr(files, "QUOTA", 5)
    with pytest.raises(ValidationError, match="保管できる量"):
        for_clinic(clinic, Upload("a.pdf", PDF))
    assert for_clinic(clinic, None) is None


def test_a_full_disk_is_said_beside_the_file_and_other_trouble_is_not_hidden():
    form = Form({"name": "契約書"})
    with room_or_said(form):
        raise NotStored
    assert form.errors["file"] == [uploads.NO_ROOM]
    with pytest.raises(DatabaseError, match="broken"), room_or_said(form):
        raise DatabaseError("broken")


# Through a page


@pytest.fixture
def page(clinic, director) -> str:
    return at("new_agreement", clinic, pk=Vendor.named(clinic, "社", by=director).pk)


def agreement(client, page: str, content: bytes):
    file = SimpleUploadedFile("a.pdf", content)
    typed = {"kind": "contract", "title": "保守契約書", "file": file}
    return client.post(page, form_with(client.get(page), "title") | typed)


@pytest.mark.django_db
def test_a_page_says_what_is_too_large_and_keeps_the_rest(page, director):
    response = agreement(browser(director), page, PDF.ljust(MAX_BYTES + 1, b"0"))
    assert response.status_code == 422
    assert "ファイルが大きすぎます。20MBまでです。分けるか、圧縮してください。" in complaints(response)
    assert form_with(response, "title").fields["title"] == ["保守契約書"]
    assert "選んだファイルは、まだ保管されていません。もう一度選んでください。" in shows(response)
    assert Agreement.objects.count() == 0


@pytest.mark.django_db
def test_a_page_says_so_of_a_request_that_is_far_too_large(page, director):
    client = browser(director, enforce_csrf_checks=True)
    response = agreement(client, page, PDF.ljust(MOST_OF_A_REQUEST + 1, b"0"))
    assert response.status_code == 400
    assert "ファイルは1つ20MBまでです" in shows(response)
