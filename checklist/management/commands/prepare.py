"""What `make run` does before the server starts. A second run only looks."""

import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from checklist import founding
from checklist.loading import fingerprint
from compliance import editions, walls
from compliance.guideline import GuidelineError
from compliance.links import site_url
from compliance.models import Clinic, GuidelineEdition

# We use bootstrap.min.css with its map and htmx-2.min.js; compressing all the rest would take long.
UNUSED = [
    *("bootstrap-grid.*", "bootstrap-reboot.*", "bootstrap-utilities.*"),
    *("bootstrap.rtl.*", "bootstrap.css", "bootstrap.css.map"),
    *("django_htmx/ext/*", "django_htmx/htmax-*", "django_htmx/htmx-4*", "django_htmx/htmx-2.js"),
]


class Command(BaseCommand):
    help = (
        "Bring database, guideline and static files up to date, and print where to begin; make run calls it."
    )
    requires_system_checks = ()

    def handle(self, **options) -> None:
        with walls.as_owner():
            call_command("migrate", verbosity=0, interactive=False)
            call_command("createcachetable", verbosity=0)
        load_guideline()
        collect_static()
        call_command("clearsessions")
        self.stdout.write("\n".join(greeting()))


def greeting() -> Iterator[str]:
    """The address; while no real clinic exists, the start code too."""
    yield f"ブラウザで開く / Open in a browser: {site_url()}"
    if Clinic.first_start_is_due():
        code = founding.start_code()
        yield f"別のパソコンから始めるときの開始コード / Start code for another machine: {code}"


def require_ready() -> None:
    """CommandError where the tables or the guideline are missing."""
    try:
        GuidelineEdition.current()
    except (DatabaseError, GuidelineEdition.DoesNotExist):
        raise CommandError("The database is not ready; first run: manage.py prepare") from None


def load_guideline() -> None:
    """Validate and load fixtures/ unless loaded with these fingerprints; CommandError where they are unsound."""
    try:
        marks = {code: fingerprint(each.as_dict()) for code, each in editions.shelf().items()}
    except GuidelineError as error:
        raise CommandError(str(error)) from error
    loaded = dict(GuidelineEdition.objects.values_list("code", "fingerprint"))
    if any(loaded.get(code) != mark for code, mark in marks.items()):
        call_command("load_guideline", stdout=StringIO())


def collect_static() -> bool:
    """Collect the static files unless none has changed since; True when it did."""
    kept, mark = Path(settings.STATIC_ROOT) / ".fingerprint", static_fingerprint()
    if kept.exists() and kept.read_text() == mark:
        return False
    # Without `clear` a file is kept where its new source is the older one, as after going back to an older package.
    call_command("collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=UNUSED)
    kept.write_text(mark)
    return True


def static_fingerprint() -> str:
    """SHA-256 over sizes and times of the source files and the versions of what makes served ones of them."""
    parts = [f"{name} {version(name)}" for name in ("django", "whitenoise")]
    parts += [settings.STORAGES["staticfiles"]["BACKEND"], *sorted(_sources())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _sources() -> Iterator[str]:
    for finder in get_finders():
        for path, storage in finder.list(UNUSED):
            stat = Path(storage.path(path)).stat()
            yield f"{getattr(storage, 'prefix', '')} {path} {stat.st_size} {stat.st_mtime_ns}"
