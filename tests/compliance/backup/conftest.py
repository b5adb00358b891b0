"""Machines for backups: a filled one, made once; an empty one to restore to; a prepared one to work on."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from compliance.audit import Verdict
from compliance.backup.manifest import Manifest
from compliance.backup.restoring import restore
from tests import machines
from tests.machines import Machine, Source, machine, source_in


@dataclass(frozen=True)
class Heir:
    machine: Machine
    said: list[Manifest]
    verdicts: list[Verdict]


@pytest.fixture(scope="session")
def template(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[str]:
    with machines.template(tmp_path_factory.mktemp("template"), django_db_blocker) as made:
        yield made


@pytest.fixture(scope="session")
def source(template, django_db_blocker, tmp_path_factory) -> Iterator[Source]:
    with source_in(tmp_path_factory.mktemp("backup"), template, django_db_blocker) as made:
        yield made


@pytest.fixture(scope="session")
def heir(source, django_db_blocker, tmp_path_factory) -> Iterator[Heir]:
    """A machine that was empty, and what was said while the source's backup was restored to it."""
    with machine(tmp_path_factory.mktemp("heir") / "machine") as made:
        with django_db_blocker.unblock(), made.entered():
            said = []
            verdicts = restore(source.plain, say=said.append)
        yield Heir(made, said, verdicts)


@pytest.fixture
def restored(heir, db) -> Iterator[Heir]:
    """That machine, and this process works on it."""
    with heir.machine.entered():
        yield heir


@pytest.fixture
def empty(template, db, tmp_path) -> Iterator[Machine]:
    """An empty machine, and this process works on it."""
    with machine(tmp_path / "empty") as made, made.entered():
        yield made


@pytest.fixture
def prepared(template, db, tmp_path) -> Iterator[Machine]:
    """A machine with tables and guideline, and this process works on it."""
    with machine(tmp_path / "prepared", template) as made, made.entered():
        yield made
