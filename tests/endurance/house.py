"""An installation of its own for one run: a folder, a database, and a server that may be killed at any moment."""

import ctypes
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import psutil
import psycopg

from tests.bench.server import free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = {
    "DATABASE_URL",
    "AUDIT_KEY",
    "PRODUCTION",
    "DEBUG",
    "PUBLIC_URL",
    "WEB_CONCURRENCY",
    "BEHIND_PROXY",
    "TASKS",
    "SECRET_KEY",
}
_WITH_PARENT = 1  # prctl's PR_SET_PDEATHSIG


@dataclass
class Server:
    """gunicorn as `make run` starts it, as the head of a process group."""

    log: Path
    variables: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    def start(self) -> None:
        command = [str(Path(sys.executable).parent / "gunicorn")]
        command += ["--config", "compliance/gunicorn.py", "compliance.wsgi"]
        environment = {**os.environ, "BIND": f"127.0.0.1:{self.port}", **self.variables}
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603 (our own)
                command,
                cwd=ROOT,
                env=environment,
                stdout=out,
                stderr=out,
                process_group=0,
                preexec_fn=_end_with_parent,
            )
        wait_for(self.process, self.port, self.log)

    def kill(self) -> None:
        """kill -9 for master, workers and renderers at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """As systemd ends it; the exit status."""
        self.process.terminate()
        return self.process.wait(60)


def renders(pid: int) -> bool:
    """Whether a renderer below that process has a child at work on a document."""
    with suppress(psutil.NoSuchProcess):
        below = psutil.Process(pid).children(recursive=True)
        parents = {each.pid for each in below if "compliance.renderer" in each.cmdline()}
        return any(each.ppid() in parents for each in below)
    return False


def _end_with_parent() -> None:
    """Also where this run itself is killed, no server stays behind."""
    ctypes.CDLL(None).prctl(_WITH_PARENT, signal.SIGKILL)


@contextmanager
def running(log: Path, **variables: str) -> Iterator[Server]:
    server = Server(log, variables)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def house(name: str, place: Path | None = None, options: str = "") -> Iterator[Path]:
    """Prepared and set up for Django in this process: its folder. On PostgreSQL, `<database>_<name>` until the end.

    `place` is a folder that stands already, for example on a disk of its own; `options` end CREATE DATABASE.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix=f"{name}-", dir=build) as made, database(name, options) as url:
        folder = place or Path(made)
        own = settled(folder, url)
        os.environ.clear()
        os.environ.update(own)
        manage("prepare")
        import django

        django.setup()
        yield folder


def settled(folder: Path, url: str) -> dict[str, str]:
    """The environment of a fresh clone in that folder, and with that database."""
    own = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    own |= {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "compliance.settings"}
    return own | ({"DATABASE_URL": url} if url else {})


@contextmanager
def database(name: str, options: str = "") -> Iterator[str]:
    """A new database on the server of DATABASE_URL, by its address; without one nothing, which is SQLite."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield ""
        return
    parts = urlsplit(server)
    own = f"{parts.path.strip('/')}_{name}"
    statements(server, f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)', f'CREATE DATABASE "{own}" {options}')
    try:
        yield urlunsplit(parts._replace(path=f"/{own}"))
    finally:
        statements(server, f'DROP DATABASE IF EXISTS "{own}" WITH (FORCE)')


def statements(url: str, *lines: str) -> None:
    """Run beside any transaction, in the server's own database: that of the address need not exist."""
    with psycopg.connect(at_large(url), autocommit=True) as connection:
        for line in lines:
            connection.execute(line)


def asked(url: str, *questions: str) -> list[tuple]:
    """The first row that each gives, in the server's own database."""
    with psycopg.connect(at_large(url), autocommit=True) as connection:
        return [connection.execute(each).fetchone() for each in questions]


def at_large(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(scheme="postgresql", path="/postgres"))


def manage(*words: str) -> subprocess.CompletedProcess:
    """manage.py in this house; RuntimeError with its complaint where it fails."""
    done = run(*words)
    if done.returncode:
        raise RuntimeError(f"manage.py {words[0]} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return done


def run(*words: str) -> subprocess.CompletedProcess:
    """manage.py in this house, whatever comes of it."""
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)  # noqa: S603 (our own)


def told(name: str, *words: str, seconds: int, variables: dict[str, str] | None = None) -> dict:
    """What `python -m tests.endurance.<name>` says; RuntimeError with its complaint where it breaks off."""
    command = [sys.executable, "-m", f"tests.endurance.{name}", *words]
    done = subprocess.run(  # noqa: S603 (our own)
        command,
        cwd=ROOT,
        env={**os.environ, **(variables or {})},
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    if done.returncode:
        raise RuntimeError(f"{name} ended with {done.returncode}:\n{done.stderr[-4000:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    print(
        name, json.dumps({key: value for key, value in said.items() if key != "faults"}, ensure_ascii=False)
    )
    for fault in said["faults"]:
        print("fault:", fault)
    return said
