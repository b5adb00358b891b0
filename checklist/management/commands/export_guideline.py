import json

from django.core.management.base import BaseCommand, CommandError

from compliance import editions
from compliance.guideline import GuidelineError


class Command(BaseCommand):
    help = (
        "Print one edition of the guideline as JSON, raw and text; reads fixtures/ only, needs no database."
    )
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument("--edition", help="its code; the newest where none is named")

    def handle(self, *, edition: str | None, **options) -> None:
        try:
            shelf = editions.shelf()
        except GuidelineError as error:
            raise CommandError(str(error)) from error
        if edition and edition not in shelf:
            raise CommandError(f"There is no edition {edition}; there are: {', '.join(shelf)}")
        guideline = shelf[edition or editions.newest()]
        self.stdout.write(json.dumps(guideline.as_dict(), ensure_ascii=False, indent=2))
