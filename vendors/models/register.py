"""事業者, 医療情報システム, 構成機器: the list of seed L207-214."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Prefetch
from django.utils import timezone

from compliance.audit import record, writing
from compliance.fields import SHORT
from compliance.models import Clinic, User
from compliance.tenancy import Registered, TenantModel, TenantQuerySet, Versioned
from vendors.choices import (
    WRITTEN,
    ComponentKind,
    DisclosureKind,
    DisclosureNeed,
    Location,
    TwoFactor,
    UpdateBearer,
    WrittenIn,
)


class Vendor(TenantModel, Versioned):
    """事業者, as this clinic knows it."""

    name = models.CharField("事業者の名称", max_length=100)
    contact = models.CharField("担当者・窓口", max_length=100, blank=True)
    phone = models.CharField("電話番号", max_length=40, blank=True)
    email = models.EmailField("メールアドレス", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "name"], name="one_vendor_per_name")]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def describe(self, version: int, *, by: User, **fields) -> None:
        """Change the vendor's particulars; raises Conflict when `version` is stale, ValidationError for another's name."""
        with writing(self.clinic_id):
            self._require_own(fields.get("name", self.name))
            if changes := self.change(version, **fields):
                record(by, self.clinic, "vendor.describe", self.name, changes)

    def _require_own(self, name: str) -> None:
        others = Vendor.objects.filter(clinic=self.clinic_id).exclude(pk=self.pk)
        if others.filter(name=name).exists():
            raise ValidationError(
                {"name": "同じ名称の事業者が、もう登録されています。別の名称にしてください。"}
            )

    @classmethod
    def named(cls, clinic: Clinic, name: str, *, by: User) -> "Vendor":
        """The clinic's vendor of that name, made where there is none yet."""
        vendor, made = cls.objects.get_or_create(clinic=clinic, name=name)
        if made:
            record(by, clinic, "vendor.register", name)
        return vendor


class SystemQuerySet(TenantQuerySet):
    def in_use(self):
        return self.filter(retired_at=None)

    def listed(self):
        """Those in use, with vendor and components, in two queries."""
        components = Prefetch("components", Component.objects.order_by("kind_order", "pk"))
        listed = self.in_use().select_related("vendor").prefetch_related(components)
        return listed.order_by("position", "pk")

    def with_particulars(self):
        """With boundary, storage and the vendor's papers too: two queries more."""
        particulars = self.select_related("vendor", "boundary", "externalstorage")
        return particulars.prefetch_related("vendor__agreements", "vendor__certifications")


class System(TenantModel, Versioned, Registered):
    """医療情報システム: one line of the clinic's list of systems."""

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="systems", null=True, blank=True)
    name = models.CharField("医療情報システム", max_length=100)
    product = models.CharField("製品名", max_length=100, blank=True)
    product_version = models.CharField("バージョン", max_length=50, blank=True)
    entrusted_work = models.TextField("委託業務概要", blank=True)
    location = models.CharField("保存場所", max_length=10, choices=Location.choices)
    has_no_server = models.BooleanField("サーバはない（回線・機器だけ）", default=False)
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)
    disclosure_need = models.CharField(
        "必要な開示書", max_length=10, choices=DisclosureNeed.choices, blank=True, default=""
    )
    unavailable_reason = models.TextField("入手できない理由", blank=True)
    unavailable_on = models.DateField("入手できないと確かめた日", null=True, blank=True)
    login_two_factor = models.CharField(
        "アプリケーションのログイン時の二要素認証",
        max_length=10,
        choices=TwoFactor.choices,
        default=TwoFactor.UNKNOWN,
    )
    login_two_factor_note = models.TextField("二要素認証のメモ", blank=True)

    objects = SystemQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(location__in=Location.values), name="system_location_known"
            ),
            models.UniqueConstraint(fields=["clinic", "form_token"], name="one_system_per_form"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def vendor_name(self) -> str:
        return str(self.vendor or "")

    @property
    def is_in_house(self) -> bool:
        return self.location == Location.IN_HOUSE

    @property
    def need(self) -> DisclosureNeed:
        """Which disclosure the clinic wants; until somebody chose, what the place of the data suggests (ours)."""
        if self.disclosure_need:
            return DisclosureNeed(self.disclosure_need)
        return DisclosureNeed.SDS if self.location == Location.EXTERNAL else DisclosureNeed.MDS

    @property
    def needed_kinds(self) -> list[DisclosureKind]:
        return self.need.kinds

    @classmethod
    def register(
        cls, clinic: Clinic, *, by: User, vendor_name: str = "", form_token: str | None = None, **fields
    ) -> "System":
        """List a system, once for each form; an empty `vendor_name` means it was introduced without a vendor."""
        with writing(clinic.pk):
            if made := cls.made_by(clinic, form_token):
                return made
            vendor = Vendor.named(clinic, vendor_name, by=by) if vendor_name else None
            position = cls.objects.filter(clinic=clinic).count() + 1
            system = cls.objects.create(
                clinic=clinic, vendor=vendor, position=position, form_token=form_token, **fields
            )
            record(by, clinic, "system.register", system.name, {**fields, "vendor": vendor_name})
        return system

    def describe(self, version: int, *, by: User, vendor_name: str = "", **fields) -> None:
        """Change a system; raises Conflict when `version` is stale."""
        with writing(self.clinic_id):
            vendor = Vendor.named(self.clinic, vendor_name, by=by) if vendor_name else None
            if changes := self.change(version, vendor=vendor, **fields):
                record(by, self.clinic, "system.describe", self.name, changes)

    def specify(self, version: int, *, by: User, **fields) -> None:
        """Change single particulars and leave the vendor alone; raises Conflict when `version` is stale."""
        with writing(self.clinic_id):
            if changes := self.change(version, **fields):
                record(by, self.clinic, "system.specify", self.name, changes)

    def retire(self, *, by: User) -> None:
        """Take it off the list; its components, disclosures and risk records stay in the database."""
        now, listed = timezone.now(), System.objects.filter(pk=self.pk, retired_at=None)
        with writing(self.clinic_id):
            if listed.update(retired_at=now, version=models.F("version") + 1):
                record(by, self.clinic, "system.retire", self.name)


class Component(TenantModel, Versioned, Registered):
    """構成機器: who bears its security updates, and where that is written."""

    system = models.ForeignKey(System, models.CASCADE, related_name="components")
    kind = models.CharField("種類", max_length=10, choices=ComponentKind.choices)
    kind_order = models.GeneratedField(
        expression=models.Case(
            models.When(kind="server", then=0), models.When(kind="terminal", then=1), default=2
        ),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    name = models.CharField("名称・設置場所", max_length=SHORT)
    quantity = models.PositiveSmallIntegerField("台数", default=1)
    completes_on_device = models.BooleanField("この端末の中で処理が完結するアプリがある", default=False)
    update_bearer = models.CharField(
        "セキュリティアップデートの責任",
        max_length=10,
        choices=UpdateBearer.choices,
        default=UpdateBearer.UNKNOWN,
    )
    written_in = models.CharField(
        "どこに書いてあるか", max_length=10, choices=WrittenIn.choices, default=WrittenIn.UNKNOWN
    )
    document = models.CharField("書面の名称", max_length=SHORT, blank=True)
    clause = models.CharField("条項", max_length=SHORT, blank=True)
    os_two_factor = models.CharField(
        "OSのログイン時の二要素認証", max_length=10, choices=TwoFactor.choices, default=TwoFactor.UNKNOWN
    )

    class Meta:
        ordering = ["kind_order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ComponentKind.values), name="component_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(update_bearer__in=UpdateBearer.values), name="component_bearer_known"
            ),
            models.UniqueConstraint(fields=["clinic", "form_token"], name="one_component_per_form"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def counts_as_server(self) -> bool:
        """図1's サーバ: servers, and devices on which an app's processing completes (※1, seed L53-54)."""
        return self.kind == ComponentKind.SERVER or (
            self.kind == ComponentKind.TERMINAL and self.completes_on_device
        )

    @property
    def written_place(self) -> str:
        """「保守契約書 第8条第2項」; empty where it is written nowhere or nobody has looked."""
        if self.written_in not in WRITTEN:
            return ""
        return " ".join(
            part for part in (self.document or self.get_written_in_display(), self.clause) if part
        )

    @classmethod
    def register(cls, system: System, *, by: User, form_token: str | None = None, **fields) -> "Component":
        """Add a device to a system, once for each form."""
        with writing(system.clinic_id):
            if made := cls.made_by(system.clinic, form_token):
                return made
            component = cls.objects.create(
                clinic=system.clinic, system=system, form_token=form_token, **fields
            )
            record(by, system.clinic, "component.register", f"{system.name}：{component.name}", fields)
        return component

    def describe(self, version: int, *, by: User, **fields) -> None:
        """Change a component; raises Conflict when `version` is stale."""
        with writing(self.clinic_id):
            if changes := self.change(version, **fields):
                record(by, self.clinic, "component.describe", f"{self.system.name}：{self.name}", changes)

    def remove(self, *, by: User) -> None:
        with writing(self.clinic_id):
            gone, _ = self.delete()
            if gone:  # by whom was first
                record(by, self.clinic, "component.remove", f"{self.system.name}：{self.name}")
