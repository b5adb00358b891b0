"""How often somebody may try, and who is not to suffer for it."""

import re
import time
from http.cookies import SimpleCookie

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as product
from django.urls import get_resolver

from compliance import limits
from compliance.known_browsers import COOKIE, MOST_PEOPLE
from compliance.limits import BY_NAME, Limit, Rate
from tests.conftest import PASSWORD
from tests.web import addresses, at, browser, form_with, shows
from vendors.models import System

pytestmark = pytest.mark.django_db
HERE, THERE = "192.0.2.7", "203.0.113.66"


@pytest.fixture(autouse=True)
def one_span(monkeypatch):
    """Every span has just begun, and ends when the test says so."""
    clock = [1_800_000_000.0]  # a full hour
    monkeypatch.setattr(time, "time", lambda: clock[0])
    return clock


def log_in(client, email: str, password: str = "wrong") -> int:  # noqa: S107 (wrong on purpose)
    return client.post("/login/", {"login": email, "password": password}).status_code


def known(user, place: str = HERE):
    """A browser from which that person has logged in before."""
    client = browser(REMOTE_ADDR=place)
    assert log_in(client, user.email, PASSWORD) == 302
    client.post("/logout/")
    return client


# Log-in


def test_five_wrong_passwords_are_too_many(director):
    client = browser(REMOTE_ADDR=THERE)
    assert [log_in(client, director.email) for _ in range(7)] == [200] * 5 + [429] * 2
    assert log_in(client, director.email, PASSWORD) == 429


@pytest.mark.parametrize("asked", [{"Accept": "application/json"}, {"X-Requested-With": "XMLHttpRequest"}])
def test_no_header_makes_a_wrong_password_count_less(director, asked):
    client = browser(REMOTE_ADDR=THERE)
    typed = {"login": director.email, "password": "wrong"}
    statuses = [client.post("/login/", typed, headers=asked).status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2


def test_another_spelling_of_the_address_gives_no_more_tries(director):
    client = browser(REMOTE_ADDR=THERE)
    spellings = [director.email, director.email.replace("@", "＠"), f"　{director.email.upper()}"]
    statuses = [log_in(client, spellings[n % 3]) for n in range(7)]
    assert statuses == [200] * 5 + [429] * 2


def test_after_the_span_it_goes_on(director, one_span):
    client = browser(REMOTE_ADDR=THERE)
    for _ in range(7):
        log_in(client, director.email)
    one_span[0] += 300
    assert log_in(client, director.email, PASSWORD) == 302


def test_who_waits_is_told_how_long(director, one_span):
    one_span[0] += 61
    client = browser(REMOTE_ADDR=THERE)
    response = [client.post("/login/", {"login": director.email, "password": "x"}) for _ in range(6)][-1]
    assert (response.status_code, response.headers["Retry-After"]) == (429, "239")
    assert "4分たってから、やり直してください。" in shows(response)


def test_right_passwords_are_not_counted(director):
    client = browser(REMOTE_ADDR=HERE)
    for _ in range(12):
        assert log_in(client, director.email, PASSWORD) == 302
        client.post("/logout/")


def test_somebody_who_fails_elsewhere_locks_nobody_out(director):
    attackers = [browser(REMOTE_ADDR=f"203.0.113.{number}") for number in range(30)]
    owner = known(director)
    found = [log_in(each, director.email) for each in attackers for _ in range(5)]
    assert found == [200] * 100 + [429] * 50  # a hundred from everywhere in an hour
    assert log_in(owner, director.email, PASSWORD) == 302


def test_somebody_who_fails_at_the_same_address_locks_nobody_out(director, clerk):
    owner, attacker = known(director), browser(REMOTE_ADDR=HERE)
    found = [log_in(attacker, f"a{number}@example.jp") for number in range(40)]
    assert found == [200] * 30 + [429] * 10
    assert (log_in(attacker, clerk.email, PASSWORD), log_in(owner, director.email, PASSWORD)) == (429, 302)


def test_a_new_browser_elsewhere_still_gets_in_while_one_attacker_fails(director):
    attacker = browser(REMOTE_ADDR=THERE)
    for _ in range(50):
        log_in(attacker, director.email)
    assert log_in(browser(REMOTE_ADDR=HERE), director.email, PASSWORD) == 302


def test_a_known_browser_has_five_tries_of_its_own(director):
    client, attacker = known(director), browser(REMOTE_ADDR=HERE)
    assert [log_in(attacker, director.email) for _ in range(6)] == [200] * 5 + [429]
    assert [log_in(client, director.email) for _ in range(6)] == [200] * 5 + [429]


def test_a_browser_is_known_for_its_own_people_only(director, clerk):
    client = known(director, THERE)
    assert [log_in(client, clerk.email) for _ in range(6)] == [200] * 5 + [429]
    other = browser(REMOTE_ADDR=THERE)
    assert log_in(other, clerk.email, PASSWORD) == 429


@pytest.mark.parametrize("cookie", ["", "x", "e30:1abc:xyz", '{"browser":"x","people":["1"]}'])
def test_a_cookie_that_we_have_not_signed_makes_nobody_known(cookie, director):
    client = browser(REMOTE_ADDR=THERE)
    client.cookies = SimpleCookie({COOKIE: cookie})
    assert [log_in(client, director.email) for _ in range(6)] == [200] * 5 + [429]


def test_a_browser_knows_the_last_ten_people(director, clerk):
    client, seen = browser(REMOTE_ADDR=HERE), []
    for user in (director, clerk, director):
        assert log_in(client, user.email, PASSWORD) == 302
        seen.append(client.cookies[COOKIE])
        client.post("/logout/")
    assert {(each["httponly"], each["samesite"], each["max-age"]) for each in seen} == {
        (True, "Lax", 31536000)
    }
    assert MOST_PEOPLE == 10


def test_an_address_in_other_letters_is_the_same_account(director):
    client = browser(REMOTE_ADDR=THERE)
    spellings = [director.email, director.email.upper(), f" {director.email} "] * 2
    assert [log_in(client, each) for each in spellings] == [200] * 5 + [429]


@pytest.mark.parametrize("typed", ["", "\x00", "x" * 100_000, "あ@例.jp", "' OR 1=1 --"])
def test_no_name_breaks_the_count(typed, db):
    assert log_in(browser(), typed) == 200


# The second factor, and proving oneself again


def test_five_wrong_codes_are_too_many_also_in_new_sessions(director):
    TOTP.activate(director, "JBSWY3DPEHPK3PXP")
    found = []
    for _ in range(3):
        client = browser(REMOTE_ADDR=THERE)
        client.post("/login/", {"login": director.email, "password": PASSWORD})
        found += [client.post("/account/second-factor/authenticate/", {"code": "000000"}) for _ in range(2)]
    assert [each.status_code for each in found] == [200] * 5 + [429]


def test_proving_oneself_again_is_no_way_to_guess(director):
    client = browser(director)
    found = [client.post("/reauthenticate/", {"password": f"x{n}"}).status_code for n in range(11)]
    assert found == [200] * 10 + [429]
    assert client.post("/reauthenticate/", {"password": PASSWORD}).status_code == 429


# Links, and what costs the server something


def test_guessed_links_are_slowed_down_and_a_right_one_opens(clinic, director, settings):
    settings.PUBLIC_URL = "https://tenken.example"
    guesser = browser(REMOTE_ADDR=THERE)
    paths = ["/r/none/", "/invitations/none/", "/welcome/MQ/none/"]
    found = [guesser.get(paths[number % 3]).status_code for number in range(23)]
    assert found == [404] * 20 + [429] * 3
    chart = System.register(
        clinic, by=director, name="電子カルテ", vendor_name="株式会社カルテ", location="external"
    )
    form = form_with(browser(director).get(at("ask", clinic, pk=chart.pk)), "kinds")
    page = browser(director).post(at("ask", clinic, pk=chart.pk), form | {"kinds": ["SDS"]})
    right = re.search(r"/r/[\w-]{43}/", page.content.decode())[0]
    assert guesser.get(right).status_code == 200


def test_a_stranger_uses_up_nothing_at_pages_that_refuse_them(clinic, director, monkeypatch):
    monkeypatch.setattr("checklist.views.prints.pdf", lambda html, **_: b"%PDF-")
    stranger, path = browser(REMOTE_ADDR=HERE), at("print_draft", clinic)
    assert {stranger.get(path).status_code for _ in range(200)} == {302}
    client = browser(director, REMOTE_ADDR=HERE)
    assert [client.get(path).status_code for _ in range(31)] == [200] * 30 + [429]


def test_every_door_says_what_it_allows():
    """URLs that take a secret, a file of somebody unknown, or cost a rendering."""
    declared = {name: BY_NAME[name].name for name in BY_NAME}
    for pattern in addresses_with_views():
        if limit := getattr(pattern.callback, "limit", None):
            declared[pattern.name] = limit.name
    assert declared == {
        **{
            "account_login": "log-in",
            "mfa_authenticate": "code",
            "start_code": "start-code",
            "check": "check",
        },
        **dict.fromkeys(("account_reauthenticate", "account_change_password", "mfa_reauthenticate"), "again"),
        "mfa_reauthenticate_webauthn": "again",
        **dict.fromkeys(("enter", "invitation", "welcome"), "link"),
        **dict.fromkeys(("print_draft", "print_confirmed", "print_blank", "print_vendor"), "pdf"),
        **dict.fromkeys(("print_determination", "print_precheck", "letter", "issue", "retry_report"), "pdf"),
        "receipt_pdf": "pdf",
    }
    assert {address.name for address in addresses()} >= set(declared)


def addresses_with_views(resolver=None):
    for pattern in (resolver or get_resolver()).url_patterns:
        yield from addresses_with_views(pattern) if hasattr(pattern, "url_patterns") else [pattern]


def test_allauths_own_counts_are_off_because_ours_stand_before_them():
    assert (product.ACCOUNT_RATE_LIMITS, limits.UPLOAD.name) == (False, "upload")


def test_an_address_of_ipv6_is_a_whole_connection(director):
    found = [
        log_in(browser(REMOTE_ADDR=f"2001:db8:1:2::{number:x}"), director.email) for number in range(1, 8)
    ]
    assert found == [200] * 5 + [429] * 2


def test_a_limit_without_a_person_counts_the_address(rf):
    limit = Limit("door", Rate(1, 60), Rate(2, 60), Rate(3, 60))
    assert len(limit.keys("", rf.get("/"), 0.0)) == 1
    assert [rate.times for _, rate in limit.keys("somebody", rf.get("/"), 0.0)] == [1, 2, 3]
