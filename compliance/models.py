"""The site and its people: editions of the guideline, clinics, users, memberships. Knows no other app."""

import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from compliance import walls
from compliance.audit import AuditEntry, record, writing
from compliance.choices import PERMISSIONS, Permission, Reminders, Role
from compliance.files import StoredFile
from compliance.people import Invitation, Managed, SecondFactorMissing, has_second_factor, in_charge
from compliance.tenancy import TenantQuerySet, Versioned

__all__ = [
    "AuditEntry",
    "Clinic",
    "GuidelineEdition",
    "Invitation",
    "Membership",
    "StoredFile",
    "TypedInput",
    "User",
]

# Without the letters and figures that are mistaken for each other on paper.
CODE_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
SAMPLE_CODE = "sample"


def new_code() -> str:
    """A random clinic code of 8 characters, 39 bits: short to type, useless to guess."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(8))


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, *, name: str = "") -> "User":
        """A person; without a password the account can only be entered by a one-time link."""
        user = self.model(email=self.normalize_email(email).lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email=email.lower())


class User(AbstractBaseUser):
    email = models.EmailField("メールアドレス", unique=True)
    name = models.CharField("氏名", max_length=100)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    session_round = models.PositiveIntegerField(default=0)  # sessions of an earlier round have ended

    objects = UserManager()

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    def __str__(self) -> str:
        return self.name or self.email

    def enter(self, *, name: str, password: str) -> None:
        """Come in by a one-time link: take a name and a password. The link is used up by it."""
        with transaction.atomic():
            self.name = name
            self.set_password(password)
            self.save()
            record(self, None, "user.enter", self.email)

    def rename(self, name: str) -> None:
        with transaction.atomic():
            if name != self.name:
                record(self, None, "user.rename", self.email, {"name": [self.name, name]})
                self.name = name
                self.save(update_fields=["name"])

    def end_sessions(self) -> None:
        """The person signs out everywhere."""
        with transaction.atomic():
            self.close_sessions()
            record(self, None, "user.end_sessions", self.email)

    def close_sessions(self) -> None:
        """No session that exists now counts any more; inside the transaction that records why."""
        User.objects.filter(pk=self.pk).update(session_round=models.F("session_round") + 1)
        self.refresh_from_db(fields=["session_round"])

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session proves itself with: it ends with the password and with the round."""
        proof = f"{self.password}/{self.session_round}"
        return salted_hmac("compliance.User", proof, secret=secret, algorithm="sha256").hexdigest()

    def clinics(self) -> "models.QuerySet[Clinic]":
        """The clinics this person belongs to, by name."""
        return Clinic.objects.filter(memberships__user=self).order_by("name", "pk")

    @cached_property
    def mine(self) -> "list[Membership]":
        """Memberships with their clinics; log-in brings them along (accounts.Backend)."""
        return list(self.memberships.select_related("clinic"))

    def membership_of(self, clinic_code: str) -> "Membership | None":
        """This person's membership of a clinic: the scope of everything behind /c/<clinic code>/."""
        found = next((each for each in self.mine if each.clinic.code == clinic_code), None)
        if found:
            found.user = self
        return found

    @property
    def is_staff(self) -> bool:
        """There is no admin site; allauth asks all the same."""
        return False


class GuidelineEdition(models.Model):
    """One edition of the guideline; its texts are read from fixtures/ and never reworded once used."""

    code = models.SlugField(max_length=40, unique=True, allow_unicode=False)
    title = models.CharField(max_length=200)
    number = models.CharField(max_length=40)
    part = models.CharField(max_length=100)
    publisher = models.CharField(max_length=100)
    notified_on = models.DateField()
    source_line = models.TextField()
    prose = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.title} {self.number} {self.part}"

    @classmethod
    def current(cls) -> "GuidelineEdition":
        """The edition that new rounds are made with: the newest."""
        return cls.objects.defer("prose").latest("notified_on")


class ClinicQuerySet(models.QuerySet):
    def real(self):
        return self.filter(is_sample=False)


class Clinic(Versioned):
    """医療機関: the tenant."""

    code = models.CharField(max_length=16, unique=True, default=new_code)
    name = models.CharField("医療機関の名称", max_length=100)
    organization = models.CharField("開設者（法人名など）", max_length=100, blank=True)
    address = models.CharField("所在地", max_length=200, blank=True)
    phone = models.CharField("電話番号", max_length=40, blank=True)
    institution_code = models.CharField("医療機関コード", max_length=10, blank=True)
    director = models.CharField("管理者（院長）の氏名", max_length=100, blank=True)
    safety_officer = models.CharField("医療情報システム安全管理責任者の氏名", max_length=100, blank=True)
    safety_officer_since_on = models.DateField("安全管理責任者になった日", null=True, blank=True)
    is_sample = models.BooleanField(default=False)
    second_factor_required = models.BooleanField(default=False)  # of its 管理担当
    # What it works with: that of its newest round, and of the disclosures it asks for. None before the first round.
    edition = models.ForeignKey(GuidelineEdition, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ClinicQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def found(cls, *, by: User, **fields) -> "Clinic":
        """Make a clinic with `by` as its first 管理担当."""
        with transaction.atomic():
            clinic = cls.objects.create(**fields)
            Membership.objects.create(clinic=clinic, user=by, role=Role.ADMIN)
            record(by, clinic, "clinic.found", clinic.name, fields)
        return clinic

    @classmethod
    def first_start_is_due(cls) -> bool:
        """True until a clinic exists that is not the sample."""
        with walls.as_server():
            return not cls.objects.real().exists()

    def describe(self, version: int, *, by: User, **fields) -> None:
        """Change the clinic's particulars; raises Conflict when `version` is stale."""
        with writing(self.pk):
            changes = self.change(version, **fields)
            if changes:
                record(by, self, "clinic.describe", self.name, changes)

    def work_with(self, edition: GuidelineEdition) -> None:
        """Inside the transaction that begins a round with it."""
        Clinic.objects.filter(pk=self.pk).update(edition=edition)
        self.edition = edition

    def require_second_factor(self, required: bool, *, by: User) -> None:
        """Ask every 管理担当 for a second factor, or no longer; SecondFactorMissing where `by` has none."""
        with in_charge(self, by):
            if required and not has_second_factor(by):
                raise SecondFactorMissing
            changed = Clinic.objects.filter(pk=self.pk, second_factor_required=not required)
            if changed.update(second_factor_required=required):
                record(by, self, "clinic.second_factor", self.name, {"required": required})


class MembershipQuerySet(TenantQuerySet):
    def reminded(self):
        """Who asked for mail and can still log in; the sample clinic never mails."""
        wanted = self.exclude(reminders=Reminders.NONE)
        return wanted.filter(user__is_active=True, clinic__is_sample=False)


class Membership(Managed):
    """Who may do what at which clinic. Views call it `member`: it is the scope of every query."""

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    since_at = models.DateTimeField(default=timezone.now)
    reminders = models.CharField(
        "期限のお知らせメール", max_length=10, choices=Reminders.choices, default=Reminders.NONE
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "user"], name="one_membership_per_clinic"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
            models.CheckConstraint(
                condition=models.Q(reminders__in=Reminders.values), name="membership_reminders_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}（{self.get_role_display()}）"

    def may(self, permission: Permission) -> bool:
        return permission in PERMISSIONS[self.role]

    def choose_reminders(self, wish: str, *, by: User) -> None:
        """What the person wants mailed; on record, because it takes something about the clinic out of the house."""
        with writing(self.clinic_id):
            others = Membership.objects.filter(pk=self.pk).exclude(reminders=wish)
            was = others.values_list("reminders", flat=True).first()
            if was is not None:
                others.update(reminders=wish)
                record(by, self.clinic, "member.reminders", self.user.email, {"reminders": [was, wish]})


class TypedInputQuerySet(models.QuerySet):
    def fresh(self, now):
        return self.filter(at__gte=now - TypedInput.KEPT)


class TypedInput(models.Model):
    """What somebody had typed when the session ended: shown to the same person after log-in, never saved by itself."""

    KEPT = timezone.timedelta(minutes=60)
    MAX_BYTES = 64 * 1024
    MAX_PER_USER = 10

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    path = models.CharField(max_length=300)
    fields = models.JSONField()
    at = models.DateTimeField(default=timezone.now)

    objects = TypedInputQuerySet.as_manager()

    def __str__(self) -> str:
        return self.path

    @classmethod
    def keep(cls, user_id: int, path: str, fields: dict[str, list[str]]) -> None:
        """Keep one form's input; the oldest go when a person has more than MAX_PER_USER."""
        walls.meet(user_id)
        with walls.as_server():
            cls.objects.filter(at__lt=timezone.now() - cls.KEPT).delete()
        cls.objects.create(user_id=user_id, path=path[:300], fields=fields)
        kept = cls.objects.filter(user_id=user_id).order_by("-at").values_list("pk", flat=True)
        cls.objects.filter(pk__in=list(kept[cls.MAX_PER_USER :])).delete()

    @classmethod
    def take(cls, user: User, path: str) -> dict[str, list[str]] | None:
        """The newest input kept for this person and page; it is handed out once."""
        found = cls.objects.fresh(timezone.now()).filter(user=user, path=path).order_by("-at").first()
        if found is None:
            return None
        cls.objects.filter(user=user, path=path).delete()
        return found.fields
