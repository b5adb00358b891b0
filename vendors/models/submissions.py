"""提出: what a sheet said when it was submitted."""

import hashlib
import json
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from compliance.fields import SHORT
from compliance.tenancy import TenantModel, TenantQuerySet
from vendors.choices import Source

if TYPE_CHECKING:
    from vendors.models.disclosures import Disclosure


class SubmissionQuerySet(TenantQuerySet):
    def of_request(self, request_):
        """The newest 提出 of each sheet of one link, in order of kind."""
        newer = SubmissionQuerySet(self.model).filter(
            disclosure=models.OuterRef("disclosure"), number__gt=models.OuterRef("number")
        )
        own = self.filter(~models.Exists(newer), disclosure__request=request_)
        return own.select_related("disclosure__edition").order_by("disclosure__kind")


class Submission(TenantModel):
    """提出: what a sheet said when it was submitted. Never changed: receipts, comparison and reuse read it."""

    disclosure = models.ForeignKey("vendors.Disclosure", models.CASCADE, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=timezone.now)
    company = models.CharField("会社名", max_length=SHORT, blank=True)
    name = models.CharField("氏名", max_length=SHORT)
    email = models.EmailField("メールアドレス", blank=True)
    answers = models.JSONField(help_text="{row code: [answer, remark]}")
    sha256 = models.CharField(max_length=64)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["disclosure", "number"], name="one_submission_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.disclosure} 第{self.number}回提出"

    @classmethod
    def of(
        cls, sheet: "Disclosure", *, name: str, company: str = "", email: str = "", at=None
    ) -> "Submission":
        """What the sheet says now, as signed `at` that moment: now, unless it was signed for an earlier edition."""
        answers = {
            each.row.code: [each.declared, each.remark] for each in sheet.answers.select_related("row")
        }
        content = json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return cls.objects.create(
            clinic=sheet.clinic,
            disclosure=sheet,
            number=sheet.submissions.count() + 1,
            at=at or timezone.now(),
            name=name[:SHORT],
            company=company,
            email=email,
            answers=answers,
            sha256=hashlib.sha256(content.encode()).hexdigest(),
        )

    @property
    def signature(self) -> dict:
        """Who signed it, and when."""
        return {name: getattr(self, name) for name in ("name", "company", "email", "at")}

    @classmethod
    def to_reuse(cls, sheet: "Disclosure") -> "Submission | None":
        """The vendor's newest answers by link to the same clinic of the same product; never another clinic's."""
        if not (sheet.vendor_name and sheet.product):
            return None
        same = {
            name: getattr(sheet, name) for name in ("clinic", "edition", "vendor_name", "product", "kind")
        }
        earlier = {f"disclosure__{name}": value for name, value in same.items()}
        found = cls.objects.filter(disclosure__source=Source.LINK, **earlier)
        found = found.exclude(disclosure=sheet.pk).exclude(company="")
        return found.select_related("disclosure").order_by("-at", "-pk").first()

    @classmethod
    def before(cls, sheet: "Disclosure") -> "Submission | None":
        """What the same system said before to the same rows: the newest 提出 but for the one that the sheet shows now."""
        same = cls.objects.filter(
            disclosure__system=sheet.system_id,
            disclosure__kind=sheet.kind,
            disclosure__edition=sheet.edition_id,
            disclosure__lte=sheet.pk,
        )
        newest = list(same.select_related("disclosure").order_by("-disclosure_id", "-number")[:2])
        own = bool(newest) and newest[0].disclosure_id == sheet.pk and not sheet.is_with_vendor
        return next(iter(newest[1:] if own else newest), None)
