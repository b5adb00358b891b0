"""The whole server killed while an issued report is being rendered; `python -m tests.endurance.rendering`."""

import json
import time
from threading import Thread

from tests.endurance import house

SECONDS = 30


def main() -> dict:
    with house.house("rendering") as folder:
        from django.conf import settings

        from tests.endurance import hurry, reports

        desk = reports.desk()
        server = house.Server(folder / "gunicorn.log")
        server.start()
        try:
            pressed = Thread(target=desk.presses, args=(server.port,))
            pressed.start()
            caught = killed_at_work(server, desk)
            pressed.join()
            left = desk.standing()
            server.start()
            again = desk.comes_back(server.port)
        finally:
            server.kill()
        files = sorted(each.name for each in settings.MEDIA_ROOT.rglob("*") if each.is_file())
        said = {"caught_at_work": caught, "left": left, **again, "files": len(files)}
        faults = hurry.faults([desk.person])
    return said | {"size": 1, "found": len(faults), "faults": faults}


def killed_at_work(server: house.Server, desk) -> bool:
    """kill -9 once a renderer is at work on it; False when it was done before."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and not desk.is_answered:
        if house.renders(server.process.pid):
            server.kill()
            return True
        time.sleep(0.005)
    server.kill()
    return False


if __name__ == "__main__":
    print(json.dumps(main(), ensure_ascii=False))
