from datetime import timedelta

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction

from compliance.audit import record
from compliance.links import site_url, welcome_path
from compliance.models import User
from compliance.walls import ServerCommand


class Command(ServerCommand):
    help = "Print a one-time link by which a person sets a new password. The old one counts until then."

    def add_arguments(self, parser) -> None:
        parser.add_argument("email", help="e-mail address of the person")
        parser.add_argument(
            "--remove-second-factor",
            action="store_true",
            help="also forget the person's second factor, where device and recovery codes are lost",
        )

    def handle(self, *, email: str, remove_second_factor: bool, **options) -> None:
        user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email!r}.")
        with transaction.atomic():
            if remove_second_factor:
                user.authenticator_set.all().delete()
                user.close_sessions()
            record(None, None, "user.reset_link", user.email, {"second_factor_removed": remove_second_factor})
        days = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT).days
        self.stdout.write(
            f"One-time link for {user.email}, good for {days} days: {site_url()}{welcome_path(user)}"
        )
