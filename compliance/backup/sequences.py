"""The highest keys ever given. A key that was given again would join a new clinic to the 操作記録 of a deleted one."""

from django.db import connection, connections, models


def read(found: list[type[models.Model]], alias: str) -> dict[str, int]:
    """{table: highest key ever given} of tables that number their rows and have given any."""
    with connections[alias].cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            given = dict(cursor.fetchall())
        else:
            given = {model._meta.db_table: _last(cursor, model) for model in _numbering(found)}
    tables = {model._meta.db_table for model in _numbering(found)}
    return {table: last for table, last in sorted(given.items()) if last and table in tables}


def restore(found: list[type[models.Model]], given: dict[str, int]) -> None:
    """Go on after what was given, and after what is there."""
    with connection.cursor() as cursor:
        for model in _numbering(found):
            present = model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0
            if last := max(present, given.get(model._meta.db_table, 0)):
                _set(cursor, model, last)


def _numbering(found: list[type[models.Model]]) -> list[type[models.Model]]:
    return [model for model in found if isinstance(model._meta.pk, models.AutoField)]


def _last(cursor, model: type[models.Model]) -> int | None:
    cursor.execute(
        "SELECT last_value FROM pg_sequences"
        " WHERE format('%%I.%%I', schemaname, sequencename)::regclass = pg_get_serial_sequence(%s, %s)::regclass",
        _place(model),
    )
    return cursor.fetchone()[0]


def _set(cursor, model: type[models.Model], last: int) -> None:
    if connection.vendor == "sqlite":
        table = model._meta.db_table
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
    else:
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [*_place(model), last])


def _place(model: type[models.Model]) -> list[str]:
    return [connection.ops.quote_name(model._meta.db_table), model._meta.pk.column]
