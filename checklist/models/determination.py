"""対象判断: who answered what, when, and where the walk over 図1 ended."""

from django.db import models
from django.utils import timezone

from checklist.choices import Outcome
from compliance import audit
from compliance.models import Clinic, GuidelineEdition, User
from compliance.tenancy import TenantModel, TenantQuerySet


class DeterminationQuerySet(TenantQuerySet):
    def newest_first(self):
        return self.select_related("determined_by").order_by("-determined_at", "-pk")


class ApplicabilityDetermination(TenantModel):
    """One determination; kept for ever. `judgement` is what was shown: servers, reasons, path, tensions."""

    edition = models.ForeignKey(GuidelineEdition, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    determined_at = models.DateTimeField(default=timezone.now)
    determined_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    judgement = models.JSONField()

    objects = DeterminationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=Outcome.values), name="determination_outcome_known"
            )
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()

    @classmethod
    def keep(cls, clinic: Clinic, edition: GuidelineEdition, judgement: dict, *, by: User):
        """Record a judgement; the same one twice in a row by the same person on one day is one."""
        outcome = judgement["outcome"]
        with audit.writing(clinic.pk):
            last = cls.objects.filter(clinic=clinic).newest_first().first()
            if last and last.repeats(judgement, by):
                return last
            kept = cls.objects.create(
                clinic=clinic, edition=edition, outcome=outcome, determined_by=by, judgement=judgement
            )
            audit.record(by, clinic, "determination.keep", kept.get_outcome_display(), {"outcome": outcome})
        return kept

    def repeats(self, judgement: dict, by: User) -> bool:
        today = timezone.localdate()
        same_day = timezone.localdate(self.determined_at) == today
        return same_day and self.determined_by == by and self.judgement == judgement

    def is_out_of_date(self, judgement: dict) -> bool:
        """True where systems, servers or responsibilities have changed since."""
        return (
            self.judgement["servers"] != judgement["servers"]
            or self.judgement["without_vendor"] != judgement["without_vendor"]
            or self.judgement["outcome"] != judgement["outcome"]
        )
