"""お知らせメール: which digest went to whom, so that none goes twice."""

from datetime import datetime, timedelta
from typing import Self

from django.db import IntegrityError, models, transaction
from django.db.models import Max, Q

from compliance.models import Membership
from compliance.tenancy import TenantModel, TenantQuerySet

GIVEN_UP = timedelta(hours=1)  # a run that claimed a digest and did not report back by then has died
# A clock set back waits until it has caught up; one that had run wild for years must not silence for years.
CATCHES_UP = timedelta(days=366)
KEPT = timedelta(days=400)


class ReminderQuerySet(TenantQuerySet):
    def last_sent(self, members: list[Membership]) -> dict[int, "Reminder"]:
        """{membership id: what it was sent last}, in one query."""
        sent = self.filter(membership__in=members, sent_at__isnull=False)
        newest = sent.values("membership").annotate(newest=Max("pk")).values("newest")
        return {each.membership_id: each for each in self.filter(pk__in=newest)}


class Reminder(TenantModel):
    """One person's digest of one clinic and period ("2026-W47", or "2026-11-22").

    It is claimed before the mail is sent: of two runs at the same moment one gets the row and sends. A mail that is
    not taken gives the row back, and the next run tries again. Written after sending, both runs would have mailed.
    """

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="reminded")
    period = models.CharField(max_length=10)
    told = models.JSONField(default=list)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "period"], name="one_reminder_per_period")
        ]

    def __str__(self) -> str:
        return self.period

    @classmethod
    def claim(cls, member: Membership, period: str, told: list[str], now: datetime) -> Self | None:
        """The digest for this run to send; None where it was sent, or another run is sending it."""
        mine = {"clinic_id": member.clinic_id, "told": told, "claimed_at": now}
        try:
            with transaction.atomic():
                found, made = cls.objects.get_or_create(membership=member, period=period, defaults=mine)
        except IntegrityError:  # the member has just left
            return None
        free = Q(claimed_at=None) | Q(claimed_at__lt=now - GIVEN_UP)
        waiting = cls.objects.filter(free, pk=found.pk, sent_at=None)
        return found if made or waiting.update(told=told, claimed_at=now) else None

    def keep_sent(self, now: datetime) -> None:
        mine = type(self).objects.filter(membership=self.membership_id)
        mine.filter(pk=self.pk).update(sent_at=now)
        mine.filter(claimed_at__lt=now - KEPT).delete()

    def give_back(self) -> None:
        """The mail was not taken: the next run may try again."""
        type(self).objects.filter(pk=self.pk, sent_at=None).update(claimed_at=None)

    def rules_out(self, period: str, now: datetime) -> bool:
        """Whether this digest leaves nothing to send for a period as of `now`."""
        ahead = self.claimed_at is not None and now < self.claimed_at <= now + CATCHES_UP
        return ahead or (self.period == period and self.sent_at is not None)
