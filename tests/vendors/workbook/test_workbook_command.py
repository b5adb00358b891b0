"""manage.py read_disclosure: JSON for whatever it is given, and never a database."""

import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.vendors.workbook.books import ROOT, SAMPLES
from vendors.workbook import Reading, read_safely, safely

BOTH = SAMPLES / "mds-sds-one-book.xlsx"


def printed(*arguments: str) -> dict:
    out = StringIO()
    call_command("read_disclosure", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_everything_of_a_book_with_both_forms():
    told = printed(str(BOTH))
    assert list(told) == ["opened", "says", "choices", "header", "rows"]
    assert (told["opened"], told["choices"], len(told["rows"])) == ("read", [], 99)
    assert list(told["header"]) == ["date", "provider", "product", "version"]
    assert {tuple(row) for row in told["rows"]} == {
        ("id", "form", "numbers", "answer", "remark", "cell", "why")
    }


def test_one_form_and_one_sheet():
    assert len(printed(str(BOTH), "--form", "mds")["rows"]) == 41
    assert len(printed(str(BOTH), "--sheet", "SDS")["rows"]) == 58


def test_a_form_that_does_not_exist_is_a_mistake_of_the_caller():
    with pytest.raises(CommandError):
        printed(str(BOTH), "--form", "xds")


@pytest.mark.parametrize("name", ["missing.xlsx", ".", "nul\0byte.xlsx"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name):
    told = printed(f"{tmp_path}/{name}")
    assert (told["opened"], told["rows"]) == ("refused", [])
    assert told["says"] == "ファイルがないか、読み出せません。ファイルの場所と名前を確かめてください。"


def test_it_works_without_a_database(tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "VAR_DIR": str(tmp_path),
    }
    command = [sys.executable, "manage.py", "read_disclosure", str(BOTH)]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)  # noqa: S603 (our own)
    assert json.loads(ended.stdout)["opened"] == "read"


def test_a_child_that_does_not_end_is_refused(monkeypatch):
    monkeypatch.setattr(safely, "SECONDS", 0.2)
    monkeypatch.setattr(safely, "_CHILD", "import time; time.sleep(5)")
    assert read_safely(b"PK", []).opened == "refused"


@pytest.mark.parametrize(
    "code", ["raise SystemExit(3)", "print('{}')", "print('x')", "import os; os.abort()"]
)
def test_a_child_that_fails_is_refused(monkeypatch, code):
    monkeypatch.setattr(safely, "_CHILD", code)
    assert read_safely(b"PK", []).opened == "refused"


def test_the_child_has_little_memory(monkeypatch):
    greedy = "import sys; sys.path.insert(0, sys.argv[1]); from vendors.workbook import child, reader; "
    greedy += "child.read = lambda *_: bytes(400 * 1024 * 1024); child.main()"
    monkeypatch.setattr(safely, "_CHILD", greedy)
    assert read_safely(b"PK", []).opened == "refused"


def test_a_reading_survives_its_way_through_json():
    reading = Reading(opened="choose", says="選んでください。", choices=("A", "B"), warnings=("版",))
    assert Reading.from_dict(json.loads(json.dumps(reading.as_dict()))) == reading
