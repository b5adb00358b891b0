"""Fifty people of ten clinics, three reads to one write, on gunicorn with the product's own configuration.

`python -m tests.endurance.crowd waiting|hurrying [requests] [workers] [seed]`: each waits 1-3 s between two requests, or
none waits at all, which measures what the machine carries. At the end every save must stand as it was acknowledged.
"""

import json
import os
import sys
import threading
import time
from statistics import quantiles

from tests.endurance import house

PEOPLE, CLINICS = 50, 10
REQUESTS, SEED = 10_000, 20261122
WAIT = {"waiting": (1.0, 3.0), "hurrying": (0.0, 0.0)}  # s
P95 = 300  # ms


def main(way: str, requests: int, workers: int, seed: int) -> dict:
    with house.house(f"crowd_{way}") as folder:
        from tests.endurance import hurry, visiting

        people = visiting.people(CLINICS, PEOPLE // CLINICS, seed)
        log = folder / "gunicorn.log"
        with house.running(log, WEB_CONCURRENCY=str(workers)) as server:
            seconds = together(people, server.port, requests, WAIT[way])
        faults = [*refusals(people), *hurry.faults(people), *locked(log.read_text("utf-8"))]
    times = [ms for each in people for ms in each.times]
    part = quantiles(times, n=100, method="inclusive")
    if way == "waiting" and part[94] > P95:
        faults.append(f"p95 is {part[94]:.0f} ms, {P95} allowed")
    return {
        "size": len(times),
        "found": len(faults),
        "faults": faults[:20],
        "seed": seed,
        "workers": workers,
        **{f"p{n}_ms": round(part[n - 1], 1) for n in (50, 95, 99)},
        "worst_ms": round(max(times), 1),
        "writes": sum(len(each.saves) for each in people),
        "per_second": round(len(times) / seconds, 1),
        "load": round(os.getloadavg()[0], 2),
    }


def together(people: list, port: int, requests: int, wait: tuple[float, float]) -> float:
    """Let them work until that many requests are made; the seconds it took."""
    lock, left = threading.Lock(), iter(range(requests))

    def one_more() -> bool:
        with lock:
            return next(left, None) is not None

    threads = [threading.Thread(target=each.visits, args=(port, one_more, wait)) for each in people]
    begun = time.monotonic()
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return time.monotonic() - begun


def refusals(people: list) -> list[str]:
    return [f"{each.name}: {fault}" for each in people for fault in each.refused]


def locked(log: str) -> list[str]:
    return [line[:200] for line in log.splitlines() if "locked" in line]


if __name__ == "__main__":
    way, *rest = sys.argv[1:]
    numbers = [int(each) for each in rest]
    print(json.dumps(main(way, *(numbers + [REQUESTS, 2, SEED][len(numbers) :])), ensure_ascii=False))
