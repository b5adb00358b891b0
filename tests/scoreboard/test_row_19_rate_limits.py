"""Whoever tries too often is told to wait, at every door; and somebody honest gets through meanwhile."""

import itertools
import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.files.uploadedfile import SimpleUploadedFile

from checklist import founding
from compliance.links import welcome_path
from compliance.models import User
from tests.conftest import PASSWORD
from tests.vendors.at_a_link import Vendor
from tests.web import at, browser, shows
from vendors.models import DisclosureRequest, System

pytestmark = pytest.mark.django_db
ATTACKER, HONEST = "203.0.113.66", "192.0.2.7"
SECRET = "JBSWY3DPEHPK3PXP"
MOST = 80  # requests after which somebody must have been stopped


def stopped(tries) -> bool:
    """Whether 429 comes, says when to go on, in the header and in a sentence, and stays."""
    for number, attempt in enumerate(itertools.islice(itertools.cycle(tries), MOST)):
        response = attempt()
        if response.status_code == 429:
            waits = int(response.headers["Retry-After"])
            told = re.search(r"([0-9]+)分たってから、やり直してください。", shows(response))
            assert number >= 5
            return waits > 0 and bool(told) and int(told[1]) * 60 >= waits and attempt().status_code == 429
    return False


def known(user, place: str = HONEST):
    """A browser in which that person has logged in before."""
    client = browser(REMOTE_ADDR=place)
    client.post("/login/", {"login": user.email, "password": PASSWORD})
    client.post("/logout/")
    return client


def log_in(client, user) -> bool:
    return client.post("/login/", {"login": user.email, "password": PASSWORD}).status_code == 302


def at_log_in(director, **_) -> tuple[bool, bool]:
    there, same = browser(REMOTE_ADDR=ATTACKER), known(director, ATTACKER)
    ends = stopped([lambda: there.post("/login/", {"login": director.email, "password": "wrong"})])
    return ends, log_in(browser(REMOTE_ADDR=HONEST), director) and log_in(same, director)


def at_the_code(director, **_) -> tuple[bool, bool]:
    owner = known(director)
    TOTP.activate(director, SECRET)
    path = "/account/second-factor/authenticate/"

    def guess():
        client = browser(REMOTE_ADDR=ATTACKER)
        assert log_in(client, director)  # the attacker has the password
        return client.post(path, {"code": "000000"})

    ends = stopped([guess])
    assert log_in(owner, director)
    code = format_hotp_value(hotp_value(SECRET, next(iter(yield_hotp_counters_from_time()))))
    return ends, owner.post(path, {"code": code}).url == "/"


def at_the_reset_link(director, **_) -> tuple[bool, bool]:
    there, path = browser(REMOTE_ADDR=ATTACKER), welcome_path(director)
    guesses = [lambda: there.get(f"{path[:-2]}x/"), lambda: there.post(f"{path[:-3]}xx/", {"password": "x"})]
    ends = stopped(guesses)
    return ends, {browser(REMOTE_ADDR=place).get(path).status_code for place in (HONEST, ATTACKER)} == {200}


def at_a_vendors_link(clinic, director, **_) -> tuple[bool, bool]:
    vendor, there = asked(clinic, director), browser(REMOTE_ADDR=ATTACKER)
    ends = stopped([lambda: there.get("/r/guess/"), lambda: there.post(f"{vendor.entry[:-2]}/")])
    same = browser(REMOTE_ADDR=ATTACKER)
    return ends, same.get(vendor.entry).status_code == 200 and vendor.begins().gets("SDS/").status_code == 200


def asked(clinic, director) -> Vendor:
    system = System.register(clinic, by=director, name="電子カルテ", vendor_name="甲", location="external")
    return Vendor(*DisclosureRequest.ask(system, ["SDS"], by=director))


def paper(number: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{number}.pdf", b"%PDF-1.4")


def at_uploads(clinic, director, clerk, **_) -> tuple[bool, bool]:
    """One person at the clinic, and one at the vendor's, from the same address as an honest one."""
    busy, honest = (browser(user, REMOTE_ADDR=HONEST) for user in (clerk, director))
    path, typed = at("new_evidence", clinic), {"title": "", "place": ""}
    ends = stopped([lambda: busy.post(path, typed | {"file": paper(1)})])
    goes_on = honest.post(path, typed | {"file": paper(2)}).status_code == 422
    return ends, goes_on and busy.post(path, typed).status_code == 422  # without a file, the clerk too


def at_a_vendors_uploads(clinic, director, **_) -> tuple[bool, bool]:
    vendor = asked(clinic, director).begins()
    ends = stopped([lambda: vendor.posts("SDS/upload/", {"file": paper(1)})])
    return ends, vendor.saves("SDS-01", "yes").status_code == 200


def at_pdfs(clinic, director, clerk, monkeypatch, **_) -> tuple[bool, bool]:
    monkeypatch.setattr("checklist.views.prints.pdf", lambda html, **_: b"%PDF-")  # who may, not how it looks
    monkeypatch.setattr("vendors.views.link.pdf", lambda html, **_: b"%PDF-")
    pages = [at(name, clinic) for name in ("print_draft", "print_blank", "print_determination")]
    busy, honest = (browser(user, REMOTE_ADDR=HONEST) for user in (clerk, director))
    ends = stopped([lambda page=page: busy.get(page) for page in pages])
    vendor = asked(clinic, director).begins()
    vendor.asked.submit(company="甲", name="担当", email="t@example.jp")
    ends = ends and stopped([lambda: vendor.gets("receipt.pdf")])
    return ends, honest.get(pages[0]).status_code == 200 and vendor.gets("receipt/").status_code == 200


def at_the_check_page(clinic, **_) -> tuple[bool, bool]:
    there = browser(REMOTE_ADDR=ATTACKER)
    ends = stopped([lambda: there.post("/check/", {"number": "2026-0001", "hash": "0" * 64})])
    return ends, browser(REMOTE_ADDR=HONEST).post("/check/", {}).status_code == 422


DOORS = [at_log_in, at_the_code, at_the_reset_link, at_a_vendors_link, at_uploads, at_a_vendors_uploads, at_pdfs,
         at_the_check_page]  # fmt: skip


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_too_many_tries_are_stopped_and_the_honest_go_on(door, score, clinic, director, clerk, monkeypatch):
    cast = {"clinic": clinic, "director": director, "clerk": clerk, "monkeypatch": monkeypatch}
    ends, goes_on = door(**cast)
    score(1, [ends, goes_on].count(False))


def test_the_code_of_the_first_start_is_no_way_to_guess(edition, score):
    there, honest = browser(REMOTE_ADDR=ATTACKER), browser(REMOTE_ADDR=HONEST)
    ends = stopped([lambda: there.post("/start/code/", {"code": "0000-0000-0000-0000"})])
    goes_on = honest.post("/start/code/", {"code": founding.start_code()}).url == "/start/"
    assert User.objects.count() == 0
    score(1, [ends, goes_on].count(False))
