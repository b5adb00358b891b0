"""Headers and cookies of every URL as in production, of every kind of error, of static files; and `check --deploy`."""

import pytest
from django.core.exceptions import SuspiciousOperation

from tests.compliance.test_settings import PRODUCTION
from tests.conftest import PASSWORD
from tests.test_headers import ALWAYS, PAGES, VENDORS, headers_of, lacking, policy
from tests.vendors.at_a_link import Vendor
from tests.web import at, browser, furnish, undone
from vendors.models import DisclosureRequest, System

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db, pytest.mark.usefixtures("quick_pdf")]
HSTS = "max-age=31536000; includeSubDomains; preload"


@pytest.fixture(autouse=True)
def as_in_production(settings):
    """What PRODUCTION=1 sets of headers and cookies (tests/compliance/test_settings.py asks for all of it)."""
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True


@pytest.fixture
def ids(clinic, director) -> dict:
    return furnish(clinic, director)


def faults(name: str, response, *, private: bool) -> list[str]:
    """What is missing or loose in one answer, in words."""
    found = [f"{name}: {header}" for header in lacking({name: response}).get(name, [])]
    found += [] if response.headers.get("Strict-Transport-Security") == HSTS else [f"{name}: HSTS"]
    if private and "no-store" not in response.headers.get("Cache-Control", ""):
        found.append(f"{name}: may be stored")
    return found + [f"{name}: cookie {each}" for each in loose(response)]


def loose(response) -> list[str]:
    """Cookies that scripts, other sites or a line without TLS could have."""
    return [
        name
        for name, cookie in response.cookies.items()
        if cookie.value
        and not (cookie["httponly"] and cookie["secure"] and cookie["samesite"] in {"Lax", "Strict"})
    ]


@pytest.mark.parametrize("who", ["nobody", "director", "stranger"])
def test_every_url(who, score, ids, director, stranger):
    user, found = {"nobody": None, "director": director, "stranger": stranger}[who], []
    for name, page in PAGES.items():
        for method in ("get", "post", "head", "put"):
            with undone():
                response = getattr(browser(user), method)(page.path(ids), secure=True)
            signed_in = user is not None and name != "account_logout"  # what comes after log-out is nobody's
            private = (signed_in or name in VENDORS) and name not in {"healthz", "readyz"}
            found += faults(name, response, private=private)
    assert found == []
    score(len(PAGES), len(found))


def test_every_kind_of_error(score, clinic, director, reader, monkeypatch):
    client, checks = browser(director), browser(director, enforce_csrf_checks=True)
    client.raise_request_exception = checks.raise_request_exception = False
    home, item = at("clinic_home", clinic), at("item", clinic, code="7-5")
    answers = {
        "400 host": (400, lambda: client.get(home, secure=True, headers={"host": "evil.example"})),
        "400 fields": (400, lambda: client.post(item, {f"f{n}": "" for n in range(1001)}, secure=True)),
        "400 size": (400, lambda: client.post(item, {"note": "x" * 2**21}, secure=True)),
        "enter": (400, lambda: browser().post("/r/x/", {"name": "x" * 2**21}, secure=True)),
        "submit_answers": (400, lambda: browser().post("/v/x/submit/", {"name": "x" * 2**21}, secure=True)),
        "403 role": (403, lambda: browser(reader).get(at("confirm", clinic), secure=True)),
        "403 form": (403, lambda: checks.post("/login/", {}, secure=True)),
        "404": (404, lambda: client.get("/nothing/here/", secure=True)),
        "404 path": (404, lambda: client.get(f"/c/{clinic.code}/%00/", secure=True)),
        "405": (405, lambda: client.get(at("delete_sample", clinic), secure=True)),
        "301 without TLS": (301, lambda: client.get(home)),
        "301 slash": (301, lambda: client.get(home.rstrip("/"), secure=True)),
        "302 log-in": (302, lambda: browser().get(home, secure=True)),
        "429": (429, lambda: [browser().post("/check/", {}, secure=True) for _ in range(21)][-1]),
    }
    found = []
    for name, (status, ask) in answers.items():
        response = ask()
        assert (name, response.status_code) == (name, status)
        wrong = faults(name, response, private=name in VENDORS)
        found += [each for each in wrong if response.wsgi_request.is_secure() or "HSTS" not in each]
    monkeypatch.setattr("checklist.views.home.current_round", lambda member: 1 / 0)
    found += faults("500", client.get(home, secure=True), private=True)

    def suspicious(member):
        raise SuspiciousOperation

    monkeypatch.setattr("checklist.views.home.current_round", suspicious)
    found += faults("400", client.get(home, secure=True), private=True)
    assert found == []
    score(0, len(found))


@pytest.mark.parametrize("path", ["/static/site.css", "/static/site.js", "/static/nothing.css"])
def test_static_files(path, score):
    response = browser().get(path, secure=True)
    found = [header for header, value in ALWAYS.items() if response.headers.get(header) != value]
    found += [] if response.headers.get("Strict-Transport-Security") == HSTS else ["HSTS"]
    found += [] if policy(response).get("default-src") == "'none'" else ["CSP"]
    found += ["for other sites"] if "Access-Control-Allow-Origin" in response.headers else []
    assert (response.status_code, found) == (404 if "nothing" in path else 200, [])
    score(0, len(found))


def test_cookies_of_a_person_and_of_a_vendor(score, clinic, director):
    client = browser(REMOTE_ADDR="192.0.2.7")
    client.get("/login/", secure=True)
    client.post("/login/", {"login": director.email, "password": PASSWORD}, secure=True)
    system = System.register(clinic, by=director, name="電子カルテ", vendor_name="甲", location="external")
    vendor = Vendor(*DisclosureRequest.ask(system, ["SDS"], by=director))
    entered = vendor.client.post(vendor.entry, secure=True)
    cookies = {**client.cookies, **vendor.client.cookies}
    assert set(cookies) == {"csrftoken", "known_browser", "messages", "sessionid", "disclosure_request"}
    found = [*loose(client), *loose(entered)]
    assert (found, cookies["disclosure_request"]["samesite"]) == ([], "Strict")
    assert cookies["disclosure_request"]["path"] == vendor.home
    assert headers_of("enter")["Referrer-Policy"] == entered.headers["Referrer-Policy"]
    score(0, len(found))


def test_djangos_own_check_of_a_production(score, manage):
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    clean = (done.returncode, done.stdout, done.stderr) == (
        0,
        "System check identified no issues (0 silenced).\n",
        "",
    )
    assert clean, done.stdout + done.stderr
    score(0, int(not clean))
