"""The key that seals 操作記録, told by a fingerprint; a backup is sealed with it too."""

import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from compliance import env
from compliance.backup import Done, Refused
from compliance.backup.states import Migrations

if TYPE_CHECKING:
    from compliance.backup.opening import Backup

OWN_KEY = "0002_audit_key"  # from this migration of compliance on 操作記録 has a key of its own


def has_own(migrations: Migrations) -> bool:
    return OWN_KEY in migrations.get("compliance", ())


def of_this_machine(migrations: Migrations) -> str:
    """The key that seals the chains of a database of these migrations here; in v0.5 it was SECRET_KEY."""
    return settings.AUDIT_KEY if has_own(migrations) else settings.SECRET_KEY


def fingerprint(key: str) -> str:
    """16 hex digits that tell one key from another and lead to none."""
    return seal(key, b"fingerprint")[:16]


def seal(key: str, content: bytes) -> str:
    """HMAC-SHA-256, as hex"""
    return hmac.new(key.encode(), b"backup " + content, hashlib.sha256).hexdigest()


def of_backup(backup: "Backup", *, without_key: bool = False) -> str:
    """The key that the restored chains are sealed with: this machine's, or the one that travels in the backup.

    Empty where it is not at hand and `without_key`; else raises Refused, as for a manifest that the key did not seal.
    """
    manifest = backup.manifest
    known = [of_this_machine(manifest.migrations), backup.key]
    key = next((each for each in known if each and fingerprint(each) == manifest.key), "")
    if not key and not without_key:
        raise Refused(_missing(manifest.migrations))
    if key and not backup.sealed.fits(key):
        raise Refused("このバックアップの説明（manifest.json）は、作られた後で書き換えられています。")
    return key


def _missing(migrations: Migrations) -> str:
    name, file = ("AUDIT_KEY", "audit-key") if has_own(migrations) else ("SECRET_KEY", "secret-key")
    return (
        f"操作記録の鍵（{name}）が、バックアップを作ったサーバのものと違います。元のサーバの {name}"
        f"（設定していなければ VAR_DIR の {file} の中身）を、このサーバでも使うようにしてから実行してください。"
        "鍵がもうないときは --without-key を付けると復元できますが、操作記録が書き換えられていないことは確かめられません。"
    )


@contextmanager
def adopted(key: str, migrations: Migrations, done: Done) -> Iterator[None]:
    """Make a key that came along this machine's own, unless the block fails before it is `done`.

    Refused where settings name another.
    """
    own = settings.AUDIT_KEY
    if not key or not has_own(migrations) or key == own:
        yield
        return
    if env.text("AUDIT_KEY") or env.text("AUDIT_KEY_FILE"):
        kept = _written(key, "audit-key.restored")
        raise Refused(
            f"このサーバの AUDIT_KEY は、バックアップの鍵と違います。バックアップの鍵を {kept} に書きました。"
            "AUDIT_KEY にその中身を設定してから、もう一度実行し、その後このファイルを消してください。"
        )
    settings.AUDIT_KEY = key  # this process seals what it records of the restore
    _written(
        key, "audit-key"
    )  # before the commit: a chain without its key would be worse than a key without its chain
    try:
        yield
    except BaseException:
        if not done.is_settled:
            settings.AUDIT_KEY = own
            _written(own, "audit-key")
        raise


def _written(key: str, name: str) -> Path:
    new, path = settings.VAR_DIR / f"{name}.{os.getpid()}", settings.VAR_DIR / name
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return new.replace(path)
