"""People who save in a hurry, and what the database must say of it afterwards. Needs the apps."""

import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from itertools import cycle
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from checklist.models import Answer, Assessment
from compliance.audit import AuditEntry, check
from compliance.models import Clinic, Membership
from compliance.walls import as_server
from tests.bench.browser import Answer as Heard
from tests.bench.browser import Browser
from tests.bench.inside import client_of
from tests.bench.ledger import SAVED, Save, lost
from tests.bench.people import ALL, Typist, answers_of, entries_of, staff

ITSELF = 4  # saves of the form by itself, to each one by a press
GONE = (HTTPException, OSError)
FOUND = 302


class Hurried(Typist):
    """Saves without a pause until the server is gone, and begins again with the next one."""

    def __init__(self, member: Membership, session: str, pages: dict[str, str]):
        super().__init__(member.user.name, None, pages, 0)
        self.clinic, self.session, self.items = member.clinic, session, cycle(pages)
        self.is_sending, self.acknowledged = False, 0

    def works_until_gone(self, port: int) -> None:
        self.browser = Browser(port, {"sessionid": self.session})
        with suppress(*GONE):
            while self.works_on(next(self.items)):
                pass

    def works_on(self, item: str) -> bool:
        """A few saves of one item; False when there was no answer."""
        self.opens(item)
        for _ in range(ITSELF):
            if not self.sends(self.saves_note):
                return False
        return self.sends(self.presses)

    def sends(self, save) -> bool:
        self.is_sending = True
        try:
            save()
        finally:
            self.is_sending = False
        self.acknowledged += self.saves[-1].status == SAVED
        return self.saves[-1].status != 0

    def presses(self) -> None:
        """保存 without scripts: the acknowledgement is a redirect."""
        note = f"{self.name}の{len(self.saves) + 1}回目の記入"
        sent = {**self.form, "status": "done", "confirmed_on": timezone.localdate().isoformat(), "note": note}
        heard = self.posts_plainly(self.pages[self.item], urlencode(sent).encode())
        status = SAVED if heard.status == FOUND else heard.status
        self.saves.append(Save(self.name, self.item, self.known, note, status, heard.ms))

    def posts_plainly(self, path: str, body: bytes, kind: str = "application/x-www-form-urlencoded") -> Heard:
        headers = {"Content-Type": kind, "Origin": f"http://{self.browser.host}"}
        try:
            self.heard = self.browser.send("POST", path, body, headers, ALL)
        except GONE:
            self.heard = Heard(0, b"", 0)
        return self.heard

    def posts(self, fields: list[tuple[str, str]]) -> Heard:
        self.heard = super().posts(fields)
        return self.heard


def people(clinics: int, each: int, kind: type[Hurried] = Hurried) -> list[Hurried]:
    """New clinics with people in them, signed in; every person has items of their own."""
    with as_server():
        made = [member for n in range(clinics) for member in staff(f"{n}番目の内科医院", each)]
        found = [kind(m, session_of(m), pages_of(m, n % each, each)) for n, m in enumerate(made)]
    connection.close()  # nothing here may hold the file open while the server works
    return found


def session_of(member: Membership) -> str:
    return client_of(member.user).cookies["sessionid"].value


def pages_of(member: Membership, number: int, among: int) -> dict[str, str]:
    codes = list(answers_of(member.clinic))[number::among]
    return {code: reverse("item", args=[member.clinic.code, code]) for code in codes}


def faults(everybody: list[Hurried]) -> list[str]:
    """Acknowledged saves that are not there, answers that are not what 操作記録 says, broken chains, a damaged file."""
    try:
        with as_server():
            clinics = {each.clinic.pk: each.clinic for each in everybody}
            told = [fault for clinic in clinics.values() for fault in of_clinic(clinic, everybody)]
            return told + unsound()
    finally:
        connection.close()


def of_clinic(clinic: Clinic, everybody: list[Hurried]) -> Iterator[str]:
    saves = [save for each in everybody if each.clinic == clinic for save in each.saves]
    for note in lost(saves, list(entries_of(clinic)), answers_of(clinic)):
        yield f"lost: {note}"
    yield from torn(clinic)
    yield from (f"{clinic}: {fault}" for fault in check(clinic.pk).faults)


def torn(clinic: Clinic) -> Iterator[str]:
    """Each answer against what its entries make of it: begun empty at version 1, and one version for each entry."""
    told = replayed(clinic)
    for answer in Answer.objects.of_round(Assessment.objects.filter(clinic=clinic).current()):
        standing = {name: plain(getattr(answer, name)) for name in Answer.DECLARED}
        version, fields, gap = told.get(answer.item.code, (1, {}, None))
        if gap:
            yield f"torn: {answer.item.code} was changed beside its entries: {gap}"
        expected = {
            **{name: plain(Answer._meta.get_field(name).get_default()) for name in standing},
            **fields,
        }
        if (version, expected) != (answer.version, standing):
            yield f"torn: {answer.item.code} is version {answer.version} and its entries make {version}"


def replayed(clinic: Clinic) -> dict[str, tuple[int, dict, str | None]]:
    """{item code: (version, fields, the first entry that does not follow from those before)}"""
    told = {}
    of_answers = AuditEntry.objects.filter(clinic_id=clinic.pk, action="answer.record").order_by("sequence")
    for entry in of_answers:
        version, fields, gap = told.get(entry.target, (1, {}, None))
        for name, (before, after) in entry.detail.items():
            if name in fields and fields[name] != before:
                gap = gap or f"{name} in entry {entry.sequence}"
            fields[name] = after
        told[entry.target] = (version + 1, fields, gap)
    return told


def plain(value):
    """As 操作記録 writes it."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def unsound() -> list[str]:
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        said = [line for (line,) in cursor.fetchall()]
    return [] if said == ["ok"] else [f"integrity_check: {said[:3]}"]


def wait_until_alone(seconds: int = 20) -> None:
    """PostgreSQL's own processes may still end what a killed worker had begun."""
    until = time.monotonic() + seconds
    while connection.vendor == "postgresql" and time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.02)
