"""The editions on the shelf: every fixtures/guideline-*/, read once in a process, and the ways between them."""

import tomllib
from functools import cache
from pathlib import Path

from django.conf import settings

from compliance import conversion
from compliance.conversion import Conversion
from compliance.guideline import Guideline, GuidelineError, read

# [ours] The edition whose items our findings, inspection topics and quotations name.
RULES = "7.0-maintenance"


def shelf() -> dict[str, Guideline]:
    """{code: guideline}, the oldest first. Raises GuidelineError."""
    return {code: guideline for code, (guideline, _) in _read(settings.GUIDELINES).items()}


def newest() -> str:
    """The code of the newest edition."""
    return list(_read(settings.GUIDELINES))[-1]


def guideline(code: str) -> Guideline:
    return _read(settings.GUIDELINES)[code][0]


def steps_to(code: str) -> dict:
    """The content of an edition's conversion.toml; empty for the first."""
    return _read(settings.GUIDELINES)[code][1]


def between(old: str, new: str) -> Conversion:
    """How items and rows of edition `old` came over into `new`, which may be several editions later.

    GuidelineError where no table leads from one to the other.
    """
    return _between(settings.GUIDELINES, old, new)


def problems() -> list[str]:
    """What is wrong with the tables between the editions on the shelf."""
    found = []
    for code, new in shelf().items():
        if steps := steps_to(code):
            old = guideline(steps["from"])
            found += [f"{code}: {each}" for each in conversion.problems(steps, old.as_dict(), new.as_dict())]
    return found


@cache
def _read(root: Path) -> dict[str, tuple[Guideline, dict]]:
    found = [(read(folder), _steps(folder)) for folder in sorted(root.glob("guideline-*"))]
    if not found:
        raise GuidelineError(f"{root}: no edition")
    found.sort(key=lambda each: each[0].edition.notified_on)
    return {each[0].edition.code: each for each in found}


def _steps(folder: Path) -> dict:
    try:
        return conversion.read(folder)
    except tomllib.TOMLDecodeError as error:
        raise GuidelineError(f"{folder.name}/conversion.toml: {error}") from error


@cache
def _between(root: Path, old: str, new: str) -> Conversion:
    if old == new:
        return Conversion()
    steps = _read(root)[new][1]
    if not steps:
        raise GuidelineError(f"no table leads from {old} to {new}")
    return _between(root, old, steps["from"]).then(Conversion.of(steps))
