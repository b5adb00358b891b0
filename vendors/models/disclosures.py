"""開示書: what a vendor says of one system and product version, row by row."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.utils import timezone

from compliance import editions
from compliance.audit import record, writing
from compliance.conversion import Table
from compliance.fields import SHORT
from compliance.files import StoredFile
from compliance.models import Clinic, GuidelineEdition, User
from compliance.tenancy import Registered, TenantModel, TenantQuerySet, Versioned
from vendors.choices import (
    DECLARED,
    HANDED_IN,
    SHEETS,
    WITH_VENDOR,
    DisclosureKind,
    DisclosureState,
    Source,
)
from vendors.models.answers import Closed, DisclosureAnswer
from vendors.models.register import System
from vendors.models.rows import DisclosureRow
from vendors.models.submissions import Submission

S = DisclosureState
ACCEPTANCE = ("accepted_at", "accepted_by", "holds_confirmed_on", "holds_confirmed_by")


class DisclosureQuerySet(TenantQuerySet):
    def newest_first(self):
        return self.order_by("-pk")

    def with_answers(self):
        """With system, vendor, rows and answers in the document's order, in two queries."""
        answers = DisclosureAnswer.objects.select_related("row").order_by("row__position")
        heirs = self._heirs().values("pk")[:1]
        found = self.annotate(heir_id=models.Subquery(heirs)).select_related(
            "system__vendor", "request", "accepted_by", "holds_confirmed_by", "file"
        )
        return found.prefetch_related(models.Prefetch("answers", answers))

    def under(self, request_):
        """The sheets of one link."""
        return self.filter(request=request_).select_related("system__vendor").order_by("kind")

    def with_counts(self):
        """With `rows`, and how many of them are `answered` and `returned`."""
        answered = models.Count("answers", filter=models.Q(answers__answer__in=DECLARED))
        returned = models.Count("answers", filter=~models.Q(answers__comment=""))
        return self.annotate(rows=models.Count("answers"), answered=answered, returned=returned)

    def to_ask_for(self, system: System) -> list[str]:
        """The kinds that a system needs and nobody has handed in; all that it needs where none is left."""
        current = list(self.filter(system=system).current())
        had = {each.kind for each in current} - {each.kind for each in current if each.is_with_vendor}
        needed = [str(kind) for kind in system.needed_kinds]
        return [kind for kind in needed if kind not in had] or needed

    def current(self):
        """Of each system and kind the newest that is handed in, and one with the vendor that was begun after it.

        What came over into a new edition stands for the sheet it came from, and ends nobody's wait.
        """
        newer = DisclosureQuerySet(self.model).filter(
            system=models.OuterRef("system"), kind=models.OuterRef("kind"), pk__gt=models.OuterRef("pk")
        )
        handed_in = models.Q(state__in=HANDED_IN)
        waits = models.Q(state__in=WITH_VENDOR) & ~models.Exists(newer.filter(carried_from=None))
        stands = handed_in & ~models.Exists(newer.filter(handed_in)) & ~models.Exists(self._heirs())
        return self.filter(waits | stands, system__retired_at=None)

    def waiting(self):
        """Those that somebody is still to answer, the newest first."""
        return self.current().filter(state__in=WITH_VENDOR).newest_first()

    def without_heir(self):
        """Those that no sheet of a later edition has taken over."""
        return self.filter(~models.Exists(self._heirs()))

    def _heirs(self):
        return DisclosureQuerySet(self.model).filter(carried_from=models.OuterRef("pk"))


class Disclosure(TenantModel, Versioned, Registered):
    """One sheet (MDS or SDS) or one filed サービス仕様適合開示書 of one system, on its way from 依頼 to 確認."""

    system = models.ForeignKey(System, models.CASCADE, related_name="disclosures")
    edition = models.ForeignKey(GuidelineEdition, models.PROTECT, related_name="+")
    request = models.ForeignKey(
        "vendors.DisclosureRequest", models.SET_NULL, null=True, blank=True, related_name="disclosures"
    )
    kind = models.CharField("種類", max_length=4, choices=DisclosureKind.choices)
    state = models.CharField("状態", max_length=10, choices=S.choices)
    source = models.CharField("回答の出どころ", max_length=10, choices=Source.choices)
    source_place = models.CharField("書面の名称・条項", max_length=SHORT, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    vendor_name = models.CharField("事業者", max_length=100, blank=True)
    product = models.CharField("製品名", max_length=100, blank=True)
    product_version = models.CharField("バージョン", max_length=50, blank=True)
    dated_on = models.DateField("作成日", null=True, blank=True)
    begun_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    holds_confirmed_on = models.DateField("今も有効と確かめた日", null=True, blank=True)
    holds_confirmed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    carried_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    objects = DisclosureQuerySet.as_manager()
    heir_id = None  # the sheet of a later edition that took over; from `with_answers`

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=DisclosureKind.values), name="disclosure_kind_known"
            ),
            models.CheckConstraint(condition=models.Q(state__in=S.values), name="disclosure_state_known"),
            models.UniqueConstraint(fields=["clinic", "form_token"], name="one_disclosure_per_form"),
        ]

    def __str__(self) -> str:
        return f"{self.system.name}の{self.kind_name}"

    @property
    def kind_name(self) -> str:
        """「MDS」「SDS」「サービス仕様適合開示書」"""
        return self.kind if self.kind in SHEETS else self.get_kind_display()

    @property
    def is_with_vendor(self) -> bool:
        return self.state in WITH_VENDOR

    @property
    def takes_answers(self) -> bool:
        """By the clinic, which copies from paper; a vendor's link needs its request besides."""
        return self.is_with_vendor and self.kind in SHEETS

    @classmethod
    def begin(
        cls, system: System, kind: str, *, by: User | str, source: str, received=None, **fields
    ) -> "Disclosure":
        """A new sheet with its rows unanswered, once for each form; earlier sheets of the system stay as they are.

        `received` is the (name, bytes) of the vendor's own paper or file, kept as it came.
        """
        with writing(system.clinic_id):
            if made := cls.made_by(system.clinic, fields.get("form_token")):
                return made
            if received:
                fields["file"] = StoredFile.store(system.clinic, *received, by=by)
            sheet = cls.objects.create(
                clinic=system.clinic,
                system=system,
                edition=_edition_of(system.clinic_id) or GuidelineEdition.current(),
                kind=kind,
                state=S.ASKED if source == Source.LINK else S.ANSWERING,
                source=source,
                vendor_name=system.vendor_name,
                product=system.product,
                product_version=system.product_version,
                **fields,
            )
            sheet._add_rows()
            record(by, system.clinic, "disclosure.begin", str(sheet), {"source": source})
        return sheet

    def _add_rows(self) -> None:
        rows = DisclosureRow.objects.of_sheet(self.edition, self.kind)
        new = [DisclosureAnswer(clinic=self.clinic, disclosure=self, row=row) for row in rows]
        DisclosureAnswer.objects.bulk_create(new)

    @classmethod
    def file_away(cls, system: System, *, by: User, received: tuple[str, bytes], **fields) -> "Disclosure":
        """Keep a サービス仕様適合開示書: it has no rows, counts for 3② and never for 10⑨."""
        with writing(system.clinic_id):
            sheet = cls.begin(
                system, DisclosureKind.SPEC, by=by, source=Source.PAPER, received=received, **fields
            )
            if sheet.is_with_vendor:  # the same form again finds it filed
                sheet.submit(by=by)
        return sheet

    def move(self, to: str, *, frm: Iterable[str], **fields) -> None:
        """Change the state; raises Closed when it is none of `frm` any more, or came over into a new edition."""
        values = {"state": to, **fields}
        version = models.F("version") + 1
        standing = Disclosure.objects.without_heir().filter(pk=self.pk, state__in=frm)
        if not standing.update(version=version, **values):
            raise Closed
        for name, value in values.items():
            setattr(self, name, value)

    @property
    def was_checked_again(self) -> bool:
        """Whether somebody has looked at it since it was accepted."""
        accepted = self.accepted_at and timezone.localdate(self.accepted_at)
        return bool(accepted and self.holds_confirmed_on and self.holds_confirmed_on > accepted)

    def begin_answering(self) -> None:
        """回答中 from the first answer on; somebody else may have given it at the same moment."""
        asked = Disclosure.objects.filter(pk=self.pk, state=S.ASKED)
        if self.state == S.ASKED and asked.update(state=S.ANSWERING, version=models.F("version") + 1):
            self.state = S.ANSWERING

    def submit(self, *, by: User | str, signer: dict | None = None) -> "Submission":
        """Close the sheet and keep what it says, as a numbered 提出; raises Closed when it is closed already."""
        with writing(self.clinic_id):
            self.move(S.SUBMITTED, frm=WITH_VENDOR, submitted_at=timezone.now())
            self.answers.update(comment="")
            submission = Submission.of(self, **(signer or {"name": str(by)}))
            record(by, self.clinic, "disclosure.submit", str(self), {"sha256": submission.sha256})
            self._catch_up(by)
        return submission

    def _catch_up(self, by: User | str) -> None:
        """Asked for before the clinic took a new edition, it comes over now."""
        edition = _edition_of(self.clinic_id)
        if self.kind in SHEETS and edition and edition.pk != self.edition_id:
            self.carry_over(edition, by=by)

    def carry_over(self, edition: GuidelineEdition, *, by: User | str) -> "Disclosure":
        """A sheet of another edition with the answers that the conversion table keeps; the others are 未回答.

        This one stays as it is. Only where every row came over is the new one as far as this one was.
        """
        table = editions.between(self.edition.code, edition.code).rows
        with writing(self.clinic_id):
            sheet = self._copy(edition)
            sheet._add_rows()
            if sheet._take_over(self, table):
                unaccepted = dict.fromkeys(ACCEPTANCE)
                sheet.move(S.SUBMITTED, frm=HANDED_IN, **unaccepted)
            Submission.of(sheet, **self.submissions.latest("number").signature)
            record(by, self.clinic, "disclosure.carry", str(sheet), {"edition": edition.code})
        return sheet

    def _copy(self, edition: GuidelineEdition) -> "Disclosure":
        """The same sheet, still without rows, in another edition; neither a link nor a form has made it."""
        sheet = Disclosure.objects.get(pk=self.pk)
        sheet.pk, sheet.version, sheet.request, sheet.form_token = None, 1, None, None
        sheet.edition, sheet.carried_from = edition, self
        sheet._state.adding = True
        sheet.save(force_insert=True)
        return sheet

    def _take_over(self, earlier: "Disclosure", table: Table) -> int:
        """Copy what the table keeps of an earlier edition's sheet; the number of rows that stay 未回答."""
        said = {each.row.code: each for each in earlier.answers.select_related("row")}
        answers = list(self.answers.select_related("row"))
        left = [each for each in answers if not each.take_over(table.origin(each.row.code), said)]
        copied = ["answer", "remark", "cell", "why", "updated_at", "updated_by"]
        DisclosureAnswer.objects.bulk_update(answers, copied)
        return len(left)

    def accept(self, *, by: User) -> None:
        """確認済. Rows that are not はい or 対象外 stay what they are: their risk records explain them."""
        with writing(self.clinic_id):
            fields = {"accepted_at": timezone.now(), "accepted_by": by}
            today = timezone.localdate()
            self.move(
                S.ACCEPTED, frm=[S.SUBMITTED], holds_confirmed_on=today, holds_confirmed_by=by, **fields
            )
            record(by, self.clinic, "disclosure.accept", str(self))

    def confirm_holds(self, *, by: User, on: date) -> None:
        """The yearly check that it still holds (seed L227)."""
        with writing(self.clinic_id):
            self.move(S.ACCEPTED, frm=[S.ACCEPTED], holds_confirmed_on=on, holds_confirmed_by=by)
            record(by, self.clinic, "disclosure.confirm_holds", str(self), {"on": on})

    def return_(self, comments: dict[str, str], *, by: User) -> None:
        """差戻し: the rows named in `comments` {row code: comment} may be answered again; the others stay.

        What comes back is to be accepted anew.
        """
        with writing(self.clinic_id):
            unaccepted = dict.fromkeys(ACCEPTANCE)
            self.move(S.RETURNED, frm=HANDED_IN, **unaccepted)
            for answer in self.answers.select_related("row").filter(row__code__in=comments):
                answer.comment = comments[answer.row.code]
                answer.save(update_fields=["comment"])
            record(by, self.clinic, "disclosure.return", str(self), comments)


def _edition_of(clinic_id: int) -> GuidelineEdition | None:
    """As it is now: a page may have been opened before the clinic took a new edition."""
    own = Clinic.objects.filter(pk=clinic_id).values("edition")
    return GuidelineEdition.objects.defer("prose").filter(pk__in=own).first()
