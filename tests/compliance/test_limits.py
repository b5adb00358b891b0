"""How often somebody may try."""

import time

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory

from compliance.limits import limited


@pytest.fixture
def view():
    """Lets three through in a minute; says what it was called with."""
    return limited("door", 3, 60)(lambda request, *args, **kwargs: HttpResponse(f"{args}{kwargs}"))


@pytest.fixture(autouse=True)
def one_span(monkeypatch):
    """No minute ends within a test unless the test says so."""
    monkeypatch.setattr(time, "time", lambda: 1_000_000.0)


def tried(view, method: str = "post", address: str = "10.0.0.1") -> int:
    request = getattr(RequestFactory(), method)("/", REMOTE_ADDR=address)
    request.user = None
    return view(request).status_code


def test_a_form_passes_as_often_as_is_allowed(view):
    assert [tried(view) for _ in range(5)] == [200, 200, 200, 429, 429]


def test_looking_costs_nothing(view):
    assert {tried(view, "get") for _ in range(9)} == {200}
    assert tried(view) == 200


def test_each_address_has_a_count_of_its_own(view):
    found = [tried(view, address=address) for address in ("10.0.0.1", "10.0.0.2") for _ in range(4)]
    assert found == [200, 200, 200, 429] * 2


def test_each_door_has_a_count_of_its_own(view):
    other = limited("other", 1, 60)(lambda request: HttpResponse())
    assert ([tried(view) for _ in range(3)], tried(other), tried(other)) == ([200] * 3, 200, 429)


def test_trying_while_shut_out_does_not_put_the_end_off(view, monkeypatch):
    for second in range(0, 60, 5):
        monkeypatch.setattr(time, "time", lambda second=second: 1_000_020.0 + second)
        tried(view)
    assert tried(view) == 429
    monkeypatch.setattr(time, "time", lambda: 1_000_080.0)
    assert tried(view) == 200


def test_the_view_gets_what_the_address_says(view):
    request = RequestFactory().post("/", REMOTE_ADDR="10.0.0.1")
    assert view(request, 1, number=2).content == b"(1,){'number': 2}"


def test_a_count_that_is_gone_begins_again(view):
    assert [tried(view) for _ in range(4)][-1] == 429
    cache.clear()
    assert tried(view) == 200
