"""Backups taken while people save, store, remove and issue, each restored on an empty machine and compared."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest
from django.db import connections

from checklist.issuing import issue
from checklist.models import Answer, Confirmation, Report
from compliance import audit
from compliance.files import StoredFile
from compliance.models import AuditEntry, Clinic, User
from tests import machines
from tests.machines import PASSPHRASE, Machine

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db]
RUNS = 20
PAUSE = 0.02  # seconds between two saves of one person


@dataclass
class Load:
    """People at work; what each of them was told to be done."""

    over: Event = field(default_factory=Event)
    saved: dict[int, tuple[int, str]] = field(default_factory=dict)  # answer: version, note
    stored: dict[str, bytes] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    issued: dict[int, str] = field(default_factory=dict)  # number: SHA-256

    def save(self, half: int) -> None:
        """Every second of the sample's answers, again and again."""
        by = User.objects.get(email="director@midori.example")
        answers = list(
            Answer.objects.filter(clinic__is_sample=True).select_related("item", "clinic", "assessment")
        )
        while not self.over.is_set():
            for answer in answers[half::2]:
                if self.over.wait(PAUSE):
                    return
                note = f"{answer.item.code} {answer.version + 1}"
                answer.record(answer.version, by=by, note=note)
                self.saved[answer.pk] = (answer.version, note)

    def store(self) -> None:
        """Files come, and every third goes again."""
        clinic, number, kept = Clinic.objects.get(is_sample=True), 0, []
        while not self.over.wait(PAUSE):
            number += 1
            content = b"%PDF-" + hashlib.sha256(str(number).encode()).digest() * 300
            file = StoredFile.store(clinic, f"{number}.pdf", content, by="load")
            self.stored[file.path] = content
            kept.append(file)
            if number % 3 == 0:
                gone = kept.pop(number % len(kept))
                self.removed.add(gone.path)  # may be gone from now on
                gone.remove(by="load")

    def issue(self) -> None:
        confirmation = Confirmation.objects.select_related("clinic", "assessment").get()
        by = User.objects.get(email="director@midori.example")
        while not self.over.is_set():
            report = issue(confirmation, "todo", by=by)
            self.issued[report.number] = report.pdf_sha256

    def acknowledged(self) -> "Load":
        """What was done up to now."""
        return Load(saved=self.saved.copy(), stored=self.stored.copy(), issued=self.issued.copy())


@contextmanager
def under_load() -> Iterator[Load]:
    """The load runs until the end of the block; RuntimeError and others of its people are raised there."""
    load = Load()
    jobs = [lambda: load.save(0), lambda: load.save(1), load.store, load.issue]
    with ThreadPoolExecutor(len(jobs)) as pool:
        futures: list[Future] = [pool.submit(alone, job) for job in jobs]
        try:
            until(lambda: load.issued and load.stored and load.saved)
            yield load
        finally:
            load.over.set()
        for future in futures:
            future.result()


def alone(job) -> None:
    try:
        job()
    finally:
        connections.close_all()


def until(done, seconds: float = 60) -> None:
    waiting = Event()
    for _ in range(int(seconds / 0.05)):
        if done():
            return
        waiting.wait(0.05)
    raise RuntimeError("the load has not begun")


@pytest.fixture(scope="session")
def template(django_db_setup, django_db_blocker, tmp_path_factory):
    with machines.template(tmp_path_factory.mktemp("template"), django_db_blocker) as made:
        yield made


def test_twenty_backups_under_load_stand_on_empty_machines(template, db, tmp_path, score):
    faults = []
    with machines.machine(tmp_path / "source", template) as source:
        with source.entered():
            machines.fill()
        for run in range(RUNS):
            words = {"BACKUP_PASSPHRASE": PASSPHRASE} if run % 4 == 3 else {}
            with machines.machine(tmp_path / "heir") as heir:
                found = one(source, heir, tmp_path / f"{run}.zip", words)
            faults += [f"{run}: {fault}" for fault in found]
    print("\n".join(faults))
    score(RUNS, len(faults))


def one(source: Machine, heir: Machine, path: Path, words: dict[str, str]) -> list[str]:
    """Back up, restore, compare; the faults."""
    with source.entered(), under_load() as load:
        before = load.acknowledged()
        taken = source.manage("backup", str(path), *(["--encrypt"] if words else []), **words)
    if words:  # then the key comes along
        (heir.folder / "audit-key").write_text("the key that this machine was born with, and that goes")
    restored = heir.manage("restore", str(path), **words)
    path.unlink(missing_ok=True)
    if taken.returncode or restored.returncode:
        return [taken.stderr[-300:], restored.stderr[-300:]]
    with source.entered():
        reports = dict(Report.objects.issued().values_list("number", "pdf_sha256"))
        originals = machines.issued()
    with heir.entered():
        found = [*lost(before, load.removed), *torn(), *changed(reports, originals)]
        found += [str(fault) for verdict in audit.check_all() for fault in verdict.faults]
    return found


def lost(before: Load, removed: set[str]) -> Iterator[str]:
    """What was acknowledged before the backup began, not taken back until it was over, and is not there."""
    answers = {each.pk: (each.version, each.note) for each in Answer.objects.filter(pk__in=before.saved)}
    for pk, (version, note) in before.saved.items():
        if answers[pk] != (version, note) and answers[pk][0] <= version:
            yield f"answer {pk} has {answers[pk]}, not {version}"
    files = machines.stored()
    stays = {path: content for path, content in before.stored.items() if path not in removed}
    yield from (f"file {path}" for path, content in stays.items() if files.get(path) != content)
    issued = machines.issued()
    for number, sha256 in before.issued.items():
        if hashlib.sha256(issued.get(number, b"")).hexdigest() != sha256:
            yield f"report {number}"


def torn() -> Iterator[str]:
    """Rows without what belongs to them: entries of 操作記録, or bytes."""
    sample = Clinic.objects.get(is_sample=True).pk
    entries = AuditEntry.objects.filter(clinic_id=sample, action="answer.record").order_by("sequence")
    times = Counter(each.target for each in entries)
    last = {each.target: each.detail.get("note", [None, None])[1] for each in entries}
    for each in Answer.objects.filter(clinic_id=sample).select_related("item"):
        code = each.item.code
        if times[code] != each.version - 1 or (
            each.note and code in last and last[code] not in {None, each.note}
        ):
            yield f"{code}: version {each.version}, {times[code]} entries, {each.note!r}, {last.get(code)!r}"
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in machines.stored().items()}
    if hashes != machines.kept():
        yield f"files: {hashes.keys() ^ machines.kept().keys()}"
    made = AuditEntry.objects.filter(action="report.keep").count()
    if made != Report.objects.issued().count():
        yield f"{made} reports on record"


def changed(reports: dict[int, str], originals: dict[int, bytes]) -> Iterator[str]:
    """Issued reports that are not, byte for byte, those of the source."""
    for number, content in machines.issued().items():
        if content != originals[number] or hashlib.sha256(content).hexdigest() != reports[number]:
            yield f"report {number} differs"
