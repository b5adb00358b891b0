"""What belongs to a backup, and every kind of value as JSON and back."""

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models

from compliance.backup import tables
from compliance.models import GuidelineEdition
from vendors.models import Component

VALUES = [
    (models.DateTimeField(), datetime(2026, 11, 5, 3, 4, 5, 123456, tzinfo=UTC)),
    (models.DateField(), date(1989, 1, 7)),
    (models.TimeField(), time(23, 59, 59, 999999)),
    (models.DurationField(), timedelta(days=-3, microseconds=7)),
    (models.DecimalField(max_digits=30, decimal_places=10), Decimal("12345678901234567890.0123456789")),
    (models.UUIDField(), UUID("12345678123456781234567812345678")),
    (models.BinaryField(), bytes(range(256))),
    (models.JSONField(), {"b": [1, 2.5, None, True], "a": "‘\ud800\u2028", "": {}}),
    (models.FloatField(), 0.1 + 0.2),
    (models.BigIntegerField(), -(2**63)),
    (models.TextField(), "改行\r\n\t「𠮷」\\ \"'"),
    (models.CharField(), ""),
    (models.CharField(null=True), None),
    (models.BooleanField(), False),
]


@pytest.mark.parametrize(("field", "value"), VALUES, ids=lambda each: type(each).__name__)
def test_a_value_comes_back_as_it_was(field, value):
    told = json.loads(json.dumps(tables.plain(value)))
    back = tables.value_of(field, told)
    assert (bytes(back) if isinstance(back, memoryview) else back) == value


def test_a_value_that_is_none_of_the_field_is_refused():
    with pytest.raises(ValidationError):
        tables.value_of(models.DateField(), "yesterday")


def test_every_table_of_the_product_is_in_a_backup_but_those_left_out_by_name():
    every = {model._meta.label_lower for model in apps.get_models(include_auto_created=True)}
    held = {model._meta.label_lower for model in tables.models_of(apps)}
    assert every - held == tables.LEFT_OUT
    assert {
        "compliance.auditentry",
        "mfa.authenticator",
        "checklist.report",
        "vendors.disclosurerequest",
    } <= held


def test_what_the_database_derives_by_itself_is_not_stored():
    assert {f.column for f in Component._meta.concrete_fields} - {
        f.column for f in tables.columns(Component)
    } == {"kind_order"}


def test_rows_are_put_in_a_megabyte_at_a_time():
    row = b"x" * (tables.BATCH // 2)
    assert [len(batch) for batch in tables.batches(iter([row] * 5))] == [2, 2, 1]
    assert list(tables.batches(iter([]))) == []


@pytest.mark.django_db
def test_a_row_with_other_columns_is_refused():
    with pytest.raises(ValueError, match="columns of another table"):
        tables.insert(GuidelineEdition, connection.alias, iter([b'{"id": 1}']))
