from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from checklist.mailing import due_now, remind
from checklist.management.commands.prepare import require_ready
from compliance.walls import ServerCommand


class Command(ServerCommand):
    help = (
        "Mail the people who asked for it what is overdue and what becomes due within 7 days. Run it daily; "
        "a second run sends nothing twice."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count; nothing is sent or written")

    def handle(self, *, dry_run: bool, **options) -> None:
        require_ready()
        if dry_run:
            self.stdout.write(f"Reminders to send: {sum(1 for _ in due_now(timezone.now()))}")
        elif not settings.EMAIL_HOST:
            self.stdout.write("EMAIL_HOST is not set: this installation sends no mail.")
        else:
            self.send()

    def send(self) -> None:
        tally = remind(timezone.now())
        if tally.failed:
            raise CommandError(tally.words)
        self.stdout.write(tally.words)
