"""From every tag to now, on both databases: nothing is lost, everything opens, no migration was edited."""

import hashlib
import json
import os
import subprocess
import sys
import tomllib

import pytest
from django.core.management import call_command

from tests.endurance.house import database, settled
from tests.upgrades import HERE, KEY, ROOT, tags

pytestmark = pytest.mark.django_db  # a database of its own; the mark lets it run on both
TAGS = tags()


@pytest.fixture(scope="module", params=TAGS)
def upgraded(request, tmp_path_factory) -> dict:
    """What look.py says of a tag's state after `migrate`."""
    with database(f"from_{request.param.replace('.', '_')}") as url:
        folder = tmp_path_factory.mktemp("upgrade")
        surroundings = settled(folder, url) | {"SECRET_KEY": KEY, "AUDIT_KEY": KEY}
        run(surroundings, "-m", "tests.upgrades.load", request.param)
        run(surroundings, "manage.py", "prepare")
        return json.loads(run(surroundings, "-m", "tests.upgrades.look", request.param))


def run(surroundings: dict[str, str], *words: str) -> str:
    done = subprocess.run(  # noqa: S603 (our own)
        [sys.executable, *words], cwd=ROOT, env=surroundings, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_state_we_began_with_is_kept():
    assert "v0.5" in TAGS


def test_no_row_is_lost(upgraded):
    assert upgraded["lost"] == {}


def test_the_chains_of_操作記録_are_whole(upgraded):
    assert upgraded["broken"] == {}


def test_every_page_opens_and_saves(upgraded):
    assert {name: status for name, status in upgraded["pages"].items() if status != 200} == {}
    assert upgraded["saved"] == 302


def test_an_issued_report_comes_out_byte_for_byte(upgraded):
    assert upgraded["report"] == upgraded["report_then"]


@pytest.mark.parametrize("tag", TAGS)
def test_no_migration_of_a_tag_was_edited_or_squashed(tag):
    then = tomllib.loads((HERE / f"{tag}.toml").read_text("utf-8"))["migrations"]
    now = {
        name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest()
        for name in then
        if (ROOT / name).exists()
    }
    assert now == then


def test_the_models_need_no_further_migration():
    call_command("makemigrations", "--check", "--dry-run", stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115 (no path)
