from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.db import transaction
from django.urls import reverse

from checklist import founding
from checklist.management.commands.prepare import require_ready
from compliance.audit import record
from compliance.fields import without_control_characters
from compliance.links import site_url, welcome_path
from compliance.models import Clinic, User
from compliance.walls import ServerCommand


class Command(ServerCommand):
    help = "Make a clinic with its first 管理担当, and print the one-time link by which that person comes in."

    def add_arguments(self, parser) -> None:
        parser.add_argument("name", help="the clinic's name, as printed on the report")
        parser.add_argument("email", help="e-mail address of its 管理担当; a known address means that person")
        parser.add_argument("--person", default="", help="the 管理担当's name, where the person is new")

    def handle(self, *, name: str, email: str, person: str, **options) -> None:
        name, email = one_line(name, "clinic's name", Clinic, "name"), address(email)
        person = one_line(person, "person's name", User, "name") if person else ""
        require_ready()
        with transaction.atomic():
            user, clinic = first_admin(name, email, person)
        self.stdout.write(
            f"{clinic.name}: {site_url()}{reverse('clinic_home', args=[clinic.code])}\n{way_in(user)}"
        )


def first_admin(name: str, email: str, person: str) -> tuple[User, Clinic]:
    """The person of that address and their clinic of that name, each made where there is none yet."""
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=person)
    clinic = user.clinics().filter(name=name).first() or founding.found(by=user, name=name)
    if not user.has_usable_password():
        record(None, clinic, "user.link", email)
    return user, clinic


def way_in(user: User) -> str:
    """A one-time link; a person with a password logs in with it."""
    if user.has_usable_password():
        return f"{user.email} has a password already and logs in at {site_url()}{reverse('account_login')}"
    days = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT).days
    return f"One-time link for {user.email}, good for {days} days: {site_url()}{welcome_path(user)}"


def one_line(text: str, what: str, model: type, field: str) -> str:
    """The text without blanks around it; CommandError where `field` cannot hold it or paper not show it."""
    text, limit = text.strip(), model._meta.get_field(field).max_length
    if not text:
        raise CommandError(f"The {what} is empty.")
    if not is_printable(text):
        raise CommandError(f"The {what} holds characters that can neither be seen nor printed.")
    if len(text) > limit:
        raise CommandError(f"The {what} is longer than {limit} characters.")
    return text


def is_printable(text: str) -> bool:
    try:
        without_control_characters(text)
    except ValidationError:
        return False
    return "\n" not in text and "\t" not in text


def address(typed: str) -> str:
    """The address in lower case, as User keeps it; CommandError where it is none."""
    email = one_line(typed, "e-mail address", User, "email").lower()
    try:
        User._meta.get_field("email").run_validators(email)
    except ValidationError:
        raise CommandError(f"{email!r} is not an e-mail address.") from None
    return email
