"""Backups that were damaged, altered with care, made by somebody else, or by a newer product. All seeded."""

import json
import random
from collections.abc import Callable, Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from compliance.backup import keys, wholeness
from compliance.backup.manifest import canonical
from tests.machines import KEY, PASSPHRASE

SEED = 20261122
BOMB = bytes(64 * 1024 * 1024)
Parts = dict[str, bytes]


def damages(plain: bytes, sealed: bytes) -> Iterator[tuple[str, bytes, str]]:
    """(what was done, the file, the passphrase that is tried), fifty of them"""
    chance = random.Random(SEED)  # noqa: S311 (no secret)
    for number in range(7):
        whole, words = (sealed, PASSPHRASE) if number % 4 == 3 else (plain, "")
        yield f"bit flipped, {number}", flipped(whole, chance), words
    for number in range(5):
        whole, words = (sealed, PASSPHRASE) if number % 3 == 2 else (plain, "")
        yield f"cut off, {number}", whole[: chance.randrange(1, len(whole))], words
    yield "something appended", plain + b"\n", ""
    yield "wrong passphrase", sealed, "machigatta-aikotoba"
    yield "no passphrase", sealed, ""
    yield from ((f"foreign: {name}", content, "") for name, content in foreign())
    for name, edit in (ALTERED | NEWER).items():
        yield name, rebuilt(plain, edit, chance), ""
    for name, edit in FORGED.items():
        yield name, rebuilt(plain, edit, chance, seal=True), ""


def flipped(whole: bytes, chance: random.Random) -> bytes:
    place, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
    return whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :]


def foreign() -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "text", "バックアップのつもりのメモ\n".encode() * 50
    yield "zip", zipped({"readme.txt": b"hello"})
    yield "bomb", zipped({"manifest.json": BOMB})
    yield "zip with our names", zipped({"manifest.json": b"{}", "rows/compliance_user.jsonl": b"{}\n"})


def zipped(parts: Parts) -> bytes:
    sink = BytesIO()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return sink.getvalue()


def parts_of(plain: bytes) -> Parts:
    with ZipFile(BytesIO(plain)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rebuilt(plain: bytes, edit: Callable, chance: random.Random, *, seal: bool = False) -> bytes:
    """The backup after edit(parts, manifest, chance), its own SHA-256 right again; with `seal` by a thief of the key."""
    parts = parts_of(plain)
    manifest = json.loads(parts.pop("manifest.json"))
    edit(parts, manifest, chance)
    if seal:
        manifest.pop("seal")
        manifest["seal"] = keys.seal(KEY, canonical(manifest))
    return ours([*parts.items(), ("manifest.json", json.dumps(manifest).encode())])


def ours(parts: list[tuple[str, bytes]], method: int = ZIP_STORED) -> bytes:
    sink = BytesIO()
    with wholeness.written(sink) as archive:
        for name, content in parts:
            info = ZipInfo(name)
            info.compress_type = ZIP_DEFLATED if len(content) == len(BOMB) else method
            archive.writestr(info, content)
    return sink.getvalue()


def _files(parts: Parts) -> list[str]:
    return sorted(name for name in parts if name.startswith("files/"))


def _renamed(manifest: dict, parts: Parts, new: str) -> None:
    """A file under another name, in the zip and in the manifest."""
    old = _files(parts)[0]
    parts[f"files/{new}"] = parts.pop(old)
    manifest["files"][new] = manifest["files"].pop(old.removeprefix("files/"))


def _swapped(parts: Parts, manifest: dict, chance) -> None:
    first, second = chance.sample(_files(parts), 2)
    parts[first], parts[second] = parts[second], parts[first]


def _retouched(parts: Parts, manifest: dict, chance) -> None:
    """Another content of the same size."""
    name = chance.choice(_files(parts))
    parts[name] = parts[name][:-1] + bytes([parts[name][-1] ^ 1])


def _grown(parts: Parts, manifest: dict, chance) -> None:
    """A row more, as the manifest then says, too."""
    line = parts["rows/compliance_user.jsonl"].splitlines(keepends=True)[0]
    parts["rows/compliance_user.jsonl"] += line.replace(b'"id":1,', b'"id":99,').replace(b"@", b"@x.")
    member = manifest["tables"]["compliance_user"]
    member["rows"] += 1


ALTERED = {
    "file removed": lambda parts, manifest, chance: parts.pop(chance.choice(_files(parts))),
    "table removed": lambda parts, manifest, chance: parts.pop("rows/compliance_user.jsonl"),
    "member added": lambda parts, manifest, chance: parts.update({"files/1/new.pdf": b"%PDF-"}),
    "key added": lambda parts, manifest, chance: parts.update({"audit-key": b"x" * 2000}),
    "two files swapped": _swapped,
    "a file's last byte": _retouched,
    "row added": _grown,
    "table emptied": lambda parts, manifest, chance: parts.update({"rows/compliance_auditentry.jsonl": b""}),
    "manifest: rows": lambda parts, manifest, chance: manifest["tables"]["compliance_user"].update(rows=9),
    "manifest: clinics": lambda parts, manifest, chance: manifest["clinics"].append("別の医院"),
    "manifest: heads": lambda parts, manifest, chance: manifest["heads"].pop(),
    "manifest: moment": lambda parts, manifest, chance: manifest.update(created_at="2020-01-01T00:00:00+00:00"),
    "manifest: another key": lambda parts, manifest, chance: manifest.update(key="0" * 16),
    "manifest: no seal": lambda parts, manifest, chance: manifest.pop("seal"),
    "manifest: a size below zero": lambda parts, manifest, chance: manifest["tables"]["compliance_user"].update(size=-1),
    "manifest: a field too many": lambda parts, manifest, chance: manifest.update(remark=""),
    "manifest: a name that is no text": lambda parts, manifest, chance: manifest["clinics"].append(1),
    "manifest: another kind": lambda parts, manifest, chance: manifest.update(kind="backup of something else"),
}  # fmt: skip
NEWER = {
    "newer format": lambda parts, manifest, chance: manifest.update(format=2, version="9.0"),
}
FORGED = {
    "newer migration": lambda parts, manifest, chance: manifest["migrations"]["compliance"].append("0099_later"),
    "newer edition": lambda parts, manifest, chance: manifest["editions"].update({"9.0-maintenance": "f" * 64}),
    "migrations with a gap": lambda parts, manifest, chance: manifest["migrations"].pop("compliance"),
    "traversal": lambda parts, manifest, chance: _renamed(manifest, parts, "../../evil.pdf"),
    "absolute": lambda parts, manifest, chance: _renamed(manifest, parts, "/tmp/evil.pdf"),  # noqa: S108 (a name)
    "beside the clinics' folders": lambda parts, manifest, chance: _renamed(manifest, parts, "evil.pdf"),
    "hidden": lambda parts, manifest, chance: _renamed(manifest, parts, "1/.evil.pdf"),
    "bomb behind a small size": lambda parts, manifest, chance: parts.update({_files(parts)[0]: BOMB}),
    "heads of other entries": lambda parts, manifest, chance: manifest.update(heads=[f"1:1:{'0' * 64}"]),
    "rows of another count": lambda parts, manifest, chance: manifest["tables"]["compliance_user"].update(rows=9),
    "tables of another product": lambda parts, manifest, chance: (
        manifest["tables"].pop("checklist_report"), parts.pop("rows/checklist_report.jsonl")),
}  # fmt: skip
