"""5,000 seeded requests of every kind to every URL, from everybody: no answer is a failure of the server."""

import random
import re
from collections import Counter
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.scoreboard.seeded import seeded
from tests.test_fuzz import FIELDS, KEYS, NASTY, RIGHT
from tests.vendors.at_a_link import Vendor
from tests.vendors.test_public_fuzz import FIELDS as VENDORS_FIELDS
from tests.web import HTMX, addresses, furnish, undone
from vendors.models import DisclosureRequest, System

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db]
SEED, REQUESTS = 21, 5000
PAGES = list(addresses())
SLOT = 7777777
HEADERS = ["HX-Current-URL", "HX-Target", "HX-Trigger", "Referer", "Accept-Language", "X-Forwarded-For", "Origin", "Range",
           "If-Modified-Since", "Content-Type", "Cookie", "X-Forwarded-Proto"]  # fmt: skip
# They render a document each; every hundredth request may.
SLOW = {page.name for page in PAGES if page.name.startswith("print_")} | {"guide", "receipt_pdf", "letter"}


class Monkey:
    """Makes up requests."""

    def __init__(self, rng: random.Random, ids: dict):
        self.rng, self.ids = rng, ids

    def text(self) -> str:
        rng = self.rng
        made = "".join(chr(rng.choice([rng.randrange(32, 127), rng.randrange(0x3040, 0x30FF), rng.randrange(0xD7FF)]))
                       for _ in range(rng.randrange(60)))  # fmt: skip
        return rng.choice([rng.choice(NASTY), made, str(rng.randrange(-5, 99))])

    def path(self) -> str:
        """An address of the site, once in four times with something odd in one of its places."""
        page = self.rng.choice(PAGES)
        while page.name in SLOW and self.rng.random() > 0.05:
            page = self.rng.choice(PAGES)
        self.name = page.name
        if not page.parameters or self.rng.random() > 0.25:
            return page.path(self.ids)
        odd = self.rng.choice(page.parameters)
        path = page.path({**self.ids, f"{page.name}.{odd}": SLOT})
        return path.replace(str(SLOT), quote(self.text()[:300], safe=self.rng.choice(["", "/%"])))

    def body(self, names: list[str]) -> dict:
        """Each field absent, right or anything; a file now and then where one is due."""
        filled = {}
        for name in names:
            choice = self.rng.random()
            if name == "file" and choice > 0.3:
                filled[name] = SimpleUploadedFile(
                    "a.xlsx", self.rng.choice([b"PK\x03\x04", b"%PDF-1.4", b"x"])
                )
            elif choice > 0.15:
                filled[name] = (
                    [RIGHT.get(name, "1")]
                    if choice > 0.55
                    else [self.text() for _ in range(self.rng.randrange(3))]
                )
        return filled

    def headers(self) -> dict:
        found = dict(HTMX) if self.rng.random() > 0.6 else {}
        if self.rng.random() > 0.7:
            typed = re.sub("[\r\n]", " ", self.text())
            found[self.rng.choice(HEADERS)] = typed.encode().decode("latin-1")  # as servers hand bytes on
        return found

    def sends(self, client: Client):
        path, headers = self.path(), self.headers()
        headers.pop("Content-Type", None) if self.rng.random() > 0.1 else None
        client.raise_request_exception = False
        if self.rng.random() < 0.4:
            return client.get(path, dict.fromkeys(self.rng.sample(KEYS, 3), self.text()), headers=headers)
        if self.rng.random() < 0.05:
            return client.generic(
                self.rng.choice(["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]), path, headers=headers
            )
        if self.rng.random() < 0.05:
            odd = self.rng.choice(ODD_TYPES)
            return client.generic("POST", path, self.rng.randbytes(200), content_type=odd, headers=headers)
        fields = [
            *FIELDS.get(self.name, []),
            *VENDORS_FIELDS.get("SDS/", []),
            "version",
            "x",
            "next",
            self.text()[:30],
        ]
        return client.post(path, self.body(fields), headers=headers)


ODD_TYPES = ["multipart/form-data; boundary=x", "multipart/form-data", "application/json", "text/plain; charset=nonsense",
             "application/x-www-form-urlencoded; charset=utf-7", "a" * 300]  # fmt: skip


@pytest.fixture
def ids(clinic, director) -> dict:
    return furnish(clinic, director)


@pytest.fixture
def crowd(ids, clinic, director, clerk, reader, stranger) -> list[Client]:
    """Everybody's browser, and somebody's at a vendor's."""
    system = System.register(clinic, by=director, name="検査", vendor_name="社", location="external")
    vendor = Vendor(*DisclosureRequest.ask(system, ["SDS", "MDS"], by=director)).begins()
    people = [(Client(), user) for user in (director, director, clerk, reader, stranger)]
    for client, user in people:
        client.force_login(user)
    return [client for client, _ in people] + [Client(), vendor.client]


def test_no_request_breaks_the_site(ids, crowd, score):
    rng = seeded(SEED)
    monkey, statuses, broken = Monkey(rng, ids), Counter(), []
    kept = [dict(client.cookies) for client in crowd]
    for number in range(REQUESTS):
        cache.clear()  # how often somebody may try is row 19
        who = rng.randrange(len(crowd))
        with undone():
            answer = monkey.sends(crowd[who])
        crowd[who].cookies.clear()
        crowd[who].cookies.update(kept[who])
        statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            broken.append(
                f"{number}: {answer.request['REQUEST_METHOD']} {answer.request['PATH_INFO'][:120]} {answer.exc_info}"
            )
    print(dict(statuses), *broken, sep="\n")
    assert statuses[200] > REQUESTS // 10
    score(sum(statuses.values()), len(broken))
