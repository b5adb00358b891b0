"""提出依頼: an expiring link with which a vendor answers without an account."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import models
from django.utils import timezone

from compliance import walls
from compliance.audit import record, writing
from compliance.models import User
from compliance.tenancy import TenantModel, TenantQuerySet
from compliance.tokens import hashed, token_of
from vendors.choices import WITH_VENDOR, Source
from vendors.models.answers import Closed
from vendors.models.disclosures import Disclosure
from vendors.models.register import System
from vendors.models.submissions import Submission

DAYS, MOST_DAYS = 14, 31


def new_code() -> str:
    return secrets.token_urlsafe(12)


class DisclosureRequestQuerySet(TenantQuerySet):
    def live(self, now):
        """Neither expired, nor revoked, nor used up, nor of a retired system: the others all look alike."""
        return self.filter(expires_at__gt=now, revoked_at=None, closed_at=None, system__retired_at=None)

    def holding(self, system: System, now) -> "DisclosureRequest | None":
        """The link by which a system's vendor may answer now."""
        return self.live(now).filter(system=system).select_related("asked_by").first()

    def of_code(self, code: str, now, *, closed_too: bool = False) -> "DisclosureRequest | None":
        """By the code in the address of its pages; `closed_too` also after 提出, while the link would last."""
        walls.enter_by(self, code=code)
        wanted = self.filter(expires_at__gt=now, revoked_at=None) if closed_too else self.live(now)
        return wanted.filter(code=code).select_related("system__vendor", "clinic").first()

    def of_token(self, token: str, now) -> "DisclosureRequest | None":
        walls.enter_by(self, token_hash=hashed(token))
        return (
            self.live(now).filter(token_hash=hashed(token)).select_related("system__vendor", "clinic").first()
        )


class DisclosureRequest(TenantModel):
    """One link for one system: its sheets are answered and submitted together."""

    system = models.ForeignKey(System, models.CASCADE, related_name="requests")
    code = models.CharField(max_length=24, unique=True, default=new_code)
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField("送り先のメールアドレス", blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = DisclosureRequestQuerySet.as_manager()
    is_new = False  # made just now: only then a mail goes out

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.system.name}の提出依頼"

    @property
    def vendor_words(self) -> str:
        """Who acts through the link, for the 操作記録; the person is known from 提出 on."""
        return f"事業者（{self.system.vendor_name or 'リンク'}）"

    @property
    def expires_on(self):
        return timezone.localdate(self.expires_at)

    @property
    def waiting_kinds(self) -> list[str]:
        """The sheets that are still to be answered by it."""
        waiting = self.disclosures.filter(state__in=WITH_VENDOR)
        return list(waiting.order_by("kind").values_list("kind", flat=True))

    def is_live(self, now) -> bool:
        return self.expires_at > now and not self.revoked_at and not self.closed_at

    @classmethod
    def ask(
        cls,
        system: System,
        kinds: Iterable[str],
        *,
        by: User,
        days: int = DAYS,
        email: str = "",
        form_token: str | None = None,
    ) -> tuple["DisclosureRequest", str]:
        """A new link for these sheets, once for each form, and its token, which is stored nowhere.

        A sheet that still waits for the vendor is asked for again; an earlier link of the system ends.
        """
        token, kinds = token_of("vendors.request", form_token, system.pk), list(kinds)
        with writing(system.clinic_id):
            if made := cls.objects.filter(clinic=system.clinic, token_hash=hashed(token)).first():
                return made, token
            for earlier in cls.objects.filter(system=system).live(timezone.now()):
                earlier.revoke(by=by)
            made = cls.objects.create(
                clinic=system.clinic,
                system=system,
                token_hash=hashed(token),
                email=email,
                asked_by=by,
                expires_at=timezone.now() + timedelta(days=min(days, MOST_DAYS)),
            )
            for kind in kinds:
                made._take(kind, by)
            record(by, system.clinic, "request.ask", system.name, {"kinds": kinds, "days": days})
        made.is_new = True
        return made, token

    def _take(self, kind: str, by: User) -> None:
        """Put the newest sheet of a kind under this link, a new one where none waits for answers."""
        sheet = Disclosure.objects.filter(system=self.system, kind=kind).waiting().first()
        sheet = sheet or Disclosure.begin(self.system, kind, by=by, source=Source.LINK)
        sheet.request, sheet.source, sheet.source_place = self, Source.LINK, ""
        sheet.save(update_fields=["request", "source", "source_place"])

    def open(self) -> None:
        """The vendor pressed 開始; looking at the link uses nothing up."""
        with writing(self.clinic_id):
            if DisclosureRequest.objects.filter(pk=self.pk, opened_at=None).update(opened_at=timezone.now()):
                record(self.vendor_words, self.clinic, "request.open", self.system.name)

    def revoke(self, *, by: User) -> None:
        with writing(self.clinic_id):
            if DisclosureRequest.objects.filter(pk=self.pk, revoked_at=None).update(
                revoked_at=timezone.now()
            ):
                record(by, self.clinic, "request.revoke", self.system.name)

    def give_way(self, kind: str, *, by: User) -> None:
        """A sheet comes by another way: the link goes on with its other sheets, or ends with its last one."""
        with writing(self.clinic_id):
            waiting = self.disclosures.filter(state__in=WITH_VENDOR)
            if not waiting.filter(kind=kind).exists():
                return
            if not waiting.exclude(kind=kind).exists():
                return self.revoke(by=by)
            waiting.filter(kind=kind).update(request=None)
            record(by, self.clinic, "request.give_way", self.system.name, {"kinds": [kind]})

    def submit(self, *, company: str, name: str, email: str) -> list[Submission]:
        """提出 of all its sheets; the link closes. Raises Closed for the second of two at once."""
        signer = {"company": company, "name": name, "email": email}
        with writing(self.clinic_id):
            now = timezone.now()
            if not DisclosureRequest.objects.live(now).filter(pk=self.pk).update(closed_at=now):
                raise Closed
            by = f"{company} {name}（事業者）"
            sheets = self.disclosures.select_related("system", "clinic")
            return [sheet.submit(by=by, signer=signer) for sheet in sheets if sheet.is_with_vendor]
