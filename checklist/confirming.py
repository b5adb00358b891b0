"""確定: a round and its snapshot become 第n版."""

from datetime import date

from django.utils import timezone

from checklist.choices import AssessmentState
from checklist.models import Assessment, Confirmation
from checklist.snapshot import canonical, sha256, snapshot_of
from compliance import audit
from compliance.models import User


class ChangedSince(Exception):
    """Something was saved after the page that is being confirmed was shown."""


def seen_digest(assessment: Assessment, today: date) -> str:
    """What stands on the 確認と確定 page, as one value: it changes with anything that a report prints."""
    return sha256(canonical(snapshot_of(assessment, today)))


def confirm(
    assessment: Assessment, *, by: User, examiner: str, examined_on: date, safety_officer: str, seen: str
):
    """Freeze the round as its next 確定版, or return the one that stands.

    Raises ChangedSince where `seen` is no longer what would be frozen, or the round was left or taken back.
    """
    today = timezone.localdate()
    with audit.writing(assessment.clinic_id):
        state = Assessment.objects.filter(pk=assessment.pk).values_list("state", flat=True).first()
        if state == AssessmentState.CONFIRMED:
            return assessment.confirmations.order_by("-number").first()
        if state != AssessmentState.OPEN or seen != seen_digest(assessment, today):
            raise ChangedSince
        facts = {"examiner": examiner, "examined_on": examined_on, "safety_officer": safety_officer}
        return _freeze(assessment, by, today, facts)


def _freeze(assessment: Assessment, by: User, today: date, facts: dict) -> Confirmation:
    number = Confirmation.objects.of_year(assessment).count() + 1
    now = timezone.now()
    printed = {"number": number, "confirmed_at": now.isoformat(), "confirmed_by": str(by), **facts}
    printed["examined_on"] = facts["examined_on"].isoformat()
    snapshot = snapshot_of(assessment, today, printed)
    text = canonical(snapshot)
    confirmation = Confirmation.objects.create(
        clinic=assessment.clinic, assessment=assessment, number=number, confirmed_at=now, confirmed_by=by,
        unanswered=snapshot["counts"]["none"], snapshot_text=text, sha256=sha256(text), **facts,
    )  # fmt: skip
    Assessment.objects.filter(pk=assessment.pk).update(state=AssessmentState.CONFIRMED)
    assessment.state = AssessmentState.CONFIRMED
    audit.record(
        by, assessment.clinic, "assessment.confirm", str(confirmation), {"sha256": confirmation.sha256}
    )
    return confirmation
