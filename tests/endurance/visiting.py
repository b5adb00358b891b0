"""One of many visitors: looks at three pages, saves one item, and so on. Needs the apps."""

import random
import time
from collections.abc import Callable, Iterator

from django.urls import reverse

from tests.bench.browser import Browser
from tests.endurance import hurry
from tests.endurance.hurry import GONE, Hurried

READS = 3  # to one write
PAGES = ("clinic_home", "items", "sections", "todo", "evidence", "inspection", "prints", "history")


class Visitor(Hurried):
    """Reads and writes in turns, as seeded, and notes how long each took and what was refused."""

    def begin(self, seed: int) -> "Visitor":
        self.chance = random.Random(seed)  # noqa: S311 (no secret)
        self.times, self.refused = [], []
        return self

    def visits(self, port: int, one_more: Callable[[], bool], wait: tuple[float, float]) -> None:
        self.browser = Browser(port, {"sessionid": self.session})
        time.sleep(self.chance.uniform(0, wait[1]))  # they do not come all at once
        for act in self.acts():
            if not one_more():
                return
            self.notes(act)
            time.sleep(self.chance.uniform(*wait))

    def acts(self) -> Iterator[Callable]:
        """Two pages, the page of an item, and a save of it."""
        while True:
            for _ in range(READS - 1):
                name = self.chance.choice(PAGES)
                yield lambda name=name: self.browser.get(reverse(name, args=[self.clinic.code]))
            item = next(self.items)
            yield lambda item=item: self.opens(item)
            yield self.saves_note

    def notes(self, act: Callable) -> None:
        begun = time.perf_counter()
        try:
            act()
            if act == self.saves_note and self.saves[-1].status != hurry.SAVED:
                self.refused.append(f"a save was answered with {self.saves[-1].status}")
        except (RuntimeError, *GONE) as error:
            self.refused.append(str(error)[:200])
        self.times.append((time.perf_counter() - begun) * 1000)


def people(clinics: int, each: int, seed: int) -> list[Visitor]:
    """Visitors in turns of their clinics, so that the first few are of as many clinics as there are."""
    made = hurry.people(clinics, each, Visitor)
    mixed = [made[clinic * each + number] for number in range(each) for clinic in range(clinics)]
    return [visitor.begin(seed + number) for number, visitor in enumerate(mixed)]
