"""Putting a backup back: all of it in one transaction, into the state it was made in, and from there to the newest."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, transaction

from compliance import audit
from compliance.audit import Verdict, heads
from compliance.backup import Done, Refused, keys, placing, sequences, states, tables, target
from compliance.backup.manifest import Manifest
from compliance.backup.opening import Backup, opened
from compliance.backup.taking import ends
from compliance.walls import as_owner, as_server


def restore(
    path: Path, words: str = "", *, without_key: bool = False, say: Callable[[Manifest], None]
) -> list[Verdict]:
    """Restore the backup in a file; returns what 操作記録 looks like afterwards.

    `say` is told what was found, before anything is written. Raises Refused, and then nothing has changed.
    """
    target.require_empty()
    with opened(path, words) as backup:
        key = keys.of_backup(backup, without_key=without_key)
        backup.check()
        target.require_space(backup.manifest)
        say(backup.manifest)
        done = Done()
        own = keys.adopted(key, backup.manifest.migrations, done)
        with _said_later(done), own, placing.unpacked(backup, done) as files, _rebuilding():
            transaction.on_commit(done.settle)  # the first: what fails after the commit takes nothing back
            _put_back(backup)
            files.into_place()
        chains = backup.manifest.chains if keys.has_own(backup.manifest.migrations) else []
    with as_server():
        return list(audit.check_all(chains))


@contextmanager
def _said_later(done: Done) -> Iterator[None]:
    """A head that could not be stated after the commit is no failure of the restore: the check afterwards tells of it."""
    try:
        yield
    except OSError:
        if not done.is_settled:
            raise


@contextmanager
def _rebuilding() -> Iterator[None]:
    """One transaction, as the owner of the tables.

    SQLite rebuilds tables only where foreign keys are not enforced, which it cannot change inside a transaction;
    _load asks for them by itself.
    """
    with as_owner():
        connection.disable_constraint_checking()
        try:
            with transaction.atomic():
                yield
        finally:
            connection.enable_constraint_checking()


def _put_back(backup: Backup) -> None:
    manifest = backup.manifest
    target.require_empty_tables()
    target.clear()
    states.build(manifest.migrations, DEFAULT_DB_ALIAS)
    _load(backup)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    sequences.restore(tables.models_of(apps), manifest.sequences)
    _tell(manifest)


def _load(backup: Backup) -> None:
    manifest, then = backup.manifest, states.apps_at(backup.manifest.migrations)
    found = {model._meta.db_table: model for model in tables.models_of(then)}
    if {*found} != {*manifest.tables}:
        raise Refused("このバックアップの表は、その版の製品の表と一致しません。")
    connection.check_constraints()  # and defer them again: migrations leave some of PostgreSQL's to be checked at once
    for table, model in found.items():
        with _told_for(table):
            count = tables.insert(model, DEFAULT_DB_ALIAS, backup.lines(table))
        if count != manifest.tables[table].rows:
            raise Refused(f"{table} の行の数が、バックアップの説明と一致しません。")
    with _told_for("外部キー"):
        connection.check_constraints()
    entries = then.get_model("compliance", "AuditEntry")._base_manager.all()
    if [str(head) for head in ends(entries)] != manifest.heads:
        raise Refused("操作記録の末尾が、バックアップの説明と一致しません。")


@contextmanager
def _told_for(table: str) -> Iterator[None]:
    """What a database does not take: text too long for PostgreSQL where SQLite took it, or a forged row."""
    try:
        yield
    except (DatabaseError, ValidationError, ValueError, TypeError, AttributeError) as error:
        why = type(error).__name__
        raise Refused(f"{table} の内容を、このデータベースに書き込めません（{why}）。") from error


def _tell(manifest: Manifest) -> None:
    """Into 操作記録 of the site; the heads of the restored chains are stated here as they were there."""
    if keys.has_own(manifest.migrations):  # else the migration that gives the chains a key states them
        for head in manifest.chains:
            # No partial: where it fails, Django tells of it by its __qualname__.
            transaction.on_commit(lambda head=head: heads.advance(head), robust=True)
    with as_server():
        facts = {"made": manifest.created_at, "version": manifest.version, "from": manifest.database}
        audit.record(None, None, "backup.restore", manifest.created_at, facts)
