"""An uploaded workbook on its way into a sheet: read, previewed, applied whole or not at all."""

from hashlib import sha256

from django.db import models
from django.utils import timezone

from compliance.audit import record, writing
from compliance.files import StoredFile
from compliance.models import User
from compliance.tenancy import Conflict, TenantModel, TenantQuerySet
from vendors.models.disclosures import Closed, Disclosure


class WorkbookUploadQuerySet(TenantQuerySet):
    def waiting(self):
        """Those that nobody has taken over yet."""
        return self.filter(applied_at=None, file__removed_at=None).select_related("file")


class WorkbookUpload(TenantModel):
    """A received workbook and how it reads; the file stays as it came, with its hash."""

    disclosure = models.ForeignKey(Disclosure, models.CASCADE, related_name="uploads")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    sheet = models.CharField(max_length=100, blank=True)
    reading = models.JSONField()
    uploaded_at = models.DateTimeField(default=timezone.now)
    uploaded_by = models.CharField(max_length=200)
    applied_at = models.DateTimeField(null=True, blank=True)

    objects = WorkbookUploadQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.disclosure}：{self.file.name}"

    @classmethod
    def keep(
        cls, sheet: Disclosure, name: str, content: bytes, reading: dict, *, by: User | str
    ) -> "WorkbookUpload":
        """Keep a file and its reading, once while it waits; the sheet is untouched."""
        with writing(sheet.clinic_id):
            if standing := sheet.uploads.waiting().filter(file__sha256=sha256(content).hexdigest()).first():
                return standing
            file = StoredFile.store(sheet.clinic, name, content, by=by)
            made = cls.objects.create(
                clinic=sheet.clinic, disclosure=sheet, file=file, reading=reading, uploaded_by=str(by)[:200]
            )
            record(
                by, sheet.clinic, "workbook.upload", str(sheet), {"file": file.name, "sha256": file.sha256}
            )
        return made

    def apply(self, answers: dict[str, dict], versions: dict[str, int], *, by: User | str) -> int:
        """Write {row code: fields of DisclosureAnswer.record}, all or nothing; returns how many rows changed.

        `versions` are those that the preview showed. Raises Closed, or Conflict where a row has moved on.
        """
        with writing(self.clinic_id):
            if not WorkbookUpload.objects.filter(pk=self.pk, applied_at=None).update(
                applied_at=timezone.now()
            ):
                raise Closed
            rows = self.disclosure.answers.select_related("row", "disclosure__system", "clinic")
            changed = 0
            for row in rows.filter(row__code__in=answers):
                if row.version != versions.get(row.row.code):
                    raise Conflict(row)
                row.record(row.version, by=by, **answers[row.row.code])
                changed += row.version != versions[row.row.code]
            record(by, self.clinic, "workbook.apply", str(self.disclosure), {"sha256": self.file.sha256})
        return changed
