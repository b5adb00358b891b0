"""ファイル: bytes that somebody uploaded, and every rule about them."""

import hashlib
import os
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.http import FileResponse
from django.utils import timezone

from compliance.audit import record, writing
from compliance.file_uses import uses_of
from compliance.tenancy import TenantModel

MEBIBYTE = 1024 * 1024
MAX_BYTES = 20 * MEBIBYTE
QUOTA = 2048 * MEBIBYTE  # of one clinic
_ZIP, _OLE = (b"PK\x03\x04",), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)


@dataclass(frozen=True)
class FileType:
    """An extension that is taken, how such a file begins, and what it is served as."""

    content_type: str
    magic: tuple[bytes, ...]
    offset: int = 0

    def begins(self, content: bytes) -> bool:
        return content[self.offset :].startswith(self.magic)


_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "pdf": FileType("application/pdf", (b"%PDF-",)),
    "png": FileType("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": FileType("image/jpeg", (b"\xff\xd8\xff",)),
    "heic": FileType("image/heic", (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1"), 4),
    "xlsx": FileType(f"{_OFFICE}.spreadsheetml.sheet", _ZIP),
    "docx": FileType(f"{_OFFICE}.wordprocessingml.document", _ZIP),
    "pptx": FileType(f"{_OFFICE}.presentationml.presentation", _ZIP),
    "xls": FileType("application/vnd.ms-excel", _OLE),
    "doc": FileType("application/msword", _OLE),
    "ppt": FileType("application/vnd.ms-powerpoint", _OLE),
}
DOCUMENTS = tuple(TYPES)
WORKBOOKS = ("xlsx",)


class ScanState(models.TextChoices):
    NONE = "none", "未検査"
    CLEAN = "clean", "検査済"


class NotStored(Exception):
    """The server's disk did not take a file; nothing of it stays."""


class InUse(Exception):
    """Something still needs the file."""


class StoredFileQuerySet(models.QuerySet):
    def visible_to(self, member):
        return self.filter(clinic_id=member.clinic_id)

    def kept(self):
        """Those whose bytes are here."""
        return self.filter(removed_at=None)

    def largest_first(self):
        return self.order_by("-size", "pk")

    def bytes_of(self, clinic) -> int:
        """What a clinic's files take up, in bytes."""
        return self.kept().filter(clinic=clinic).aggregate(total=models.Sum("size"))["total"] or 0

    def free(self) -> None:
        """Delete the bytes once the transaction commits that deletes the rows."""
        for path in self.kept().values_list("path", flat=True):
            transaction.on_commit(lambda path=path: default_storage.delete(path))


class StoredFile(TenantModel):
    """A file as it came: never changed, stored under a random name outside anything that is served."""

    name = models.CharField(max_length=200)
    extension = models.CharField(max_length=8)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120, unique=True)
    scan = models.CharField(max_length=10, choices=ScanState.choices, default=ScanState.NONE)
    stored_at = models.DateTimeField(default=timezone.now)
    stored_by = models.CharField(max_length=200)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=200, blank=True)

    objects = StoredFileQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name}（削除済み）" if self.removed_at else self.name

    @classmethod
    def store(cls, clinic, name: str, content: bytes, *, by) -> "StoredFile":
        """Keep checked bytes; NotStored where the disk takes no more.

        The file is written before its row: a row that was not removed always has its bytes.
        """
        extension = extension_of(name)
        path = _written(f"{clinic.pk}/{secrets.token_hex(16)}.{extension}", content)
        try:
            with transaction.atomic():
                return cls.objects.create(
                    clinic=clinic,
                    name=plain_name(name),
                    extension=extension,
                    size=len(content),
                    sha256=hashlib.sha256(content).hexdigest(),
                    path=path,
                    stored_by=str(by)[:200],
                )
        except BaseException:
            default_storage.delete(path)
            raise

    def discard(self) -> None:
        """Remove a file that nothing refers to."""
        self.delete()
        transaction.on_commit(lambda: default_storage.delete(self.path))

    def remove(self, *, by) -> None:
        """Free its bytes; the row says by whom and when. Raises InUse where something needs it."""
        with writing(self.clinic_id):
            if any(use.keeps for use in uses_of(self.clinic)[self.pk]):
                raise InUse
            gone = {"removed_at": timezone.now(), "removed_by": str(by)[:200]}
            if StoredFile.objects.kept().filter(pk=self.pk).update(**gone):
                detail = {"size": self.size, "sha256": self.sha256}
                record(by, self.clinic, "file.remove", self.name, detail)
                transaction.on_commit(lambda: default_storage.delete(self.path))

    def content(self) -> bytes:
        with default_storage.open(self.path) as file:
            return file.read()

    def as_response(self) -> FileResponse:
        """An attachment that no browser shows or runs by itself."""
        kind = TYPES[self.extension].content_type
        response = FileResponse(
            default_storage.open(self.path), as_attachment=True, filename=self.name, content_type=kind
        )
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response["X-Content-Type-Options"] = "nosniff"
        return response


def _written(path: str, content: bytes) -> str:
    try:
        kept = default_storage.save(path, ContentFile(content))
        _settle(Path(default_storage.path(kept)))
        return kept
    except OSError as error:
        with suppress(OSError):  # what a full disk took before it was full
            default_storage.delete(path)
        raise NotStored from error


def _settle(path: Path) -> None:
    """On the disk before its row is: the row outlives a power cut, so its bytes must."""
    for each in (path, path.parent):
        number = os.open(each, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def extension_of(name: str) -> str:
    return plain_name(name).rpartition(".")[2].lower()


def plain_name(name: str) -> str:
    """A name without folders, control and bidi characters; at most 200 characters, its extension kept."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    seen = "".join(c for c in last if unicodedata.category(c) not in {"Cc", "Cf", "Cs"}).strip(" .")
    stem, dot, extension = (seen or "file").rpartition(".")
    return f"{stem[: 199 - len(extension)]}{dot}{extension}"[-200:] if dot else seen[:200] or "file"


def check(upload: UploadedFile, allowed: tuple[str, ...] = DOCUMENTS, most: int = MAX_BYTES) -> bytes:
    """The upload's bytes; ValidationError with a sentence where it is empty, too big, or not what it claims."""
    extension = extension_of(upload.name or "")
    if extension not in allowed:
        kinds = "・".join(allowed)
        raise ValidationError(
            f"この種類のファイルは受け取れません。受け取れるのは {kinds} です。", code="type"
        )
    if upload.size == 0:
        raise ValidationError(
            "ファイルが空（0バイト）です。元のファイルを開いて確かめてください。", code="empty"
        )
    if upload.size > most:
        limit = f"{most // MEBIBYTE}MB"
        raise ValidationError(
            f"ファイルが大きすぎます。{limit}までです。分けるか、圧縮してください。", code="size"
        )
    content = upload.read()
    if not TYPES[extension].begins(content):
        raise ValidationError(
            f"中身が .{extension} のファイルではありません。元のソフトで保存し直してください。", code="magic"
        )
    return content


def within_quota(clinic, size: int) -> None:
    """ValidationError where the clinic's files would take more than QUOTA."""
    if StoredFile.objects.bytes_of(clinic) + size > QUOTA:
        limit = QUOTA // MEBIBYTE // 1024
        raise ValidationError(
            f"保管できる量（{limit}GB）を超えます。管理担当の方が「保管しているファイル」から減らせます。",
            code="quota",
        )
