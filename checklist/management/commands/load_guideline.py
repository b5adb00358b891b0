from django.conf import settings
from django.core.management.base import CommandError

from checklist.loading import Changes, LoadRefused, load
from compliance import editions
from compliance.guideline import Guideline, GuidelineError
from compliance.guideline_check import problems
from compliance.walls import ServerCommand


class Command(ServerCommand):
    help = "Validate the editions in fixtures/ and load them; idempotent, and never rewords what is in use."

    def handle(self, **options) -> None:
        try:
            if found := [
                *editions.problems(),
                *(p for each in editions.shelf().values() for p in unsound(each)),
            ]:
                raise CommandError("The files are not sound:\n" + "\n".join(found))
            for code, guideline in editions.shelf().items():
                self.stdout.write(f"{code}: {told(load(guideline.as_dict()))}")
        except (GuidelineError, LoadRefused, OSError) as error:
            raise CommandError(str(error)) from error


def unsound(guideline: Guideline) -> list[str]:
    """What is wrong with an edition beside its source in fixtures/source/."""
    source = settings.GUIDELINES / "source" / guideline.edition.source_file
    return problems(guideline, source.read_text("utf-8"))


def told(changes: Changes) -> str:
    """One line for each kind of change."""
    kinds = {word: getattr(changes, word) for word in ("added", "reworded", "removed", "our_words")}
    lines = [
        f"{word.replace('_', ' ')}: {len(codes)} ({', '.join(codes[:12])}{', …' if len(codes) > 12 else ''})"
        for word, codes in kinds.items()
        if codes
    ]
    return "\n".join(lines) or "up to date"
