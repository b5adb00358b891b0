"""manage.py backup and restore: what they say, and where they stop."""

from io import StringIO
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from compliance.files import StoredFile
from compliance.models import Clinic
from tests.machines import PASSPHRASE

pytestmark = pytest.mark.django_db


def said(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_a_restore_says_what_it_found_and_how_it_ended(source, empty):
    text = said("restore", str(source.plain))
    found, done = text.split("復元しています…")
    assert "医療機関　: 2件（さくら通り歯科医院、みどり台内科クリニック）" in found
    assert "ファイル　: 4件" in found
    assert done.split() == ["復元しました。", "操作記録は、すべて連続しています。"]


def test_a_doubtful_trail_ends_with_an_error(source, empty, settings):
    settings.AUDIT_KEY = "another"
    with pytest.raises(CommandError, match="データは復元しましたが、操作記録を確かめられませんでした"):
        said("restore", str(source.plain), "--without-key")
    assert Clinic.objects.count() == 2


def test_a_refused_restore_says_that_nothing_was_done(empty, tmp_path):
    (tmp_path / "text.zip").write_text("memo")
    with pytest.raises(CommandError, match="復元していません。"):
        said("restore", str(tmp_path / "text.zip"))


def test_a_disk_that_fails_the_restore_is_told(source, empty):
    (empty.folder / "files").mkdir()
    (empty.folder / "files" / "2").symlink_to("/nowhere")
    with pytest.raises(CommandError, match="ファイルを書けませんでした"):
        said("restore", str(source.plain))


def test_a_plain_backup_says_what_is_in_it_and_what_is_not(prepared, tmp_path):
    text = said("backup", str(tmp_path / "one.zip"))
    assert "医療機関　: 0件\n" in text
    assert ("二要素認証の秘密" in text, "操作記録の鍵は入っていません" in text) == (True, True)


def test_an_encrypted_one_needs_a_passphrase(prepared, tmp_path, monkeypatch):
    monkeypatch.delenv("BACKUP_PASSPHRASE", raising=False)
    with pytest.raises(CommandError, match="12文字以上の合言葉"):
        said("backup", str(tmp_path / "one.zip"), "--encrypt")
    monkeypatch.setenv("BACKUP_PASSPHRASE", PASSPHRASE)
    assert "暗号化していません" not in said("backup", str(tmp_path / "one.zip"), "--encrypt")
    assert ZipFile(tmp_path / "one.zip").namelist() == ["key.age", "backup.zip.age"]


def test_without_a_name_it_goes_to_the_folder_of_backups(prepared, tmp_path, settings):
    settings.BACKUP_DIR = str(tmp_path)
    said("backup")
    assert [path.suffix for path in tmp_path.glob("tenken-*")] == [".zip"]


@pytest.mark.parametrize("folder", ["", "/nowhere/at/all"])
def test_without_a_name_and_a_folder_it_says_how_to_name_one(prepared, settings, folder):
    settings.BACKUP_DIR = folder
    with pytest.raises(CommandError, match="BACKUP_DIR"):
        said("backup")


def test_a_place_that_cannot_be_written_is_told(prepared, tmp_path):
    with pytest.raises(CommandError, match="に書けませんでした（見つかりません）"):
        said("backup", str(tmp_path / "no" / "one.zip"))


def test_a_lost_file_is_an_error_although_the_backup_stands(prepared, tmp_path):
    clinic = Clinic.objects.create(name="みどり台内科クリニック")
    lost, changed = (StoredFile.store(clinic, f"{n}.pdf", b"%PDF-", by="test") for n in range(2))
    default_storage.delete(lost.path)
    with default_storage.open(changed.path, "wb") as file:
        file.write(b"other")
    with pytest.raises(CommandError, match="失われたファイルがあります") as told:
        said("backup", str(tmp_path / "one.zip"))
    assert (tmp_path / "one.zip").exists()
    assert told.value.returncode == 2  # else bin/nightly would never clear away an old one


def test_a_file_too_large_for_the_disk_leaves_nothing(prepared, tmp_path):
    """With a limit of the operating system in place of a full disk."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    copy = (prepared.folder / "db.sqlite3").stat().st_size if (prepared.folder / "db.sqlite3").exists() else 0
    clinic = Clinic.objects.create(name="みどり台内科クリニック")
    for number in range(3):
        StoredFile.store(clinic, f"{number}.pdf", b"%PDF-" + bytes(1024 * 1024), by="test")
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(copy, 1024 * 1024) + 4096, before[1]))
    try:
        with pytest.raises(CommandError, match="途中のファイルは残していません"):
            said("backup", str(tmp_path / "one.zip"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in tmp_path.iterdir() if "one" in path.name] == []
