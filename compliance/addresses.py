"""Where a request comes from: the connection's own address, or what a trusted proxy says of it."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

MOST_HOPS = 30


def client_address(request: HttpRequest) -> str:
    """The address of whoever asks; "" where nobody knows it.

    X-Forwarded-For counts only for as many hops, or as far from the right, as settings.TRUSTED_PROXIES says: what
    stands further left was written by the visitor.
    """
    remote = plain(request.META.get("REMOTE_ADDR", ""))
    hops = request.headers.get("X-Forwarded-For", "").rsplit(",", MOST_HOPS)[::-1]
    trusted = settings.TRUSTED_PROXIES
    if isinstance(trusted, int):
        return (plain(hops[trusted - 1]) if 0 < trusted <= len(hops) else "") or remote
    return _first_stranger(remote, hops, trusted)


def _first_stranger(remote: str, hops: list[str], trusted: list) -> str:
    """From the nearest hop on, the first address that is none of our proxies'."""
    address = remote
    for hop in hops:
        if not _is_in(address, trusted) or not plain(hop):
            break
        address = plain(hop)
    return address


def _is_in(address: str, networks: list) -> bool:
    """A connection without an address came through a socket of this machine, where only its proxy writes."""
    return not address or any(ipaddress.ip_address(address) in network for network in networks)


def plain(written: str) -> str:
    """An address without port and brackets, IPv4 as such; "" where it is none."""
    text = written.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def neighbourhood(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 that one connection is given of IPv6."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address.partition('%')[0]}/64", strict=False))
