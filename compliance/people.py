"""職員: invitations by link, and what a 管理担当 does with the people of a clinic."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.contrib.auth import get_user_model
from django.db import models
from django.http import Http404
from django.utils import timezone

from compliance import walls
from compliance.audit import AuditEntry, record, writing
from compliance.choices import Role
from compliance.tenancy import Conflict, TenantModel, TenantQuerySet, new_form_token
from compliance.tokens import hashed, token_of

if TYPE_CHECKING:
    from compliance.models import User

DAYS = 7
SECOND_FACTORS = ("totp", "webauthn")  # recovery codes alone are none


class LastAdmin(Exception):
    """The clinic would have nobody left who can come in as 管理担当."""


class SecondFactorMissing(Exception):
    """Who asks others for a second factor has one."""


class NotInCharge(Http404):
    """Was 管理担当 when the page was opened and is no longer."""


class AlreadyMember(Exception):
    """The invited address belongs to a member."""


def has_second_factor(user: "User") -> bool:
    return any(each.type in SECOND_FACTORS for each in user.authenticator_set.all())


@contextmanager
def in_charge(clinic: models.Model, by: "User") -> Iterator[None]:
    """The transaction of a change of a clinic's people: one at a time, and only while `by` is 管理担当."""
    with writing(clinic.pk):
        if not clinic.memberships.filter(user=by, role=Role.ADMIN).exists():
            raise NotInCharge
        yield


class Managed(models.Model):
    """What a 管理担当 does with a member."""

    class Meta:
        abstract = True

    @property
    def has_second_factor(self) -> bool:
        return has_second_factor(self.user)

    @property
    def lacks_second_factor(self) -> bool:
        """True where the clinic asks its 管理担当 for one and this one has none."""
        asked = self.clinic.second_factor_required and self.role == Role.ADMIN
        return asked and not self.has_second_factor

    @property
    def belongs_elsewhere(self) -> bool:
        """Whether the account opens other clinics too: then its password is none of this clinic's business."""
        with walls.as_server():
            return type(self).objects.filter(user=self.user_id).exclude(pk=self.pk).exists()

    def take_role(self, role: str, *, was: str, by: "User") -> None:
        """Raises Conflict when the role is not `was` any more, LastAdmin where nobody would be in charge."""
        with in_charge(self.clinic, by):
            current = self._current()
            if current is None:
                raise Http404
            if current.role == role:
                return
            if current.role != was:
                raise Conflict(current)
            current._leave_an_admin()
            type(self).objects.filter(pk=self.pk).update(role=role)
            record(by, self.clinic, "member.role", self.user.email, {"role": [was, role]})

    def remove(self, *, by: "User") -> None:
        """The next request of the person is refused; the account stays."""
        with in_charge(self.clinic, by):
            current = self._current()
            if current is None:
                return
            current._leave_an_admin()
            current.delete()
            record(by, self.clinic, "member.remove", self.user.email, {"role": current.role})

    def end_sessions(self, *, by: "User", form_token: str = "") -> None:
        """Sign the person out everywhere; the same press again signs nobody out who has come back since."""
        told = {"action": "member.end_sessions", "target": self.user.email}
        told["detail"] = {"form": form_token or new_form_token()}
        with in_charge(self.clinic, by):
            if not AuditEntry.objects.filter(clinic_id=self.clinic_id, **told).exists():
                self.user.close_sessions()
                record(by, self.clinic, **told)

    def allow_new_password(self, *, by: "User") -> None:
        """Before a one-time link is told: who made one is on record. Http404 for an account of other clinics too."""
        with in_charge(self.clinic, by):
            if self.belongs_elsewhere or self.user_id == by.pk:
                raise Http404
            record(by, self.clinic, "member.reset_link", self.user.email)

    def _current(self) -> Self | None:
        return type(self).objects.select_related("clinic", "user").filter(pk=self.pk).first()

    def _leave_an_admin(self) -> None:
        """Somebody else must be 管理担当 who can log in; and no invitation of a former one stays open."""
        if self.role != Role.ADMIN:
            return
        others = self.clinic.memberships.filter(role=Role.ADMIN, user__is_active=True).exclude(pk=self.pk)
        if not others.exclude(user__password__startswith="!").exists():  # noqa: S106 (has never come in)
            raise LastAdmin
        open_ones = Invitation.objects.filter(clinic=self.clinic, made_by=self.user).live(timezone.now())
        open_ones.update(revoked_at=timezone.now())


class InvitationQuerySet(TenantQuerySet):
    def live(self, now):
        """Neither expired, nor revoked, nor used: the others all look alike."""
        return self.filter(expires_at__gt=now, revoked_at=None, accepted_at=None)

    def of_token(self, token: str) -> "Invitation":
        """The live invitation of a link; Http404 for any other."""
        walls.enter_by(self, token_hash=hashed(token))
        live = self.live(timezone.now()).select_related("clinic", "made_by")
        found = live.filter(token_hash=hashed(token)).first()
        if found is None:
            raise Http404
        return found


class Invitation(TenantModel):
    """招待: a one-time link that lets one address in with one role. Only the token's hash is stored."""

    email = models.EmailField("メールアドレス")
    role = models.CharField("役割", max_length=10, choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey("compliance.User", models.CASCADE, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    is_new = False  # True of the one that `make` has just made

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="invitation_role_known")
        ]

    def __str__(self) -> str:
        return f"{self.email}（{self.get_role_display()}）"

    @classmethod
    def make(
        cls, clinic, *, by: "User", email: str, role: str, form_token: str = ""
    ) -> "tuple[Invitation, str]":
        """An invitation and its token, told only here. An address has one open link: the earlier ones close.

        The same form again finds the link that it has made, while that is open.
        """
        email, now = email.lower(), timezone.now()
        token = token_of("compliance.invitation", form_token, clinic.pk, email, role)
        with in_charge(clinic, by):
            own = cls.objects.filter(clinic=clinic, token_hash=hashed(token))
            if standing := own.live(now).first():
                return standing, token
            token = secrets.token_urlsafe(32) if own.exists() else token
            if clinic.memberships.filter(user__email=email).exists():
                raise AlreadyMember
            cls.objects.filter(clinic=clinic, email=email).live(now).update(revoked_at=now)
            made = cls.objects.create(
                **{"clinic": clinic, "email": email, "role": role, "made_by": by},
                **{"token_hash": hashed(token), "made_at": now, "expires_at": now + timedelta(days=DAYS)},
            )
            record(by, clinic, "invitation.make", email, {"role": role})
        made.is_new = True
        return made, token

    def revoke(self, *, by: "User") -> None:
        now = timezone.now()
        with in_charge(self.clinic, by):
            if type(self).objects.filter(pk=self.pk).live(now).update(revoked_at=now):
                record(by, self.clinic, "invitation.revoke", self.email)

    def way_for(self, user) -> str:
        """What the link's page offers: "accept", or "other" to somebody else, or "log_in", or "join" to the new."""
        if user.is_authenticated:
            return "accept" if user.email == self.email else "other"
        return "log_in" if get_user_model().objects.filter(email=self.email).exists() else "join"

    def accept(self, *, by: "User") -> None:
        """Use the link up for a person with an account; a member stays what they are."""
        with writing(self.clinic_id):
            self._use_up()
            self.clinic.memberships.get_or_create(user=by, defaults={"role": self.role})
            record(by, self.clinic, "invitation.accept", self.email, {"role": self.role})

    def join(self, *, name: str, password: str) -> "User":
        """Use the link up for a new person."""
        with writing(self.clinic_id):
            self._use_up()
            user = get_user_model().objects.create_user(self.email, password, name=name)
            self.clinic.memberships.create(user=user, role=self.role)
            record(user, self.clinic, "invitation.join", self.email, {"role": self.role})
        return user

    def _use_up(self) -> None:
        now = timezone.now()
        if not type(self).objects.filter(pk=self.pk).live(now).update(accepted_at=now):
            raise Http404
