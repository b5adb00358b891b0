"""点検報告書: a numbered PDF issued from a 確定版, kept for ever."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from checklist.choices import ReportState
from checklist.models.confirmation import Confirmation
from checklist.parts import PRESETS
from compliance import audit
from compliance.files import StoredFile
from compliance.models import User
from compliance.tenancy import TenantModel, TenantQuerySet

OVERDUE = timedelta(minutes=5)


class ReportQuerySet(TenantQuerySet):
    def newest_first(self):
        """The register. The snapshots stay behind: they are large, and only rendering needs one."""
        found = self.select_related("confirmation__assessment", "issued_by", "file")
        return found.defer("confirmation__snapshot_text").order_by("-number")

    def issued(self):
        return self.filter(state=ReportState.ISSUED)


class Report(TenantModel):
    """One 発行: who, when, which parts of which 確定版, and the file. Its number is the clinic's next."""

    confirmation = models.ForeignKey(Confirmation, models.PROTECT, related_name="reports")
    number = models.PositiveIntegerField("発行番号")
    preset = models.CharField("内容", max_length=20)
    issued_at = models.DateTimeField("発行日時")
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    state = models.CharField("状態", max_length=10, choices=ReportState.choices, default=ReportState.WAITING)
    why = models.CharField("作れなかった理由", max_length=300, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    pdf_sha256 = models.CharField(max_length=64, blank=True, db_index=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "number"], name="one_report_per_number"),
            models.CheckConstraint(
                condition=models.Q(state__in=ReportState.values), name="report_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.label}号"

    @property
    def label(self) -> str:
        """「2026-0003」: fiscal year and the clinic's running number, as printed."""
        return f"{self.confirmation.assessment.fiscal_year}-{self.number:04d}"

    @property
    def preset_title(self) -> str:
        return PRESETS[self.preset].title

    @property
    def parts(self) -> tuple[str, ...]:
        return PRESETS[self.preset].parts

    @property
    def is_waiting(self) -> bool:
        return self.state == ReportState.WAITING

    @property
    def can_be_retried(self) -> bool:
        """It failed; or it still waits where it should have been made long ago, and whoever made it may be gone."""
        overdue = self.is_waiting and timezone.now() - self.issued_at > OVERDUE
        return self.state == ReportState.FAILED or overdue

    @property
    def is_issued(self) -> bool:
        return self.state == ReportState.ISSUED

    @property
    def filename(self) -> str:
        return f"点検報告書_{self.label}.pdf"

    def facts(self) -> dict:
        """What the paper prints of its issue."""
        return {
            "number": self.label,
            "issued_at": self.issued_at.isoformat(),
            "issued_by": str(self.issued_by),
            "preset": self.preset_title,
            "public_url": settings.PUBLIC_URL,
            "head": self._head(),
        }

    def _head(self) -> dict | None:
        """The entry that tells of the issue: on paper it proves, later, that the chain up to it is still the same."""
        told = audit.AuditEntry.objects.filter(
            clinic_id=self.clinic_id, action="report.issue", target=str(self)
        )
        entry = told.first()
        return {"number": entry.sequence, "digest": entry.digest[: audit.PRINTED]} if entry else None

    @classmethod
    def issue(
        cls, confirmation: Confirmation, preset: str, *, by: User, at, after: int | None = None
    ) -> "Report":
        """The clinic's next number; the PDF follows (checklist.issuing).

        `after` is the last number that the page showed: the same page sent again finds what it has issued already.
        """
        with audit.writing(confirmation.clinic_id):
            own = cls.objects.filter(confirmation=confirmation, preset=preset, issued_by=by)
            if after is not None and (same := own.filter(number__gt=after).first()):
                return same
            last = cls.objects.filter(clinic=confirmation.clinic).aggregate(last=models.Max("number"))["last"]
            report = cls.objects.create(
                clinic=confirmation.clinic,
                confirmation=confirmation,
                number=(last or 0) + 1,
                preset=preset,
                issued_at=at,
                issued_by=by,
            )
            detail = {"confirmation": str(confirmation), "preset": preset, "sha256": confirmation.sha256}
            audit.record(by, confirmation.clinic, "report.issue", str(report), detail)
        return report

    def keep(self, content: bytes, *, by: User) -> None:
        """Take the finished PDF, once; the second of two renderings changes nothing."""
        with audit.writing(self.clinic_id):
            file = StoredFile.store(self.clinic, self.filename, content, by=by)
            done = {"state": ReportState.ISSUED, "file": file, "pdf_sha256": file.sha256, "why": ""}
            waiting = Report.objects.filter(pk=self.pk).exclude(state=ReportState.ISSUED)
            if not waiting.update(**done):
                file.discard()
                return
            audit.record(by, self.clinic, "report.keep", str(self), {"pdf_sha256": file.sha256})
        for name, value in done.items():
            setattr(self, name, value)

    def fail(self, why: str) -> None:
        """Say why there is no PDF; it can be tried again."""
        Report.objects.filter(pk=self.pk).exclude(state=ReportState.ISSUED).update(
            state=ReportState.FAILED, why=why[:300]
        )

    def retry(self, *, by: User) -> None:
        """Wait once more for a PDF that was not made; one that was issued stays as it is."""
        with audit.writing(self.clinic_id):
            open_ones = Report.objects.filter(pk=self.pk).exclude(state=ReportState.ISSUED)
            if open_ones.update(state=ReportState.WAITING, why=""):
                audit.record(by, self.clinic, "report.retry", str(self), {"why": self.why})
