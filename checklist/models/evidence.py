"""根拠資料: a file, or just the place where the paper is kept; for as many items as it speaks of, over the years."""

import hashlib
from collections.abc import Iterable
from datetime import date

from django.db import models
from django.utils import timezone

from compliance import audit
from compliance.conversion import Table
from compliance.fields import LONG, SHORT
from compliance.files import StoredFile
from compliance.models import Clinic, User
from compliance.tenancy import Conflict, Registered, TenantModel, TenantQuerySet, Versioned
from compliance.uploads import Upload


class EvidenceQuerySet(TenantQuerySet):
    def in_use(self):
        """What stands on the list, in the order of the index's numbers."""
        return self.filter(retired_at=None).order_by("pk")

    def retired(self):
        return self.filter(retired_at__isnull=False).order_by("-retired_at")

    def listed(self):
        """With all that a list prints, in two queries."""
        return self.select_related("file").prefetch_related("of_items")

    def of_item(self, code: str):
        return self.filter(of_items__item_code=code)

    def matching(self, text: str, codes: Iterable[str]):
        """Where `text` stands in a title, place, note or file name, or whose item is one of `codes`."""
        named = ("title", "place", "note", "file__name")
        wanted = models.Q(pk__in=EvidenceItem.objects.filter(item_code__in=codes).values("evidence"))
        for name in named:
            wanted |= models.Q(**{f"{name}__icontains": text})
        return self.filter(wanted)


class Evidence(TenantModel, Versioned, Registered):
    """One 根拠資料. Taken off the list it stays, and so does each file that was replaced."""

    title = models.CharField("資料の名称", max_length=SHORT)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="ファイル"
    )
    place = models.CharField("保管場所", max_length=SHORT, blank=True)
    dated_on = models.DateField("資料の日付", null=True, blank=True)
    expires_on = models.DateField("有効期限", null=True, blank=True)
    note = models.TextField("メモ", max_length=LONG, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "form_token"], name="one_evidence_per_form"),
            models.CheckConstraint(
                condition=models.Q(file__isnull=False) | ~models.Q(place=""), name="evidence_file_or_place"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def items(self) -> list[str]:
        """Codes of the items it speaks of."""
        return sorted(each.item_code for each in self.of_items.all()) if self.pk else []

    @classmethod
    def register(
        cls,
        clinic: Clinic,
        *,
        by: User,
        items: Iterable[str] = (),
        form_token: str | None = None,
        file: Upload | None = None,
        **fields,
    ) -> "Evidence":
        """Put one on the list with its file and items, once for each form."""
        with audit.writing(clinic.pk):
            if made := cls.made_by(clinic, form_token):
                return made
            if file:
                fields["file"] = StoredFile.store(clinic, *file, by=by)
            made = cls.objects.create(clinic=clinic, form_token=form_token, **fields)
            made._relate(items)
            audit.record(by, clinic, "evidence.register", made.title, {**fields, "items": sorted(items)})
        return made

    def describe(
        self, version: int, *, by: User, items: Iterable[str], file: Upload | None = None, **fields
    ) -> None:
        """Change it; a new file takes the place of the one before, which is kept. Raises Conflict when stale."""
        with audit.writing(self.clinic_id):
            before, after, replaced = self._now().items, sorted(items), None
            moved = {"items": [before, after]} if before != after else {}
            replaces = file is not None and not self.holds(file)
            if moved or replaces:
                self._refuse_stale(version)
            if replaces:
                replaced = self.file
                fields["file"] = StoredFile.store(self.clinic, *file, by=by)
            changes = self.change(version, **fields)
            if moved and not changes:
                self.writable().update(version=version + 1)
            self._relate(items)
            if replaced:
                EarlierFile.objects.create(
                    clinic=self.clinic, evidence=self, file=replaced, replaced_by=str(by)[:SHORT]
                )
            if changes or moved:
                audit.record(by, self.clinic, "evidence.describe", self.title, changes | moved)

    def attach(self, code: str, *, by: User) -> None:
        """Let it speak of one more item; repeating it changes nothing."""
        with audit.writing(self.clinic_id):
            before = self._now().items
            if code not in before:
                self._relate([*before, code])
                self.writable().update(version=models.F("version") + 1)
                audit.record(by, self.clinic, "evidence.attach", self.title, {"item": code})

    def retire(self, *, by: User) -> None:
        """Take it off the list. It and its files stay, and it can be brought back."""
        self._list(timezone.now(), "evidence.retire", by)

    def bring_back(self, *, by: User) -> None:
        self._list(None, "evidence.bring_back", by)

    def _list(self, retired_at, action: str, by: User) -> None:
        with audit.writing(self.clinic_id):
            standing = self.writable().filter(retired_at__isnull=retired_at is not None)
            if standing.update(retired_at=retired_at, version=models.F("version") + 1):
                audit.record(by, self.clinic, action, self.title)

    def holds(self, file: Upload) -> bool:
        """Whether that very file is the one it has."""
        mine = self.file and not self.file.removed_at and (self.file.name, self.file.sha256)
        return mine == (file.name, hashlib.sha256(file.content).hexdigest())

    def is_expired(self, today: date) -> bool:
        return self.expires_on is not None and self.expires_on < today

    def _now(self) -> "Evidence":
        """As the database has it."""
        return Evidence.objects.get(pk=self.pk)

    def speak_of(self, table: Table, *, by: User) -> None:
        """Inside the transaction of a new edition: of the items that its own became. A form opened before is stale."""
        before = self.items
        after = sorted(new for new, each in table.origins.items() if not {*before}.isdisjoint(each.codes))
        self.writable().update(version=models.F("version") + 1)
        self._relate(after)
        if after != before:
            audit.record(by, self.clinic, "evidence.describe", self.title, {"items": [before, after]})

    def _relate(self, codes: Iterable[str]) -> None:
        wanted = set(codes)
        self.of_items.exclude(item_code__in=wanted).delete()
        new = wanted - set(self.of_items.values_list("item_code", flat=True))
        EvidenceItem.objects.bulk_create(
            EvidenceItem(clinic_id=self.clinic_id, evidence=self, item_code=code) for code in sorted(new)
        )

    def _refuse_stale(self, version: int) -> None:
        """Before a file is written: a rollback would take back its row and leave its bytes."""
        if not self.writable().filter(version=version).exists():
            raise Conflict(self._now())


class EvidenceItem(TenantModel):
    """Which item a 根拠資料 speaks of: by code, so that it stays from one round and edition to the next."""

    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="of_items")
    item_code = models.CharField(max_length=40, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evidence", "item_code"], name="one_evidence_item_per_code")
        ]

    def __str__(self) -> str:
        return self.item_code


class EarlierFile(TenantModel):
    """A file that another took the place of."""

    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="earlier_files")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    replaced_at = models.DateTimeField(default=timezone.now)
    replaced_by = models.CharField(max_length=SHORT)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.file)
