"""Encryption, by the age format: as a stream, so that its size is no matter of memory.

age's own passphrases are for small files here, so a passphrase protects an identity and that one the backup.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from threading import Thread
from typing import BinaryIO
from zipfile import ZipFile, ZipInfo

import pyrage
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from compliance import env
from compliance.backup import Refused, wholeness

KEY, CONTENT = "key.age", "backup.zip.age"
SHORTEST = 12
_WHERE = (
    "合言葉を環境変数 BACKUP_PASSPHRASE に入れるか、"
    "合言葉だけを書いたファイルの場所を BACKUP_PASSPHRASE_FILE に入れてください。"
)


def passphrase() -> str:
    """BACKUP_PASSPHRASE, or what stands in the file that BACKUP_PASSPHRASE_FILE names; else empty.

    Never an argument: every user of the machine sees those. Raises Refused for a file that cannot be read.
    """
    try:
        return env.secret("BACKUP_PASSPHRASE")
    except ImproperlyConfigured as error:
        raise Refused(f"合言葉のファイルを読めません（{error}）。") from error


def require_strong(words: str) -> None:
    if len(words) < SHORTEST:
        raise Refused(f"暗号化には{SHORTEST}文字以上の合言葉がいります。{_WHERE}")


@contextmanager
def sealed(sink: BinaryIO, words: str) -> Iterator[BinaryIO]:
    """A stream whose content arrives in `sink` encrypted. OSError where the disk takes no more."""
    identity = pyrage.x25519.Identity.generate()
    with wholeness.written(sink) as outer:
        outer.writestr(ZipInfo(KEY), pyrage.passphrase.encrypt(str(identity).encode(), words))
        content = outer.open(ZipInfo(CONTENT), "w", force_zip64=True)
        with content, _Encrypting(content, identity) as stream:
            yield stream


class _Encrypting(Thread):
    """age reads one end of a pipe, in a thread; the backup is written into the other."""

    def __init__(self, target: BinaryIO, identity):
        super().__init__(daemon=True)
        self.target, self.identity, self.failure = target, identity, None
        reading, writing = os.pipe()
        self.reader, self.writer = os.fdopen(reading, "rb"), os.fdopen(writing, "wb")

    def run(self) -> None:
        try:
            with self.reader:
                pyrage.encrypt_io(self.reader, self.target, [self.identity.to_public()])
        except Exception as failure:  # told in the thread that waits
            self.failure = failure

    def __enter__(self) -> BinaryIO:
        self.start()
        return self.writer

    def __exit__(self, kind, *_) -> None:
        with suppress(BrokenPipeError):  # age has given up; why is told below
            self.writer.close()
        self.join()
        if self.failure:
            raise OSError(str(self.failure)) from self.failure


def is_sealed(archive: ZipFile) -> bool:
    return CONTENT in archive.namelist()


@contextmanager
def opened(archive: ZipFile, words: str) -> Iterator[BinaryIO]:
    """The decrypted content, in a nameless file that ends with the process. Raises Refused."""
    if [each.filename for each in archive.infolist()] != [KEY, CONTENT] or archive.getinfo(
        KEY
    ).file_size > 4096:
        raise Refused(wholeness.FOREIGN)
    if not words:
        raise Refused(f"このバックアップは暗号化されています。{_WHERE}")
    identity = _identity(archive.read(KEY), words)
    with TemporaryFile(dir=settings.VAR_DIR) as plain:
        try:
            with archive.open(CONTENT) as content:
                pyrage.decrypt_io(content, plain, [identity])
        except (pyrage.DecryptError, OSError) as error:
            raise Refused(
                f"暗号を解いた中身を書けませんでした（{error}）。ディスクの空きを確かめてください。"
            ) from error
        yield plain


def _identity(key: bytes, words: str) -> pyrage.x25519.Identity:
    try:
        return pyrage.x25519.Identity.from_str(pyrage.passphrase.decrypt(key, words).decode())
    except (pyrage.DecryptError, pyrage.IdentityError) as error:
        raise Refused("合言葉が違います。バックアップを作ったときの合言葉を使ってください。") from error
