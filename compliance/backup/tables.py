"""Which tables a backup holds, and their values as JSON and back, exactly."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import connections, models
from django.utils.duration import duration_iso_string

# Sessions and what was typed in them end with the machine; the others are made by migrate.
LEFT_OUT = {
    *("sessions.session", "usersessions.usersession", "compliance.typedinput"),
    *("contenttypes.contenttype", "auth.permission", "auth.group", "auth.group_permissions"),
}
CHUNK = 50  # rows: a 確定版 alone may be a megabyte
BATCH = 1024 * 1024  # bytes of JSON that are inserted together


def models_of(apps) -> list[type[models.Model]]:
    """All models with a table of their own, many-to-many tables too, but those LEFT_OUT."""
    every = (model._meta for model in apps.get_models(include_auto_created=True))
    return [
        each.model for each in every if each.managed and not each.proxy and each.label_lower not in LEFT_OUT
    ]


def columns(model: type[models.Model]) -> list[models.Field]:
    """The fields whose values are stored; what the database derives by itself is not."""
    return [field for field in model._meta.concrete_fields if not field.generated]


def lines(model: type[models.Model], alias: str) -> Iterator[bytes]:
    """A table's rows in the order of their keys, each as one line of JSON: {column: value}."""
    fields = columns(model)
    names = [field.column for field in fields]
    rows = model._base_manager.using(alias).order_by("pk").values_list(*(each.attname for each in fields))
    for row in rows.iterator(chunk_size=CHUNK):
        values = dict(zip(names, map(plain, row), strict=True))
        yield json.dumps(values, separators=(",", ":")).encode() + b"\n"


def plain(value: object) -> object:
    """As JSON can hold it without a loss."""
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return b64encode(bytes(value)).decode()
    return duration_iso_string(value) if isinstance(value, timedelta) else value


def value_of(field: models.Field, told: object) -> object:
    """What `plain` was told; ValidationError where it is no value of the field."""
    return told if told is None or isinstance(field, models.JSONField) else field.to_python(told)


def insert(model: type[models.Model], alias: str, rows: Iterator[bytes]) -> int:
    """Put lines back as rows, with the keys they had; returns their number.

    Plain SQL, because a model would set moments like auto_now_add again.
    """
    fields, connection, count = columns(model), connections[alias], 0
    with connection.cursor() as cursor:
        for batch in batches(rows):
            values = [_values(fields, json.loads(line), connection) for line in batch]
            cursor.executemany(_statement(model, fields, connection), values)
            count += len(values)
    return count


def batches(rows: Iterator[bytes]) -> Iterator[list[bytes]]:
    batch, size = [], 0
    for row in rows:
        batch.append(row)
        size += len(row)
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _statement(model: type[models.Model], fields: list[models.Field], connection) -> str:
    quote = connection.ops.quote_name
    names, places = (", ".join(each) for each in ([quote(f.column) for f in fields], ["%s"] * len(fields)))
    return f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})"  # noqa: S608 (no input)


def _values(fields: list[models.Field], row: dict, connection) -> list:
    if {*row} != {field.column for field in fields}:
        raise ValueError("columns of another table")
    return [field.get_db_prep_save(value_of(field, row[field.column]), connection) for field in fields]
