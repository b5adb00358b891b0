"""Installations of their own: a database, a folder with keys and files; for what must begin on an empty machine."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.test import override_settings
from django.utils import timezone

from checklist import sample
from checklist.confirming import confirm, seen_digest
from checklist.founding import found
from checklist.issuing import issue
from checklist.models import Assessment, Evidence, Report
from compliance.backup.taking import take
from compliance.files import StoredFile
from compliance.models import Clinic, User
from compliance.uploads import Upload

ROOT = Path(__file__).resolve().parents[1]
KEY = "the-audit-key-of-all-machines-unless-a-test-says-otherwise"
PASSPHRASE = "yama-no-mukou-no-aoi-sora"


@dataclass(frozen=True)
class Machine:
    """`database`: the file (SQLite), or the name of the database (PostgreSQL)."""

    folder: Path
    database: str

    @contextmanager
    def entered(self) -> Iterator[None]:
        """This process works on it meanwhile, in every thread that connects anew."""
        key = (self.folder / "audit-key").read_text()
        places = {"MEDIA_ROOT": self.folder / "files", "AUDIT_HEADS": self.folder / "audit-heads"}
        locmem = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
        here = override_settings(VAR_DIR=self.folder, AUDIT_KEY=key, CACHES=locmem, **places)
        with _connected(self.database), here:
            yield

    def manage(self, *words: str, **variables: str) -> subprocess.CompletedProcess:
        """manage.py of this machine in a process of its own."""
        environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(self.folder), **variables}
        if connection.vendor == "postgresql":
            environment["DATABASE_URL"] = _url(self.database)
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(  # noqa: S603 (our own)
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
        )


@contextmanager
def template(folder: Path, blocker) -> Iterator[str]:
    """A copy of the tests' own database, tables and guideline: what prepared machines begin with.

    Made outside any test, because PostgreSQL copies only a database that nobody else is connected to.
    """
    with blocker.unblock():
        connection.close()
        own = connection.settings_dict["NAME"]
        file = folder / "template.sqlite3"
        made = str(shutil.copy(own, file)) if connection.vendor == "sqlite" else _database_like(own)
        if connection.vendor == "postgresql":  # tests before this one have used numbers up
            _say("ALTER SEQUENCE compliance_clinic_id_seq RESTART", made)
    yield made
    if connection.vendor == "postgresql":
        _say(f'DROP DATABASE "{made}" WITH (FORCE)')


@contextmanager
def machine(folder: Path, like: str = "") -> Iterator[Machine]:
    """An empty one, or a prepared one that begins as the template `like`; gone afterwards."""
    folder.mkdir(parents=True)
    (folder / "audit-key").write_text(KEY)
    name = (
        str(folder / "db.sqlite3") if connection.vendor == "sqlite" else _database_like(like or "template0")
    )
    if like and connection.vendor == "sqlite":
        shutil.copy(like, name)
    try:
        yield Machine(folder, name)
    finally:
        if connection.vendor == "postgresql":
            _say(f'DROP DATABASE "{name}" WITH (FORCE)')
        shutil.rmtree(folder)


def _database_like(other: str) -> str:
    name = f"machine_{secrets.token_hex(6)}"
    _say(f'CREATE DATABASE "{name}" TEMPLATE "{other}"')
    return name


def _say(statement: str, name: str = "") -> None:
    with psycopg.connect(_url(name), autocommit=True) as server:
        server.execute(statement)


@contextmanager
def _connected(name: str) -> Iterator[None]:
    """Another connection in place of the test's, whose open transaction stays as it is; so in each new thread."""
    own, settings_of = connections[DEFAULT_DB_ALIAS], connections.settings[DEFAULT_DB_ALIAS]
    connections.settings[DEFAULT_DB_ALIAS] = {**settings_of, "NAME": name}
    del connections[DEFAULT_DB_ALIAS]
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections.settings[DEFAULT_DB_ALIAS], connections[DEFAULT_DB_ALIAS] = settings_of, own


def _url(name: str) -> str:
    place = connections.settings[DEFAULT_DB_ALIAS]
    name = name or place["NAME"]
    password = f":{place['PASSWORD']}" if place["PASSWORD"] else ""
    return f"postgres://{place['USER']}{password}@{place['HOST']}:{place['PORT'] or 5432}/{name}"


# What it holds


def fill() -> Clinic:
    """A clinic with an answer, a paper and an issued report; the sample with all its registers; two that are gone."""
    gone = Clinic.objects.create(name="なくなった医院")
    by = User.objects.create_user("director@midori.example", name="緑川 院長")
    clinic = found(by=by, name="さくら通り歯科医院", director="緑川 院長")
    sample.seed(timezone.localdate())
    Clinic.objects.create(name="後からなくなった医院").delete()
    gone.delete()
    round_ = Assessment.objects.get(clinic=clinic)
    today = timezone.localdate()
    first = round_.answers.select_related("item", "assessment", "clinic").order_by("item__position").first()
    first.record(1, by=by, status="open", plan="業者に頼む「\\ \n ‘引用’」", due_on=today + timedelta(days=9))
    Evidence.register(
        clinic,
        by=by,
        items=["10-9"],
        file=Upload("契約書.pdf", b"%PDF-1.7 " + bytes(range(256))),
        title="契約書",
    )
    report(round_, by, today)
    return clinic


def report(round_: Assessment, by: User, today: date):
    """A 点検報告書 of a round that is confirmed for it."""
    names = {"examiner": "事務 はな子", "safety_officer": "緑川 院長", "examined_on": today}
    return issue(confirm(round_, by=by, seen=seen_digest(round_, today), **names), "todo", by=by)


def rows(backup: Path) -> dict[str, list[dict]]:
    """{table: rows} of a plain backup, whatever order its JSON has"""
    with ZipFile(backup) as archive:
        tables = json.loads(archive.read("manifest.json"))["tables"]
        texts = {table: archive.read(f"rows/{table}.jsonl").decode() for table in tables}
    return {table: [json.loads(line) for line in text.splitlines()] for table, text in texts.items()}


def stored() -> dict[str, bytes]:
    """{stored name: bytes} of every file in the folder, whoever knows it"""
    root = Path(settings.MEDIA_ROOT)
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def kept() -> dict[str, str]:
    """{stored name: SHA-256} as the database has it"""
    return dict(StoredFile.objects.kept().values_list("path", "sha256"))


# One that is filled once


@dataclass(frozen=True)
class Source:
    """A filled machine, a plain and an encrypted backup of it, and what it had issued: {number: PDF}."""

    machine: Machine
    plain: Path
    sealed: Path
    issued: dict[int, bytes]


@contextmanager
def source_in(folder: Path, like: str, blocker) -> Iterator[Source]:
    """`blocker`: pytest-django's"""
    with machine(folder / "source", like) as made:
        with blocker.unblock(), made.entered():
            fill()
            take(folder / "plain.zip")
            take(folder / "sealed.zip", PASSPHRASE)
            source = Source(made, folder / "plain.zip", folder / "sealed.zip", issued())
        yield source


def issued() -> dict[int, bytes]:
    """{number: PDF} of the issued reports"""
    return {each.number: each.file.content() for each in Report.objects.issued().select_related("file")}
