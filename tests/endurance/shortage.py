"""What people do on a full disk, what they are told, and what must stand. Needs the apps."""

import os
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from checklist.models import Confirmation, Evidence, Report
from compliance.models import Clinic
from compliance.orphans import bereft
from compliance.walls import as_server
from tests.endurance import hurry, reports
from tests.endurance.house import run
from tests.web import form_with

WORDS = re.compile("空き|に書けませんでした")  # every refusal says one of them
PAGE = 4096
TRIES = 150  # PostgreSQL fills the pages it has before it needs another
KIND = {"of_a_save": 8, "of_a_file": 100}  # free pages at most, and not enough
FILE_PAGES = 110


@dataclass
class Point:
    """One level of one deed, and all that was wrong there."""

    deed: str
    free: int
    faults: list[str] = field(default_factory=list)

    def want(self, true: object, fault: str) -> None:
        if not true:
            self.faults.append(f"{self.deed} at {self.free} bytes: {fault}")


@dataclass(frozen=True)
class Told:
    """An answer: whether it acknowledges, what it says, and what was typed."""

    done: bool
    says: str
    typed: str


class Desk(reports.Desk):
    """The director at a browser; what was acknowledged, to be compared with what stands."""

    def __init__(self, person: hurry.Hurried, confirmation: Confirmation):
        super().__init__(person, confirmation)
        self.done = {"papers": 0, "phone": ""}
        self.count = 0

    def next_text(self, of: str) -> str:
        self.count += 1
        return f"{of}{self.count}"

    def saves_itself(self) -> Told:
        self.person.opens(next(self.person.items))
        self.person.saves_note()
        return self._saved("")  # the form stays where it is

    def presses_save(self) -> Told:
        self.person.opens(next(self.person.items))
        self.person.presses()
        return self._saved(self.person.saves[-1].note)

    def _saved(self, typed: str) -> Told:
        return Told(self.person.saves[-1].status == 200, self.person.heard.body.decode(), typed)

    def describes_clinic(self) -> Told:
        path, phone = self.at("clinic"), self.next_text("03-0000-")
        form = form_with(SimpleNamespace(content=self.browser.get(path).body), "phone")
        heard = self.person.posts_plainly(path, urlencode(form | {"phone": phone}, doseq=True).encode())
        if heard.status == hurry.FOUND:
            self.done["phone"] = phone
        return Told(heard.status == hurry.FOUND, heard.body.decode(), phone)

    def keeps_paper(self) -> Told:
        path, title = self.at("new_evidence"), self.next_text("契約書")
        form = form_with(SimpleNamespace(content=self.browser.get(path).body), "title")
        file = SimpleNamespace(
            name="契約書.pdf", read=lambda: b"%PDF-1.4 " + title.encode().ljust(FILE_PAGES * PAGE, b"0")
        )
        body = encode_multipart(BOUNDARY, form | {"title": title, "file": file})
        heard = self.person.posts_plainly(path, body, MULTIPART_CONTENT)
        self.done["papers"] += heard.status == hurry.FOUND
        return Told(heard.status == hurry.FOUND, heard.body.decode(), title)

    def issues_report(self) -> Told:
        heard = self.posts(self.at("issue", pk=self.confirmation.pk), preset="todo")
        if heard.status != hurry.FOUND:
            return Told(False, heard.body.decode(), "")
        with as_server():
            report = Report.objects.filter(clinic=self.clinic).latest("number")
        connection.close()
        shown = self.browser.get(self.at("report", number=report.number)).body.decode()
        return Told(report.is_issued, shown, "")

    def backs_up(self) -> Told:
        """To the same disk; a backup that is not taken leaves nothing behind."""
        folder = Path(os.environ["VAR_DIR"]).parent / "backups"
        folder.mkdir(exist_ok=True)
        done = run("backup", str(folder / "all.zip"))
        taken = [each.name for each in folder.iterdir()] == ["all.zip"]
        left = list(folder.iterdir())
        for each in left:
            each.unlink()
        if done.returncode == 0 and taken:
            return Told(True, done.stdout, "")
        return Told(False, f"{left} stayed" if left else done.stderr, "")

    def was_away(self) -> None:
        """For ten minutes, so that the next page would like to note when it was seen."""
        session = SessionStore(self.person.session)
        session["seen"] = session.get("seen", time.time()) - 600
        session.save()
        connection.close()

    def wrong(self) -> Iterator[str]:
        """What does not stand as it was acknowledged, or stands without having been."""
        with as_server():
            clinic = Clinic.objects.get(pk=self.clinic.pk)
            papers = Evidence.objects.filter(clinic=clinic).count()
            if (clinic.phone, papers) != (self.done["phone"], self.done["papers"]):
                yield f"{clinic.phone}, {papers} papers; acknowledged were {self.done}"
            yield from (f"{each} has lost its bytes" for each in bereft())
        yield from hurry.faults([self.person])


def points(
    port: int, folder: Path, disk, chance: random.Random, on_disk: bool
) -> tuple[int, list[str], list]:
    """(how many, their faults, [deed, free bytes] of each)"""
    desk = reports.desk(Desk, reopened=True)
    desk.opens(port)
    of_database = [desk.saves_itself, desk.presses_save, desk.describes_clinic] if on_disk else []
    deeds = [*of_database, desk.keeps_paper, desk.issues_report, desk.backs_up]
    plan = [deeds[number % len(deeds)] for number in range(20)]
    made = [point_of(desk, deed, disk, chance) for deed in plan]
    faults = [fault for each in made for fault in each.faults]
    return len(made), faults, [[each.deed, each.free] for each in made]


def point_of(desk: Desk, deed: Callable[[], Told], disk, chance: random.Random) -> Point:
    of_file = deed in {desk.keeps_paper, desk.issues_report, desk.backs_up}
    free = chance.randrange(KIND["of_a_file" if of_file else "of_a_save"]) * PAGE
    point = Point(deed.__name__, free)
    desk.was_away()
    disk.leave(free)
    refused = first_refusal(deed, disk, point)
    if refused:
        point.want(WORDS.search(refused.says), f"it says {plain(refused.says)}")
        point.want(refused.typed in refused.says, "what was typed is gone")
    point.want(bool(refused), "it was never refused")
    point.want(desk.browser.get(desk.at("clinic_home")).status == 200, "pages do not open")
    for fault in desk.wrong():
        point.want(False, fault)
    disk.empty()
    again = deed()
    point.want(again.done, f"afterwards it says {plain(again.says)}")
    for fault in desk.wrong():
        point.want(False, f"afterwards {fault}")
    return point


def first_refusal(deed: Callable[[], Told], disk, point: Point) -> Told | None:
    for _ in range(TRIES):
        told = deed()
        if not told.done:
            return told
        point.free = 0
        disk.leave(0)
    return None


def plain(page: str) -> str:
    return " ".join(page.split())[-600:]
