"""people_at_once: 20 people of one clinic answer for a minute, and two of them always the same item.

They send what static/saving.js sends: a form that saves itself, with its page's token and the version it was made
from. After a conflict they press 保存 with what they were shown.
"""

import html
import os
import random
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from itertools import cycle
from pathlib import Path

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from checklist.catalogue import catalogue_of
from checklist.founding import found
from checklist.models import Answer, Assessment
from compliance.audit import AuditEntry, broken_links
from compliance.choices import Role
from compliance.models import Clinic, Membership, User
from tests.bench.browser import Answer as Heard
from tests.bench.browser import Browser, fields_of
from tests.bench.inside import client_of
from tests.bench.ledger import CONFLICT, SAVED, Entry, Save, numbers_of
from tests.bench.server import served

NAME = "people_at_once"
LIMITS = {"p95_ms": 100, "refused": 0, "lost": 0, "overwritten": 0, "broken_links": 0}
PEOPLE = 20
SECONDS = 60
WAIT = (1.0, 3.0)  # s, from one save to the next
SAVES = 5  # at one item, before the next is opened
SEED = 20260401
ALL = set(range(200, 600))  # here a refusal is counted, it ends nothing


class Typist:
    """One of them, with the items that are theirs."""

    def __init__(self, name: str, browser: Browser, pages: dict[str, str], seed: int):
        self.name, self.browser, self.pages = name, browser, pages
        self.chance = random.Random(seed)  # noqa: S311 (no secret)
        self.saves: list[Save] = []

    def works(self, until: float) -> list[Save]:
        for item in cycle(self.pages):
            self.opens(item)
            for _ in range(SAVES):
                if not self.rests(until):
                    return self.saves
                self.saves_note()

    def rests(self, until: float) -> bool:
        """Wait, as one who types; False when the time is over before."""
        pause = self.chance.uniform(*WAIT)
        time.sleep(max(0, min(pause, until - time.monotonic())))
        return time.monotonic() < until

    def opens(self, item: str) -> None:
        self.item, self.warned = item, False
        page = self.browser.get(self.pages[item]).body
        self.form = fields_of(page)
        self.known = self.form["note"]

    def saves_note(self) -> None:
        note = f"{self.name}の{len(self.saves) + 1}回目の記入"
        sent = {**self.form, "status": "done", "confirmed_on": timezone.localdate().isoformat(), "note": note}
        sent |= {} if self.warned else {"auto": "1"}
        heard = self.posts(list(sent.items()))
        self.saves.append(Save(self.name, self.item, self.known, note, heard.status, heard.ms))
        self.hears(heard, note)

    def posts(self, fields: list[tuple[str, str]]) -> Heard:
        started = time.perf_counter()
        try:
            return self.browser.post(self.pages[self.item], fields, ALL)
        except (HTTPException, OSError):  # no answer is a refusal too
            return Heard((time.perf_counter() - started) * 1000, b"", 0)

    def hears(self, heard: Heard, note: str) -> None:
        """What the next save is made from: this note, or the one that was there first."""
        self.warned = heard.status == CONFLICT
        if heard.status in {SAVED, CONFLICT}:
            self.form["version"] = fields_of(b'<form id="answer">' + heard.body)["version"]
            self.known = theirs(heard.body) if self.warned else note


def theirs(body: bytes) -> str:
    """The note beside one's own in a conflict."""
    shown = re.search(r"<dt>メモ</dt><dd>(.*?)</dd>", body.decode())
    return html.unescape(shown[1]) if shown else ""


def people_at_once(folder: Path) -> dict:
    """The numbers of ledger.numbers_of, the broken links of the clinic's chain, and the machine's load meanwhile."""
    people = staff()
    clinic = people[0].clinic
    cookies = [client_of(each.user).cookies["sessionid"].value for each in people]
    answers = answers_of(clinic)
    connection.close()  # nothing here may hold the file open while the server begins
    with served(folder / "people.log") as server:
        browsers = [Browser(server.port, {"sessionid": each}) for each in cookies]
        typists = [
            Typist(each.user.name, browser, pages_of(clinic, number, list(answers)), SEED + number)
            for number, (each, browser) in enumerate(zip(people, browsers, strict=True))
        ]
        before = os.getloadavg()[0]
        saves = at_once(typists)
    standing = {item: note for item, note in answers_of(clinic).items() if note}
    return {
        "people": PEOPLE,
        "seconds": SECONDS,
        **numbers_of(saves, list(entries_of(clinic)), standing),
        "broken_links": len(broken_links(clinic.pk)),
        "load": [round(each, 2) for each in (before, os.getloadavg()[0])],
        "limits": LIMITS,
    }


def staff(name: str = "計測内科医院", people: int = PEOPLE) -> list[Membership]:
    """A new clinic's people, each 記入担当 but for the first."""
    mark = Clinic.objects.count()
    users = [User(email=f"{n}-{mark}@people.invalid", name=f"記入 {mark}-{n:02}") for n in range(people)]
    for user in users:
        user.set_unusable_password()
        user.save()
    clinic = found(by=users[0], name=name)
    others = (Membership(clinic=clinic, user=user, role=Role.EDITOR) for user in users[1:])
    Membership.objects.bulk_create(others)
    return list(clinic.memberships.select_related("user", "clinic").order_by("user__name"))


def answers_of(clinic: Clinic) -> dict[str, str]:
    """{item code: note}"""
    round_ = Assessment.objects.filter(clinic=clinic).current()
    codes = {each["pk"]: each["code"] for each in catalogue_of(round_.edition).items}
    return {codes[each.item_id]: each.note for each in Answer.objects.of_round(round_)}


def pages_of(clinic: Clinic, number: int, codes: list[str]) -> dict[str, str]:
    """{item code: address}: the last two people share one item, the others have every item but theirs to one of them."""
    alone = PEOPLE - 2
    own = codes[number:-1:alone] if number < alone else codes[-1:]
    return {code: reverse("item", args=[clinic.code, code]) for code in own}


def at_once(typists: list[Typist]) -> list[Save]:
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(len(typists)) as pool:
        return [save for saves in pool.map(lambda each: each.works(until), typists) for save in saves]


def entries_of(clinic: Clinic) -> Iterator[Entry]:
    """What 操作記録 says of notes, oldest first."""
    for each in AuditEntry.objects.filter(clinic_id=clinic.pk, action="answer.record").order_by("sequence"):
        if "note" in each.detail:
            yield Entry(each.actor_name, each.target, *each.detail["note"])


def show(row: dict) -> str:
    beyond = [name for name, limit in LIMITS.items() if row[name] > limit]
    told = "  ".join(f"{name} {row[name]}" for name in row if name not in {"limits", "load"})
    verdict = f"over: {', '.join(beyond)}" if beyond else "ok"
    return f"{NAME}  {told}  (load {row['load'][0]} to {row['load'][1]})  {verdict}"
