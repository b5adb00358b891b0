"""What the clinic knows of a vendor's contracts and certifications, and of a system's boundary and storage."""

import hashlib
from datetime import date
from typing import Self

from django.db import models

from compliance.audit import record, writing
from compliance.fields import SHORT
from compliance.files import StoredFile
from compliance.models import User
from compliance.tenancy import Conflict, FirstSaved, Registered, TenantModel, Versioned
from compliance.uploads import Upload
from vendors.choices import NOT_COUNTED, AgreementKind, CertificationKind, Checked
from vendors.models.register import System, Vendor


class OfVendor(TenantModel, Versioned, Registered):
    """Something registered of a vendor: a paper that expires."""

    vendor = models.ForeignKey(Vendor, models.CASCADE, related_name="%(class)ss")
    expires_on = models.DateField("有効期限", null=True, blank=True)
    note = models.TextField("メモ", blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True

    @classmethod
    def register(
        cls,
        vendor: Vendor,
        *,
        by: User,
        form_token: str | None = None,
        file: Upload | None = None,
        **fields,
    ) -> Self:
        """Add one to a vendor with its file, once for each form."""
        with writing(vendor.clinic_id):
            if made := cls.made_by(vendor.clinic, form_token):
                return made
            if file:
                fields["file"] = StoredFile.store(vendor.clinic, *file, by=by)
            made = cls.objects.create(clinic=vendor.clinic, vendor=vendor, form_token=form_token, **fields)
            record(by, vendor.clinic, f"{cls._meta.model_name}.register", f"{vendor.name}：{made}", fields)
        return made

    def describe(self, version: int, *, by: User, file: Upload | None = None, **fields) -> None:
        """Change it, and its file where there is a new one; raises Conflict when `version` is stale."""
        with writing(self.clinic_id):
            if file and not self.holds(file):
                self._refuse_stale(version)
                fields["file"] = StoredFile.store(self.clinic, *file, by=by)
            if changes := self.change(version, **fields):
                target = f"{self.vendor.name}：{self}"
                record(by, self.clinic, f"{self._meta.model_name}.describe", target, changes)

    def holds(self, file: Upload) -> bool:
        """Whether that very file is the one it has."""
        mine = self.file and (self.file.name, self.file.sha256)
        return mine == (file.name, hashlib.sha256(file.content).hexdigest())

    def _refuse_stale(self, version: int) -> None:
        """Before a file is written: a rollback would take back its row and leave its bytes."""
        if not self.writable().filter(version=version).exists():
            raise Conflict(type(self).objects.get(pk=self.pk))

    def remove(self, *, by: User) -> None:
        with writing(self.clinic_id):
            gone, _ = self.delete()
            if gone:  # by whom was first
                record(by, self.clinic, f"{self._meta.model_name}.remove", f"{self.vendor.name}：{self}")

    def is_expired(self, today: date) -> bool:
        return self.expires_on is not None and self.expires_on < today


class Agreement(OfVendor):
    """契約書・約款・SLA, with the clause that matters."""

    system = models.ForeignKey(
        System,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name="対象のシステム",
    )
    kind = models.CharField("種類", max_length=10, choices=AgreementKind.choices)
    title = models.CharField("書面の名称", max_length=SHORT)
    clause = models.CharField("保守・責任分界の条項", max_length=SHORT, blank=True)
    concluded_on = models.DateField("締結日・改定日", null=True, blank=True)
    renews = models.BooleanField("自動更新", default=False)

    class Meta:
        ordering = ["vendor", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "form_token"], name="one_agreement_per_form"),
            models.CheckConstraint(
                condition=models.Q(kind__in=AgreementKind.values), name="agreement_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_expired(self, today: date) -> bool:
        return not self.renews and super().is_expired(today)


class Certification(OfVendor):
    """認証・評価・監査 of 5③ (seed L279-294)."""

    kind = models.CharField("種類", max_length=12, choices=CertificationKind.choices)
    number = models.CharField("登録番号・範囲", max_length=SHORT, blank=True)
    auditor = models.CharField("監査人の資格", max_length=SHORT, blank=True)
    checked_on = models.DateField("確認日", null=True, blank=True)

    class Meta:
        ordering = ["vendor", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "form_token"], name="one_certification_per_form"),
            models.CheckConstraint(
                condition=models.Q(kind__in=CertificationKind.values), name="certification_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()

    def counts(self, today: date) -> bool:
        """ISMAP-LIU and FedRAMP LI-SaaS never do (seed L287, 289), an audit by its auditor's qualification
        (L292-294); nothing does after its end."""
        audited = self.kind != CertificationKind.AUDIT or self.auditor
        return bool(self.kind not in NOT_COUNTED and audited and not self.is_expired(today))


class OfSystem(TenantModel, FirstSaved):
    """One sheet of particulars of a system, made when it is first saved."""

    system = models.OneToOneField(System, models.CASCADE, related_name="%(class)s")

    class Meta:
        abstract = True

    @classmethod
    def of(cls, system: System) -> Self:
        """The system's sheet; an unsaved one of version 0 where there is none yet."""
        found = cls.objects.filter(system=system).first() or cls(version=0)
        found.clinic, found.system = system.clinic, system
        return found

    def describe(self, version: int, *, by: User, **fields) -> None:
        """Save it; raises Conflict when somebody else saved first."""
        with writing(self.clinic_id):
            if changes := self.write(version, **fields):
                record(by, self.clinic, f"{self._meta.model_name}.describe", self.system.name, changes)

    def twin(self) -> Self | None:
        return type(self).objects.filter(system=self.system).first()


class Boundary(OfSystem):
    """責任分界 (2①②③): with whom, who does what, who else, and which logs the vendor hands over (seed L330)."""

    counterpart = models.CharField("責任分界を直接取り決める相手方", max_length=SHORT, blank=True)
    roles = models.TextField("役割分担", blank=True)
    subcontractors = models.TextField("再委託先・ほかの関係者と、その役割", blank=True)
    logs = models.TextField("事業者から提供されるログの内容・条件・範囲", blank=True)
    written_in = models.CharField("書いてある所", max_length=SHORT, blank=True)

    def __str__(self) -> str:
        return f"{self.system}の責任分界"

    @property
    def gaps(self) -> list[str]:
        """Labels of what 2①②③ asks for and is still empty."""
        names = ("counterpart", "roles", "written_in")
        return [self._meta.get_field(name).verbose_name for name in names if not getattr(self, name)]


class ExternalStorage(OfSystem):
    """外部保存の委託先について確かめること (5③④); `points` holds {"<n>": {"state": Checked, "clause": text}}."""

    policy = models.TextField("安全管理方針・体制", blank=True)
    backup = models.TextField("バックアップ状況", blank=True)
    credibility = models.TextField("信用度", blank=True)
    place = models.CharField("保存場所", max_length=SHORT, blank=True)
    domestic_law = models.CharField(
        "国内法の適用・執行が及ぶ範囲にあること",
        max_length=10,
        choices=Checked.choices,
        default=Checked.UNKNOWN,
    )
    points = models.JSONField("契約に含める事項", default=dict)

    def __str__(self) -> str:
        return f"{self.system}の外部保存"

    @property
    def gaps(self) -> list[str]:
        """Labels of what 5③ asks for and nobody has checked."""
        names = ("policy", "backup", "credibility", "place")
        empty = [self._meta.get_field(name).verbose_name for name in names if not getattr(self, name)]
        unchecked = self.domestic_law != Checked.YES
        return empty + [self._meta.get_field("domestic_law").verbose_name] * unchecked

    def point(self, number: int) -> dict:
        return self.points.get(str(number), {"state": Checked.UNKNOWN, "clause": ""})
