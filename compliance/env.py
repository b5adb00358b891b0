"""Small readers of environment variables; they fail loudly and say what to do."""

import os
import secrets
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

HERE = "127.0.0.1:8000"  # where gunicorn listens unless BIND says otherwise


def flag(name: str) -> bool:
    """True for 1, true, yes, on (any case); False when unset or empty."""
    return os.environ.get(name, "").strip().lower() in {"1", "true", "yes", "on"}


def text(name: str, default: str = "") -> str:
    """What it says, or `default` where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int) -> int:
    """A whole number; raises ImproperlyConfigured where it is none."""
    value = text(name)
    if value and not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name} is {value!r}. It takes a whole number, for example {default}")
    return int(value or default)


def proxies(name: str, default: int = 0) -> int | list:
    """How many proxies stand before us ("1"), or their networks ("10.0.0.5, 192.168.1.0/24"); what is neither raises."""
    value = text(name) or str(default)
    if value.isascii() and value.isdigit():
        return int(value)
    try:
        return [ip_network(word.strip()) for word in value.split(",")]
    except ValueError as error:
        hint = "It takes the number of proxies, for example 1, or their addresses, for example 10.0.0.5"
        raise ImproperlyConfigured(f"{name} is {value!r}. {hint}") from error


def words(name: str, default: list[str]) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or default


def required(name: str, hint: str) -> str:
    """The value of `name`; raises ImproperlyConfigured with `hint` where it is missing."""
    if value := text(name):
        return value
    raise ImproperlyConfigured(f"{name} is not set. {hint}")


def secret(name: str) -> str:
    """The value of `name`, or what stands in the file that `name`_FILE names; empty where neither is set."""
    path = text(f"{name}_FILE")
    if text(name) or not path:
        return text(name)
    try:
        return Path(path).read_text().strip()
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error}") from error


def required_secret(name: str, hint: str, other_than: str = "") -> str:
    """As `secret`; raises ImproperlyConfigured with `hint` where it is missing, or no other than another one."""
    value = secret(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {hint}")
    if value == other_than:
        raise ImproperlyConfigured(f"{name} is the same as another key. {hint}")
    return value


def development_key(path: Path) -> str:
    """A secret of this machine, made on first use, so that every command works on a fresh clone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f"{path.name}.{os.getpid()}")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(50))
        with suppress(FileExistsError):  # two processes may begin at once: the first one's key counts
            path.hardlink_to(made)
        made.unlink()
    return path.read_text().strip()
