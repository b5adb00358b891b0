"""Headers and cookies of every URL, whatever it answers; and what no template may hold."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from compliance.models import User
from tests.conftest import PASSWORD
from tests.web import addresses, at, browser, furnish, shows, tree, undone, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_pdf")]
PAGES = {address.name: address for address in addresses()}
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
SANDBOX = {"default-src": "'none'", "sandbox": ""}  # of a file that is handed out
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), midi=(), payment=(), usb=()"
    ),
}


@pytest.fixture
def ids(clinic, director) -> dict:
    return furnish(clinic, director)


def answers(user, ids: dict, method: str) -> dict:
    """What each URL answers to a browser of its own."""
    return {name: answer(user, page.path(ids), method) for name, page in PAGES.items()}


def answer(user, path: str, method: str):
    """Each on its own: one of them signs the person out everywhere."""
    with undone():
        return getattr(browser(user), method)(path)


def policy(response) -> dict[str, str]:
    parts = response.headers.get("Content-Security-Policy", "").split(";")
    return dict(part.strip().partition(" ")[::2] for part in parts if part.strip())


VENDORS = {
    n for n, page in PAGES.items() if n == "enter" or ("code" in page.parameters and not page.of_a_clinic)
}


def headers_of(name: str) -> dict[str, str]:
    """What a URL always carries. A vendor's pages send no Referer: the first one's address holds the link's token."""
    return ALWAYS | ({"Referrer-Policy": "no-referrer"} if name in VENDORS else {})


def lacking(responses: dict) -> dict[str, list]:
    """By URL, the headers that are not as they should be."""
    wrong = {n: [h for h, v in headers_of(n).items() if r.headers.get(h) != v] for n, r in responses.items()}
    for name, response in responses.items():
        wanted = SANDBOX if name in {"file", "report_pdf"} and response.status_code == 200 else CSP
        wrong[name] += ["Content-Security-Policy"] if policy(response) != wanted else []
    return {name: headers for name, headers in wrong.items() if headers}


def loose_cookies(response) -> list[str]:
    return [
        n for n, c in response.cookies.items() if c.value and not (c["httponly"] and c["samesite"] == "Lax")
    ]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("who", ["nobody", "director", "stranger"])
def test_every_answer_carries_the_headers(who, method, ids, director, stranger):
    user = {"nobody": None, "director": director, "stranger": stranger}[who]
    responses = answers(user, ids, method)
    assert lacking(responses) == {}
    assert {name: found for name, r in responses.items() if (found := loose_cookies(r))} == {}
    stored = {name for name, r in responses.items() if "no-store" not in r.headers.get("Cache-Control", "")}
    assert user is None or stored <= {"account_logout"}  # what comes after log-out is nobody's


def test_log_in_gives_a_session_cookie_that_scripts_and_other_sites_cannot_use(director):
    client = browser()
    page = client.get("/login/")
    assert client.post("/login/", {"login": director.email, "password": PASSWORD}).status_code == 302
    flags = {n: (bool(c["httponly"]), c["samesite"]) for n, c in client.cookies.items()}
    assert flags == dict.fromkeys(("csrftoken", "known_browser", "messages", "sessionid"), (True, "Lax"))
    assert page.cookies["csrftoken"]["httponly"]


def test_nothing_shows_a_page_that_does_not_exist_to_a_stranger(clinic, stranger, director):
    def page(user, path: str) -> tuple[int, str]:
        response = browser(user).get(path)
        return response.status_code, shows(response)

    nothing = page(stranger, "/nothing/here/")
    for path in (
        at("clinic_home", clinic),
        at("item", clinic, code="7-5"),
        f"/c/{clinic.code}/nothing/",
        "/c/none/",
    ):
        assert page(stranger, path) == nothing
    assert nothing == (404, (
        "ページが見つかりません URL が変わったか、このアカウントでは開けないページです。 "
        "保存済みの回答は、そのまま残っています。 ホームへ戻る 医療機関を選び直す"
    ))  # fmt: skip


def test_the_address_of_a_button_says_so_in_japanese(clinic, director):
    path = at("end_sessions", clinic, pk=director.mine[0].pk)
    response = browser(director).get(path)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert tree(response).findtext(".//h1") == "このままでは開けないページです"
    assert "このページは、ボタンを押したときだけ開きます。 ホームへ戻る" in shows(response)
    assert lacking({"405": response}) == {}
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("method", "name", "headers"),
    [
        ("get", "end_own_sessions", {"Accept": "application/json"}),
        ("get", "end_own_sessions", {"HX-Request": "true"}),
        ("put", "end_own_sessions", {}),
    ],
)
def test_what_is_no_browsers_page_stays_a_bare_405(method, name, headers, director):
    response = getattr(browser(director), method)(PAGES[name].path({}), headers=headers)
    assert (response.status_code, response.headers["Allow"], response.content) == (405, "POST", b"")


def test_a_page_that_breaks_says_so_in_japanese(clinic, director, monkeypatch):
    monkeypatch.setattr("checklist.views.home.current_round", lambda member: 1 / 0)
    client = browser(director)
    client.raise_request_exception = False
    response = client.get(at("clinic_home", clinic))
    assert (response.status_code, tree(response).findtext(".//h1")) == (500, "エラーが起きました")
    assert "ZeroDivision" not in response.content.decode()
    assert lacking({"500": response}) == {}


def test_a_form_older_than_the_log_in_says_what_to_do_in_japanese(clinic, director):
    client = browser(director, enforce_csrf_checks=True)
    response = client.post(at("item", clinic, code="7-5"), {"status": "done"})
    assert (response.status_code, tree(response).findtext(".//h1")) == (403, "もう一度、保存してください")


@pytest.mark.parametrize("path", ["/.env", "/admin/", "/static/../compliance/settings.py", "/var/secret-key"])
def test_no_file_of_the_server_is_served(path):
    assert browser().get(path).status_code == 404


def test_the_password_is_never_in_the_clear(director):
    assert "mori-no-kumasan" not in User.objects.get(pk=director.pk).password


# Templates


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.parent.name + "/" + path.name)
def test_a_template_has_no_placeholder_asterisk_or_disabled_button(template: Path):
    text = template.read_text("utf-8")
    asks_more = re.findall(r"placeholder=|\bdisabled\b|<dialog|localStorage", text)
    stars = re.findall(r"[*＊](?=\s*</(?:label|legend|span|strong))|asteriskField|必須\s*[*＊]", text)
    assert asks_more + stars == []


def readable(user, ids: dict) -> dict:
    """The HTML pages that a person opens by a GET."""
    responses = {
        n: browser(user).get(page.path(ids)) for n, page in PAGES.items() if not n.startswith("print_")
    }
    pages = {n: r for n, r in responses.items() if r.headers.get("Content-Type", "").startswith("text/html")}
    return {n: tree(r) for n, r in pages.items() if r.status_code == 200 and n != "item_row"}


def mistakes_of_markup(name: str, page) -> list[str]:
    """What no page may have, in words."""
    every = list(page.iter())
    fields = [
        e for e in every if e.tag in {"input", "textarea"} and e.get("type") not in {"hidden", "submit"}
    ]
    labelled, ids = {e.get("for") for e in page.iter("label")}, [e.get("id") for e in every if e.get("id")]
    title, html = page.findtext(".//title"), page.find(".//html")
    found = [f"asterisk: {words(label)}" for label in page.iter("label") if "*" in words(label)]
    found += [f"placeholder: {e.get('name')}" for e in every if e.get("placeholder") is not None]
    found += [f"no label: {e.get('name')}" for e in fields if e.get("id") not in labelled]
    found += [f"id twice: {i}" for i in set(ids) if ids.count(i) > 1]
    found += [] if len(list(page.iter("h1"))) == 1 else ["not one heading"]
    found += [] if html.get("lang") == "ja" else ["not in Japanese"]
    named = title.endswith(" | 医療情報システム自己点検") and not title.startswith(" ")
    return found + ([] if named else [f"title: {title}"])


@pytest.mark.parametrize(("who", "least"), [("nobody", 1), ("director", 20)])
def test_no_page_has_a_mistake_of_markup(who, least, ids, director):
    shown = readable(director if who == "director" else None, ids)
    found = {name: mistakes_of_markup(name, page) for name, page in shown.items()}
    assert {name: mistakes for name, mistakes in found.items() if mistakes} == {}
    assert len(shown) >= least
