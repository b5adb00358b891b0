"""What a browser sends as a file: taken up to a limit, then checked by the field of a form."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import NamedTuple

from django import forms
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db import DatabaseError

from compliance.files import DOCUMENTS, MAX_BYTES, MEBIBYTE, NotStored, check, plain_name, within_quota
from compliance.troubles import is_full

MOST_OF_A_REQUEST = 2 * MAX_BYTES  # beyond it nothing is read; up to it what is typed beside the file is kept


NO_ROOM = "サーバのディスクに空きがなく、保管できませんでした。何も保存していません。サーバの管理者に知らせてください。"


class Upload(NamedTuple):
    """A checked file on its way into StoredFile: StoredFile.store(clinic, *upload, by=…)."""

    name: str
    content: bytes


class LimitedUpload(FileUploadHandler):
    """Keeps nothing of a file beyond MAX_BYTES; the form then sees an empty one of its true size."""

    seen = 0

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        if content_length > MOST_OF_A_REQUEST:
            raise RequestDataTooBig("The request's files are too large.")

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        self.seen = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self.seen += len(raw_data)
        return raw_data if self.seen <= MAX_BYTES else None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self.seen <= MAX_BYTES:
            return None
        return UploadedFile(BytesIO(), self.file_name, self.content_type, self.seen)


class UploadField(forms.FileField):
    """One file; says before what is taken, and gives an Upload, or None for no file."""

    widget = forms.FileInput

    def __init__(self, *, allowed: tuple[str, ...] = DOCUMENTS, most: int = MAX_BYTES, **kwargs):
        self.allowed, self.most = allowed, most
        kwargs.setdefault("help_text", f"PDF・画像・Office、{most // MEBIBYTE}MBまで")
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = ",".join(f".{each}" for each in allowed)

    def to_python(self, data) -> Upload | None:
        if data in self.empty_values:
            return None
        return Upload(plain_name(data.name), check(data, self.allowed, self.most))

    def clean(self, data, initial=None) -> Upload | None:
        """What stands already is not handed out again: no new file is None."""
        return super().clean(data)


def for_clinic(clinic, upload: Upload | None) -> Upload | None:
    """The same upload; ValidationError where the clinic has no room for it."""
    if upload:
        within_quota(clinic, len(upload.content))
    return upload


@contextmanager
def room_or_said(form: forms.Form, field: str = "file") -> Iterator[None]:
    """A full disk is said beside the field, and what was typed stays; go on only where the form has no errors."""
    try:
        yield
    except (NotStored, DatabaseError) as error:  # the database lies on a disk too
        if not isinstance(error, NotStored) and not is_full(error):
            raise
        form.add_error(field if field in form.fields else None, NO_ROOM)
