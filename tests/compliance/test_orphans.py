"""Files without a row are found and cleaned away, those of a save on its way are not; rows without bytes are named."""

import os
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from compliance.files import StoredFile
from compliance.orphans import SETTLED, bereft, orphans

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(clinic, director) -> StoredFile:
    return StoredFile.store(clinic, "契約書.pdf", b"%PDF-1.4 kept", by=director)


@pytest.fixture
def left_behind(settings, kept):
    """left_behind(age in seconds): what a killed save leaves."""

    def leave(age: float):
        path = settings.MEDIA_ROOT / f"{kept.clinic_id}" / f"{age:.0f}.pdf"
        path.write_bytes(b"%PDF-1.4 half of i")
        os.utime(path, (time.time() - age,) * 2)
        return path

    return leave


def clean(*words: str) -> str:
    out = StringIO()
    call_command("clean_files", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def as_app():
    """Logged in as somebody who may not take on the role of commands."""
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION AUTHORIZATION tenken_app")
        yield
        cursor.execute("RESET SESSION AUTHORIZATION")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL hides rows")
@pytest.mark.django_db(transaction=True)
def test_who_does_not_see_every_row_deletes_nothing(kept, left_behind, as_app):
    left = left_behind(SETTLED + 60)
    with pytest.raises(CommandError, match="tenken_server"):
        clean()
    assert left.exists()


def test_an_old_file_without_a_row_is_found(kept, left_behind):
    old, new = left_behind(SETTLED + 60), left_behind(SETTLED - 60)
    assert [(each.path, each.size) for each in orphans()] == [(old, 18)]
    assert [each.path for each in orphans(older_than=0)] == sorted([old, new])


def test_cleaning_takes_the_orphan_and_nothing_else(kept, left_behind):
    old, new = left_behind(SETTLED + 60), left_behind(SETTLED - 60)
    said = clean()
    assert said == f"{old}\nどの記録にも属さないファイル：1件（0.0MB）消しました\n"
    assert (old.exists(), new.exists(), kept.content()) == (False, True, b"%PDF-1.4 kept")
    assert clean() == "どの記録にも属さないファイル：0件（0.0MB）\n"


def test_a_dry_run_only_tells(kept, left_behind):
    old = left_behind(SETTLED + 60)
    assert clean("--dry-run") == f"{old}\nどの記録にも属さないファイル：1件（0.0MB）あります\n"
    assert old.exists()


def test_a_kept_file_whose_bytes_are_gone_is_named(kept, settings, clinic):
    assert bereft() == []
    (settings.MEDIA_ROOT / kept.path).unlink()
    assert bereft() == [kept]
    named = f"中身がありません：{clinic}「契約書.pdf」（{kept.path}）。バックアップから戻してください。\n"
    assert clean().endswith(named)


def test_a_removed_file_is_not_missed(kept, director):
    kept.remove(by=director)
    assert bereft() == []
