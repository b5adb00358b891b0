"""What every clinic's table shares: its scope and its versions."""

import secrets
from typing import TYPE_CHECKING, Self

from django.db import models
from django.shortcuts import get_object_or_404

if TYPE_CHECKING:
    from django.http import QueryDict

    from compliance.models import Membership


class Conflict(Exception):
    """Somebody else saved first. `current` is what stands in the database now."""

    def __init__(self, current: models.Model):
        super().__init__("stale version")
        self.current = current


def version_in(data: "QueryDict", name: str = "version") -> int:
    """The version a form was made from; 0, which is always stale, where it is missing or no number."""
    typed = data.get(name, "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class Versioned(models.Model):
    """A row that two people may edit: a save carries the version it was made from."""

    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def differences(self, fields: dict) -> dict:
        """{name: [old, new]} of the fields that would change."""
        return {
            name: [getattr(self, name), new] for name, new in fields.items() if getattr(self, name) != new
        }

    def change(self, version: int, stamps: dict | None = None, **fields) -> dict:
        """Write `fields`, and `stamps` with them, if `version` is the current one; returns {name: [old, new]}.

        Nothing is written when nothing changes, so a repeated save has one effect.
        Raises Conflict when the row has moved on.
        """
        changes = self.differences(fields)
        if not changes:
            return {}
        values = {**fields, **(stamps or {}), "version": version + 1}
        if not self.writable().filter(version=version).update(**values):
            raise Conflict(get_object_or_404(type(self), pk=self.pk))
        for name, value in values.items():
            setattr(self, name, value)
        return changes

    def writable(self) -> models.QuerySet:
        """The row as one that may be written; a model may narrow it."""
        return type(self).objects.filter(pk=self.pk)


class FirstSaved(Versioned):
    """A versioned row that exists from its first save on; until then it is unsaved and its version is 0."""

    class Meta:
        abstract = True

    def twin(self) -> "Self | None":
        """The saved row of the same thing, if somebody has made it."""
        raise NotImplementedError

    def write(self, version: int, stamps: dict | None = None, **fields) -> dict:
        """As `change`, or the first save; raises Conflict when somebody else saved first.

        A `version` without a row is that of one that is gone: what was typed makes a new one.
        """
        if self.pk:
            return self.change(version, stamps, **fields)
        if other := self.twin():
            raise Conflict(other)
        changes = self.differences(fields)
        for name, value in {**fields, **(stamps or {}), "version": 1}.items():
            setattr(self, name, value)
        self.save(force_insert=True)
        return changes


def new_form_token() -> str:
    """What tells one filled-in form from the next, so that sending it twice registers one thing."""
    return secrets.token_urlsafe(16)


def form_token_in(data: "QueryDict") -> str:
    """The token of a form that registers something; a new one for a form that has none yet."""
    return data.get("form_token", "").replace("\x00", "")[:40] or new_form_token()


class Registered(models.Model):
    """A row that one form makes: the same form again finds it instead of making another."""

    form_token = models.CharField(max_length=40, null=True, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def made_by(cls, clinic: models.Model, form_token: str | None) -> "Self | None":
        """The row that this form has made at the clinic already."""
        return cls.objects.filter(clinic=clinic, form_token=form_token).first() if form_token else None


class TenantQuerySet(models.QuerySet):
    def visible_to(self, member: "Membership"):
        """Only what belongs to the member's clinic: another clinic's thing does not exist."""
        return self.filter(clinic_id=member.clinic_id)


class TenantModel(models.Model):
    """A row of one clinic."""

    clinic = models.ForeignKey("compliance.Clinic", models.CASCADE, related_name="+")

    objects = TenantQuerySet.as_manager()

    class Meta:
        abstract = True
