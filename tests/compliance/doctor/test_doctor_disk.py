"""Folders and files, each really broken."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from compliance.doctor import disk

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NOBODY = 65534
NOWHERE = Path("/proc")  # no room, and nobody writes there, not even root
MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
nas:/share /srv/nas nfs4 rw 0 0
//nas/share /srv/with\\040blank cifs rw 0 0
tmpfs /srv/nas/here tmpfs rw 0 0
"""


def test_a_disk_without_room_is_named(tmp_path):
    found = disk.space([tmp_path, NOWHERE])
    assert (found.state, found.says) == (
        "bad",
        "/proc の空きは 0MB です。もうすぐ保存できなくなります。",
    )


def test_room_is_measured_where_a_folder_will_be(tmp_path):
    free = shutil.disk_usage(tmp_path).free // disk.MEBIBYTE
    assert disk.space([tmp_path / "later" / "files"]).state == ("ok" if free >= 1024 else "warn")


def test_a_folder_that_takes_no_file_is_named(tmp_path):
    assert disk.writable([tmp_path, tmp_path / "later"]).state == "ok"
    found = disk.writable([tmp_path, NOWHERE / "sys"])
    assert (found.state, found.says.startswith("/proc/sys に書き込めません（")) == ("bad", True)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def as_nobody():
    """Root writes wherever the file system lets it."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(NOBODY)
    yield
    os.seteuid(was)


def test_a_read_only_folder_takes_no_file(as_nobody):
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o500)
        found = disk.writable([Path(folder)])
    assert (found.state, found.says) == ("bad", f"{folder} に書き込めません（権限がありません）。")


@pytest.mark.parametrize(
    ("folder", "key", "data", "state"),
    [
        (0o700, 0o644, 0o644, "ok"),
        (0o755, 0o600, 0o600, "ok"),
        (0o750, 0o600, 0o640, "ok"),
        (0o755, 0o644, 0o600, "bad"),
        (0o750, 0o640, 0o640, "bad"),
        (0o755, 0o600, 0o644, "warn"),
    ],
)
def test_keys_and_data_that_others_can_read_are_noticed(tmp_path, folder, key, data, state):
    files = tmp_path / "secret-key", tmp_path / "db.sqlite3"
    for path, mode in zip(files, (key, data), strict=True):
        path.touch()
        path.chmod(mode)
    tmp_path.chmod(folder)
    assert disk.private([files[0]], [], [files[1], tmp_path / "none"]).state == state


@pytest.mark.parametrize(("mode", "state"), [(0o600, "ok"), (0o640, "ok"), (0o660, "bad"), (0o644, "bad")])
def test_a_key_that_root_lends_may_be_read_by_its_group(tmp_path, mode, state):
    (tmp_path / "key").touch(mode=0o600)
    (tmp_path / "key").chmod(mode)
    tmp_path.chmod(0o775)
    assert disk.private([], [tmp_path / "key"], []).state == state


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("/srv/tenken/db.sqlite3", "ok"),
        ("/srv/nas/db.sqlite3", "bad"),
        ("/srv/with blank/db.sqlite3", "bad"),
        ("/srv/nas/here/db.sqlite3", "ok"),
        ("/srv/nasty/db.sqlite3", "ok"),
    ],
)
def test_a_database_across_a_network_is_noticed(path, state):
    assert disk.local(Path(path), MOUNTS).state == state


def backup(folder: Path, days: float) -> None:
    path = folder / f"{days}.zip"
    path.touch()
    moment = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (moment, moment))


@pytest.mark.parametrize(
    ("ages", "state", "says"),
    [
        ([], "warn", "バックアップが見つかりません"),
        ([9, 8], "warn", "いちばん新しいバックアップが 8日前のものです。"),
        ([30, 6.9], "ok", "いちばん新しいバックアップは 6日前のものです。"),
        ([0.1], "ok", "今日のバックアップがあります。"),
    ],
)
def test_the_newest_backup_tells_its_age(tmp_path, ages, state, says):
    for days in ages:
        backup(tmp_path, days)
    found = disk.backups(tmp_path, NOW)
    assert (found.state, found.says.startswith(says)) == (state, True)


def test_no_folder_of_backups_is_no_backup(tmp_path):
    assert disk.backups(tmp_path / "none", NOW).state == "warn"


def test_without_a_place_for_backups_it_is_asked_for():
    found = disk.backups(None, NOW)
    assert (found.state, found.says) == ("warn", "バックアップの置き場所（BACKUP_DIR）が決まっていません。")


def test_stored_files_that_are_gone_or_changed_are_counted(tmp_path):
    paths = [tmp_path / name for name in "abc"]
    for path in paths:
        path.write_bytes(path.name.encode())
    files = [(n, path, sha256(path.name.encode()).hexdigest()) for n, path in enumerate(paths, 1)]
    assert disk.kept(files).says == "保管しているファイルは、受け取ったときのままです（3件を調べました）。"
    paths[0].unlink()
    paths[2].write_bytes(b"other")
    found = disk.kept(files)
    assert (found.state, found.says) == (
        "bad",
        "保管しているファイルに、見つからないもの 1件、中身が違うもの 1件があります（ファイルの番号 1、3）。",
    )


def test_files_that_no_row_tells_of_are_counted():
    assert disk.spare([]).state == "ok"
    found = disk.spare([disk.MEBIBYTE, 2 * disk.MEBIBYTE])
    assert (found.state, found.says) == ("warn", "どの記録にも属さないファイルが 2件あります（3.0MB）。")
