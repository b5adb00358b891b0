"""適合状況: what a sheet says of each row of 別紙."""

from django.db import models
from django.utils import timezone

from compliance.audit import record, writing
from compliance.conversion import Origin
from compliance.fields import LONG
from compliance.models import User
from compliance.tenancy import Conflict, TenantModel, TenantQuerySet, Versioned
from vendors.choices import DECLARED, HANDED_IN, Conformity
from vendors.choices import DisclosureState as S
from vendors.models.rows import DisclosureRow


class Closed(Exception):
    """The sheet takes no answers (any more)."""


class DisclosureAnswerQuerySet(TenantQuerySet):
    def said_in(self, sheets):
        """(sheet id, row code, Conformity, remark, why) of every row of these sheets, in the document's order."""
        rows = self.filter(disclosure__in=sheets).order_by("disclosure", "row__position")
        return rows.values_list("disclosure_id", "row__code", "answer", "remark", "why")


class DisclosureAnswer(TenantModel, Versioned):
    """適合状況 of one row; for 未読取 what stands in the file, and where."""

    disclosure = models.ForeignKey("vendors.Disclosure", models.CASCADE, related_name="answers")
    row = models.ForeignKey(DisclosureRow, models.PROTECT, related_name="+")
    answer = models.CharField("適合状況", max_length=6, choices=Conformity.choices, default=Conformity.BLANK)
    remark = models.TextField("備考", max_length=LONG, blank=True)
    cell = models.CharField("ファイルの中の場所", max_length=100, blank=True)
    why = models.TextField("読み取れなかった理由", blank=True)
    comment = models.TextField("差戻しのコメント", max_length=LONG, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.CharField(max_length=200, blank=True)

    objects = DisclosureAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["disclosure", "row"], name="one_answer_per_row"),
            models.CheckConstraint(condition=models.Q(answer__in=Conformity.values), name="conformity_known"),
        ]

    def __str__(self) -> str:
        return f"{self.row.numbers_text}：{self.get_answer_display()}"

    @property
    def is_open(self) -> bool:
        """A returned sheet takes only the rows that were returned."""
        return self.disclosure.is_with_vendor and (self.disclosure.state != S.RETURNED or bool(self.comment))

    @property
    def is_settled(self) -> bool:
        """The clinic has said what an 未読取 row says: its own reading, told in `why`, and not the vendor's word."""
        return self.answer in DECLARED and bool(self.why)

    @property
    def declared(self) -> str:
        """What the vendor itself has said of the row."""
        return Conformity.UNREAD if self.is_settled else self.answer

    def writable(self) -> models.QuerySet:
        returned = models.Q(disclosure__state=S.RETURNED) & ~models.Q(comment="")
        return super().writable().filter(models.Q(disclosure__state__in=[S.ASKED, S.ANSWERING]) | returned)

    def record(
        self, version: int, *, by: User | str, answer: str, remark: str, cell: str = "", why: str = ""
    ) -> None:
        """Save one row; raises Closed when it takes no answer (any more), Conflict when `version` is stale."""
        if not self.is_open:
            raise Closed
        stamps = {"updated_at": timezone.now(), "updated_by": str(by)[:200]}
        fields = {"answer": answer, "remark": remark, "cell": cell, "why": why}
        with writing(self.clinic_id):
            if changes := self.change(version, stamps, **fields):
                self._note(by, "disclosure.answer", changes)
                self.disclosure.begin_answering()

    def take_over(self, origin: Origin, said: dict[str, "DisclosureAnswer"]) -> bool:
        """Say what the rows of an earlier edition said, where they may still be kept and agree; does not save."""
        earlier = [said[code] for code in origin.codes if code in said]
        if not origin.keep or len({each.answer for each in earlier}) != 1:
            return False
        for name in ("answer", "cell", "why", "updated_at", "updated_by"):
            setattr(self, name, getattr(earlier[0], name))
        self.remark = "／".join(filter(None, (each.remark for each in earlier)))[:LONG]
        return True

    def settle(self, version: int, *, by: User, answer: str) -> None:
        """Say what an 未読取 row of a handed-in sheet says, as a person reads it; the cell stays on record."""
        words = f"{by}が原本を見て「{Conformity(answer).label}」と読み取りました。"
        fields = {"answer": answer, "why": words, "updated_at": timezone.now(), "updated_by": str(by)[:200]}
        with writing(self.clinic_id):
            unread = DisclosureAnswer.objects.filter(pk=self.pk, answer=Conformity.UNREAD)
            handed_in = type(self.disclosure).objects.without_heir().filter(state__in=HANDED_IN)
            unread = unread.filter(disclosure__in=handed_in, version=version)
            if not unread.update(version=version + 1, **fields):
                raise Conflict(DisclosureAnswer.objects.get(pk=self.pk))
            self._note(by, "disclosure.settle", {"answer": [Conformity.UNREAD, answer]})

    def _note(self, by: User | str, action: str, changes: dict) -> None:
        record(by, self.clinic, action, f"{self.disclosure} {self.row.numbers_text}", changes)
