import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from compliance.guideline import GuidelineError, read


class Command(BaseCommand):
    help = (
        "Print one edition of the guideline as JSON, raw and text; reads fixtures/ only, needs no database."
    )
    requires_system_checks = ()

    def handle(self, **options) -> None:
        try:
            guideline = read(settings.GUIDELINE_DIR)
        except GuidelineError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(guideline.as_dict(), ensure_ascii=False, indent=2))
