"""Measure the product over HTTP; `python -m tests.bench [measure …]` takes only those that are named.

First 20 people of one clinic at once, then the sample clinic on its own, then one clinic among 2,000. The table goes
to the terminal and, where nothing was left out, build/bench.json. The exit status tells of errors, not of limits.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import django

from tests.bench.table import LIMITS, show, worse_of, write

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
PEOPLE = "people_at_once"
NAMES = [*LIMITS, PEOPLE]


def main(wanted: list[str]) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that gunicorn and the folder go then too
    BUILD.mkdir(exist_ok=True)
    # Not in /tmp: that may be memory, and saves shall be measured on the disk that the product would use.
    with TemporaryDirectory(prefix="bench-", dir=BUILD) as folder:
        os.environ.update(surroundings(Path(folder)))
        for command in ("prepare", "seed_demo"):
            manage(command)
        django.setup()
        from tests.bench import measuring, people  # they need the apps

        together = people.people_at_once(Path(folder)) if PEOPLE in wanted else {}
        single = [name for name in wanted if name != PEOPLE]
        clinics = measuring.measured_clinics(single, Path(folder)) if single else {}
    worse = worse_of(clinics) if clinics else {}
    print(*filter(None, [clinics and show(clinics, worse), together and people.show(together)]), sep="\n")
    if wanted == NAMES:
        write(BUILD / "bench.json", clinics, worse | {PEOPLE: together})


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a fresh clone: this process's own would decide what is measured."""
    for name in {
        "AUDIT_KEY",
        "AUDIT_KEY_FILE",
        "DATABASE_URL",
        "PRODUCTION",
        "DEBUG",
        "PUBLIC_URL",
        "WEB_CONCURRENCY",
        "BEHIND_PROXY",
    }:
        os.environ.pop(name, None)
    return {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "compliance.settings"}


def manage(command: str) -> None:
    subprocess.run(  # noqa: S603 (our own)
        [sys.executable, "manage.py", command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL, timeout=120
    )


if __name__ == "__main__":
    named = sys.argv[1:] or NAMES
    if unknown := set(named) - set(NAMES):
        sys.exit(f"There is no measure {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}.")
    main(named)
