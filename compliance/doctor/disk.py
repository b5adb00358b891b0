"""Folders: room in them, who may read and write, where they are; and the files in them."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from compliance.doctor import Found, bad, ok, warn
from compliance.os_words import in_words

MEBIBYTE = 1024 * 1024
LITTLE, TOO_LITTLE = 1024 * MEBIBYTE, 200 * MEBIBYTE
ACROSS_A_NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "gluster", "fuse.sshfs", "davfs")
OLD = timedelta(days=7)
_SEEN = "{} {} を、このコンピュータのほかの利用者が読めます。"


def space(folders: Iterable[Path]) -> Found:
    """Free room where each folder is, or will be."""
    free = {folder: shutil.disk_usage(_standing(folder)).free for folder in folders}
    folder, least = min(free.items(), key=lambda each: each[1])
    words = f"{folder} の空きは {least // MEBIBYTE:,}MB です。"
    if least < TOO_LITTLE:
        return bad(
            f"{words}もうすぐ保存できなくなります。",
            "要らないファイルを消すか、ディスクを大きくしてください。",
        )
    if least < LITTLE:
        return warn(f"{words}少なくなっています。", "早めに空きを作ってください。")
    return ok(f"空きは十分です（いちばん少ないところで {least // MEBIBYTE // 1024:,}GB）。")


def writable(folders: Iterable[Path]) -> Found:
    """A file can be made in each, or where it will be made."""
    for folder in folders:
        try:
            with tempfile.NamedTemporaryFile(dir=_standing(folder), prefix=".doctor-"):
                pass
        except OSError as error:
            return bad(
                f"{folder} に書き込めません（{in_words(error)}）。",
                "フォルダの持ち主と権限を確かめてください。",
            )
    return ok("必要なフォルダに書き込めます。")


def private(keys: Iterable[Path], lent: Iterable[Path], data: Iterable[Path]) -> Found:
    """Keys are read by the server's own account alone, those `lent` by root also by its group, data not by everybody.

    A closed folder closes what is in it.
    """
    for path in (each for each in keys if _is_open(each, 0o077)):
        return bad(_SEEN.format("鍵のファイル", path), f"chmod 600 {path} を実行してください。")
    for path in (each for each in lent if _is_open(each, 0o027)):
        return bad(_SEEN.format("鍵のファイル", path), f"chmod 640 {path} を実行してください。")
    for path in (each for each in data if _is_open(each, 0o007)):
        return warn(_SEEN.format("データのファイル", path), f"chmod 700 {path.parent} を実行してください。")
    return ok("鍵とデータのファイルは、ほかの利用者から読めません。")


def local(path: Path, mounts: str) -> Found:
    """`mounts` is the text of /proc/mounts. SQLite's locks do not hold across a network."""
    kind = _file_system(path, mounts)
    if kind.startswith(ACROSS_A_NETWORK):
        return bad(
            f"データベースのファイルが、ネットワークの向こうのフォルダにあります（{kind}）。壊れるおそれがあります。",
            "VAR_DIR をこのコンピュータのディスクの中のフォルダにしてください。",
        )
    return ok("データベースのファイルは、このコンピュータのディスクにあります。")


def backups(folder: Path | None, now: datetime) -> Found:
    """How old the newest file in `folder` is (None: nobody has named one); `now` is aware."""
    if folder is None:
        return warn(
            "バックアップの置き場所（BACKUP_DIR）が決まっていません。",
            "別のディスクなどのフォルダを BACKUP_DIR に書き、manage.py backup を定期的に実行してください。",
        )
    moments = [_written(path, now) for path in folder.iterdir()] if folder.is_dir() else []
    ages = [age for age in moments if age is not None]
    do = "manage.py backup を実行してください。定期的に行うようにしてください。"
    if not ages:
        return warn(f"バックアップが見つかりません（{folder}）。", do)
    if min(ages) > OLD:
        return warn(f"いちばん新しいバックアップが {min(ages).days}日前のものです。", do)
    return ok(
        f"いちばん新しいバックアップは {min(ages).days}日前のものです。"
        if min(ages).days
        else "今日のバックアップがあります。"
    )


def kept(files: Iterable[tuple[int, Path, str]]) -> Found:
    """(id, where, SHA-256) of stored files: each is there, and as it came."""
    files = list(files)
    gone, changed = [], []
    for number, path, digest in files:
        try:
            if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                changed.append(number)
        except OSError:
            gone.append(number)
    if gone or changed:
        words = [f"見つからないもの {len(gone)}件"] * bool(gone) + [
            f"中身が違うもの {len(changed)}件"
        ] * bool(changed)
        numbers = "、".join(map(str, [*gone, *changed][:5]))
        return bad(
            f"保管しているファイルに、{'、'.join(words)}があります（ファイルの番号 {numbers}）。",
            "バックアップから、ファイルの置き場（VAR_DIR の files）を戻してください。",
        )
    return ok(f"保管しているファイルは、受け取ったときのままです（{len(files)}件を調べました）。")


def spare(sizes: Sequence[int]) -> Found:
    """Sizes, in bytes, of files that no row tells of: a save was killed half way."""
    if not sizes:
        return ok("どの記録にも属さないファイルは、ありません。")
    return warn(
        f"どの記録にも属さないファイルが {len(sizes)}件あります（{sum(sizes) / MEBIBYTE:.1f}MB）。",
        "manage.py clean_files --dry-run で確かめてから、manage.py clean_files で消してください。",
    )


def _is_open(path: Path, to: int) -> bool:
    """To those `to` whom the bits belong, through its folder too."""
    return path.exists() and bool(path.stat().st_mode & path.parent.stat().st_mode & to)


def _standing(folder: Path) -> Path:
    """The folder, or the nearest above it that exists."""
    return next(each for each in (folder, *folder.parents) if each.is_dir())


def _file_system(path: Path, mounts: str) -> str:
    """The type of the file system that `path` is on; empty where it is not told."""
    best, kind = "", ""
    for line in mounts.splitlines():
        _, point, name, *_ = line.split()
        point = point.replace("\\040", " ")
        if path.resolve().is_relative_to(point) and len(point) >= len(best):
            best, kind = point, name
    return kind


def _written(path: Path, now: datetime) -> timedelta | None:
    with suppress(OSError):
        if path.is_file() and not path.name.startswith("."):
            return max(timedelta(), now - datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo))
    return None
