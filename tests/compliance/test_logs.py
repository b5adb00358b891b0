"""Lines of the log: whose words are told, and what is told of an exception."""

import json
import logging
import sqlite3

import pytest
from django.db import IntegrityError, transaction

from compliance.logs import JsonLine, Line, config, outline
from compliance.models import User
from compliance.renderer import RenderingFailed

SECRET = "mori@example.jp"


def record(name: str, message: str, *args, level=logging.WARNING, error=None, path="x.py", **extra):
    info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord(name, level, path, 7, message, args, info, "act")
    made.__dict__.update(extra)
    return made


def caught(act) -> Exception:
    try:
        act()
    except Exception as error:
        return error


def text(made: logging.LogRecord, **how) -> str:
    """The line without its time."""
    return Line(**how).format(made).partition(" ")[2]


def test_our_own_words_are_told():
    assert text(record("compliance.x", "%s of %d", "three", 4)) == "WARNING compliance.x - three of 4"


def test_words_of_others_become_their_place():
    made = record("django.request", "Not Found: %s", f"/r/{SECRET}/", path="/v/site-packages/django/log.py")
    assert text(made) == "WARNING django.request - at django/log.py:7 act"


@pytest.mark.parametrize("message", [f"Invalid line {SECRET}", SECRET, "%s"])
def test_nothing_of_a_foreign_message_is_told(message):
    args = (SECRET,) if "%" in message else ()
    assert SECRET not in text(record("gunicorn.error", message, *args))


def test_a_warning_is_told_by_its_place_and_kind():
    made = record("py.warnings", "%s", f"/v/base.py:61: UserWarning: value {SECRET}\n  warn(x)\n")
    assert text(made) == "WARNING py.warnings - /v/base.py:61: UserWarning"


def test_gunicorns_words_on_its_processes_are_told():
    made = record("gunicorn.error", "WORKER TIMEOUT (pid:%s)", 4)
    assert text(made) == "WARNING gunicorn.error - WORKER TIMEOUT (pid:4)"


def test_of_gunicorns_words_on_requests_only_the_opening_is_told():
    made = record("gunicorn.error", f"Invalid request from ip=127.0.0.1: {SECRET}")
    assert text(made) == "WARNING gunicorn.error - Invalid request"


def test_an_exception_among_our_own_words_is_told_by_its_type():
    made = record("compliance.failures", "503 %s: %s", "item", OSError(28, "No space", f"/files/{SECRET}"))
    assert text(made) == "WARNING compliance.failures - 503 item: OSError: ENOSPC"


def test_an_exception_is_told_by_type_and_place():
    def act():
        raise ValueError(SECRET)

    lines = text(record("django.request", "x", error=caught(act))).splitlines()
    place = f"tests/compliance/test_logs.py:{act.__code__.co_firstlineno + 1} act"
    assert [each.strip() for each in lines[-2:]] == [place, "ValueError"]
    assert SECRET not in "".join(lines)


def test_what_led_to_an_exception_is_told_first():
    def act():
        try:
            int(SECRET)
        except ValueError as first:
            raise KeyError(SECRET) from first

    kinds = [line for line in outline(caught(act)) if ":" not in line]
    assert kinds == ["ValueError", "KeyError"]


def test_exceptions_that_lead_to_each_other_end():
    first, second = ValueError(1), KeyError(2)
    first.__context__, second.__context__ = second, first
    assert outline(first) == ["KeyError", "ValueError"]


@pytest.mark.parametrize(
    ("act", "last"),
    [
        (lambda: sqlite3.connect(":memory:").execute("SELECT * FROM gone"), "sqlite3.OperationalError: no such table: gone"),
        (lambda: open(f"/none/{SECRET}"), "FileNotFoundError: ENOENT"),  # noqa: PTH123, SIM115 (it is not there)
        (lambda: SECRET.encode("ascii").decode("utf-16"), "UnicodeDecodeError"),
    ],
)  # fmt: skip
def test_only_texts_without_values_are_told(act, last):
    assert outline(caught(act))[-1] == last


def test_our_own_sentence_on_a_pdf_is_told():
    assert outline(RenderingFailed("止めました"))[-1] == "compliance.renderer.RenderingFailed: 止めました"


@pytest.mark.django_db
def test_a_row_that_exists_already_is_not_quoted():
    User.objects.create_user(SECRET, "x")

    def again():
        with transaction.atomic():
            User.objects.create_user(SECRET, "x")

    error = caught(again)
    assert isinstance(error, IntegrityError)
    assert SECRET not in "\n".join(outline(error))


def test_a_message_starts_no_line_of_its_own():
    assert text(record("compliance.x", "%s", "a\nINFO forged\r\x1b[2J")).splitlines() == [
        "WARNING compliance.x - a\\nINFO forged\\r\\x1b[2J"
    ]


def test_the_same_for_programs():
    made = record("compliance.requests", "request", route="item", status=200, ms=3, user=5, method="GET")
    facts = json.loads(JsonLine().format(made))
    assert facts.pop("at")
    assert facts == {"level": "WARNING", "logger": "compliance.requests", "request": "-", "message": "request",
                     "method": "GET", "route": "item", "status": 200, "ms": 3, "user": 5}  # fmt: skip


def test_an_exception_for_programs_is_a_list():
    facts = json.loads(
        JsonLine().format(record("django.request", "x", error=ValueError(SECRET), status_code=500))
    )
    assert (facts["error"], facts["status"]) == (["ValueError"], 500)


def test_what_others_hang_onto_a_record_is_not_told():
    assert SECRET not in text(record("somebody", "x", user=SECRET, route=SECRET))


def test_whoever_develops_is_told_everything():
    error = caught(lambda: int(SECRET))
    line = text(record("django.request", "Not Found: %s", "/x/", error=error), everything=True)
    assert "Not Found: /x/" in line
    assert f"invalid literal for int() with base 10: '{SECRET}'" in line


def test_every_logger_ends_in_the_one_handler():
    loggers = config()["loggers"]
    assert {name for name, each in loggers.items() if each.get("handlers")} == set()
    assert config()["root"]["handlers"] == ["console"]
