"""People at a real browser, before a live server with its own threads and a database file."""

import os
from collections import defaultdict
from urllib.parse import urlsplit

import pytest
from django.conf import settings as product
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.eyes import SHOTS, faults_of, pictured
from tests.journeys.steps import Person

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
WINDOW = {"width": 1280, "height": 800}
PATIENCE = 20_000  # ms, on a machine that is busy with other tests
HARMLESS = (
    "Failed to load resource",  # of_response knows better which may
    # Playwright asks for the layout while site.css is on its way, which takes this dot of Bootstrap's away (eyes.py).
    "Loading the image 'data:image/svg+xml",
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    # Playwright keeps an event loop in this thread, where Django then refuses its database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": quiet}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """A clinic's PC in Japan; no smooth scrolling, so that what has the focus is in sight at once."""
    japan = {"locale": "ja-JP", "timezone_id": "Asia/Tokyo"}
    return {**browser_context_args, **japan, "viewport": WINDOW, "reduced_motion": "reduce"}


expect.set_options(timeout=PATIENCE)


class Seats:
    """Browser windows, kept and wiped for the next test: opening one costs more than most tests do in it."""

    def __init__(self, browser: Browser, options: dict):
        self.browser, self.options = browser, options
        self.free: dict[bool, list[Page]] = defaultdict(list)
        self.faults: list[str] = []

    def take(self, scripts: bool) -> Page:
        return self.free[scripts].pop() if self.free[scripts] else self.open(scripts)

    def open(self, scripts: bool) -> Page:
        context = self.browser.new_context(**self.options, java_script_enabled=scripts)
        context.set_default_timeout(PATIENCE)
        watch(context, self.faults)
        return context.new_page()

    def leave(self, page: Page, scripts: bool) -> None:
        page.context.set_offline(False)
        page.set_extra_http_headers({})
        page.set_viewport_size(WINDOW)
        page.context.clear_cookies()
        self.free[scripts].append(page)


@pytest.fixture(scope="session")
def seats(browser, browser_context_args):
    return Seats(browser, browser_context_args)


@pytest.fixture
def faults(seats) -> list[str]:
    """What went wrong in any window without anybody seeing it."""
    seats.faults.clear()
    return seats.faults


@pytest.fixture
def sits_down(edition, live_server, seats, faults):
    """sits_down(user): that person, logged in, at a window of their own; nobody: a stranger to the site.

    `hands` is how they work (steps.py), `at` another server. Afterwards no console has complained, no file was
    missing, and no other machine was asked for anything.
    """
    taken = []

    def at_a_window(user=None, hands=Person, at=live_server.url) -> Person:
        page = seats.take(hands.SCRIPTS)
        taken.append((page, hands.SCRIPTS))
        if user:
            page.context.add_cookies([session_cookie(user, at)])
        return hands(page, at)

    yield at_a_window
    for page, scripts in taken:
        seats.leave(page, scripts)
    assert faults == [], "\n".join(faults)


@pytest.fixture
def looks(faults, request):
    """looks(person, "404"): look at the page that stands before that person, or take its pictures."""

    def look(person, screen: str) -> None:
        person.page.wait_for_load_state()
        if SHOTS:
            pictured(person.page, request.node.name.replace("chromium", ""), screen)
        else:
            faults.extend(f"{screen}: {each}" for each in faults_of(person.page))

    return look


def session_cookie(user, url: str) -> dict:
    client = Client()
    client.force_login(user, backend=product.AUTHENTICATION_BACKENDS[0])
    name = product.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


def watch(context: BrowserContext, faults: list[str]) -> None:
    """Note errors in the console, scripts that break, failed files and requests to other machines."""

    def of_response(response) -> None:
        # Pages and partials may refuse, and say so themselves.
        if response.status >= 400 and response.request.resource_type not in {"document", "xhr", "fetch"}:
            faults.append(f"{response.status} {response.url}")

    def of_console(message) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(HARMLESS):
            faults.append(f"{message.page.url}: {message.text}")

    def of_request(request) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", "localhost", None}:
            faults.append(f"asked for {request.url}")

    context.on("response", of_response)
    context.on("console", of_console)
    context.on("request", of_request)
    context.on("weberror", lambda error: faults.append(str(error.error)))
