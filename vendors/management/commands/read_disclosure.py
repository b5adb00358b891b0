import json
from dataclasses import asdict
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from compliance import editions
from compliance.guideline import GuidelineError
from vendors.workbook import FILE_LIMIT, Reading, read_safely, refused


class Command(BaseCommand):
    help = (
        "Print what an MDS/SDS workbook says of each row of 別紙, as JSON; saves nothing, needs no database."
    )
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--form", type=str.upper, choices=("MDS", "SDS"))
        parser.add_argument("--sheet")

    def handle(self, *, file: Path, form: str | None, sheet: str | None, **options) -> None:
        try:
            rows = editions.guideline(editions.RULES).rows
        except GuidelineError as error:
            raise CommandError(str(error)) from error
        content = _content(file)
        reading = (
            refused("ファイルがないか、読み出せません。ファイルの場所と名前を確かめてください。")
            if content is None
            else read_safely(content, rows, form, sheet)
        )
        self.stdout.write(json.dumps(_shown(reading), ensure_ascii=False, indent=2))


def _content(file: Path) -> bytes | None:
    """One byte more than a workbook may have, so that a larger one is noticed; None for what is no file."""
    try:
        if not file.is_file():
            return None
        with file.open("rb") as opened:
            return opened.read(FILE_LIMIT + 1)
    except (OSError, ValueError):
        return None


def _shown(reading: Reading) -> dict:
    kept = ("opened", "says", "choices", "header", "rows")
    return {key: value for key, value in asdict(reading).items() if key in kept}
