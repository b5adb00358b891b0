"""自己点検: one clinic, one edition, one fiscal year; its answers and what freezes them."""

from datetime import date

from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from checklist.choices import AssessmentState, Status
from checklist.models.catalogue import Item
from compliance import audit
from compliance.dates import fiscal_year_label
from compliance.fields import LONG, SHORT
from compliance.models import Clinic, GuidelineEdition, User
from compliance.tenancy import Conflict, TenantModel, TenantQuerySet, Versioned


class Frozen(Exception):
    """The round is confirmed, or the next one has begun: it takes no answers."""


class AssessmentQuerySet(TenantQuerySet):
    def current(self) -> "Assessment | None":
        """The newest round, with its edition."""
        return self.with_editions().newest_first().first()

    def with_editions(self):
        """With its edition and that of the round before, but for their prose."""
        texts = ("edition__prose", "previous__edition__prose")
        return self.select_related("edition", "previous__edition").defer(*texts)

    def newest_first(self):
        return self.order_by("-fiscal_year", "-pk")


class Assessment(TenantModel):
    """One round of the self-check."""

    edition = models.ForeignKey(GuidelineEdition, models.PROTECT, related_name="+")
    fiscal_year = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=AssessmentState.choices, default=AssessmentState.OPEN)
    begun_at = models.DateTimeField(default=timezone.now)
    previous = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="next")

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "fiscal_year", "edition"], name="one_round_per_clinic_year_and_edition"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=AssessmentState.values), name="assessment_state_known"
            ),
        ]

    def __str__(self) -> str:
        return fiscal_year_label(self.fiscal_year)

    @property
    def name_with_edition(self) -> str:
        """「令和8年度（第7.0版）」: a year may have a round of each edition."""
        return f"{self}（{self.edition.number}）"

    @property
    def is_open(self) -> bool:
        return self.state == AssessmentState.OPEN

    @classmethod
    def begin(
        cls,
        clinic: Clinic,
        edition: GuidelineEdition,
        fiscal_year: int,
        *,
        by: User,
        previous: "Assessment | None" = None,
    ) -> "Assessment":
        """Start a round with an unanswered answer for each item; the clinic works with its edition from now on."""
        with transaction.atomic():
            facts = {"edition": edition, "fiscal_year": fiscal_year, "previous": previous}
            round_ = cls.objects.create(clinic=clinic, **facts)
            new, version = {"clinic": clinic, "assessment": round_}, 1 + Answer.objects.last_version(previous)
            items = Item.objects.filter(edition=edition).order_by("position")
            Answer.objects.bulk_create(Answer(**new, item=item, version=version) for item in items)
            clinic.work_with(edition)
            audit.record(by, clinic, "assessment.begin", str(round_), {"edition": edition.code})
        return round_

    def exempt(self, answers: list["Answer"], versions: dict[int, int], reason: str, *, by: User) -> None:
        """Set answers 対象外 with one reason, all or none; `versions` by answer id. Raises Conflict or Frozen."""
        with audit.writing(self.clinic_id):
            for answer in answers:
                answer.record(versions[answer.pk], by=by, status=Status.NOT_APPLICABLE, reason=reason)


class AnswerQuerySet(TenantQuerySet):
    def last_version(self, assessment: Assessment | None) -> int:
        """The highest of a round: what begins above it meets no form that was opened in that round."""
        return self.filter(assessment=assessment).aggregate(last=models.Max("version", default=0))["last"]

    def of_round(self, assessment: Assessment):
        return self.filter(assessment=assessment).select_related("item").order_by("item__position")

    def current(self, item_code: str) -> "Answer | None":
        """The answer to one item in the newest round, with what its page names of item, round and writer.

        The texts stay behind: the catalogue has them.
        """
        found = self.filter(item__code=item_code, assessment__next=None)
        found = found.select_related("item", "assessment__edition", "updated_by")
        own = [field.name for field in self.model._meta.concrete_fields]
        return found.only(*own, *BESIDE).order_by("-assessment__fiscal_year", "-assessment__pk").first()


# Every column costs: an item's page and each save begin with this query.
BESIDE = (
    "item__code",
    *(f"assessment__{name}" for name in ("clinic", "previous", "fiscal_year", "state", "begun_at")),
    *(f"assessment__edition__{name}" for name in ("code", "number", "fingerprint")),
    *(f"updated_by__{name}" for name in ("name", "email")),
)


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
    saved_form = models.CharField(max_length=40, blank=True, editable=False)
    saved_turn = models.PositiveIntegerField(default=0, editable=False)

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
    # What a report prints: the fields of the status, in this order.
    PRINTED = {
        Status.DONE: ("confirmed_on", "evidence_place", "note"),
        Status.OPEN: ("plan", "owner", "due_on"),
        Status.NOT_APPLICABLE: ("reason",),
        Status.UNSURE: ("ask_whom",),
        Status.UNANSWERED: (),
    }
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

    def record(self, version: int, *, by: User, form: str = "", turn: int = 0, **declared) -> None:
        """Save what is declared; raises Conflict when `version` is stale, Frozen when the round is confirmed.

        `form` names the opened page that sends it, and `turn` rises there after each send that was not answered:
        what it has sent before is no conflict, and may not arrive after what it sends now.
        """
        stamps = {"updated_at": timezone.now(), "updated_by": by, "saved_form": form, "saved_turn": turn}
        with audit.writing(self.clinic_id):
            changes = self._write(version, stamps, declared)
            if changes:
                audit.record(by, self.clinic, "answer.record", self.item.code, changes)
            elif turn > self._turn_of(form):
                self._overtake(form, turn)

    def _write(self, version: int, stamps: dict, declared: dict) -> dict:
        try:
            return self.change(version, stamps, **declared)
        except Conflict as conflict:
            now = conflict.current
            if not now.assessment.is_open:
                raise Frozen from None
            own = now.saved_turn < stamps["saved_turn"] and now.saved_form == stamps["saved_form"]
            if not own and now.differences(declared):
                raise
        self.refresh_from_db(fields=[*self.DECLARED, *stamps, "version"])
        return self.change(self.version, stamps, **declared)

    def _turn_of(self, form: str) -> int:
        return self.saved_turn if self.saved_form == form else 0

    def _overtake(self, form: str, turn: int) -> None:
        """Nothing changes, but an earlier send that is still on its way is stale from now on."""
        stamps = {"saved_form": form, "saved_turn": turn}
        self.version += (
            self.writable().filter(version=self.version).update(version=F("version") + 1, **stamps)
        )
