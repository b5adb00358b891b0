"""自己点検: one clinic, one edition, one fiscal year; its answers and what freezes them."""

from datetime import date

from django.db import models, transaction
from django.utils import timezone

from checklist.choices import AssessmentState, Status
from checklist.models.catalogue import Item
from compliance import audit
from compliance.dates import fiscal_year_label
from compliance.fields import LONG, SHORT
from compliance.models import Clinic, GuidelineEdition, User
from compliance.tenancy import Conflict, TenantModel, TenantQuerySet, Versioned


class Frozen(Exception):
    """The round is confirmed: it takes no answers until it is reopened."""


class AssessmentQuerySet(TenantQuerySet):
    def current(self) -> "Assessment | None":
        """The newest round, with its edition."""
        found = self.select_related("edition").defer("edition__prose")
        return found.order_by("-fiscal_year", "-pk").first()


class Assessment(TenantModel):
    """One round of the self-check."""

    edition = models.ForeignKey(GuidelineEdition, models.PROTECT, related_name="+")
    fiscal_year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=AssessmentState.choices, default=AssessmentState.OPEN)
    begun_at = models.DateTimeField(default=timezone.now)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "fiscal_year"], name="one_round_per_clinic_and_year"),
            models.CheckConstraint(
                condition=models.Q(state__in=AssessmentState.values), name="assessment_state_known"
            ),
        ]

    def __str__(self) -> str:
        return fiscal_year_label(self.fiscal_year)

    @property
    def is_open(self) -> bool:
        return self.state == AssessmentState.OPEN

    @classmethod
    def begin(cls, clinic: Clinic, edition: GuidelineEdition, fiscal_year: int, *, by: User) -> "Assessment":
        """Start a round with an unanswered answer for each item."""
        with transaction.atomic():
            round_ = cls.objects.create(clinic=clinic, edition=edition, fiscal_year=fiscal_year)
            items = Item.objects.filter(edition=edition).order_by("position")
            Answer.objects.bulk_create(Answer(clinic=clinic, assessment=round_, item=item) for item in items)
            audit.record(by, clinic, "assessment.begin", str(round_), {"edition": edition.code})
        return round_

    def exempt(self, answers: list["Answer"], versions: dict[int, int], reason: str, *, by: User) -> None:
        """Set answers 対象外 with one reason, all or none; `versions` by answer id. Raises Conflict or Frozen."""
        with audit.writing(self.clinic_id):
            for answer in answers:
                answer.record(versions[answer.pk], by=by, status=Status.NOT_APPLICABLE, reason=reason)


class AnswerQuerySet(TenantQuerySet):
    def of_round(self, assessment: Assessment):
        return self.filter(assessment=assessment).select_related("item").order_by("item__position")

    def current(self, item_code: str) -> "Answer | None":
        """The answer to one item in the newest round that has it. The texts stay behind: the catalogue has them."""
        found = self.filter(item__code=item_code).select_related("item", "assessment__edition", "updated_by")
        found = found.defer("item__entry", "assessment__edition__prose")
        return found.order_by("-assessment__fiscal_year").first()


class Answer(TenantModel, Versioned):
    """What the clinic declares of one item. Fields of other statuses are kept, not printed."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="answers")
    item = models.ForeignKey(Item, models.PROTECT, related_name="+")
    status = models.CharField("対応状況", max_length=10, choices=Status.choices, default=Status.UNANSWERED)
    confirmed_on = models.DateField("確認日", null=True, blank=True)
    note = models.TextField("メモ", max_length=LONG, blank=True)
    evidence_place = models.TextField("根拠の保管場所", max_length=LONG, blank=True)
    plan = models.TextField("やること", max_length=LONG, blank=True)
    owner = models.CharField("担当", max_length=SHORT, blank=True)
    due_on = models.DateField("目標日", null=True, blank=True)
    reason = models.TextField("当てはまらない理由", max_length=LONG, blank=True)
    ask_whom = models.CharField("聞く相手", max_length=SHORT, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = AnswerQuerySet.as_manager()

    DECLARED = (
        "status",
        "confirmed_on",
        "note",
        "evidence_place",
        "plan",
        "owner",
        "due_on",
        "reason",
        "ask_whom",
    )
    NEEDED = {
        Status.DONE: ("confirmed_on",),
        Status.OPEN: ("plan", "owner", "due_on"),
        Status.NOT_APPLICABLE: ("reason",),
        Status.UNSURE: ("ask_whom",),
        Status.UNANSWERED: (),
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "item"], name="one_answer_per_item"),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="answer_status_known"),
        ]

    def __str__(self) -> str:
        return f"{self.item.entry['shown']}：{self.get_status_display()}"

    @property
    def is_answered(self) -> bool:
        """The one progress rule: 実施済; 未実施 with its plan; 対象外 with its reason; わからない never."""
        if self.status == Status.OPEN:
            return bool(self.plan)
        if self.status == Status.NOT_APPLICABLE:
            return bool(self.reason)
        return self.status == Status.DONE

    @property
    def gaps(self) -> list[str]:
        """Labels of what the status needs and is still empty."""
        return [
            self._meta.get_field(name).verbose_name
            for name in self.NEEDED[self.status]
            if not getattr(self, name)
        ]

    @property
    def state_text(self) -> str:
        """「対象外（当てはまらない理由が未記入）」"""
        gaps = "・".join(self.gaps)
        return f"{self.get_status_display()}（{gaps}が未記入）" if gaps else self.get_status_display()

    def needs_action(self) -> bool:
        return self.status in {Status.OPEN, Status.UNSURE} or bool(self.gaps)

    def is_overdue(self, today: date) -> bool:
        return self.status == Status.OPEN and self.due_on is not None and self.due_on < today

    def writable(self) -> models.QuerySet:
        return super().writable().filter(assessment__state=AssessmentState.OPEN)

    def record(self, version: int, *, by: User, **declared) -> None:
        """Save what is declared; raises Conflict when `version` is stale, Frozen when the round is confirmed."""
        stamps = {"updated_at": timezone.now(), "updated_by": by}
        with audit.writing(self.clinic_id):
            try:
                changes = self.change(version, stamps, **declared)
            except Conflict as conflict:
                if not conflict.current.assessment.is_open:
                    raise Frozen from None
                raise
            if changes:
                audit.record(by, self.clinic, "answer.record", self.item.code, changes)
