from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import timezone

from checklist import sample
from checklist.models import Assessment, Confirmation
from checklist.parts import PRESETS
from checklist.printing import blank_html, report_html
from checklist.snapshot import snapshot_of
from compliance.models import Clinic, GuidelineEdition
from compliance.renderer import RenderingFailed, pdf
from compliance.walls import ServerCommand


class Command(ServerCommand):
    help = (
        "Write a clinic's report as PDF, the same as in the browser: its newest 確定版 while that stands, else the "
        "draft. For the sample clinic an empty database is prepared first."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--clinic", required=True, help="the clinic's code, or sample")
        parser.add_argument("--parts", choices=[*PRESETS, "blank"], default="inspection")
        parser.add_argument("--out", type=Path, required=True)

    def handle(self, *, clinic: str, parts: str, out: Path, **options) -> None:
        html, draft = made(clinic_of(clinic), parts)
        try:
            out.write_bytes(pdf(html, draft=draft))
        except RenderingFailed as failure:
            raise CommandError(str(failure)) from failure
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}") from error
        self.stdout.write(f"Wrote {out}")


def clinic_of(code: str) -> Clinic:
    """The clinic of that code; the sample is made where it is missing."""
    if code == sample.CODE:
        try:
            return sample.seed(timezone.localdate())
        except (DatabaseError, GuidelineEdition.DoesNotExist):
            call_command("prepare", stdout=StringIO())
            return sample.seed(timezone.localdate())
    try:
        found = Clinic.objects.filter(code=code).first()
    except DatabaseError as error:
        raise CommandError("The database is not prepared yet; run manage.py prepare first.") from error
    if found is None:
        raise CommandError(f"There is no clinic {code}.")
    return found


def made(clinic: Clinic, parts: str) -> tuple[str, bool]:
    """(HTML, whether it is a draft)"""
    assessment = Assessment.objects.filter(clinic=clinic).current()
    if parts == "blank":
        return blank_html(snapshot_of(assessment, timezone.localdate())), False
    keys = PRESETS[parts].parts
    standing = (
        Confirmation.objects.filter(assessment=assessment, reopened_at=None).order_by("-number").first()
    )
    if standing:
        return report_html(standing.snapshot, standing.sha256, keys), False
    return report_html(snapshot_of(assessment, timezone.localdate()), keys=keys), True
