"""2,000 further clinics, put in by the thousand rows: the product's own verbs would take too long."""

from collections.abc import Iterator

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from checklist.models import Answer, ApplicabilityDetermination, Assessment
from compliance.audit import AuditEntry
from compliance.choices import Role
from compliance.models import Clinic, Membership, User
from vendors.models import (
    Agreement,
    Boundary,
    Certification,
    Component,
    Disclosure,
    DisclosureAnswer,
    ExternalStorage,
    RiskTreatment,
    Submission,
    System,
    Vendor,
)

NUMBER = 2_000
MEASURED = 1234  # the one that gets the sample's systems too


def add_clinics(sample: Clinic) -> Clinic:
    """Found them, each with the sample's answers, and return one in the middle whose reports say what the sample's do."""
    with transaction.atomic():
        round_ = Assessment.objects.filter(clinic=sample).current()
        clinics = found(round_)
        give_answers(round_)
        copy_rows(sample, clinics[MEASURED])
    return clinics[MEASURED]


def found(like: Assessment) -> list[Clinic]:
    """Clinics with one person and one round each, and what 操作記録 says of that."""
    people = User.objects.bulk_create(
        User(email=f"{n}@bench.invalid", name=f"院長 {n}", password=make_password(None))
        for n in range(NUMBER)
    )
    clinics = Clinic.objects.bulk_create(
        Clinic(code=f"bench{n:04}", name=f"計測 {n} 内科医院") for n in range(NUMBER)
    )
    pairs = list(zip(clinics, people, strict=True))
    Membership.objects.bulk_create(Membership(clinic=c, user=u, role=Role.ADMIN) for c, u in pairs)
    AuditEntry.objects.bulk_create(entry for c, u in pairs for entry in founding_entries(c, u))
    Assessment.objects.bulk_create(
        Assessment(clinic=clinic, edition=like.edition, fiscal_year=like.fiscal_year) for clinic in clinics
    )
    return clinics


def founding_entries(clinic: Clinic, user: User) -> Iterator[AuditEntry]:
    previous = ""
    for sequence, action in enumerate(("clinic.found", "assessment.begin"), start=1):
        entry = AuditEntry(clinic_id=clinic.pk, sequence=sequence, at=timezone.now(), actor_id=user.pk)
        entry.actor_name, entry.action, entry.target = user.name, action, clinic.name
        entry.previous = previous
        previous = entry.digest = entry.seal()
        yield entry


def give_answers(round_: Assessment) -> None:
    """A round's answers to every other round: in one statement, as 104,000 objects would take half a minute."""
    quote = connection.ops.quote_name
    fields = [f for f in Answer._meta.concrete_fields if f.name not in {"id", "clinic", "assessment"}]
    columns = ", ".join(quote(field.column) for field in fields)
    answers, rounds = quote(Answer._meta.db_table), quote(Assessment._meta.db_table)
    statement = f"""
        INSERT INTO {answers} (clinic_id, assessment_id, {columns})
        SELECT round.clinic_id, round.id, {columns} FROM {rounds} round, {answers} answer
        WHERE answer.assessment_id = %s AND round.id <> %s ORDER BY round.id, answer.id
    """  # noqa: S608 (no input)
    with connection.cursor() as cursor:
        cursor.execute(statement, [round_.pk, round_.pk])


def copy_rows(source: Clinic, target: Clinic) -> None:
    """Vendors, systems, components and determinations."""
    vendors = copied(Vendor, source, target)
    systems = copied(System, source, target, vendor=vendors)
    copied(Component, source, target, system=systems)
    sheets = copied(Disclosure, source, target, system=systems)
    for model in (DisclosureAnswer, Submission):
        copied(model, source, target, disclosure=sheets)
    copied(RiskTreatment, source, target, system=systems, checked_for=sheets)
    for model in (Boundary, ExternalStorage):
        copied(model, source, target, system=systems)
    for model in (Agreement, Certification):
        copied(model, source, target, vendor=vendors)
    copied(ApplicabilityDetermination, source, target)


def copied(model, source: Clinic, target: Clinic, **moved: dict[int, int]) -> dict[int, int]:
    """Copy a model's rows; `moved` maps old keys to new ones by relation. Returns this model's own such map."""
    keys = {}
    for row in model.objects.filter(clinic=source).order_by("pk"):
        old, row.pk, row.clinic, row._state.adding = row.pk, None, target, True
        for relation, new in moved.items():
            name = f"{relation}_id"
            setattr(row, name, new.get(getattr(row, name)))
        row.save(force_insert=True)
        keys[old] = row.pk
    return keys
