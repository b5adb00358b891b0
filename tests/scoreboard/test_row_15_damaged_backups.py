"""Fifty damaged, altered, foreign, hostile and newer backups: each is refused with a sentence, and nothing is written."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from compliance.audit import heads
from compliance.backup import Refused
from compliance.backup.restoring import restore
from tests import machines
from tests.damages import SEED, damages

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db]
SIZE = 50


@pytest.fixture(scope="session")
def template(django_db_setup, django_db_blocker, tmp_path_factory):
    with machines.template(tmp_path_factory.mktemp("template"), django_db_blocker) as made:
        yield made


@pytest.fixture(scope="session")
def source(template, django_db_blocker, tmp_path_factory):
    with machines.source_in(tmp_path_factory.mktemp("backup"), template, django_db_blocker) as made:
        yield made


def test_a_damaged_or_newer_backup_is_refused_and_the_target_stays_empty(source, db, tmp_path, score):
    print(f"seed {SEED}")
    tried, faults = 0, []
    with machines.machine(tmp_path / "target") as target, target.entered():
        for name, content, words in damages(source.plain.read_bytes(), source.sealed.read_bytes()):
            tried += 1
            faults += [f"{name}: {fault}" for fault in tried_on(tmp_path / "damaged.zip", content, words)]
    print("\n".join(faults))
    assert tried == SIZE
    score(tried, len(faults))


def tried_on(path: Path, content: bytes, words: str) -> list[str]:
    """What is wrong with how a damaged file is met."""
    path.write_bytes(content)
    faults = []
    try:
        restore(path, words, say=lambda manifest: None)
        faults.append("restored")
    except Refused as refusal:
        print(f"{path.stat().st_size:>8} {refusal}")
        if not str(refusal).endswith(("。", "）")):
            faults.append(f"no sentence: {refusal}")
    left = [
        *connection.introspection.table_names(),
        *Path(settings.MEDIA_ROOT).rglob("*"),
        *heads.stated_chains(),
    ]
    return faults + [f"left {each}" for each in left]
