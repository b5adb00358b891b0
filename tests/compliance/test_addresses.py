"""Where a request comes from, whatever its headers say."""

from ipaddress import ip_network

import pytest
from django.test import RequestFactory

from compliance.addresses import client_address, neighbourhood, plain

OURS = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


def told(remote: str, forwarded: str = "") -> str:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers))


@pytest.mark.parametrize(
    ("trusted", "remote", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "", "203.0.113.9"),
        (0, "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (0, "127.0.0.1", "127.0.0.1", "127.0.0.1"),
        (1, "10.0.0.2", "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.2", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.2", "", "10.0.0.2"),
        (1, "", "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.2", "203.0.113.9:4711", "203.0.113.9"),
        (1, "10.0.0.2", "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "10.0.0.2", "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.2", "somebody", "10.0.0.2"),
        (1, "10.0.0.2", "203.0.113.9, ", "10.0.0.2"),
        (2, "10.0.0.2", "198.51.100.1, 203.0.113.9, 10.0.0.3", "203.0.113.9"),
        (2, "10.0.0.2", "203.0.113.9", "10.0.0.2"),
        (OURS, "10.0.0.2", "198.51.100.1, 203.0.113.9, 10.0.0.3", "203.0.113.9"),
        (OURS, "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (OURS, "10.0.0.2", "10.0.0.4, 10.0.0.3", "10.0.0.4"),
        (OURS, "10.0.0.2", "somebody, 10.0.0.3", "10.0.0.3"),
        (OURS, "fd00::2", "2001:db8::1", "2001:db8::1"),
        (OURS, "", "203.0.113.9", "203.0.113.9"),
        (OURS, "", "", ""),
    ],
)
def test_only_a_trusted_proxy_says_where_a_request_comes_from(trusted, remote, forwarded, expected, settings):
    settings.TRUSTED_PROXIES = trusted
    assert told(remote, forwarded) == expected


def test_a_header_without_end_costs_nothing(settings):
    settings.TRUSTED_PROXIES = OURS
    assert told("10.0.0.2", ", ".join(["10.0.0.9"] * 100_000)) == "10.0.0.9"


@pytest.mark.parametrize(
    "written", ["", " ", "unknown", "1.2.3", "1.2.3.4.5", "x" * 5000, "１.2.3.4", "[", "[]:1"]
)
def test_what_is_no_address_is_none(written):
    assert plain(written) == ""


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_one_connection_is_one_place(address, expected):
    assert neighbourhood(address) == expected
