"""Where a restore is refused, and that it then leaves nothing; keys that come along, match or are gone."""

import json
import os
import random
from io import BytesIO
from pathlib import Path
from shutil import disk_usage
from zipfile import ZIP_BZIP2, ZIP_DEFLATED

import pytest
from django.conf import settings as product
from django.db import connection

from compliance import audit
from compliance.audit import heads
from compliance.backup import Done, Refused, opening, placing, target, wholeness
from compliance.backup.manifest import Manifest, Member, Sealed
from compliance.backup.restoring import restore
from compliance.files import StoredFile
from compliance.models import Clinic, User
from tests.damages import ALTERED, FORGED, NEWER, SEED, ours, rebuilt
from tests.machines import KEY, PASSPHRASE, issued

pytestmark = pytest.mark.django_db


def refused(path: Path, words: str = "", **options) -> str:
    """The sentence; the target has neither tables nor files afterwards."""
    with pytest.raises(Refused) as refusal:
        restore(path, words, say=lambda manifest: None, **options)
    assert connection.introspection.table_names() == []
    assert [*Path(product.MEDIA_ROOT).rglob("*"), *heads.stated_chains()] == []
    return str(refusal.value)


# The target


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Clinic.objects.create(name="先客の医院"), "すでに医療機関があります"),
        (lambda: User.objects.create_user("a@example.jp", name="甲"), "すでに利用者があります"),
        (lambda: audit.record(None, None, "test", "test"), "すでに操作記録があります"),
    ],
)
def test_a_database_in_use_is_refused(source, prepared, make, words):
    make()
    with pytest.raises(Refused, match=words):
        restore(source.plain, say=lambda manifest: None)
    assert (Clinic.objects.count(), User.objects.count()) == (int("医療" in words), int("利用" in words))


def test_a_folder_with_files_is_refused(source, empty):
    Path(product.MEDIA_ROOT, "1").mkdir(parents=True)
    Path(product.MEDIA_ROOT, "1", "precious.pdf").write_text("precious")
    with pytest.raises(Refused, match="にファイルがあります"):
        restore(source.plain, say=lambda manifest: None)
    assert Path(product.MEDIA_ROOT, "1", "precious.pdf").read_text() == "precious"


def test_heads_of_another_trail_are_refused(source, empty):
    heads.advance(heads.Head(7, 1, "0" * 64))
    with pytest.raises(Refused, match="別の操作記録の控え"):
        restore(source.plain, say=lambda manifest: None)


def test_a_disk_without_room_is_told_before_anything_is_written(empty):
    product.MEDIA_ROOT.mkdir()
    free = disk_usage(product.MEDIA_ROOT).free
    facts = dict.fromkeys(("version", "created_at", "database", "key"), "")
    lists = {name: [] for name in ("clinics", "heads", "lost", "changed")}
    maps = {name: {} for name in ("migrations", "editions", "sequences", "tables", "leftovers")}
    manifest = Manifest(**facts, **lists, **maps, files={"1/a.pdf": Member(free * 2, "")})
    with pytest.raises(Refused, match="空きが足りません"):
        target.require_space(manifest)


def test_a_file_that_cannot_be_opened_is_told(empty, tmp_path):
    assert "を開けません" in refused(tmp_path / "gone.zip")


def test_files_that_wait_are_taken_away_where_the_rest_fails(source, empty):
    def fails(backup) -> None:
        with placing.unpacked(backup, done) as files:
            files.into_place()
            raise OSError("full")

    done = Done()
    with opening.opened(source.plain) as backup, pytest.raises(OSError, match="full"):
        fails(backup)
    assert [*Path(product.MEDIA_ROOT).rglob("*")] == []


def test_what_fails_after_the_commit_takes_no_file_away(source, empty, monkeypatch):
    def fails(head) -> None:
        raise OSError("full")

    monkeypatch.setattr(heads, "advance", fails)
    restore(source.plain, say=lambda manifest: None)
    kept = {path.relative_to(product.MEDIA_ROOT).as_posix() for path in Path(product.MEDIA_ROOT).rglob("*.*")}
    assert kept == {*StoredFile.objects.kept().values_list("path", flat=True)}


def test_a_restore_that_is_cut_off_after_the_commit_keeps_files_and_key(source, empty, settings, monkeypatch):
    def cut_off(head) -> None:
        raise KeyboardInterrupt

    settings.AUDIT_KEY = "another"
    monkeypatch.setattr(heads, "advance", cut_off)
    with pytest.raises(KeyboardInterrupt):
        restore(source.sealed, PASSPHRASE, say=lambda manifest: None)
    assert (settings.AUDIT_KEY, (product.VAR_DIR / "audit-key").read_text()) == (KEY, KEY)
    kept = {path.relative_to(product.MEDIA_ROOT).as_posix() for path in Path(product.MEDIA_ROOT).rglob("*.*")}
    assert kept == {*StoredFile.objects.kept().values_list("path", flat=True)} != set()


# The file


def test_a_rebuilt_backup_without_a_change_is_taken(source, empty, tmp_path):
    """So what else is refused below is refused for its change."""
    content = rebuilt(source.plain.read_bytes(), lambda *_: None, random.Random(SEED))  # noqa: S311 (no secret)
    (tmp_path / "same.zip").write_bytes(content)
    with opening.opened(tmp_path / "same.zip") as backup:
        assert (backup.sealed.fits(KEY), backup.check()) == (True, None)


@pytest.mark.parametrize("name", [*ALTERED, *NEWER, *FORGED])
def test_a_backup_that_was_altered_or_is_newer_is_refused(source, empty, tmp_path, name):
    edit, chance = (ALTERED | NEWER | FORGED)[name], random.Random(SEED)  # noqa: S311 (no secret)
    (tmp_path / "altered.zip").write_bytes(
        rebuilt(source.plain.read_bytes(), edit, chance, seal=name in FORGED)
    )
    assert refused(tmp_path / "altered.zip").endswith(("。", "）"))


def test_a_member_that_does_not_unpack_is_refused(tmp_path):
    whole = bytearray(ours([("manifest.json", b"{}" * 500)], ZIP_DEFLATED))
    whole[45:50] = bytes(5)
    sink = BytesIO()
    hashing = wholeness.Hashing(sink)
    hashing.write(bytes(whole))
    hashing.finish()
    (tmp_path / "one.zip").write_bytes(sink.getvalue())
    with pytest.raises(Refused, match=r"（manifest\.json）"), opening.opened(tmp_path / "one.zip"):
        pass


def test_members_packed_in_another_way_are_refused(tmp_path):
    (tmp_path / "one.zip").write_bytes(ours([("manifest.json", b"{}")], ZIP_BZIP2))
    with pytest.raises(Refused, match="一致しません"), opening.opened(tmp_path / "one.zip"):
        pass


def test_a_manifest_larger_than_any_of_ours_is_not_read(source, monkeypatch):
    monkeypatch.setattr(opening, "LARGEST", 1000)
    with pytest.raises(Refused, match="大きすぎます"), opening.opened(source.plain):
        pass


def test_rows_that_the_database_does_not_take_leave_nothing(source, empty, tmp_path):
    def foreign_key(parts, manifest, chance) -> None:
        name, line = "rows/compliance_membership.jsonl", parts["rows/compliance_membership.jsonl"]
        rows = [json.loads(each) | {"user_id": 987654} for each in line.splitlines()]
        parts[name] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        facts = opening.hashlib.sha256(parts[name]).hexdigest()
        manifest["tables"]["compliance_membership"] |= {"sha256": facts, "size": len(parts[name])}

    chance = random.Random(SEED)  # noqa: S311 (no secret)
    (tmp_path / "forged.zip").write_bytes(rebuilt(source.plain.read_bytes(), foreign_key, chance, seal=True))
    assert "このデータベースに書き込めません（IntegrityError）" in refused(tmp_path / "forged.zip")


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"seal": "", "kind": "other"}']
)
def test_a_manifest_that_is_none_is_refused(text):
    with pytest.raises(Refused, match="説明"):
        Sealed.read(text)


# The key


def test_another_key_is_asked_for(source, empty, settings):
    settings.AUDIT_KEY = "another"
    assert "操作記録の鍵（AUDIT_KEY）が、バックアップを作ったサーバのものと違います" in refused(source.plain)


def test_without_the_key_the_data_comes_back_and_the_trail_is_doubted(source, empty, settings):
    settings.AUDIT_KEY = "another"
    verdicts = restore(source.plain, without_key=True, say=lambda manifest: None)
    assert issued() == source.issued
    assert [(each.clinic_id, bool(each.faults)) for each in verdicts] == [(0, False), (2, True), (3, True)]


def test_an_encrypted_backup_brings_its_key_along(source, empty, settings):
    settings.AUDIT_KEY = "another"
    (empty.folder / "audit-key").write_text("another")
    verdicts = restore(source.sealed, PASSPHRASE, say=lambda manifest: None)
    assert [each.faults for each in verdicts] == [(), (), ()]
    assert ((empty.folder / "audit-key").read_text(), product.AUDIT_KEY) == (KEY, KEY)
    assert (empty.folder / "audit-key").stat().st_mode & 0o777 == 0o600


def test_a_key_in_the_environment_is_not_overruled(source, empty, settings, monkeypatch):
    settings.AUDIT_KEY = "another"
    monkeypatch.setenv("AUDIT_KEY", "another")
    assert "audit-key.restored に書きました" in refused(source.sealed, PASSPHRASE)
    assert (empty.folder / "audit-key.restored").read_text() == KEY


def test_a_restore_that_fails_leaves_the_machine_its_own_key(source, empty, settings):
    settings.AUDIT_KEY = "another"
    product.MEDIA_ROOT.mkdir()
    (product.MEDIA_ROOT / "2").symlink_to("/nowhere")  # no file, but in the way
    with pytest.raises(OSError, match="2"):
        restore(source.sealed, PASSPHRASE, say=lambda manifest: None)
    assert ((empty.folder / "audit-key").read_text(), product.AUDIT_KEY) == ("another", "another")
    assert os.listdir(product.MEDIA_ROOT) == ["2"]  # noqa: PTH208
    assert connection.introspection.table_names() == []
