"""The database itself refuses to change or delete an entry; only its owner can take that refusal away.

Built anew after every migrate, as SQLite's rebuilding of a table drops them. A migration that must write to
old entries calls remove() first.
"""

from django.db import connection, transaction

from compliance.audit.chain import AuditEntry

TABLE = AuditEntry._meta.db_table
WHY = "audit entries are append-only"
# On SQLite, INSERT OR REPLACE deletes without asking a DELETE trigger.
_SAME = "id = NEW.id OR (clinic_id = NEW.clinic_id AND sequence = NEW.sequence)"
_TAKEN = f"EXISTS (SELECT 1 FROM {TABLE} WHERE {_SAME})"  # noqa: S608 (our own)
_SQLITE = {
    f"{TABLE}_{name}": f"CREATE TRIGGER {TABLE}_{name} BEFORE {when} BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    for name, when in {
        "no_update": f"UPDATE ON {TABLE}",
        "no_delete": f"DELETE ON {TABLE}",
        "no_replace": f"INSERT ON {TABLE} WHEN {_TAKEN}",
    }.items()
}
_FUNCTION = f"{TABLE}_refuse"
_POSTGRESQL = {
    f"{TABLE}_no_change": f"CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE}"
    f" FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
}


def install() -> None:
    """Build them anew, where the table stands."""
    with transaction.atomic(), connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        remove()
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN RAISE EXCEPTION '{WHY}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
        for statement in _wanted().values():
            cursor.execute(statement)


def remove() -> None:
    """Take them away: who calls this says why."""
    on_table = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in _wanted():
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


def missing() -> list[str]:
    """Names of triggers that do not stand, or not as they should; for the doctor."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
                " WHERE relname = %s AND tgenabled IN ('O', 'A')",
                [TABLE],
            )
            standing = {name for (name,) in cursor.fetchall()}
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            standing = {name for name, sql in cursor.fetchall() if _wanted().get(name) == sql}
    return sorted({*_wanted()} - standing)


def _wanted() -> dict[str, str]:
    """{name: statement} on this database."""
    return _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE
