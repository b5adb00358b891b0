"""Small readers of environment variables; they fail loudly and say what to do."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def flag(name: str) -> bool:
    """True for 1, true, yes, on (any case); False when unset or empty."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def number(name: str, default: int) -> int:
    """A whole number; raises ImproperlyConfigured where it is none."""
    value = text(name)
    if value and not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} is {value!r}. It takes a whole number, for example {default}")
    return int(value or default)


def words(name: str, default: list[str]) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or default


def required(name: str, hint: str) -> str:
    """The value of `name`; raises ImproperlyConfigured with `hint` where it is missing."""
    if value := text(name):
        return value
    raise ImproperlyConfigured(f"{name} is not set. {hint}")


def development_key(path: Path) -> str:
    """A secret of this machine, made on first use, so that every command works on a fresh clone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()
