"""Reminders on their way: who is told what now, and how a mail server that fails is met."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from smtplib import SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from checklist.models import Assessment, Reminder
from checklist.reminding import Digest, digest, period_of
from checklist.snapshot import snapshot_of
from checklist.todo import todo
from compliance.context import PRODUCT
from compliance.models import Clinic, Membership

MOST_LINES = 20  # of each kind in a mail
PATIENCE = 3  # failures in a row after which the server counts as out of reach, and the rest waits


@dataclass
class Tally:
    """What one run did. Numbers and kinds of failure only: addresses stay out of logs."""

    sent: int = 0
    failed: Counter = field(default_factory=Counter)
    in_a_row: int = 0

    @property
    def gave_up(self) -> bool:
        return self.in_a_row >= PATIENCE

    def count(self, failure: Exception | None) -> None:
        self.in_a_row = self.in_a_row + 1 if failure and _is_the_servers(failure) else 0
        if failure:
            self.failed[type(failure).__name__] += 1
        else:
            self.sent += 1

    @property
    def words(self) -> str:
        kinds = ", ".join(f"{name} {count}" for name, count in sorted(self.failed.items()))
        rest = "; the server is out of reach, the rest was not tried" if self.gave_up else ""
        return f"Reminders sent: {self.sent}, not taken: {self.failed.total()}{f' ({kinds})' if kinds else ''}{rest}"


def _is_the_servers(failure: Exception) -> bool:
    """Out of reach, rather than one mail refused."""
    return not isinstance(failure, SMTPResponseException | SMTPRecipientsRefused | ValueError)


def remind(now: datetime) -> Tally:
    """Send every digest that is due as of `now`, and is this run's to send."""
    tally = Tally()
    for member, found in due_now(now):
        period = period_of(member.reminders, timezone.localdate(now))
        if mine := Reminder.claim(member, period, found.marks, now):
            tally.count(failure := deliver(mail_of(member, found, now)))
            mine.give_back() if failure else mine.keep_sent(now)
        if tally.gave_up:
            break
    return tally


def deliver(mail: EmailMessage) -> Exception | None:
    """Send it; what stood in the way, or None."""
    try:
        mail.send()
    except (
        OSError,
        ValueError,
    ) as failure:  # SMTPException is an OSError; a header may be refused as ValueError
        return failure
    return None


def due_now(now: datetime) -> Iterator[tuple[Membership, Digest]]:
    """(member, digest) of everybody who asked and has something to be told. A clinic costs the same for 1 and 20."""
    clinics = Clinic.objects.filter(memberships__in=Membership.objects.reminded()).distinct()
    for clinic_id in list(clinics.order_by("pk").values_list("pk", flat=True)):
        yield from due_at(clinic_id, now)


def due_at(clinic_id: int, now: datetime) -> Iterator[tuple[Membership, Digest]]:
    today = timezone.localdate(now)
    members = list(Membership.objects.reminded().filter(clinic=clinic_id).select_related("user", "clinic"))
    last = Reminder.objects.last_sent(members)
    waiting = [each for each in members if not _is_ruled_out(last.get(each.pk), each, now)]
    if not waiting:  # the list costs most
        return
    found = digest(todo(snapshot_of(Assessment.objects.filter(clinic=clinic_id).current(), today)), today)
    for member in waiting:
        told = last[member.pk].told if member.pk in last else ()
        if found.is_news(member.reminders, told):
            yield member, found


def _is_ruled_out(last: Reminder | None, member: Membership, now: datetime) -> bool:
    period = period_of(member.reminders, timezone.localdate(now))
    return last is not None and last.rules_out(period, now)


def mail_of(member: Membership, found: Digest, now: datetime) -> EmailMessage:
    """Plain text with counts, numbers and days; links only where PUBLIC_URL says where this is."""
    clinic = " ".join(member.clinic.name.split())  # a subject is one line
    page, account = reverse("todo", args=[member.clinic.code]), reverse("account")
    context = {
        "member": member,
        "today": timezone.localdate(now),
        "digest": found,
        "most": MOST_LINES,
        "product": PRODUCT,
        "todo_url": settings.PUBLIC_URL and settings.PUBLIC_URL + page,
        "account_url": settings.PUBLIC_URL and settings.PUBLIC_URL + account,
    }
    return EmailMessage(
        f"要対応のお知らせ：{len(found.marks)}件（{clinic}）",
        render_to_string("mail/reminder.txt", context),
        to=[member.user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
