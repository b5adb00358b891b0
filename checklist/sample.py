"""The filled sample clinic: made up in fixtures/sample.toml, entered from first start without a password."""

import tomllib
from datetime import date, timedelta

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from checklist.catalogue import catalogue_of
from checklist.facts import judgement_of
from checklist.models import Answer, ApplicabilityDetermination, Assessment
from checklist.sample_evidence import keep_evidence
from checklist.sample_registers import fill_registers
from compliance import audit, editions, walls
from compliance.choices import Role
from compliance.dates import fiscal_year, fiscal_year_end
from compliance.files import StoredFile
from compliance.models import SAMPLE_CODE, Clinic, GuidelineEdition, Membership, User
from compliance.tenancy import TenantModel
from vendors.models import Component, System, Vendor

CODE = SAMPLE_CODE
FILE = settings.BASE_DIR / "fixtures" / "sample.toml"


def seed(today: date) -> Clinic:
    """The sample clinic, made as of `today` where there is none yet.

    All or nothing. GuidelineEdition.DoesNotExist where no guideline is loaded.
    """
    with walls.as_server(), audit.writing(audit.SITE):  # two visitors may ask for it at once
        return _standing() or _made(tomllib.loads(FILE.read_text("utf-8")), today)


def visitor() -> User:
    """The sample's 管理担当: who looks at the sample becomes this person. Seeds it where it is missing."""
    clinic = seed(timezone.localdate())
    with walls.as_server():
        return clinic.memberships.filter(role=Role.ADMIN).select_related("user").earliest("pk").user


def delete(*, by: User) -> None:
    """Remove the sample clinic with its people and all that belongs to it; only the audit entries stay."""
    with walls.as_server(), transaction.atomic():
        clinic = _standing()
        if clinic is None:
            return
        audit.record(by, None, "sample.delete", clinic.name, {"clinic": clinic.pk})
        elsewhere = Membership.objects.exclude(clinic=clinic).values("user")
        people = list(User.objects.filter(memberships__clinic=clinic).exclude(pk__in=elsewhere))
        StoredFile.objects.filter(clinic=clinic).free()
        _clear(clinic)
        clinic.delete()
        User.objects.filter(pk__in=[person.pk for person in people]).delete()


def _standing() -> Clinic | None:
    return Clinic.objects.filter(code=CODE, is_sample=True).first()


def _clear(clinic: Clinic) -> None:
    """Delete the clinic's rows of every table, those first that protect others."""
    tables = [model for model in apps.get_models() if issubclass(model, TenantModel)]
    while tables:
        protected = [model for model in tables if not _emptied(model, clinic)]
        if len(protected) == len(tables):
            raise RuntimeError(f"the rows of {protected} protect each other")
        tables = protected


def _emptied(model: type[TenantModel], clinic: Clinic) -> bool:
    try:
        model.objects.filter(clinic=clinic).delete()
    except ProtectedError:
        return False
    return True


def _made(sample: dict, today: date) -> Clinic:
    people = {
        each["key"]: User.objects.create_user(each["email"], name=each["name"]) for each in sample["person"]
    }
    first, *others = sample["person"]
    by = people[first["key"]]
    edition = GuidelineEdition.objects.get(code=editions.RULES)  # whose items and rows the files name
    clinic = Clinic.found(by=by, code=CODE, is_sample=True, **sample["clinic"])
    clinic.work_with(edition)
    for each in others:
        _join(clinic, people[each["key"]], each["role"], by=by)
    _list_systems(clinic, sample, by=by)
    fill_registers(clinic, today, by=by)
    keep_evidence(clinic, people, today)
    round_ = Assessment.begin(clinic, edition, fiscal_year(today), by=by)
    _determine(clinic, edition, by=by)
    _answer(round_, sample["answer"], people, today)
    return clinic


def _join(clinic: Clinic, user: User, role: str, *, by: User) -> None:
    membership = Membership.objects.create(clinic=clinic, user=user, role=role)
    audit.record(by, clinic, "membership.add", str(membership))


def _list_systems(clinic: Clinic, sample: dict, *, by: User) -> None:
    for each in sample["system"]:
        system = System.register(clinic, by=by, **{k: v for k, v in each.items() if k != "component"})
        for component in each["component"]:
            Component.register(system, by=by, **component)
    for each in sample["vendor"]:
        vendor = Vendor.objects.get(clinic=clinic, name=each["name"])
        vendor.describe(vendor.version, by=by, **each)


def _determine(clinic: Clinic, edition: GuidelineEdition, *, by: User) -> None:
    systems = System.objects.filter(clinic=clinic).listed()
    judgement = judgement_of(catalogue_of(edition), systems).as_dict()
    ApplicabilityDetermination.keep(clinic, edition, judgement, by=by)


def _answer(round_: Assessment, entries: list[dict], people: dict[str, User], today: date) -> None:
    answers = {
        answer.item.code: answer for answer in Answer.objects.of_round(round_).select_related("clinic")
    }
    for entry in entries:
        answer = answers[entry["item"]]
        answer.record(answer.version, by=people[entry["by"]], **_declared(entry, today))


def _declared(entry: dict, today: date) -> dict:
    """An entry's fields, its offsets as days of this fiscal year; only an overdue 目標日 may be older."""
    declared = {name: value for name, value in entry.items() if name in Answer.DECLARED}
    if (ago := entry.get("confirmed_days_ago")) is not None:
        declared["confirmed_on"] = max(today - timedelta(days=ago), date(fiscal_year(today), 4, 1))
    if (ahead := entry.get("due_in_days")) is not None:
        declared["due_on"] = min(today + timedelta(days=ahead), fiscal_year_end(fiscal_year(today)))
    return declared
