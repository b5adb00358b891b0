"""Taking a backup: what comes and goes meanwhile, what was lost before, and where it is refused."""

import os
import resource
import threading
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.recorder import MigrationRecorder

from compliance.backup import Refused, moment, states, taking, wholeness
from compliance.backup.taking import take
from compliance.files import StoredFile
from compliance.models import Clinic
from tests.machines import kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(prepared) -> Clinic:
    return Clinic.objects.create(name="みどり台内科クリニック")


def keep(clinic, number: int) -> StoredFile:
    return StoredFile.store(clinic, f"{number}.pdf", b"%PDF-" + bytes([number]) * 99, by="test")


def elsewhere(act) -> None:
    """Somebody else does it, on a connection of their own."""

    def run() -> None:
        act()
        connections.close_all()

    other = threading.Thread(target=run)
    other.start()
    other.join(30)


class Fading(FileSystemStorage):
    """Once the file `fades` is asked for, `at` happens and it is gone."""

    fades, at = "", None

    def _open(self, name, mode="rb"):
        if name == Fading.fades:
            Fading.fades = ""
            elsewhere(Fading.at)
            raise FileNotFoundError(name)
        return super()._open(name, mode)


@pytest.fixture
def fading(settings):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": f"{__name__}.Fading"}}
    return Fading


def begun(archive) -> taking._Taking:
    return taking._Taking(archive, with_key=False)


def test_migrations_of_apps_that_are_no_longer_here_are_not_told(clinic):
    MigrationRecorder(connection).record_applied("gone", "0001_initial")
    assert "gone" not in states.applied(DEFAULT_DB_ALIAS)


def test_a_file_that_comes_while_files_are_copied_is_in_it(clinic, tmp_path):
    first = keep(clinic, 1)
    with (tmp_path / "one").open("wb") as file, wholeness.written(file) as archive:
        job = begun(archive)
        job.add_files("default")
        second = keep(clinic, 2)
        manifest = job.run()
    assert {*manifest.files} == {first.path, second.path}


def test_a_file_that_goes_while_files_are_copied_belongs_to_nothing(clinic, tmp_path):
    first, second = keep(clinic, 1), keep(clinic, 2)
    with (tmp_path / "one").open("wb") as file, wholeness.written(file) as archive:
        job = begun(archive)
        job.add_files("default")
        first.remove(by="test")
        manifest = job.run()
    assert ([*manifest.files], [*manifest.leftovers], manifest.lost) == ([second.path], [first.path], [])


def test_a_file_that_goes_between_its_row_and_its_bytes_is_neither_alarm_nor_gap(clinic, tmp_path, fading):
    """The moment is taken anew, so that the rows no longer speak of it."""
    first, second = keep(clinic, 1), keep(clinic, 2)
    with (tmp_path / "one").open("wb") as file, wholeness.written(file) as archive:
        job = begun(archive)
        job.files[first.path] = job.add("files/other", [b""], 0)
        fading.fades, fading.at = second.path, lambda: second.remove(by="test")
        manifest = job.run()
    assert (manifest.lost, [*manifest.files]) == ([], [first.path])
    assert kept() == {first.path: first.sha256}


def test_bytes_that_were_lost_before_are_named_and_the_rest_is_saved(clinic, tmp_path):
    first, second = keep(clinic, 1), keep(clinic, 2)
    default_storage.delete(first.path)
    manifest = take(tmp_path / "one.zip")
    assert (manifest.lost, [*manifest.files], manifest.changed) == ([first.path], [second.path], [])


def a_folder(at: Path) -> None:
    at.mkdir()


def what_cannot_be_read(at: Path) -> None:
    """It opens; its first byte is of no process: an error of input, for root too."""
    at.symlink_to("/proc/self/mem")


@pytest.mark.parametrize("put", [a_folder, what_cannot_be_read])
def test_bytes_that_the_disk_withholds_are_named_and_the_rest_is_saved(put, clinic, tmp_path, settings):
    first, second = keep(clinic, 1), keep(clinic, 2)
    default_storage.delete(first.path)
    put(settings.MEDIA_ROOT / first.path)
    manifest = take(tmp_path / "one.zip")
    assert (manifest.lost, [*manifest.files]) == ([first.path], [second.path])


def test_bytes_that_changed_before_are_named(clinic, tmp_path):
    first = keep(clinic, 1)
    with default_storage.open(first.path, "wb") as file:
        file.write(b"%PDF-altered")
    manifest = take(tmp_path / "one.zip")
    assert (manifest.lost, [*manifest.files], manifest.changed) == ([], [first.path], [first.path])


def test_files_that_fall_faster_than_they_can_be_counted_end_it(clinic, tmp_path, fading):
    def falls() -> None:
        file = keep(clinic, 1)
        fading.fades, fading.at = file.path, lambda: (file.remove(by="test"), falls())

    falls()
    with pytest.raises(Refused, match="次々に消えました"):
        take(tmp_path / "one.zip")
    assert not (tmp_path / "one.zip").exists()


def test_a_name_that_is_taken_stays_as_it_is(clinic, tmp_path):
    (tmp_path / "one.zip").write_text("precious")
    with pytest.raises(Refused, match="すでにあります"):
        take(tmp_path / "one.zip")
    assert (tmp_path / "one.zip").read_text() == "precious"


def test_a_database_that_was_never_prepared_is_told(empty, tmp_path):
    with pytest.raises(Refused, match="まだ準備されていません"):
        take(tmp_path / "one.zip")


def test_a_database_of_a_newer_product_is_told(prepared, tmp_path):
    MigrationRecorder(connection).record_applied("compliance", "0099_later")
    with pytest.raises(Refused, match=r"compliance\.0099_later"):
        take(tmp_path / "one.zip")


def test_nothing_of_the_copy_stays_beside_the_database(clinic, prepared, tmp_path):
    before = {*prepared.folder.iterdir()}
    take(tmp_path / "one.zip")
    assert {*prepared.folder.iterdir()} == before


def test_what_a_killed_backup_left_is_cleared_away_a_day_later(clinic, prepared, tmp_path):
    old, young = (prepared.folder / f"{moment.COPIES}{each}" for each in ("old", "young"))
    for folder in (old, young):
        folder.mkdir()
        (folder / "copy.sqlite3").touch()
    os.utime(old, (0, 0))
    take(tmp_path / "one.zip")
    assert [old.exists(), young.exists()] == [connection.vendor == "postgresql", True]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL needs no copy.")
def test_a_copy_that_finds_no_room_is_told(clinic, prepared, tmp_path):
    before, most = {*prepared.folder.iterdir()}, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, most[1]))
    try:
        with pytest.raises(Refused, match="データベースの写しを"):
            take(tmp_path / "one.zip")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    assert ({*prepared.folder.iterdir()}, [*tmp_path.glob("*.zip")]) == (before, [])
