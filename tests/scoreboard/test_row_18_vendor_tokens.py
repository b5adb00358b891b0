"""A vendor's link opens for its own token and nothing else; and the token is nowhere to be read again."""

import base64
import io
import json
import logging
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection
from django.utils import timezone

from compliance.models import Invitation
from compliance.tokens import hashed
from tests.vendors.at_a_link import Vendor
from tests.web import browser
from vendors.linking import COOKIE
from vendors.models import DisclosureRequest, System

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db]
SEED, GUESSES, CASES = 18, 10_000, 40
TRIES = 15  # from one address: fewer than would be refused for their number alone
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
WIDE = str.maketrans(ALPHABET, "".join(chr(ord(each) + 0xFEE0) for each in ALPHABET))
CYRILLIC = str.maketrans("AaBCcEeHKMOoPpTXxy", "АаВСсЕеНКМОоРрТХху")


def accepted(response) -> bool:
    return response.status_code == 200 or (response.status_code == 302 and response.url.startswith("/v/"))


class Places:
    """A browser of its own address for every few tries."""

    def __init__(self):
        self.number = 0

    def browser(self, **more):
        self.number += 1
        high, low = divmod(self.number // TRIES, 250)
        return browser(REMOTE_ADDR=f"10.{high}.{low}.7", **more)


@dataclass
class Links:
    """The link that lives, and those that do not."""

    live: Vendor
    other: Vendor
    gone: dict[str, Vendor]


def system(clinic, by, name: str) -> System:
    return System.register(clinic, by=by, name=name, vendor_name="甲", location="external")


def asked(clinic, by, name: str) -> Vendor:
    return Vendor(*DisclosureRequest.ask(system(clinic, by, name), ["SDS"], by=by))


@pytest.fixture
def links(clinic, director, other_clinic, other_director) -> Links:
    gone = {
        name: asked(clinic, director, name)
        for name in ("expired", "revoked", "closed", "retired", "replaced")
    }
    past = timezone.now() - timedelta(seconds=1)
    DisclosureRequest.objects.filter(pk=gone["expired"].asked.pk).update(expires_at=past)
    gone["revoked"].asked.revoke(by=director)
    gone["closed"].asked.submit(company="甲", name="担当", email="t@example.jp")
    retired = gone["retired"].asked.system
    retired.retire(by=director)
    DisclosureRequest.ask(gone["replaced"].asked.system, ["SDS"], by=director)
    live = asked(clinic, director, "live")
    return Links(live, asked(other_clinic, other_director, "other"), gone)


def written_otherwise(token: str) -> dict[str, str]:
    """What comes close to a token, as it would stand in an address."""
    middle = len(token) // 2
    another = "A" if token[0] != "A" else "B"
    letter = next(each for each in token if each.isalpha())
    return {
        "upper case": token.upper(),
        "lower case": token.lower(),
        "one letter in the other case": token.replace(letter, letter.swapcase(), 1),
        "without its end": token[:-1],
        "without its beginning": token[1:],
        "half": token[:middle],
        "something behind": f"{token}A",
        "something before": f"A{token}",
        "twice": token * 2,
        "backwards": token[::-1],
        "another beginning": another + token[1:],
        "two letters changed round": token[:5] + token[6] + token[5] + token[7:]
        if token[5] != token[6]
        else another,
        "a blank before": quote(f" {token}"),
        "a blank behind": quote(f"{token} "),
        "a line behind": quote(f"{token}\n"),
        "NUL behind": quote(f"{token}\x00"),
        "NUL inside": quote(f"{token[:middle]}\x00{token[middle:]}"),
        "full width": quote(token.translate(WIDE)),
        "Cyrillic look-alikes": quote(token.translate(CYRILLIC) + "А"),
        "a combining accent": quote(f"{token}\u0301"),
        "a blank of no width": quote(f"{token[:middle]}\u200b{token[middle:]}"),
        "escaped twice": quote(quote("".join(f"%{ord(each):02x}" for each in token))),
        "padded": quote(f"{token}="),
        "its hash": hashed(token),
        "a pattern": quote("%" * 43),
        "SQL": quote("' OR '1'='1"),
        "endless": token * 200,
    }


def by_token(links: Links, places: Places) -> Iterator[tuple[str, bool]]:
    texts = {name: vendor.token for name, vendor in links.gone.items()}
    texts |= written_otherwise(links.live.token) | {"its code": links.live.asked.code}
    for name, text in texts.items():
        client = places.browser()
        yield name, accepted(client.get(f"/r/{text}/")) or accepted(client.post(f"/r/{text}/"))


def by_cookie(links: Links, places: Places, director) -> Iterator[tuple[str, bool]]:
    """The pages behind the link, with a cookie that is not theirs."""
    live, other = links.live, links.other.begins()
    cookies = {
        "no cookie": "",
        "the other request's cookie": other.client.cookies[COOKIE].value,
        "the code itself": live.asked.code,
        "the token itself": live.token,
        "signed for something else": signing.dumps(live.asked.code, salt="typed-by"),
        "signed with another key": signing.dumps(live.asked.code, key="a guess", salt="disclosure-request"),
    }
    for name, value in cookies.items():
        client = places.browser()
        client.cookies[COOKIE] = value
        pages = [client.get(f"{live.home}{page}") for page in ("", "SDS/", "SDS/workbook.xlsx", "submit/")]
        yield name, any(map(accepted, pages))
    _, token = Invitation.make(live.asked.clinic, by=director, email="new@midori.example", role="viewer")
    yield "an invitation's token", accepted(places.browser().get(f"/r/{token}/"))


@contextmanager
def written() -> Iterator[io.StringIO]:
    """All that the product's own log writes meanwhile, with debugging on."""
    root, text = logging.getLogger(), io.StringIO()
    own = [
        h
        for h in root.handlers
        if isinstance(h, logging.StreamHandler) and "_pytest" not in type(h).__module__
    ]
    before = [(handler, handler.setStream(text)) for handler in own]
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.setLevel(level)
        for handler, stream in before:
            handler.setStream(stream)


def database() -> str:
    """Every table as text; sessions read as what they hold."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 (our own)
            parts += [str(value) for row in cursor.fetchall() for value in row]
    parts += [json.dumps(each.get_decoded(), default=str) for each in Session.objects.all()]
    return "\n".join(parts)


def forms_of(token: str) -> list[str]:
    """What a token would look like where it was written down."""
    raw = token.encode()
    return [token, base64.b64encode(raw).decode().rstrip("="), raw.hex(), repr(raw)[2:-1]]


def test_forty_wrong_links_open_nothing(links, director, score):
    places = Places()
    found = [*by_token(links, places), *by_cookie(links, places, director)]
    opened = [name for name, was in found if was]
    assert (len(found), len({name for name, _ in found})) == (CASES, CASES)
    assert opened == []
    assert accepted(browser().get(links.live.entry))
    score(CASES, len(opened))


def test_who_only_looks_uses_nothing_up(links, score):
    """A mail scanner follows the link, some more than once; another site may send a form."""
    scanner = browser(HTTP_USER_AGENT="Mozilla/5.0 (compatible; MailScanner)")
    for _ in range(5):
        scanner.get(links.live.entry)
        scanner.head(links.live.entry)
    links.live.client.post(links.live.entry, headers={"Sec-Fetch-Site": "cross-site"})
    assert COOKIE not in scanner.cookies
    opened = DisclosureRequest.objects.get(pk=links.live.asked.pk).opened_at
    score(0, int(opened is not None))
    links.live.begins()


def test_ten_thousand_guesses_open_nothing(links, score):
    print(f"seed {SEED}")
    dice, places, opened = random.Random(SEED), Places(), 0  # noqa: S311 (repeatable on purpose)
    for _ in range(GUESSES):
        guess = "".join(dice.choices(ALPHABET, k=43))
        response = places.browser().get(f"/r/{guess}/")
        assert response.status_code in {404, 200}
        opened += accepted(response)
    score(GUESSES, opened)


def test_a_token_is_written_down_nowhere(clinic, director, score, settings):
    settings.PUBLIC_URL = "https://tenken.example"
    with written() as log:
        vendor = asked(clinic, director, "電子カルテ").begins()
        pages = [
            vendor.client.get(vendor.entry),
            vendor.gets("SDS/"),
            vendor.saves("SDS-01", "yes"),
            vendor.gets("submit/"),
        ]
        wrong = browser().get(f"/r/{vendor.token}x/")
        vendor.asked.submit(company="甲", name="担当", email="t@example.jp")
        pages += [wrong, vendor.client.get(vendor.entry), vendor.gets("receipt/")]
        logging.getLogger("compliance.test").error("the log is heard")
    assert "the log is heard" in log.getvalue()
    assert vendor.asked.token_hash in database()
    places = [log.getvalue(), database(), *(str(each.headers) for each in pages)]
    places += [each.content.decode(errors="replace") for each in pages[1:]]
    found = sum(form in place for form in forms_of(vendor.token) for place in places)
    sends_on = [each for each in pages if each.headers["Referrer-Policy"] != "no-referrer"]
    assert len(secrets.token_urlsafe(32)) == len(vendor.token)
    score(0, found + len(sends_on))
