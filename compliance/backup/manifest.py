"""What a backup says of itself. Whoever has the audit key can tell that nobody else has written it."""

import hmac
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Self

from compliance.audit import Head
from compliance.backup import Refused, keys
from compliance.backup.states import Migrations

NAME, KEY = "manifest.json", "audit-key"
PARTS = ("tables", "files", "leftovers")
KIND, FORMAT = "iryo-jiko-tenken backup", 1
LARGEST = 256 * 1024 * 1024  # bytes of a manifest: over a million files
_FORGED = "このバックアップの説明（manifest.json）は壊れているか、書き換えられています。"


@dataclass(frozen=True)
class Member:
    """One member of the zip: its size in bytes and SHA-256; of a table also its number of rows."""

    size: int
    sha256: str
    rows: int = 0


@dataclass(frozen=True)
class Manifest:
    version: str  # of the product
    created_at: str  # ISO 8601
    database: str  # "sqlite" or "postgresql"
    migrations: Migrations
    editions: dict[str, str]  # code: fingerprint
    clinics: list[str]  # names
    heads: list[str]  # of each chain of 操作記録, as audit.Head writes it
    sequences: dict[str, int]  # table: the highest key ever given, so that none is given again
    tables: dict[str, Member]
    files: dict[str, Member]  # by stored name
    leftovers: dict[str, Member]  # of files that were removed while the backup was taken: no row names them
    lost: list[str]  # stored names that had a row and no bytes
    changed: list[str]  # stored names whose bytes were no longer those that were stored
    key: str  # fingerprint of the key that seals
    kind: str = field(default=KIND)
    format: int = field(default=FORMAT)

    def sealed_with(self, key: str) -> bytes:
        """manifest.json"""
        content = asdict(self)
        return json.dumps({**content, "seal": keys.seal(key, canonical(content))}, indent=1).encode()

    @property
    def members(self) -> Iterator[tuple[str, Member]]:
        """(name in the zip, member), in the order they are restored"""
        yield from ((table_name(each), member) for each, member in self.tables.items())
        for files in (self.files, self.leftovers):
            yield from ((file_name(each), member) for each, member in files.items())

    @property
    def chains(self) -> list[Head]:
        return [Head.read(each) for each in self.heads]


@dataclass(frozen=True)
class Sealed:
    """A manifest as it was read, with the seal that stood under it."""

    manifest: Manifest
    seal: str
    content: bytes

    def fits(self, key: str) -> bool:
        return hmac.compare_digest(keys.seal(key, self.content), self.seal)

    @classmethod
    def read(cls, text: bytes) -> Self:
        """Raises Refused where it is none, or one of a newer format."""
        try:
            content = json.loads(text)
            seal = content.pop("seal")
            _require_ours(content)
            return cls(_manifest(content), str(seal), canonical(content))
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            raise Refused(_FORGED) from error


def canonical(content: dict) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


def table_name(table: str) -> str:
    return f"rows/{table}.jsonl"


def file_name(stored: str) -> str:
    return f"files/{stored}"


def _require_ours(content: dict) -> None:
    if content["kind"] != KIND:
        raise ValueError("another product's")
    if int(content["format"]) > FORMAT:
        raise Refused(
            f"このバックアップは新しい版の製品（{content['version']}）で作られています。"
            "同じか、より新しい版を入れてから復元してください。"
        )


def _manifest(content: dict) -> Manifest:
    """ValueError, TypeError or KeyError where something is missing, too much, or of another kind."""
    if {*content} != {each.name for each in fields(Manifest)}:
        raise ValueError("other fields")
    members = {part: {n: Member(**m) for n, m in content[part].items()} for part in PARTS}
    found = Manifest(**{**content, **members})
    datetime.fromisoformat(found.created_at)
    sizes = [number for _, each in found.members for number in (each.size, each.rows)]
    if any(type(number) is not int or number < 0 for number in [*sizes, *found.sequences.values()]):
        raise ValueError("no number")
    texts = [*found.migrations.values(), found.clinics, found.lost, found.changed]
    if not all(isinstance(each, list) and all(isinstance(text, str) for text in each) for each in texts):
        raise ValueError("no list of texts")
    found.chains  # noqa: B018 (raises where one is none)
    return found
