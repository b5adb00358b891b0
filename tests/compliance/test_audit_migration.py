"""From v0.5, whose entries were sealed with SECRET_KEY: each chain is sealed anew, and what was broken stays broken."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from compliance.audit import AuditEntry, check, heads
from compliance.models import Clinic
from tests.tampering import alter, chain_of, entry, untriggered

migration = import_module("compliance.migrations.0002_audit_key")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old(settings) -> Clinic:
    """Five entries as v0.5 left them, and no stated head."""
    key, settings.AUDIT_KEY = settings.AUDIT_KEY, settings.SECRET_KEY
    clinic = chain_of(Clinic.objects.create(name="みどり台内科クリニック"), 5)
    settings.AUDIT_KEY = key
    heads.forget(clinic.pk)
    return clinic


def migrate() -> None:
    with untriggered(), connection.schema_editor(atomic=True) as editor:
        migration.seal_anew(apps, editor)


def told(clinic: Clinic) -> list[tuple]:
    return list(
        AuditEntry.objects.in_chain(clinic.pk).values_list("sequence", "at", "actor_name", "target", "detail")
    )


def test_a_chain_of_before_is_not_whole_without_it(old):
    assert [each.kind for each in check(old.pk).faults] == ["altered", "unstated"]


def test_a_whole_chain_is_sealed_anew_and_its_end_stated(old):
    before = told(old)
    migrate()
    assert (check(old.pk).entries, check(old.pk).faults, told(old)) == (5, (), before)


def test_an_entry_that_was_altered_before_stays_altered(old):
    alter(old, 3, target="別の項目")
    migrate()
    assert [(each.kind, each.sequence) for each in check(old.pk).faults] == [("altered", 3)]


def test_a_second_run_breaks_nothing_more(old):
    migrate()
    digest = entry(old, 5).get().digest
    migrate()
    assert (entry(old, 5).get().digest, check(old.pk).faults) == (digest, ())
