"""The fixed cast: one clinic's people, another clinic's director, somebody in both, a stranger; and a few hands."""

import gc
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from checklist.confirming import confirm, seen_digest
from checklist.founding import found
from checklist.models import Answer, Assessment
from compliance.audit import triggers
from compliance.choices import Role
from compliance.models import AuditEntry, Clinic, GuidelineEdition, Membership, User
from tests.editions import load_next, shelve

# A twentieth of all time went into looking for cycles among hundreds of thousands of objects that live on.
gc.set_threshold(50_000)

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "mori-no-kumasan-8"


# Surroundings


@pytest.fixture(autouse=True)
def surroundings(settings, tmp_path):
    """Settings are those of the product but for what would only cost time."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.AUDIT_HEADS = tmp_path / "audit-heads"
    # Argon2 is slow on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # The manifest of static files exists only after collectstatic.
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES, settings.STATIC_ROOT = {**settings.STORAGES, "staticfiles": plain}, ROOT / "static"


@pytest.fixture
def quick_pdf(monkeypatch):
    """For tests that ask who may print, not how it looks."""
    for views in ("prints", "applicability", "inspection"):
        monkeypatch.setattr(f"checklist.views.{views}.pdf", lambda html, **_: b"%PDF-")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """SQLite in a file, as in use: threads on one in-memory database fail where they should wait."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("db") / "test.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The guideline, loaded once."""
    with django_db_blocker.unblock():
        call_command("load_guideline", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115 (no path)


@pytest.fixture(autouse=True)
def emptied_after_real_transactions(request):
    """Django then empties every table: 操作記録 must let that happen here. Its migrate signal brings the triggers back."""
    marker = request.node.get_closest_marker("django_db")
    real = marker is not None and marker.kwargs.get("transaction")
    if real or {"transactional_db", "live_server"} & {*request.fixturenames}:
        request.getfixturevalue("transactional_db")  # so that this ends before it
        cache.clear()  # where tries are counted is no model's table, which Django would empty
        yield
        triggers.remove()
    else:
        yield


@pytest.fixture
def edition(db) -> GuidelineEdition:
    """The guideline, loaded again where a test with real transactions has emptied every table."""
    if not GuidelineEdition.objects.exists():
        call_command("load_guideline", stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115 (no path)
    return GuidelineEdition.current()


# The cast


def person(name: str, email: str) -> User:
    return User.objects.create_user(email, PASSWORD, name=name)


def join(user: User, clinic: Clinic, role: Role) -> User:
    Membership.objects.create(user=user, clinic=clinic, role=role)
    return user


@pytest.fixture
def director(db) -> User:
    """管理担当 of `clinic`, and its founder."""
    return person("緑川 院長", "director@midori.example")


@pytest.fixture
def clinic(edition, director) -> Clinic:
    return found(by=director, name="みどり台内科クリニック", director="緑川 院長")


@pytest.fixture
def clerk(clinic) -> User:
    """記入担当"""
    return join(person("事務 はな子", "clerk@midori.example"), clinic, Role.EDITOR)


@pytest.fixture
def reader(clinic) -> User:
    """閲覧者"""
    return join(person("閲覧 次郎", "reader@midori.example"), clinic, Role.VIEWER)


@pytest.fixture
def other_director(db) -> User:
    return person("桜井 院長", "director@sakura.example")


@pytest.fixture
def other_clinic(edition, other_director) -> Clinic:
    return found(by=other_director, name="さくら通り歯科医院")


@pytest.fixture
def both(clinic, other_clinic) -> User:
    """記入担当 in `clinic`, 管理担当 in `other_clinic`."""
    user = join(person("掛持 三郎", "both@example.jp"), clinic, Role.EDITOR)
    return join(user, other_clinic, Role.ADMIN)


@pytest.fixture
def stranger(db) -> User:
    """Has an account and no clinic."""
    return person("他人 四郎", "stranger@example.jp")


# Hands


@pytest.fixture
def member():
    """member(user, clinic): the scope of that person there."""
    return lambda user, clinic: User.objects.get(pk=user.pk).membership_of(clinic.code)


@pytest.fixture
def assessment(clinic) -> Assessment:
    """The round that `clinic` was founded with."""
    return Assessment.objects.get(clinic=clinic)


@pytest.fixture
def answer(assessment):
    """answer("10-9"): what `clinic` declares of that item, fresh from the database."""
    return lambda code: Answer.objects.get(assessment=assessment, item__code=code)


@pytest.fixture
def confirmed(director):
    """confirmed(assessment): its next 確定版."""

    def confirm_now(assessment: Assessment):
        today = timezone.localdate()
        names = {"examiner": "事務 はな子", "safety_officer": "緑川 院長", "examined_on": today}
        return confirm(assessment, by=director, seen=seen_digest(assessment, today), **names)

    return confirm_now


@pytest.fixture
def trail():
    """trail(clinic): its 操作記録, oldest first."""
    return lambda clinic: list(AuditEntry.objects.filter(clinic_id=clinic.pk).order_by("sequence"))


@pytest.fixture
def in_threads():
    """in_threads(n, act): act(0) … act(n-1), begun at the same moment; their results in that order."""

    def run(count: int, act) -> list:
        barrier = Barrier(count)

        def one(number: int):
            try:
                barrier.wait(10)
                return act(number)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    return run


@pytest.fixture
def manage(tmp_path):
    """manage("check", PRODUCTION="1"): manage.py in a process of its own, with nothing else in its environment."""

    def run(*words: str, **variables: str) -> subprocess.CompletedProcess:
        environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **variables}
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)  # noqa: S603 (our own)

    return run


@pytest.fixture(scope="session")
def shelf_of_two(tmp_path_factory) -> Path:
    """A folder with the shipped edition and a made-up next one."""
    return shelve(tmp_path_factory.mktemp("shelf"))


@pytest.fixture
def next_edition(edition, settings, shelf_of_two) -> GuidelineEdition:
    """The made-up edition, loaded beside the shipped one."""
    settings.GUIDELINES = shelf_of_two
    return load_next()


# On PostgreSQL


DATABASE = {"db", "transactional_db", "live_server", "django_db_setup"}
# They look at paper: once a snapshot is made, nothing of it knows the database.
PAPERS = {"test_archival", "test_guide", "test_paper", "test_papers", "test_parts", "test_print_report", "test_printing",
          "test_qr", "test_renderer", "test_sample"}  # fmt: skip
# Rows 7, 14, 15 and 21 of the scoreboard put these to PostgreSQL, at more length; test_drill and test_restoring stay.
IN_THE_SCOREBOARD = {"test_backup_commands", "test_fuzz", "test_sealing", "test_taking", "test_wholeness"}


def pytest_collection_modifyitems(config, items) -> None:
    """On PostgreSQL only what asks the database: the rest would say what it has said on SQLite already."""
    if connection.vendor == "postgresql":
        own = [each for each in items if asks_the_database(each)]
        config.hook.pytest_deselected(items=[each for each in items if each not in set(own)])
        items[:] = own


def asks_the_database(test) -> bool:
    uses = test.get_closest_marker("django_db") or DATABASE & {*test.fixturenames}
    return bool(uses) and test.module.__name__.rpartition(".")[2] not in PAPERS | IN_THE_SCOREBOARD
