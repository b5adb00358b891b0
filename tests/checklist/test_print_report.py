"""manage.py print_report: the browser's own bytes in a file, and a sentence where it cannot be."""

import os
import subprocess
import sys
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import CommandParser
from pypdf import PdfReader

from checklist.management.commands.print_report import Command
from checklist.models import Assessment
from compliance import renderer
from compliance.models import Clinic, GuidelineEdition
from tests.papers import Printed
from tests.web import at, browser

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "report.pdf"


def written(out: Path, *words: str) -> bytes:
    said = StringIO()
    call_command("print_report", *words, "--out", str(out), stdout=said)
    assert said.getvalue() == f"Wrote {out}\n"
    return out.read_bytes()


def test_a_draft_is_the_browsers_own_bytes(clinic, director, out):
    content = written(out, "--clinic", clinic.code, "--parts", "todo")
    assert content == browser(director).get(at("print_draft", clinic), {"parts": "todo"}).content
    assert [n for n, page in enumerate(Printed(content).pages) if "下書き" not in page] == []


def test_a_standing_confirmation_is_the_browsers_own_bytes(clinic, director, assessment, confirmed, out):
    kept = confirmed(assessment)
    path = at("print_confirmed", clinic, year=assessment.fiscal_year, number=1)
    content = written(out, "--clinic", clinic.code, "--parts", "todo")
    assert content == browser(director).get(path, {"parts": "todo"}).content
    printed = Printed(content)
    assert (kept.sha256 in printed.text, "下書き" in printed.text) == (True, False)


def test_after_reopening_it_is_the_draft_again(clinic, director, assessment, confirmed, out):
    confirmed(assessment).reopen(by=director, why="直す")
    content = written(out, "--clinic", clinic.code, "--parts", "todo")
    assert "下書き" in Printed(content).pages[0]


def test_the_blank_form_is_the_browsers_own_bytes(clinic, director, out):
    content = written(out, "--clinic", clinic.code, "--parts", "blank")
    assert content == browser(director).get(at("print_blank", clinic)).content


def test_an_earlier_file_is_written_over(clinic, out):
    out.write_text("old")
    assert written(out, "--clinic", clinic.code, "--parts", "todo").startswith(b"%PDF")


def test_an_unknown_clinic_is_named(clinic, out):
    with pytest.raises(CommandError, match=r"^There is no clinic nowhere\.$"):
        call_command("print_report", "--clinic", "nowhere", "--out", str(out))
    assert not out.exists()


def test_a_database_without_tables_is_said_in_one_sentence(out, tmp_path):
    """In a process of its own: this one's database has its tables."""
    empty = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    command = [
        sys.executable,
        "-W",
        "ignore",
        "manage.py",
        "print_report",
        "--clinic",
        "midori",
        "--out",
        out,
    ]
    ended = subprocess.run(  # noqa: S603 (our own)
        command, cwd=ROOT, env=empty | {"VAR_DIR": str(tmp_path / "var")}, capture_output=True, text=True
    )
    said = "CommandError: The database is not prepared yet; run manage.py prepare first.\n"
    assert (ended.returncode, ended.stderr, out.exists()) == (1, said, False)


@pytest.mark.parametrize("place", ["missing/report.pdf", "."])
def test_a_path_that_cannot_be_written_is_named(place, clinic, tmp_path):
    path = tmp_path / place
    with pytest.raises(CommandError, match=f"^{path} cannot be written: "):
        call_command("print_report", "--clinic", clinic.code, "--parts", "todo", "--out", str(path))


def test_a_failed_rendering_is_said_and_leaves_the_earlier_file(clinic, out, monkeypatch):
    monkeypatch.setattr(renderer, "_parent", None)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    out.write_text("old")
    with pytest.raises(CommandError, match="PDFを作る処理が止まりました。"):
        call_command("print_report", "--clinic", clinic.code, "--parts", "todo", "--out", str(out))
    assert out.read_text() == "old"


def test_unknown_parts_are_refused(clinic, out):
    with pytest.raises(CommandError, match="invalid choice: 'nothing'"):
        call_command("print_report", "--clinic", clinic.code, "--parts", "nothing", "--out", str(out))


def test_the_sample_is_made_where_it_is_missing_and_taken_where_it_stands(edition, out):
    assert not Clinic.objects.filter(is_sample=True).exists()
    first = written(out, "--clinic", "sample", "--parts", "todo")
    assert Assessment.objects.get(clinic__is_sample=True).clinic.code == "sample"
    assert written(out, "--clinic", "sample", "--parts", "todo") == first
    assert "【見本】" in Printed(first).pages[0]


def test_the_sample_loads_a_guideline_that_is_missing(out, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    GuidelineEdition.objects.all().delete()
    assert "【見本】" in Printed(written(out, "--clinic", "sample", "--parts", "todo")).pages[0]


def test_the_sample_comes_out_of_an_empty_database(manage, out):
    done = manage("print_report", "--clinic", "sample", "--parts", "todo", "--out", str(out))
    assert (done.returncode, done.stdout) == (0, f"Wrote {out}\n")
    assert len(PdfReader(BytesIO(out.read_bytes())).pages) >= 4


def test_the_inspection_set_is_what_is_written_unless_said_otherwise():
    parser = CommandParser()
    Command().add_arguments(parser)
    assert parser.parse_args(["--clinic", "x", "--out", "y"]).parts == "inspection"
