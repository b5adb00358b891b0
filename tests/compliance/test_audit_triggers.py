"""The database refuses to change or delete an entry, also after its table was rebuilt or emptied."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import AddField, RemoveField
from django.db.migrations.state import ProjectState

from compliance.audit import AuditEntry, record, triggers

pytestmark = pytest.mark.django_db
NAMES = {
    "sqlite": [f"{triggers.TABLE}_{name}" for name in ("no_delete", "no_replace", "no_update")],
    "postgresql": [f"{triggers.TABLE}_no_change"],
}
SQLITE = pytest.mark.skipif(connection.vendor != "sqlite", reason="it is SQLite that rebuilds tables")
POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite knows no such thing")


@pytest.fixture
def written(director) -> AuditEntry:
    return record(director, None, "test.do", "消せない")


def refuses(act) -> bool:
    """Whether the database does, and everything is as it was."""
    before = list(AuditEntry.objects.order_by("pk").values())
    with pytest.raises(IntegrityError, match=triggers.WHY), transaction.atomic():
        act()
    return list(AuditEntry.objects.order_by("pk").values()) == before


def test_an_entry_is_neither_changed_nor_deleted(written):
    assert refuses(lambda: AuditEntry.objects.filter(pk=written.pk).update(target="x"))
    assert refuses(lambda: AuditEntry.objects.filter(pk=written.pk).delete())
    assert refuses(lambda: AuditEntry.objects.all().delete())
    assert refuses(written.save)


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_sql_of_ones_own_is_refused_too(written):
    assert refuses(lambda: sql("UPDATE compliance_auditentry SET digest = ''"))
    assert refuses(lambda: sql("DELETE FROM compliance_auditentry"))


@SQLITE
@pytest.mark.parametrize("same", ["id + 100", "sequence + 100"])
def test_an_entry_is_not_replaced_by_one_of_its_id_or_number(written, same):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE other AS SELECT * FROM compliance_auditentry")
        cursor.execute(f"UPDATE other SET {same.split()[0]} = {same}, target = 'x'")  # noqa: S608 (ours)
    assert refuses(lambda: sql("INSERT OR REPLACE INTO compliance_auditentry SELECT * FROM other"))


@POSTGRESQL
def test_the_table_is_not_truncated(written):
    assert refuses(lambda: sql("TRUNCATE compliance_auditentry"))


def test_what_is_missing_is_named():
    assert triggers.missing() == []
    triggers.remove()
    assert triggers.missing() == NAMES[connection.vendor]
    triggers.install()
    assert triggers.missing() == []


@SQLITE
def test_a_trigger_that_does_something_else_is_missing():
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {triggers.TABLE}_no_update")
        cursor.execute(
            f"CREATE TRIGGER {triggers.TABLE}_no_update BEFORE UPDATE ON {triggers.TABLE} BEGIN SELECT 1; END"
        )
    assert triggers.missing() == [f"{triggers.TABLE}_no_update"]


@POSTGRESQL
def test_a_trigger_that_is_switched_off_is_missing():
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {triggers.TABLE} DISABLE TRIGGER USER")
    assert triggers.missing() == NAMES["postgresql"]


@pytest.fixture
def rebuild():
    """rebuild(operation): do it to the table of entries, as a migration of tomorrow would."""

    def run(operation, before: ProjectState) -> ProjectState:
        after = before.clone()
        operation.state_forwards("compliance", after)
        with connection.schema_editor() as editor:
            operation.database_forwards("compliance", editor, before, after)
        return after

    return run


@pytest.mark.django_db(transaction=True)
def test_they_stand_again_after_a_migration_that_rebuilds_the_table(written, rebuild):
    now = MigrationExecutor(connection).loader.project_state()
    field = models.CharField(max_length=10, default="")
    then = rebuild(AddField("auditentry", "later", field), now)
    lost = triggers.missing()
    rebuild(RemoveField("auditentry", "later"), then)
    assert lost == (NAMES["sqlite"] if connection.vendor == "sqlite" else [])
    call_command("migrate", verbosity=0)
    assert triggers.missing() == []
    assert refuses(lambda: AuditEntry.objects.filter(pk=written.pk).update(target="x"))


@pytest.mark.django_db(transaction=True)
def test_emptying_the_whole_database_is_refused_until_they_are_taken_away(written):
    with pytest.raises(CommandError, match="couldn't be flushed"):
        call_command("flush", interactive=False, verbosity=0)
    assert AuditEntry.objects.count() == 1
    triggers.remove()
    call_command("flush", interactive=False, verbosity=0)
    assert (AuditEntry.objects.count(), triggers.missing()) == (0, [])


def test_where_the_table_is_not_there_nothing_is_built():
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {triggers.TABLE} RENAME TO elsewhere")
        triggers.install()
        cursor.execute(f"ALTER TABLE elsewhere RENAME TO {triggers.TABLE}")
    assert triggers.missing() == NAMES[connection.vendor]
