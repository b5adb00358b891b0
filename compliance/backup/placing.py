"""The files of a backup: complete and on disk under a name that nothing reads, then all in their places."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from compliance.backup import Done
from compliance.backup.manifest import file_name
from compliance.backup.opening import Backup
from compliance.backup.wholeness import sync_folder


class Placing:
    """Unpacked files; `into_place` moves them, and `undo` takes all away, moved or not."""

    def __init__(self):
        self.root = Path(settings.MEDIA_ROOT)
        # Inside: it may be a disk of its own, and a move must not become a copy.
        self.waiting = self.root / f".restoring-{secrets.token_hex(8)}"
        self.placed: list[Path] = []

    def unpack(self, backup: Backup) -> None:
        self.waiting.mkdir(parents=True)
        for name, member in backup.manifest.files.items():
            path = self.waiting / name
            path.parent.mkdir(exist_ok=True)
            with path.open("xb") as file:
                for piece in backup.pieces(file_name(name), member):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())

    def into_place(self) -> None:
        for part in sorted(self.waiting.iterdir()):
            place = self.root / part.name
            self.placed.append(place)
            part.replace(place)
            sync_folder(place)
        self.waiting.rmdir()
        sync_folder(self.root)

    def undo(self) -> None:
        for path in (self.waiting, *self.placed):
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def unpacked(backup: Backup, done: Done) -> Iterator[Placing]:
    """The files of a backup, waiting; whatever fails before it is `done`, none of them stays."""
    placing = Placing()
    try:
        placing.unpack(backup)
        yield placing
    except BaseException:
        if not done.is_settled:
            placing.undo()
        raise
