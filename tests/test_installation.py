"""A hosting body's installation on PostgreSQL, for real: an owner who prepares, and a web role that owns nothing."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # roles belong to the whole server
OWNER, WEB, NAME = (f"tenken_test_{what}{WORKER}" for what in ("owner", "web", "installation"))
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles"),
]
VISIT = """
from django.test import Client
browser = Client(headers={"host": "127.0.0.1"})
print(browser.post("/start/sample/", REMOTE_ADDR="127.0.0.1").status_code)
print([browser.get(path).status_code for path in ("/c/sample/", "/c/sample/items/", "/c/sample/history/")])
"""


def address(user: str, name: str = NAME) -> str:
    """The tests' own server, as another role."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(
        parts._replace(netloc=f"{user}:tenken@{parts.hostname}:{parts.port or 5432}", path=f"/{name}")
    )


def asked(url: str, *lines: str) -> list:
    """What the last of these lines of SQL answers; each is a transaction of its own."""
    with psycopg.connect(url, autocommit=True) as database:
        for line in lines:
            found = database.execute(line)
        return found.fetchall() if found.description else []


@pytest.fixture(scope="module")
def var(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("var")


@pytest.fixture(scope="module")
def manage(var):
    """manage(user, *arguments): what the command prints, run by a process that connects as `user`; it ends with `code`."""

    def run(user: str, *arguments: str, code: int = 0) -> str:
        env = {**os.environ, "DATABASE_URL": address(user), "VAR_DIR": str(var)}
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)  # noqa: S603 (our own)
        assert done.returncode == code, done.stderr[-2000:]
        return done.stderr if code else done.stdout

    return run


@pytest.fixture(scope="module")
def installed(manage):
    """Prepared by the owner and filled by the web role."""
    server = os.environ["DATABASE_URL"]
    clear = [
        f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)",
        f"DROP ROLE IF EXISTS {OWNER}",
        f"DROP ROLE IF EXISTS {WEB}",
    ]
    asked(server, *clear, f"CREATE ROLE {OWNER} LOGIN CREATEROLE PASSWORD 'tenken'",
          f"CREATE ROLE {WEB} LOGIN PASSWORD 'tenken'", f"CREATE DATABASE {NAME} OWNER {OWNER}")  # fmt: skip
    manage(OWNER, "prepare")
    asked(server, f"GRANT tenken_app, tenken_server TO {WEB}")
    manage(WEB, "seed_demo")
    yield
    asked(server, *clear)


def test_the_web_role_serves_pages(installed, manage):
    assert manage(WEB, "shell", "--no-imports", "-c", VISIT).split("\n")[:2] == ["302", "[200, 200, 200]"]


def test_the_web_role_prints_a_report(installed, manage, tmp_path):
    manage(WEB, "print_report", "--clinic", "sample", "--parts", "todo", "--out", str(tmp_path / "todo.pdf"))
    assert (tmp_path / "todo.pdf").read_bytes().startswith(b"%PDF")


def test_the_web_role_sees_nothing_before_it_states_a_clinic(installed):
    assert asked(address(WEB), "SELECT count(*) FROM vendors_system") == [(0,)]
    assert asked(address(WEB), "SET ROLE tenken_app", "SELECT count(*) FROM vendors_system") == [(0,)]
    assert asked(address(WEB), "SET ROLE tenken_server", "SELECT count(*) > 0 FROM vendors_system") == [
        (True,)
    ]


def test_the_owner_of_the_tables_is_bound_too(installed):
    assert asked(address(OWNER), "SELECT count(*) FROM vendors_system") == [(0,)]


@pytest.mark.parametrize(
    "line", ["ALTER TABLE vendors_system DISABLE ROW LEVEL SECURITY", "DROP TABLE vendors_system"]
)
def test_the_web_role_changes_no_table(installed, line):
    for role in ("tenken_app", "tenken_server"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            asked(address(WEB), f"SET ROLE {role}", line)


def test_a_second_prepare_changes_nothing_that_stands(installed, manage):
    before = asked(address(WEB), "SET ROLE tenken_server", "SELECT count(*) FROM checklist_answer")
    manage(OWNER, "prepare")
    assert asked(address(WEB), "SET ROLE tenken_server", "SELECT count(*) FROM checklist_answer") == before


def test_a_role_from_which_rows_are_hidden_makes_no_backup(installed, manage, tmp_path):
    asked(os.environ["DATABASE_URL"], f"REVOKE tenken_server FROM {WEB}")
    try:
        said = manage(WEB, "backup", str(tmp_path / "one.zip"), code=1)
    finally:
        asked(os.environ["DATABASE_URL"], f"GRANT tenken_server TO {WEB}")
    assert ("データベースの役割 tenken_server になれないため" in said, [*tmp_path.iterdir()]) == (True, [])
