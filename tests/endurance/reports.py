"""A director who issues a report, and finds it again after the server came back. Needs the apps."""

import hashlib
from types import SimpleNamespace
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from checklist.confirming import confirm, seen_digest
from checklist.models import Assessment, Confirmation, Report
from compliance.walls import as_server
from tests.bench.browser import Answer as Heard
from tests.bench.browser import Browser
from tests.endurance import hurry
from tests.web import form_with


class Desk:
    """A clinic's director with a 確定版."""

    def __init__(self, person: hurry.Hurried, confirmation: Confirmation):
        self.person, self.clinic, self.confirmation = person, person.clinic, confirmation
        self.is_answered = False

    def at(self, name: str, **ids) -> str:
        return reverse(name, kwargs={"clinic_code": self.clinic.code, **ids})

    def opens(self, port: int) -> None:
        self.person.browser = self.browser = Browser(port, {"sessionid": self.person.session})

    def presses(self, port: int) -> int:
        """報告書を発行する; the status, 0 where there was no answer."""
        self.opens(port)
        status = self.posts(self.at("issue", pk=self.confirmation.pk), preset="report").status
        self.is_answered = status != 0
        return status

    def posts(self, path: str, **fields: str) -> Heard:
        page = SimpleNamespace(content=self.browser.get(self.at("prints")).body)
        proof = form_with(page, "preset").fields["csrfmiddlewaretoken"][0]
        return self.person.posts_plainly(path, urlencode({"csrfmiddlewaretoken": proof, **fields}).encode())

    def standing(self) -> list[str]:
        """The states of the clinic's reports."""
        try:
            with as_server():
                return list(
                    Report.objects.filter(clinic=self.clinic)
                    .order_by("number")
                    .values_list("state", flat=True)
                )
        finally:
            connection.close()

    def comes_back(self, port: int) -> dict:
        """What the page says; then もう一度作る, and the PDF's hash."""
        self.opens(port)
        shown = self.browser.get(self.at("report", number=1)).body.decode()
        status = self.posts(self.at("retry_report", number=1)).status
        content = self.browser.get(self.at("report_pdf", number=1)).body
        with as_server():
            kept = Report.objects.get(clinic=self.clinic).pdf_sha256
        connection.close()
        same = hashlib.sha256(content).hexdigest() == kept and content.startswith(b"%PDF")
        return {"waits": "作成中です" in shown, "again": status, "same": same, "then": self.standing()}


def desk(kind: type[Desk] = Desk, *, reopened: bool = False) -> Desk:
    """A new clinic with a 確定版; `reopened`: its round takes answers again."""
    person = hurry.people(1, 1)[0]
    with as_server():
        by = person.clinic.memberships.get().user
        round_, today = Assessment.objects.get(clinic=person.clinic), timezone.localdate()
        names = {"examiner": "計測 院長", "safety_officer": "計測 院長", "examined_on": today}
        made = confirm(round_, by=by, seen=seen_digest(round_, today), **names)
        if reopened:
            made.reopen(by=by, why="続けて記入するため")
    connection.close()
    return kind(person, made)
