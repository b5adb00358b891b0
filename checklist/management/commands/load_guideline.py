from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from checklist.loading import LoadRefused, load
from compliance.guideline import GuidelineError, read
from compliance.guideline_check import problems


class Command(BaseCommand):
    help = "Validate the guideline in fixtures/ and load it; idempotent, and never rewords what is in use."

    def handle(self, **options) -> None:
        try:
            guideline = read(settings.GUIDELINE_DIR)
            if found := problems(guideline, settings.GUIDELINE_SOURCE.read_text("utf-8")):
                raise CommandError("The files are not sound:\n" + "\n".join(found))
            changes = load(guideline.as_dict())
        except (GuidelineError, LoadRefused) as error:
            raise CommandError(str(error)) from error
        if not changes:
            self.stdout.write("The guideline is up to date.")
        for word in ("added", "reworded", "removed", "our_words"):
            if codes := getattr(changes, word):
                self.stdout.write(
                    f"{word.replace('_', ' ')}: {len(codes)} ({', '.join(codes[:12])}{', …' if len(codes) > 12 else ''})"
                )
