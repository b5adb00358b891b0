"""People at a real browser, before a live server with its own threads and a database file."""

import os

import pytest
from django.conf import settings as product
from django.test import Client

from tests.journeys.steps import Person

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    # Playwright keeps an event loop in this thread, where Django then refuses its database. The tests wait for
    # each other anyway.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": quiet}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """A clinic's PC in Japan; no smooth scrolling, so that what has the focus is in sight at once."""
    size = {"width": 1280, "height": 800}
    japan = {"locale": "ja-JP", "timezone_id": "Asia/Tokyo"}
    return {**browser_context_args, **japan, "viewport": size, "reduced_motion": "reduce"}


@pytest.fixture
def faults() -> list[str]:
    """What went wrong in any browser of the test without anybody seeing it."""
    return []


@pytest.fixture
def sits_down(edition, live_server, new_context, faults):
    """sits_down(user): that person, logged in, at a browser of their own; nobody: a stranger to the site.

    `hands` is how they work (steps.py), `at` another server; further words are Playwright's options of a context.
    Afterwards no console has complained, no file was missing and nothing was asked of another host.
    """

    def at_a_browser(user=None, hands=Person, at=live_server.url, **options) -> Person:
        context = new_context(**{**hands.OPTIONS, **options})
        context.set_default_timeout(10_000)
        watch(context, at, faults)
        if user:
            context.add_cookies([session_cookie(user, at)])
        return hands(context.new_page(), at)

    yield at_a_browser
    assert faults == []


def session_cookie(user, url: str) -> dict:
    client = Client()
    client.force_login(user, backend=product.AUTHENTICATION_BACKENDS[0])
    name = product.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


def watch(context, origin: str, faults: list[str]) -> None:
    """Note errors in the console, scripts that break, failed files and requests to other hosts."""

    def of_response(response) -> None:
        # Pages and partials may refuse, and say so themselves.
        if response.status >= 400 and response.request.resource_type not in {"document", "xhr", "fetch"}:
            faults.append(f"{response.status} {response.url}")

    def of_console(message) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith("Failed to load resource"):
            faults.append(f"{message.page.url}: {message.text}")

    def of_request(request) -> None:
        if not request.url.startswith((f"{origin}/", "data:")):
            faults.append(f"asked for {request.url}")

    context.on("response", of_response)
    context.on("console", of_console)
    context.on("request", of_request)
    context.on("weberror", lambda error: faults.append(str(error.error)))
