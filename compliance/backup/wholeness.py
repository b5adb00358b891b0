"""The file as a whole: written under another name until it is complete, and its own SHA-256 at its end."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from compliance.backup import Refused

MARK = b"iryo-jiko-tenken backup, SHA-256 "
DIGITS = 64
PIECE = 1024 * 1024
FOREIGN = "このファイルは、この製品のバックアップではないか、途中で切れているか、壊れています。"
DAMAGED = (
    "このバックアップは壊れています（ファイル全体の照合値が一致しません）。別の日のものを使ってください。"
)


class Hashing:
    """A stream that cannot be rewound; its last 64 bytes become the SHA-256 (hex) of all before them."""

    def __init__(self, sink: BinaryIO):
        self.sink, self.kept, self.digest = sink, b"", hashlib.sha256()

    def write(self, piece: bytes) -> int:
        whole = self.kept + bytes(piece)
        ready, self.kept = whole[:-DIGITS], whole[-DIGITS:]
        self.digest.update(ready)
        self.sink.write(ready)
        return len(piece)

    def flush(self) -> None:
        self.sink.flush()

    def finish(self) -> None:
        self.sink.write(self.digest.hexdigest().encode())
        self.sink.flush()


@contextmanager
def written(sink: BinaryIO) -> Iterator[ZipFile]:
    """A zip into a stream, its comment the mark and the SHA-256 of the rest."""
    hashing = Hashing(sink)
    with ZipFile(hashing, "w", allowZip64=True) as archive:
        archive.comment = MARK + b"0" * DIGITS
        yield archive
    hashing.finish()


def read(file: BinaryIO) -> ZipFile:
    """The zip in a file of ours that is whole, byte for byte. Raises Refused."""
    digest = hashlib.sha256()
    end = len(MARK) + DIGITS
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - end))
    if file.read(len(MARK)) != MARK:
        raise Refused(FOREIGN)
    file.seek(0)
    for piece in pieces(file, size - DIGITS):
        digest.update(piece)
    if file.read() != digest.hexdigest().encode():
        raise Refused(DAMAGED)
    try:
        return ZipFile(file)
    except (BadZipFile, NotImplementedError) as error:
        raise Refused(FOREIGN) from error


def pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    """The next `size` bytes, a megabyte at a time; fewer where the file ends."""
    while size > 0 and (piece := file.read(min(PIECE, size))):
        size -= len(piece)
        yield piece


@contextmanager
def beside(path: Path) -> Iterator[BinaryIO]:
    """A file (0600) that takes the name `path` once it is complete and on disk; until then, and else, nothing has it.

    FileExistsError where something has that name already.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists():  # a hard link would tell for certain, but USB sticks have none
            raise FileExistsError(path)
        new.rename(path)
    finally:
        new.unlink(missing_ok=True)
    with suppress(OSError):  # some network drives know no such thing
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
