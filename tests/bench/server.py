"""gunicorn as `make run` starts it, and what its workers hold in memory."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen
    port: int

    def workers(self) -> list[Path]:
        """/proc/… of each worker"""
        return [Path(f"/proc/{child.pid}") for child in psutil.Process(self.process.pid).children()]

    def peak_mb(self) -> float:
        """The most that any one worker has held since forget_peaks."""
        return max(_peak_kb(worker) for worker in self.workers()) / 1024

    def cpu_seconds(self) -> float:
        """What all workers have computed so far: the one time that a busy machine hardly stretches."""
        times = [child.cpu_times() for child in psutil.Process(self.process.pid).children()]
        return sum(each.user + each.system for each in times)

    @contextmanager
    def watched(self) -> Iterator["Watch"]:
        """The most memory that any one process of the server holds meanwhile: renderers come and go."""
        watch = Watch(self.process.pid)
        watch.start()
        try:
            yield watch
        finally:
            watch.over.set()
            watch.join()

    def forget_peaks(self) -> None:
        """Begin peaks anew, so that each measure has its own; where the kernel refuses, they only grow."""
        for worker in self.workers():
            with suppress(OSError):
                (worker / "clear_refs").write_text("5")


class Watch(threading.Thread):
    """Looks at a process and its descendants every 30 ms."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.root, self.mb, self.over = psutil.Process(pid), 0.0, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.03):
            with suppress(psutil.NoSuchProcess):
                for each in self.root.children(recursive=True):
                    with suppress(psutil.NoSuchProcess):
                        self.mb = max(self.mb, each.memory_info().rss / 1024**2)


@contextmanager
def served(log: Path) -> Iterator[Server]:
    """A running server on a free port; it ends with the block, come what may."""
    port = free_port()
    gunicorn = [str(Path(sys.executable).parent / "gunicorn")]
    gunicorn += ["--config", "compliance/gunicorn.py", "compliance.wsgi"]
    environment = {**os.environ, "BIND": f"127.0.0.1:{port}"}
    with log.open("wb") as out:
        process = subprocess.Popen(gunicorn, cwd=ROOT, env=environment, stdout=out, stderr=out)  # noqa: S603 (our own)
        try:
            wait_for(process, port, log)
            yield Server(process, port)
        finally:
            end(process)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for(process: subprocess.Popen, port: int, log: Path, seconds: int = 60) -> None:
    """Until it listens; RuntimeError with what it said where it does not."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"gunicorn did not start:\n{log.read_text()}")


def end(process: subprocess.Popen) -> None:
    children = psutil.Process(process.pid).children() if process.poll() is None else []
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        for each in (*children, process):
            with suppress(psutil.NoSuchProcess):
                each.kill()
        process.wait()


def _peak_kb(worker: Path) -> int:
    lines = (worker / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
