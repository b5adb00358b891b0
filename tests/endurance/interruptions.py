"""A server that is asked to end during a save, and a database that goes away and comes back.

`python -m tests.endurance.interruptions`
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from tests.endurance import house

WORDS = "サーバのデータベースにつながりません。"


def main() -> dict:
    with house.house("interrupted") as folder:
        from tests.endurance import hurry

        person = hurry.people(1, 1)[0]
        said = ended_during_a_save(folder, person)
        if os.environ.get("DATABASE_URL"):
            said |= without_database(folder, person)
        faults = hurry.faults([person])
    return said | {"size": 1, "found": len(faults), "faults": faults}


def ended_during_a_save(folder: Path, person) -> dict:
    """SIGTERM while a save waits for its turn: it is still acknowledged, and the server ends by itself."""
    server = opened(folder, person)
    try:
        with nobody_else_writes(person.clinic):
            saving = Thread(target=person.saves_note)
            saving.start()
            time.sleep(1)  # the request stands at the lock
            server.process.terminate()
            time.sleep(0.5)
        saving.join()
        return {"save": person.saves[-1].status, "ended_with": server.process.wait(60)}
    finally:
        server.kill()


def without_database(folder: Path, person) -> dict:
    """Lost connections are made again unnoticed; while there is no database, the page says so and keeps what was typed."""
    url = os.environ["DATABASE_URL"]
    name = urlsplit(url).path.strip("/")
    thrown_out = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608 (our own)
    server = opened(folder, person)
    try:
        house.statements(url, thrown_out)
        person.saves_note()
        lost = person.saves[-1].status
        house.statements(url, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false', thrown_out)
        person.presses()
        away, page = person.saves[-1], person.heard.body.decode()
        house.statements(url, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        person.presses()
        back = person.saves[-1].status
    finally:
        server.kill()
    said = WORDS in page and away.note in page
    return {"after_loss": lost, "while_away": away.status, "said": said, "after_return": back}


def opened(folder: Path, person) -> house.Server:
    """A running server, and the person at an item of theirs."""
    from tests.bench.browser import Browser

    server = house.Server(folder / "gunicorn.log")
    server.start()
    person.browser = Browser(server.port, {"sessionid": person.session})
    person.opens(next(person.items))
    return server


@contextmanager
def nobody_else_writes(clinic) -> Iterator[None]:
    """Hold what a save of the clinic waits for."""
    from django.db import connection, transaction

    from compliance.audit import writing
    from compliance.walls import as_server

    with as_server(), transaction.atomic(), writing(clinic.pk):
        yield
    connection.close()


if __name__ == "__main__":
    print(json.dumps(main(), ensure_ascii=False))
