"""リスク評価・対応: what the clinic makes of a row that is not はい or 対象外, or of a missing disclosure."""

from datetime import date

from django.db import models
from django.utils import timezone

from compliance.audit import record, writing
from compliance.conversion import Table
from compliance.fields import LONG, SHORT
from compliance.models import GuidelineEdition, User
from compliance.tenancy import FirstSaved, TenantModel, TenantQuerySet
from vendors.choices import Impact, Treatment
from vendors.models.disclosures import Disclosure
from vendors.models.register import System
from vendors.models.rows import DisclosureRow


class RiskTreatmentQuerySet(TenantQuerySet):
    def with_row(self):
        return self.select_related("row", "updated_by")

    def in_force(self):
        """Of the rows of the edition that the clinic works with, and of missing disclosures."""
        anew = models.Q(clinic__edition=None) | models.Q(row__edition=models.F("clinic__edition"))
        return self.filter(models.Q(row=None) | anew)

    def without_heir(self, old: GuidelineEdition, table: Table):
        """Those of rows of an earlier edition that the conversion table does not keep."""
        gone = [row.code for row in old.disclosure_rows.all() if not table.heir(row.code)]
        return self.filter(row__edition=old, row__code__in=gone)

    def of_sheet(self, sheet: Disclosure) -> dict[str, "RiskTreatment"]:
        """{row code: record} of the sheet's own rows; what came over into a new edition stands beside its new row."""
        own = self.filter(system=sheet.system_id, row__edition=sheet.edition_id).with_row()
        return {each.row.code: each for each in own}

    def of_system(self, system: System) -> dict[str, "RiskTreatment"]:
        """{row code, "" for a missing disclosure: record}"""
        return {
            each.row.code if each.row else "": each
            for each in self.filter(system=system).in_force().with_row()
        }


class RiskTreatment(TenantModel, FirstSaved):
    """Of one system and one row (none: the disclosure itself is missing). It outlives the sheet it began with."""

    system = models.ForeignKey(System, models.CASCADE, related_name="treatments")
    row = models.ForeignKey(DisclosureRow, models.PROTECT, null=True, blank=True, related_name="+")
    impact = models.CharField("起きたときの影響", max_length=10, choices=Impact.choices, blank=True)
    risk = models.TextField("起こりうること", max_length=LONG, blank=True)
    harm = models.TextField("そう考える理由・想定される被害", max_length=LONG, blank=True)
    treatment = models.CharField("対応の方針", max_length=10, choices=Treatment.choices, blank=True)
    measure = models.TextField("当院で行うこと", max_length=LONG, blank=True)
    owner = models.CharField("担当", max_length=SHORT, blank=True)
    due_on = models.DateField("いつまでに", null=True, blank=True)
    done_on = models.DateField("実施した日", null=True, blank=True)
    explanation = models.TextField("立入検査での説明", max_length=LONG, blank=True)
    checked_for = models.ForeignKey(Disclosure, models.SET_NULL, null=True, blank=True, related_name="+")
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = RiskTreatmentQuerySet.as_manager()

    FIELDS = (
        "impact",
        "risk",
        "harm",
        "treatment",
        "measure",
        "owner",
        "due_on",
        "done_on",
        "explanation",
    )
    NEEDED = ("impact", "risk", "treatment", "measure", "explanation")

    class Meta:
        ordering = ["system", "row__position"]
        constraints = [
            models.UniqueConstraint(fields=["system", "row"], name="one_treatment_per_row"),
            models.UniqueConstraint(
                fields=["system"], condition=models.Q(row=None), name="one_treatment_without_row"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system.name} {self.row.numbers_text if self.row else '開示書なし'}"

    @property
    def gaps(self) -> list[str]:
        """Labels of what an explanation needs and is still empty."""
        return [self._meta.get_field(name).verbose_name for name in self.NEEDED if not getattr(self, name)]

    @property
    def is_complete(self) -> bool:
        return not self.gaps

    def is_open(self, today) -> bool:
        """要対応: unfinished, or its measure is planned and not done yet."""
        return not self.is_complete or (self.due_on is not None and self.done_on is None)

    def needs_check(self, disclosure: Disclosure | None) -> bool:
        """要確認: it was written for an earlier disclosure."""
        return bool(disclosure and self.checked_for_id and self.checked_for_id < disclosure.pk)

    def explains(self, disclosure: Disclosure | None) -> bool:
        """説明済み: complete, and looked at beside that disclosure."""
        return self.is_complete and not self.needs_check(disclosure)

    @classmethod
    def of(cls, system: System, row: DisclosureRow | None) -> "RiskTreatment":
        """The record of a system and row; an unsaved one of version 0 where there is none yet."""
        found = cls.objects.filter(system=system, row=row).first() or cls(version=0)
        found.clinic, found.system, found.row = system.clinic, system, row
        return found

    def treat(self, version: int, *, by: User, disclosure: Disclosure | None, **fields) -> None:
        """Save it as looked at beside `disclosure`; raises Conflict when somebody else saved first."""
        stamps = {"updated_at": timezone.now(), "updated_by": by}
        fields["checked_for"] = disclosure
        with writing(self.clinic_id):
            if changes := self.write(version, stamps, **fields):
                record(by, self.clinic, "risk.treat", str(self), changes)

    @classmethod
    def carry_over(cls, clinic_id: int, old: GuidelineEdition, new: GuidelineEdition, table: Table) -> None:
        """Move the records to the rows of a new edition that take over theirs; the others stay with the old one."""
        heirs = {row.code: row for row in new.disclosure_rows.all()}
        for each in cls.objects.filter(clinic=clinic_id, row__edition=old).select_related("row"):
            if heir := table.heir(each.row.code):
                each._move_to(heirs[heir])

    def _move_to(self, row: DisclosureRow) -> None:
        """It stays 説明済み where the sheet that it was written for has come over, and 要確認 where it was older."""
        carried = Disclosure.objects.filter(carried_from__isnull=False, carried_from=self.checked_for_id)
        moved = RiskTreatment.objects.filter(pk=self.pk)
        moved.update(row=row, checked_for=carried.first() or self.checked_for_id)

    def finish(self, version: int, *, by: User, done_on: date) -> None:
        """The measure was carried out; which disclosure it was written for stays as it was."""
        self.treat(version, by=by, disclosure=self.checked_for, done_on=done_on)

    def twin(self) -> "RiskTreatment | None":
        return RiskTreatment.objects.filter(system=self.system, row=self.row).first()
