"""Reading a backup that may be damaged, foreign, newer or hostile: nothing is believed that is not checked."""

import hashlib
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from compliance import editions
from compliance.backup import Refused, sealing, states, wholeness
from compliance.backup.manifest import KEY, LARGEST, NAME, Manifest, Member, Sealed, table_name
from compliance.os_words import in_words

ENCRYPTED = 1  # zip's own encryption, a flag
LONGEST = 64 * 1024 * 1024  # bytes of one row
_SAFE = re.compile(r"(rows|files/[0-9]{1,20})/[0-9a-z_]{1,120}\.[0-9a-z]{1,8}")
_OTHER_PARTS = (
    "このバックアップの中身は、その説明（manifest.json）と一致しません。壊れているか、書き換えられています。"
)


@dataclass(frozen=True)
class Backup:
    """A file of ours whose names and sizes are as its manifest says; `check` looks at the content."""

    archive: ZipFile
    sealed: Sealed
    key: str  # the audit key that travels in it, or nothing

    @property
    def manifest(self) -> Manifest:
        return self.sealed.manifest

    def check(self) -> None:
        """Raises Refused unless every member's content is what the manifest says."""
        for name, member in self.manifest.members:
            digest = hashlib.sha256()
            for piece in self.pieces(name, member):
                digest.update(piece)
            if digest.hexdigest() != member.sha256:
                raise Refused(f"{_OTHER_PARTS}（{name}）")

    def pieces(self, name: str, member: Member) -> Iterator[bytes]:
        with _readable(name), self.archive.open(name) as content:
            yield from wholeness.pieces(content, member.size)

    def lines(self, table: str) -> Iterator[bytes]:
        """The rows of a table, one by one."""
        name = table_name(table)
        with _readable(name), self.archive.open(name) as content:
            while line := content.readline(LONGEST):
                yield line


@contextmanager
def opened(path: Path, words: str = "") -> Iterator[Backup]:
    """The backup in a file, decrypted with the passphrase where it is encrypted. Raises Refused."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise Refused(f"{path} を開けません（{in_words(error)}）。") from error
    with file:
        archive = wholeness.read(file)
        if not sealing.is_sealed(archive):
            yield _backup(archive)
            return
        with sealing.opened(archive, words) as plain:
            yield _backup(wholeness.read(plain))


def _backup(archive: ZipFile) -> Backup:
    parts = archive.infolist()
    found = {part.filename: part for part in parts}
    if len(found) != len(parts) or NAME not in found or not all(map(_is_plain, parts)):
        raise Refused(_OTHER_PARTS)
    if found[NAME].file_size > LARGEST:
        raise Refused("このバックアップの説明（manifest.json）が大きすぎます。この製品のものではありません。")
    with _readable(NAME):
        sealed = Sealed.read(archive.read(NAME))
    key = _key(archive, found.pop(KEY)) if KEY in found else ""
    _require_known(sealed.manifest)
    _require_parts(sealed.manifest, {name: part.file_size for name, part in found.items() if name != NAME})
    return Backup(archive, sealed, key)


def _is_plain(part: ZipInfo) -> bool:
    return part.compress_type in (ZIP_STORED, ZIP_DEFLATED) and not part.flag_bits & ENCRYPTED


def _key(archive: ZipFile, part: ZipInfo) -> str:
    if part.file_size > 1000:
        raise Refused(_OTHER_PARTS)
    with _readable(KEY):
        return archive.read(KEY).decode(errors="replace")


def _require_known(manifest: Manifest) -> None:
    """Refused where this code does not know a migration or an edition: the backup is newer."""
    more = states.unknown(manifest.migrations) + sorted({*manifest.editions} - {*editions.shelf()})
    if more:
        raise Refused(
            f"このバックアップは新しい版の製品（{manifest.version}）で作られています（{'、'.join(more[:5])}）。"
            "同じか、より新しい版を入れてから復元してください。"
        )
    if "compliance" not in manifest.migrations or not states.is_closed(manifest.migrations):
        raise Refused(_OTHER_PARTS)


def _require_parts(manifest: Manifest, sizes: dict[str, int]) -> None:
    if sizes != {name: member.size for name, member in manifest.members}:
        raise Refused(_OTHER_PARTS)
    if not all(map(_SAFE.fullmatch, sizes)):
        raise Refused(
            "このバックアップには、使えない名前のファイルが入っています。この製品のものではありません。"
        )


@contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except (BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Refused(f"{_OTHER_PARTS}（{name}）") from error
