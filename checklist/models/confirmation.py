"""確定版: a frozen round, with all that a report prints."""

import json

from django.db import models
from django.utils import timezone

from checklist.choices import AssessmentState
from checklist.models.assessment import Assessment, Frozen
from compliance import audit
from compliance.models import User
from compliance.tenancy import TenantModel, TenantQuerySet


class ConfirmationQuerySet(TenantQuerySet):
    def newest_first(self):
        return self.select_related("assessment", "confirmed_by").order_by(
            "-assessment__fiscal_year", "-number"
        )

    def of_year(self, assessment: Assessment):
        """Of the round's clinic and year: where a new edition came within the year, two rounds share its numbers."""
        return self.filter(clinic=assessment.clinic_id, assessment__fiscal_year=assessment.fiscal_year)


class Confirmation(TenantModel):
    """第n版 of a round. Written once; only its reopening is noted later."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="confirmations")
    number = models.PositiveSmallIntegerField()
    confirmed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    examiner = models.CharField("点検者", max_length=100)
    examined_on = models.DateField("点検日")
    safety_officer = models.CharField("医療情報システム安全管理責任者", max_length=100)
    unanswered = models.PositiveSmallIntegerField("未回答の項目数")
    snapshot_text = models.TextField()
    sha256 = models.CharField(max_length=64)
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reopened_why = models.CharField("再開の理由", max_length=200, blank=True)

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "number"], name="one_confirmation_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.assessment} 第{self.number}版"

    @property
    def snapshot(self) -> dict:
        return json.loads(self.snapshot_text)

    def save(self, *args, **kwargs) -> None:
        """Refuse to rewrite: a 確定版 is immutable."""
        if self.pk:
            raise Frozen
        super().save(*args, **kwargs)

    def reopen(self, *, by: User, why: str) -> None:
        """Let the round take answers again; leads to the next 確定版. Repeating it changes nothing.

        Raises Frozen where the next round has begun.
        """
        noted = {"reopened_at": timezone.now(), "reopened_by": by, "reopened_why": why}
        with audit.writing(self.clinic_id):
            if Assessment.objects.filter(previous=self.assessment_id).exists():
                raise Frozen
            if type(self).objects.filter(pk=self.pk, reopened_at=None).update(**noted):
                Assessment.objects.filter(pk=self.assessment_id).update(state=AssessmentState.OPEN)
                audit.record(by, self.clinic, "confirmation.reopen", str(self), {"why": why})
