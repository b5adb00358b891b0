"""Settings as doctor judges them: each wrong one is named with what to do."""

from ipaddress import ip_network

import pytest

from compliance.doctor import configured

KEY = "zq4Wc7nTgR0bYvK2mJxH9sLpD5fE8aUi3oMhVtBkXyNrGwCeQ1"
HERE, EVERYWHERE = "127.0.0.1:8000", "0.0.0.0:8000"


@pytest.mark.parametrize(
    ("production", "debug", "bind", "state"),
    [
        (True, False, EVERYWHERE, "ok"),
        (False, False, HERE, "ok"),
        (False, False, "[::1]:8000", "ok"),
        (False, False, "unix:/run/tenken.sock", "ok"),
        (False, False, EVERYWHERE, "bad"),
        (False, False, "192.168.0.10:8000", "bad"),
        (False, True, HERE, "bad"),
    ],
)
def test_only_production_is_open_to_other_machines(production, debug, bind, state):
    assert configured.mode(production, debug, bind).state == state


@pytest.mark.parametrize(
    ("key", "state"),
    [(KEY, "ok"), (KEY[:49], "bad"), ("ab" * 40, "bad"), (f"django-insecure-{KEY}", "bad")],
)
def test_a_secret_is_long_and_mixed(key, state):
    found = configured.secret(True, key)
    assert (found.state, KEY in found.says + found.do) == (state, False)


@pytest.mark.parametrize(
    ("production", "url", "hosts", "state"),
    [
        (True, "https://tenken.example.jp", ["tenken.example.jp"], "ok"),
        (True, "https://Tenken.example.jp:8443", [".example.jp"], "ok"),
        (False, "", ["127.0.0.1"], "ok"),
        (False, "http://127.0.0.1:8000", ["127.0.0.1"], "ok"),
        (True, "http://tenken.example.jp", ["tenken.example.jp"], "bad"),
        (True, "tenken.example.jp", ["tenken.example.jp"], "bad"),
        (True, "https://tenken.example.jp", ["www.example.jp"], "bad"),
        (True, "https://tenken.example.jp", ["*"], "bad"),
    ],
)
def test_the_address_is_https_and_one_that_is_answered(production, url, hosts, state):
    assert configured.address(production, url, hosts).state == state


def test_an_address_that_nobody_answers_names_both():
    found = configured.address(True, "https://tenken.example.jp", ["www.example.jp"])
    assert found.says == (
        "PUBLIC_URL のホスト名（tenken.example.jp）が、ALLOWED_HOSTS（www.example.jp）にありません。"
    )


@pytest.mark.parametrize(
    ("production", "behind", "trusted", "bind", "state"),
    [
        (False, False, 0, HERE, "ok"),
        (True, True, 1, HERE, "ok"),
        (True, True, [ip_network("10.0.0.5")], EVERYWHERE, "ok"),
        (True, False, 0, HERE, "bad"),
        (True, True, 0, HERE, "warn"),
        (True, True, 1, EVERYWHERE, "warn"),
    ],
)
def test_production_stands_behind_a_proxy_that_nobody_goes_around(production, behind, trusted, bind, state):
    assert configured.proxy(production, behind, trusted, bind).state == state
