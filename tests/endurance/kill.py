"""kill -9 in the middle of saves over HTTP, again and again; `python -m tests.endurance.kill [times] [seed]`.

Six people of two clinics save without a pause, most of the time as a form that saves itself, else by pressing 保存.
After each kill the database is looked at before the next start: whatever was acknowledged must stand there, and each
answer must be what its 操作記録 makes of it, version by version.
"""

import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.endurance.house import Server, house

TIMES, SEED = 100, 20261122
CLINICS, PEOPLE = 2, 3
SAVES_BEFORE = (4, 14)  # acknowledged, until a kill is due
LATER = 0.04  # s, at most, from there to the kill


def main(times: int, seed: int) -> dict:
    with house("kill") as folder:
        from tests.endurance import hurry

        people = hurry.people(CLINICS, PEOPLE)
        server, faults, started = Server(folder / "gunicorn.log"), [], []
        chance = random.Random(seed)  # noqa: S311 (no secret)
        try:
            for turn in range(times):
                begun = time.monotonic()
                server.start()
                started.append(time.monotonic() - begun)
                killed(server, people, chance)
                hurry.wait_until_alone()
                faults += [f"kill {turn + 1}: {fault}" for fault in hurry.faults(people)]
        finally:
            server.kill()
        return summary(people, times, seed, faults, started)


def killed(server: Server, people: list, chance: random.Random) -> None:
    """Let them save until enough is acknowledged, and end it all while a save is on its way."""
    due = sum(each.acknowledged for each in people) + chance.randint(*SAVES_BEFORE)
    with ThreadPoolExecutor(len(people)) as pool:
        working = [pool.submit(each.works_until_gone, server.port) for each in people]
        until = time.monotonic() + 60
        while sum(each.acknowledged for each in people) < due and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, LATER))
        while not any(each.is_sending for each in people) and time.monotonic() < until:
            pass
        server.kill()
    for each in working:
        each.result()


def summary(people: list, times: int, seed: int, faults: list[str], started: list[float]) -> dict:
    acknowledged = sum(each.acknowledged for each in people)
    unanswered = sum(save.status == 0 for each in people for save in each.saves)
    return {
        "size": times,
        "found": len(faults),
        "faults": faults[:20],
        "seed": seed,
        "acknowledged": acknowledged,
        "cut_off": unanswered,
        "start_s": round(sum(started) / len(started), 2),
    }


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:]]
    print(json.dumps(main(*(numbers + [TIMES, SEED][len(numbers) :])), ensure_ascii=False))
