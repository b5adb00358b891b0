"""What the server writes down: one line per event, with the request's id, and nothing that somebody typed.

Only our own loggers speak in words. Of everybody else's messages, and of exceptions, type and place are kept: paths
hold clinic codes and tokens, and an exception's text may quote a row. With DEBUG=1 everything is said.
"""

import errno
import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = ("compliance", "vendors", "checklist")
SPEAKING = (*OURS, "django_tasks", "django_tasks_db")  # the queue names tasks by id and path
# SQLite's errors name tables and columns, never values. PostgreSQL's quote the row and are not told.
TELLING = ("sqlite3", "compliance.renderer")
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="-")
# gunicorn's: with the placeholder, so that nothing is filled in yet; and of the others only how they begin.
ABOUT_PROCESSES = ("WORKER TIMEOUT (pid:%s)", "Worker (pid:%s)")
OPENINGS = (
    "Invalid request",
    "Error handling request",
    "Socket error",
    "Exception in worker process",
    "Unhandled exception",
)
FIELDS = ("method", "route", "status", "ms", "user")


class Line(logging.Formatter):
    """A line for people: time, level, logger, request, what happened."""

    def __init__(self, *, everything: bool = False):
        super().__init__()
        self.everything = everything

    def format(self, record: logging.LogRecord) -> str:
        facts = self.facts(record)
        places = facts.pop("error", [])
        head = [facts.pop(name) for name in ("at", "level", "logger", "request")]
        rest = [f"{name}={value}" for name, value in facts.items() if name != "message"]
        line = " ".join([*head, facts.get("message", ""), *rest])
        return "\n    ".join([line, *places])

    def facts(self, record: logging.LogRecord) -> dict:
        """What is told of an event, by name; `error` is a list of lines."""
        facts = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": getattr(getattr(record, "request", None), "request_id", REQUEST_ID.get()),
            "message": self.message(record),
        }
        if record.name.split(".")[0] in OURS:
            facts |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        elif hasattr(record, "status_code"):  # Django's own
            facts["status"] = record.status_code
        if record.exc_info and record.exc_info[1]:
            facts["error"] = self.error(record.exc_info[1])
        return facts

    def message(self, record: logging.LogRecord) -> str:
        if self.everything:
            return _one_line(record.getMessage())
        if _speaks(record):
            return _one_line(_without_texts_of_errors(record))
        if record.name == "py.warnings" and record.args:  # "place: kind: text"
            return _one_line(": ".join(str(record.args[0]).split(": ", 2)[:2]))
        if record.name == "gunicorn.error":  # its place is always the same
            return next((each for each in OPENINGS if str(record.msg).startswith(each)), "-")
        return f"at {_place(record.pathname, record.lineno, record.funcName)}"

    def error(self, error: BaseException) -> list[str]:
        if self.everything:
            return "".join(traceback.format_exception(error)).splitlines()
        return outline(error)


class JsonLine(Line):
    """The same as one JSON object, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(self.facts(record), ensure_ascii=False, default=str)


def outline(error: BaseException) -> list[str]:
    """An exception and what led to it, newest last: where it came along and its type; its text only from TELLING."""
    lines, chain = [], [error]
    while (before := chain[-1].__cause__ or chain[-1].__context__) and before not in chain:
        chain.append(before)
    for each in reversed(chain):
        frames = traceback.extract_tb(each.__traceback__)
        lines += [_place(frame.filename, frame.lineno, frame.name) for frame in frames]
        lines.append(_named(each))
    return lines


def config(*, as_json: bool = False, everything: bool = False) -> dict:
    """Django's LOGGING. Every logger ends in the one handler; nothing is mailed to anybody."""
    line = {"()": JsonLine if as_json else Line, "everything": everything}
    to_root = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "compliance": {"level": "INFO"},
            "django": {**to_root, "level": "WARNING"},
            # A refusal (4xx) is told by the request's own line.
            "django.request": {**to_root, "level": "ERROR"},
            "django.server": {**to_root, "level": "ERROR"},
            "gunicorn.error": {**to_root, "level": "WARNING"},
        },
    }


def _speaks(record: logging.LogRecord) -> bool:
    """Our own loggers, and gunicorn's about its processes: nothing of a request is in those."""
    about_processes = record.name == "gunicorn.error" and str(record.msg).startswith(ABOUT_PROCESSES)
    return record.name.split(".")[0] in SPEAKING or about_processes


def _without_texts_of_errors(record: logging.LogRecord) -> str:
    if not isinstance(record.args, tuple):
        return record.getMessage()
    args = tuple(_named(each) if isinstance(each, BaseException) else each for each in record.args)
    return str(record.msg) % args if args else str(record.msg)


def _named(error: BaseException) -> str:
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    if kind.__module__ in TELLING:
        return f"{name}: {_one_line(str(error))}"
    if isinstance(error, OSError) and error.errno in errno.errorcode:  # its text names files
        return f"{name}: {errno.errorcode[error.errno]}"
    return name


def _place(filename: str, line: int | None, function: str | None) -> str:
    """File (ours from the project's root, others by their package), line and function."""
    path = Path(filename)
    if "site-packages" in path.parts:
        path = Path(*path.parts[path.parts.index("site-packages") + 1 :])
    elif path.is_relative_to(ROOT):
        path = path.relative_to(ROOT)
    return f"{path}:{line} {function}"


def _one_line(text: str) -> str:
    """Nobody starts a line of the log but the log."""
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]", lambda c: c[0].encode("unicode_escape").decode(), text)
