"""A disk that is full at twenty seeded levels; `python -m tests.endurance.disk [seed]`.

Database and files lie on a small file system of their own (tmpfs: needs root, or user namespaces). On PostgreSQL its
tablespace lies there where the server runs on this machine and we are root; elsewhere only the files do, and the
answer says so. Each point fills the disk but for some bytes, lets people work until the first refusal, looks at what
they are told and at what stands, makes room, and wants the same work done without any repair.
"""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit

import psycopg

from tests.endurance import house

SEED = 20261122
MEGABYTES = 96
PAGE = 4096


def main(seed: int) -> dict:
    with small_disk() as disk, tablespace(disk) as (options, on_disk):
        (disk / "var").mkdir()
        with house.house("disk", disk / "var", options) as folder:
            from tests.endurance import shortage

            with house.running(house.ROOT / "build" / "disk.log") as server:
                chance = random.Random(seed)  # noqa: S311 (no secret)
                found = shortage.points(server.port, folder, Disk(disk), chance, on_disk)
    size, faults, levels = found
    said = {"size": size, "found": len(faults), "faults": faults[:20], "seed": seed}
    return said | {"database_on_the_disk": on_disk, "levels": levels}


class Disk:
    """A file system with a ballast on it."""

    def __init__(self, root: Path):
        self.root, self.ballast = root, root / "ballast"

    def leave(self, free: int) -> None:
        """Let that many bytes be free, rounded down to pages."""
        self.empty()
        while (size := self.free() - free // PAGE * PAGE) > 0:
            with suppress(OSError):  # PostgreSQL took some meanwhile
                self.grow(size)

    def grow(self, size: int) -> None:
        number = os.open(self.ballast, os.O_WRONLY | os.O_CREAT)
        try:
            os.posix_fallocate(number, os.fstat(number).st_size, size)
        finally:
            os.close(number)

    def empty(self) -> None:
        self.ballast.unlink(missing_ok=True)

    def free(self) -> int:
        state = os.statvfs(self.root)
        return state.f_bavail * state.f_frsize


@contextmanager
def small_disk() -> Iterator[Path]:
    """A tmpfs; where we may not mount, main runs again inside a user namespace, so here we always may."""
    folder = Path(mkdtemp(prefix="small-disk-"))
    folder.chmod(0o755)
    run("mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=755", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        run("umount", "--lazy", str(folder))
        folder.rmdir()


@contextmanager
def tablespace(disk: Path) -> Iterator[tuple[str, bool]]:
    """(what CREATE DATABASE needs to lie on the disk, whether the database will)"""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield "", True
        return
    if not is_ours(url):
        yield "", False
        return
    (disk / "pg").mkdir()
    shutil.chown(disk / "pg", "postgres", "postgres")
    name = f"small_{os.getpid()}"
    house.statements(url, f"CREATE TABLESPACE {name} LOCATION '{disk / 'pg'}'")
    try:
        yield f"TABLESPACE {name}", True
    finally:
        house.statements(url, "CHECKPOINT", f"DROP TABLESPACE {name}")


def is_ours(url: str) -> bool:
    """Whether the server can see our disk: on this machine, with us as root here and superuser there."""
    here = urlsplit(url).hostname in {None, "127.0.0.1", "localhost", "::1"} and os.geteuid() == 0
    with suppress(psycopg.Error):
        (folder,), (may,) = house.asked(url, "SHOW data_directory", "SHOW is_superuser")
        return here and may == "on" and Path(folder, "PG_VERSION").exists() and not in_namespace()
    return False


def in_namespace() -> bool:
    return Path("/proc/self/uid_map").read_text().split() != ["0", "0", "4294967295"]


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603 (our own)


def again_as_root() -> None:
    """Whoever is not root becomes one inside a user namespace of their own, where mounting is allowed."""
    if os.geteuid() != 0:
        words = ["unshare", "--user", "--map-root-user", "--mount"]
        os.execvp(words[0], [*words, sys.executable, "-m", "tests.endurance.disk", *sys.argv[1:]])  # noqa: S606


if __name__ == "__main__":
    again_as_root()
    print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else SEED), ensure_ascii=False))
