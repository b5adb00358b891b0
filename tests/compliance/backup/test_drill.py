"""The drill: what was backed up stands on another machine, byte for byte."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from compliance import audit
from compliance.audit import heads, triggers
from compliance.backup import keys
from compliance.backup.opening import opened
from compliance.backup.restoring import restore
from compliance.backup.taking import take
from compliance.models import AuditEntry, Clinic, TypedInput, User
from tests.machines import PASSPHRASE, issued, kept, machine, rows, stored

pytestmark = pytest.mark.django_db
AUDIT = "compliance_auditentry"


def unsaid(manifest) -> None:
    """For a restore that is not listened to."""


def test_an_issued_report_is_the_same_byte_for_byte_on_another_machine(source, restored):
    assert issued() == source.issued != {}
    assert [verdict.faults for verdict in restored.verdicts] == [(), (), ()]
    assert [manifest.clinics for manifest in restored.said] == [
        ["さくら通り歯科医院", "みどり台内科クリニック"]
    ]


def test_every_row_and_file_comes_back_as_it_was(source, restored, tmp_path):
    take(tmp_path / "again.zip")
    before, after = rows(source.plain), rows(tmp_path / "again.zip")
    told = next(row for row in after[AUDIT] if row["clinic_id"] == audit.SITE)
    after[AUDIT].remove(told)
    assert (told["sequence"], told["action"]) == (1, "backup.restore")
    assert after == before
    assert [
        table for table in ("checklist_report", "vendors_submission", "checklist_answer") if not before[table]
    ] == []
    assert {*stored()} == {*kept()} != set()


def test_the_heads_stand_outside_the_table_again(restored):
    last = {each.clinic_id: each.sequence for each in AuditEntry.objects.order_by("sequence")}
    assert {number: heads.stated(number).sequence for number in heads.stated_chains()} == last
    assert {*last} == {audit.SITE, 2, 3}


def test_no_key_is_ever_given_again(restored):
    """A new clinic would find the 操作記録 of a deleted one."""
    with transaction.atomic():
        made = Clinic.objects.create(name="次の医院").pk
        transaction.set_rollback(True)
    assert [*Clinic.objects.order_by("pk").values_list("pk", flat=True), made] == [2, 3, 5]


def test_a_prepared_machine_counts_as_empty(source, prepared):
    restore(source.plain, say=unsaid)
    assert issued() == source.issued
    assert (triggers.missing(), Clinic.objects.count()) == ([], 2)


def test_sessions_and_what_was_typed_in_them_stay_behind(prepared, tmp_path):
    user = User.objects.create_user("a@example.jp", name="甲")
    Session.objects.create(session_key="k" * 32, session_data="x", expire_date=timezone.now())
    TypedInput.keep(user.pk, "/", {"note": ["途中"]})
    take(tmp_path / "one.zip")
    names = ZipFile(tmp_path / "one.zip").namelist()
    left = ("session", "typedinput", "permission", "contenttype")
    assert [name for name in names if any(word in name for word in left)] == []


def test_moments_keep_their_microseconds_and_texts_what_they_are(prepared, tmp_path):
    at = datetime(2026, 11, 5, 3, 4, 5, 123456, tzinfo=UTC)
    user = User.objects.create_user("a@example.jp", name="")
    User.objects.filter(pk=user.pk).update(created_at=at, last_login=None)
    detail = {"b": [1, 2.5, None, True, "‘\\\u2028"], "a": {}}
    audit.record(user, None, "test", "𠮷野家", detail)
    take(tmp_path / "one.zip")
    with machine(tmp_path / "other") as other, other.entered():
        restore(tmp_path / "one.zip", say=unsaid)
        found = User.objects.get()
        entry = AuditEntry.objects.get(sequence=1)
        assert (found.created_at, found.last_login, found.name) == (at, None, "")
        assert (entry.detail, entry.target, entry.digest) == (detail, "𠮷野家", entry.seal())


@pytest.fixture
def of_v05(prepared, tmp_path, settings) -> Path:
    """A backup as of v0.5, which sealed with SECRET_KEY."""
    by = User.objects.create_user("a@example.jp", name="甲")
    triggers.remove()
    for number in range(3):
        entry = audit.record(by, None, "test", f"{number}番")
    AuditEntry.objects.update(previous="", digest="")
    settings.AUDIT_KEY, own = settings.SECRET_KEY, settings.AUDIT_KEY
    for entry in AuditEntry.objects.order_by("sequence"):
        before = AuditEntry.objects.filter(sequence=entry.sequence - 1).first()
        entry.previous = before.digest if before else ""
        entry.digest = entry.seal()
        entry.save()
    settings.AUDIT_KEY = own
    call_command("migrate", "compliance", "0001", fake=True, verbosity=0)
    manifest = take(tmp_path / "old.zip")
    assert (manifest.migrations["compliance"], manifest.key) == (
        ["0001_initial"],
        keys.fingerprint(settings.SECRET_KEY),
    )
    return tmp_path / "old.zip"


def test_a_backup_from_before_the_last_migration_is_brought_forward(of_v05, tmp_path):
    with machine(tmp_path / "other") as other, other.entered():
        verdicts = restore(of_v05, say=unsaid)
        assert [(each.entries, each.faults) for each in verdicts] == [(4, ())]
        call_command("migrate", check_unapplied=True, verbosity=0)


def test_where_its_heads_cannot_be_stated_it_is_restored_and_told(of_v05, tmp_path, monkeypatch):
    def fails(head) -> None:
        raise OSError("full")

    with machine(tmp_path / "other") as other, other.entered():
        monkeypatch.setattr(heads, "advance", fails)
        verdicts = restore(of_v05, say=unsaid)
        assert [(each.entries, len(each.faults)) for each in verdicts] == [(4, 1)]
        assert User.objects.get().name == "甲"


@pytest.mark.parametrize("words", ["", PASSPHRASE])
def test_the_audit_key_travels_only_inside_an_encrypted_backup(prepared, tmp_path, settings, words):
    User.objects.create_user("a@example.jp", name="甲")
    take(tmp_path / "one.zip", words)
    content = b"".join(_members(tmp_path / "one.zip"))
    assert settings.AUDIT_KEY.encode() not in content
    assert json.loads(manifest_in(tmp_path / "one.zip", words))["key"] == keys.fingerprint(settings.AUDIT_KEY)


def _members(path) -> list[bytes]:
    with ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]


def manifest_in(path, words: str) -> bytes:
    with opened(path, words) as backup:
        assert (backup.key != "") == (words != "")
        return backup.archive.read("manifest.json")
