"""Taking a backup while everybody goes on working: the files first, then the moment that counts, with its rows.

A stored file never changes, so those that came meanwhile are simply added. Of those that were removed meanwhile the
rows of that moment say nothing any more; what they left in the zip is told as belonging to nothing.
"""

import hashlib
import tomllib
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS, connection, models
from django.utils import timezone

from compliance.audit import Head
from compliance.backup import Refused, keys, sealing, sequences, states, tables, wholeness
from compliance.backup.manifest import KEY, NAME, Manifest, Member, file_name, table_name
from compliance.backup.moment import frozen
from compliance.walls import SERVER, as_server, sees_all

TRIES = 5


def take(path: Path, words: str = "") -> Manifest:
    """Write a backup to `path`, encrypted where there is a passphrase. Raises Refused or OSError, and leaves nothing."""
    if path.exists():
        raise Refused(f"{path} はすでにあります。上書きはしません。別の名前にしてください。")
    _require_ready()
    with (
        wholeness.beside(path) as file,
        _open_or_sealed(file, words) as sink,
        wholeness.written(sink) as archive,
    ):
        return _Taking(archive, with_key=bool(words)).run()


def _open_or_sealed(file: BinaryIO, words: str):
    return sealing.sealed(file, words) if words else nullcontext(file)


def _require_ready() -> None:
    """Refused where the database was never prepared, or is of a newer product."""
    with as_server():
        found, whole = states.applied(DEFAULT_DB_ALIAS), sees_all()
    if "compliance" not in found:
        raise Refused("データベースがまだ準備されていません。先に manage.py prepare を実行してください。")
    if not whole:
        raise Refused(
            f"データベースの役割 {SERVER} になれないため、全部の行が見えません。"
            "表の持ち主として manage.py prepare を実行してください。"
        )
    if more := states.unknown(found):
        raise Refused(
            f"データベースは、この製品より新しい版で使われています（{'、'.join(more)}）。"
            "新しい版の製品でバックアップしてください。"
        )


class _Taking:
    """One backup on its way into a zip."""

    def __init__(self, archive: ZipFile, *, with_key: bool):
        self.archive, self.with_key = archive, with_key
        self.begun = timezone.localtime().timetuple()[:6]
        self.files: dict[str, Member] = {}
        self.changed: set[str] = set()

    def run(self) -> Manifest:
        with as_server():
            self.add_files(DEFAULT_DB_ALIAS)
        lost: set[str] = set()
        for _ in range(TRIES):
            with frozen() as alias:
                missing = self.add_files(alias)
                if missing <= lost:
                    return self.finish(alias, missing)
            lost = self.lost()
        raise Refused("バックアップのあいだにファイルが次々に消えました。少し後でもう一度実行してください。")

    def add_files(self, alias: str) -> set[str]:
        """Copy the files that are kept and not copied yet; returns the names of those that are not there."""
        wanted = {name: sha256 for name, sha256 in kept(alias).items() if name not in self.files}
        return {name for name, sha256 in wanted.items() if not self.add_file(name, sha256)}

    def add_file(self, name: str, sha256: str) -> bool:
        source = opened(name)
        if source is None:
            return False
        with source:
            pieces = wholeness.pieces(source, source.size)
            member = self.files[name] = replace(self.add(file_name(name), pieces, ZIP_STORED), rows=0)
        if member.sha256 != sha256:
            self.changed.add(name)
        return True

    def lost(self) -> set[str]:
        """Names that rows speak of now, whose bytes are gone: no removal, but a loss."""
        with as_server():
            now = kept(DEFAULT_DB_ALIAS)
        return {name for name in now if name not in self.files and not _can_be_read(name)}

    def finish(self, alias: str, lost: set[str]) -> Manifest:
        migrations = states.applied(alias)
        apps = states.apps_at(migrations)
        found = tables.models_of(apps)
        key, of_now = keys.of_this_machine(migrations), kept(alias)
        manifest = Manifest(
            version=version(),
            created_at=timezone.now().isoformat(),
            database=connection.vendor,
            migrations=migrations,
            editions=dict(_rows(apps, "GuidelineEdition", alias).values_list("code", "fingerprint")),
            clinics=list(_rows(apps, "Clinic", alias).order_by("pk").values_list("name", flat=True)),
            heads=[str(head) for head in ends(_rows(apps, "AuditEntry", alias))],
            sequences=sequences.read(found, alias),
            tables={model._meta.db_table: self.add_rows(model, alias) for model in found},
            files={name: member for name, member in self.files.items() if name in of_now},
            leftovers={name: member for name, member in self.files.items() if name not in of_now},
            lost=sorted(lost),
            changed=sorted(self.changed & {*of_now}),
            key=keys.fingerprint(key),
        )
        self.add(NAME, [manifest.sealed_with(key)], ZIP_DEFLATED)
        if self.with_key and keys.has_own(migrations):
            self.add(KEY, [key.encode()], ZIP_STORED)
        return manifest

    def add_rows(self, model: type[models.Model], alias: str) -> Member:
        return self.add(table_name(model._meta.db_table), tables.lines(model, alias), ZIP_DEFLATED)

    def add(self, name: str, pieces: Iterable[bytes], compression: int) -> Member:
        """A further member of the zip; `rows` counts the pieces."""
        info = ZipInfo(name, self.begun)
        info.compress_type, info.external_attr = compression, 0o600 << 16
        digest, size, count = hashlib.sha256(), 0, 0
        with self.archive.open(info, "w", force_zip64=True) as member:
            for piece in pieces:
                count += 1
                member.write(piece)
                digest.update(piece)
                size += len(piece)
        return Member(size, digest.hexdigest(), count)


def kept(alias: str) -> dict[str, str]:
    """{stored name: SHA-256} of the files whose bytes are kept."""
    rows = _rows(states.apps_at(states.applied(alias)), "StoredFile", alias)
    return dict(rows.filter(removed_at=None).order_by("pk").values_list("path", "sha256"))


def opened(name: str) -> File | None:
    """The bytes of a kept file; None where they are gone, or the disk or its rights withhold them."""
    try:
        source = default_storage.open(name)
    except OSError:
        return None
    try:
        source.read(1)
        source.seek(0)
    except OSError:
        source.close()
        return None
    return source


def _can_be_read(name: str) -> bool:
    with opened(name) or nullcontext() as source:
        return source is not None


def ends(entries: models.QuerySet) -> list[Head]:
    """The last entry of each chain."""
    newest = (
        entries.filter(clinic_id=models.OuterRef("clinic_id")).order_by("-sequence").values("sequence")[:1]
    )
    last = entries.filter(sequence=models.Subquery(newest)).order_by("clinic_id")
    return [Head(*each) for each in last.values_list("clinic_id", "sequence", "digest")]


def _rows(apps, model: str, alias: str) -> models.QuerySet:
    return apps.get_model("compliance", model)._base_manager.using(alias)


def version() -> str:
    """The product's, from pyproject.toml"""
    text = (settings.BASE_DIR / "pyproject.toml").read_text("utf-8")
    return tomllib.loads(text)["project"]["version"]
