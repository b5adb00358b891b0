"""Every request has an id and one line, which names the page and never its path."""

import logging
from ipaddress import ip_network

import pytest

from tests.web import at, browser

pytestmark = pytest.mark.django_db
ID = "0198c2f0-7d1e-7aaa-8bbb-cccccccccccc"


@pytest.fixture
def lines(caplog):
    """What the requests left, as dictionaries."""
    caplog.set_level(logging.INFO, "compliance.requests")
    names = ("method", "route", "status", "user")
    return lambda: [
        {n: getattr(r, n) for n in names} for r in caplog.records if r.name == "compliance.requests"
    ]


def test_a_page_leaves_one_line_with_its_name_and_the_persons_number(lines, clinic, director):
    browser(director).get(at("item", clinic, code="7-5"))
    assert lines() == [{"method": "GET", "route": "item", "status": 200, "user": director.pk}]


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/r/a-token-of-a-vendor/", "enter", 404),
        ("/c/none/items/", "items", 302),
        ("/nobody/knows/this/", "-", 404),
        ("/static/none.css", "static", 404),
        ("/healthz", "healthz", 200),
    ],
)
def test_whoever_has_not_signed_in_has_no_number(lines, path, route, status):
    browser().get(path)
    assert lines() == [{"method": "GET", "route": route, "status": status, "user": "-"}]


def test_a_method_that_nobody_knows_is_not_repeated(lines):
    browser().generic("TAROYAMADA", "/login/")
    assert [line["method"] for line in lines()] == ["OTHER"]


def test_the_line_says_how_long_it_took(caplog):
    caplog.set_level(logging.INFO, "compliance.requests")
    browser().get("/login/")
    assert 0 <= caplog.records[-1].ms < 60_000


def test_each_answer_carries_an_id_of_its_own():
    ids = [browser().get(path)["X-Request-ID"] for path in ("/login/", "/login/", "/none/", "/healthz")]
    assert (len({*ids}), {len(each) for each in ids}) == (4, {32})


@pytest.mark.parametrize(
    ("trusted", "address", "kept"),
    [
        (0, "127.0.0.1", False),
        (1, "127.0.0.1", True),
        ([ip_network("10.0.0.5")], "10.0.0.5", True),
        ([ip_network("10.0.0.5")], "10.0.0.6", False),
        ([ip_network("10.0.0.5")], "", True),
    ],
)
def test_only_our_proxy_names_a_request(settings, trusted, address, kept):
    settings.TRUSTED_PROXIES = trusted
    response = browser(REMOTE_ADDR=address).get("/login/", headers={"x-request-id": ID})
    assert (response["X-Request-ID"] == ID) is kept


@pytest.mark.parametrize(
    "named", ["", "short", "a" * 37, "taro-yamada-of-midori", "0198c2f07d1e7aaa\n8bbb", "０" * 20, "A" * 32]
)
def test_a_name_that_is_no_id_is_replaced(settings, named):
    settings.TRUSTED_PROXIES = 1
    response = browser(HTTP_X_REQUEST_ID=named).get("/login/")
    assert (response["X-Request-ID"] != named, len(response["X-Request-ID"])) == (True, 32)
