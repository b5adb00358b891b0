"""What the walls consist of: roles, grants and policies, built anew after every migrate (see walls.py)."""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models, transaction

from compliance.audit import SITE, AuditEntry
from compliance.models import Clinic, Membership, TypedInput
from compliance.walls import APP, SERVER, stand

CLINIC, USER = (
    f"(SELECT nullif(current_setting('tenken.{name}', true), '')::bigint)" for name in ("clinic", "user")
)
KEY = "(SELECT nullif(current_setting('tenken.key', true), ''))"
MINE = f"SELECT clinic_id FROM {Membership._meta.db_table} WHERE user_id = {USER}"  # noqa: S608 (our own)


def tenants() -> Iterator[type[models.Model]]:
    """The models whose rows belong to one clinic: all that carry its id."""
    for model in apps.get_models(include_auto_created=True):
        if any(field.attname == "clinic_id" for field in model._meta.concrete_fields):
            yield model


def policies() -> Iterator[tuple[str, str, str, str]]:
    """(table, name, command, condition) of everything that APP may do."""
    for model in tenants():
        table = model._meta.db_table
        yield table, "own_clinic", "ALL", f"clinic_id = {CLINIC}"
        names = {field.attname for field in model._meta.concrete_fields}
        if "token_hash" in names:
            codes = f"token_hash = {KEY}" + (f" OR code = {KEY}" if "code" in names else "")
            yield table, "by_key", "SELECT", codes
    yield Membership._meta.db_table, "own_memberships", "SELECT", f"user_id = {USER}"
    yield AuditEntry._meta.db_table, "site_chain", "ALL", f"clinic_id = {SITE}"
    yield Clinic._meta.db_table, "own_clinic", "UPDATE", f"id = {CLINIC}"
    yield Clinic._meta.db_table, "own_clinics", "SELECT", f"id = {CLINIC} OR id IN ({MINE})"
    yield TypedInput._meta.db_table, "own_input", "ALL", f"user_id = {USER}"


def build() -> None:
    """Roles, grants and policies for the tables that stand."""
    if not stand():
        return
    with transaction.atomic(), connection.cursor() as cursor:
        standing = set(connection.introspection.table_names(cursor))
        for line in [*_roles(), *_grants(standing), *_walls(standing)]:
            cursor.execute(line)


def missing() -> list[str]:
    """Tables that should have a wall and have none, by name; for the doctor."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, policyname FROM pg_policies JOIN pg_class ON relname = tablename"
            " WHERE relrowsecurity AND relforcerowsecurity"
        )
        built = set(cursor.fetchall())
    wanted = {(table, name) for table, name, _, _ in policies()} | {(table, SERVER) for table in _walled()}
    return sorted({table for table, _ in wanted - built})


def bypassed() -> bool:
    """Whether the database lets us through every wall; a hosting body's web server connects as somebody lesser."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user")
        return cursor.fetchone()[0]


def _walled() -> list[str]:
    return sorted({table for table, _, _, _ in policies()})


def _roles() -> Iterator[str]:
    for role in (APP, SERVER):
        # Two databases of one server may be prepared at the same moment.
        yield (
            f"DO $$ BEGIN IF to_regrole('{role}') IS NULL THEN CREATE ROLE {role} NOLOGIN; END IF;"
            " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
        # Whether we may take the role on is found out by doing it: its maker alone may not, from PostgreSQL 16 on.
        yield (
            f"DO $$ BEGIN PERFORM set_config('role', '{role}', true); PERFORM set_config('role', 'none', true);"
            f" EXCEPTION WHEN insufficient_privilege THEN"
            f" EXECUTE format('GRANT {role} TO %I', session_user); END $$"
        )


def _grants(standing: set[str]) -> Iterator[str]:
    roles, audit = f"{APP}, {SERVER}", AuditEntry._meta.db_table
    yield f"GRANT USAGE ON SCHEMA public TO {roles}"
    yield f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {roles}"
    rows = "GRANT SELECT, INSERT, UPDATE, DELETE ON"
    yield f"{rows} ALL TABLES IN SCHEMA public TO {roles}"
    # The cache's table is made after every migrate.
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA public {rows} TABLES TO {roles}"
    if audit in standing:
        yield f"REVOKE UPDATE, DELETE ON {audit} FROM {roles}"


# Who may take the role on inherits its rights, but sees no row before stating it.
def _walls(standing: set[str]) -> Iterator[str]:
    for table in filter(standing.__contains__, _walled()):
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        yield from _policy(table, SERVER, "ALL", SERVER, f"current_user = '{SERVER}'")
    for table, name, command, condition in policies():
        if table in standing:
            yield from _policy(table, name, command, APP, condition)


def _policy(table: str, name: str, command: str, role: str, condition: str) -> Iterator[str]:
    using = f"USING ({condition})" + (f" WITH CHECK ({condition})" if command != "SELECT" else "")
    yield f"DROP POLICY IF EXISTS {name} ON {table}"
    yield f"CREATE POLICY {name} ON {table} FOR {command} TO {role} {using}"
