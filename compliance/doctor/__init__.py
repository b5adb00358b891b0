"""What `manage.py doctor` finds out about an installation.

A check takes values and returns what it found, in words for whoever runs the server. Each app lists its own checks in
the module that its AppConfig names as `doctor`; asking.py goes through them and never breaks with a traceback;
before.py speaks where not even the settings can be read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Found:
    """How it stands, a sentence on what is, and one on what to do (none where all is well)."""

    state: State
    says: str
    do: str = ""


@dataclass(frozen=True)
class Check:
    """What is looked at, in a word or two; `asks_database` leaves it out while the database is not to be had."""

    title: str
    look: Callable[[], Found]
    asks_database: bool = False


def ok(says: str) -> Found:
    return Found(State.OK, says)


def warn(says: str, do: str) -> Found:
    return Found(State.WARN, says, do)


def bad(says: str, do: str) -> Found:
    return Found(State.BAD, says, do)
