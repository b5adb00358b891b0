"""Settings as a process meets them: a fresh clone works, production is opt-in and asks for its secrets."""

import json

import pytest
from django.db import connection

PRODUCTION = {
    "PRODUCTION": "1",
    "SECRET_KEY": "zq4Wc7nTgR0bYvK2mJxH9sLpD5fE8aUi3oMhVtBkXyNrGwCeQ1",
    "AUDIT_KEY": "Hk3vXo9TzQ1mRw7yLcB5sNfD0aGeJ2uKpViEtYbMrCxWq8hZ4S",
    "ALLOWED_HOSTS": "tenken.example.jp",
    "PUBLIC_URL": "https://tenken.example.jp",
}
NOWHERE = "postgres://nobody@127.0.0.1:1/nothing"


def say(words: str) -> tuple[str, ...]:
    """A line of Python for manage.py's shell, and nothing printed around it."""
    return "shell", "--no-imports", "-v", "0", "-c", f"from django.conf import settings as s; print({words})"


def test_a_fresh_clone_needs_no_environment(manage, tmp_path):
    done = manage("check")
    assert (done.returncode, (tmp_path / "secret-key").exists()) == (0, True)


@pytest.mark.parametrize("name", ["SECRET_KEY", "AUDIT_KEY", "ALLOWED_HOSTS", "PUBLIC_URL"])
def test_production_refuses_to_start_without(manage, name):
    done = manage("check", **{key: value for key, value in PRODUCTION.items() if key != name})
    assert done.returncode != 0
    assert f"{name} is not set. " in done.stderr


def test_production_makes_no_key_of_its_own(manage, tmp_path):
    manage("check", **PRODUCTION)
    assert [name for name in ("secret-key", "audit-key") if (tmp_path / name).exists()] == []


def test_production_takes_the_audit_key_from_a_file_and_never_the_secret_key(manage, tmp_path):
    (tmp_path / "key").write_text(PRODUCTION["AUDIT_KEY"])
    without = {name: value for name, value in PRODUCTION.items() if name != "AUDIT_KEY"}
    said = manage(*say("s.AUDIT_KEY"), **without, AUDIT_KEY_FILE=str(tmp_path / "key")).stdout
    assert said == f"{PRODUCTION['AUDIT_KEY']}\n"
    done = manage("check", **without, AUDIT_KEY=PRODUCTION["SECRET_KEY"])
    assert "AUDIT_KEY is the same as another key." in done.stderr


def test_a_fresh_clone_has_two_keys(manage):
    assert manage(*say("s.AUDIT_KEY != s.SECRET_KEY and len(s.AUDIT_KEY) > 49")).stdout == "True\n"


def test_production_passes_djangos_deployment_check_without_a_warning(manage):
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "System check identified no issues (0 silenced).\n"


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("s.DEBUG", "False"),
        ("s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT", "True True True"),
        ("s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME", "__Host-sessionid __Host-csrftoken"),
        ("s.SECURE_PROXY_SSL_HEADER", "None"),
        ("s.CSRF_TRUSTED_ORIGINS", "['https://tenken.example.jp']"),
        ("s.ALLOWED_HOSTS", "['tenken.example.jp', 'www.example.jp']"),
    ],
)
def test_production_is_closed_even_where_somebody_asks_for_more(manage, words, value):
    asked = {**PRODUCTION, "DEBUG": "1", "ALLOWED_HOSTS": "tenken.example.jp, www.example.jp"}
    assert manage(*say(words), **asked).stdout == f"{value}\n"


def test_every_cookie_of_a_production_is_named_for_its_host(manage):
    code = (
        "from compliance import cookies, known_browsers; from vendors import linking;"
        " print(cookies.Messages.storage_classes[0].cookie_name, known_browsers.COOKIE, linking.COOKIE)"
    )
    shell = ("shell", "--no-imports", "-v", "0", "-c", code)
    named = "__Host-messages __Host-known_browser __Secure-disclosure_request\n"
    assert manage(*shell, **PRODUCTION).stdout == named
    assert manage(*shell).stdout == "messages known_browser disclosure_request\n"


def test_the_mail_server_is_what_the_environment_names(manage):
    words = "s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS, s.DEFAULT_FROM_EMAIL, s.EMAIL_BACKEND[-12:]"
    server = {"EMAIL_HOST": "smtp.example.jp", "EMAIL_PORT": "587", "EMAIL_USE_TLS": "1"}
    said = manage(*say(words), **server, DEFAULT_FROM_EMAIL="tenken@example.jp").stdout
    assert said == "smtp.example.jp 587 True tenken@example.jp EmailBackend\n"
    assert manage(*say("s.EMAIL_HOST, s.EMAIL_BACKEND.split('.')[-2]")).stdout == " dummy\n"


def test_the_guideline_is_exported_where_there_is_no_database(manage):
    done = manage("export_guideline", DATABASE_URL=NOWHERE)
    assert (done.returncode, len(json.loads(done.stdout)["items"])) == (0, 52)


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="these are SQLite's settings")
def test_sqlite_is_opened_so_that_writers_wait_and_nothing_saved_is_lost():
    with connection.cursor() as cursor:
        asked = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert asked == ["delete", 3, 1]
    assert connection.transaction_mode == "IMMEDIATE"
