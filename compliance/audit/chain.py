"""One entry of a chain, sealed together with the digest of the one before."""

import hashlib
import hmac
import json

from django.conf import settings
from django.db import models

SITE = 0  # the chain of what happens outside any clinic


class AuditEntryQuerySet(models.QuerySet):
    def visible_to(self, member):
        """The member's clinic's chain alone."""
        return self.filter(clinic_id=member.clinic_id)

    def newest_first(self):
        return self.order_by("-sequence")

    def of_item(self, *codes: str):
        """What was declared of an item, oldest first; of several where it was known by others."""
        return self.filter(action="answer.record", target__in=codes).order_by("sequence")

    def in_chain(self, clinic_id: int):
        """A whole chain, oldest first; two rows of one number in the order they were put in."""
        return self.filter(clinic_id=clinic_id).order_by("sequence", "pk")


class AuditEntry(models.Model):
    """One entry of one clinic's chain. Ids and texts only: it outlives what it speaks of."""

    clinic_id = models.BigIntegerField()
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=100)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=200)
    detail = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic_id", "sequence"], name="one_audit_chain_per_clinic")
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"

    def seal(self, sequence: int | None = None) -> str:
        """HMAC-SHA-256 over the entry and its predecessor's digest, as hex; as if it had another number."""
        content = [self.clinic_id, sequence or self.sequence, self.at.isoformat(), self.actor_id]
        content += [self.actor_name, self.action, self.target, self.detail, self.previous]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hmac.new(settings.AUDIT_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
