"""gunicorn as `make run` starts it."""

import socket
import time
from contextlib import ExitStack

import psutil
import pytest

from tests.endurance.house import running

THREADS, WORKERS = 4, 2
SECONDS = 4  # a connection that says nothing is given up after 5


@pytest.fixture
def server(tmp_path):
    with running(
        tmp_path / "log", WEB_CONCURRENCY=str(WORKERS), VAR_DIR=str(tmp_path), DATABASE_URL=""
    ) as server:
        yield server


def taken(server) -> list[int]:
    """How many connections each worker has."""
    workers = psutil.Process(server.process.pid).children()
    return sorted(
        sum(each.status == psutil.CONN_ESTABLISHED for each in worker.net_connections("tcp"))
        for worker in workers
    )


def test_no_worker_takes_more_connections_than_it_has_threads(server):
    until = time.monotonic() + SECONDS
    with ExitStack() as open_ones:
        for _ in range(THREADS * WORKERS):
            open_ones.enter_context(socket.create_connection(("127.0.0.1", server.port)))
        while sum(taken(server)) < THREADS * WORKERS and time.monotonic() < until:
            time.sleep(0.01)
        assert taken(server) == [THREADS] * WORKERS
