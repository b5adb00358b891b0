"""The four measures, each of one clinic on one running server."""

import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import BytesIO
from itertools import cycle
from pathlib import Path
from statistics import median, quantiles

from django.db import connection
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from checklist.choices import Status
from checklist.models import Answer, Assessment
from compliance.choices import Role
from compliance.models import Clinic
from tests.bench import chromium
from tests.bench.browser import Browser, fields_of
from tests.bench.clinics import NUMBER, add_clinics
from tests.bench.inside import Seen, client_of, rendering, seen, updating
from tests.bench.server import Server, served


@dataclass(frozen=True)
class Plan:
    """How often, and how long: a slow machine makes fewer runs."""

    runs: int
    warm_up: int
    seconds: float


# One by one: ten times the same at a stroke would run from the processor's own memory, which no request finds warm.
SHORT = Plan(runs=208, warm_up=10, seconds=8)
LONG = Plan(runs=7, warm_up=1, seconds=18)
LATEST = time.monotonic() + 240  # from here on one run of each must do, so that all is over in five minutes


@dataclass(frozen=True)
class Subject:
    """The clinic that is measured, and who looks at it: over HTTP and inside this process."""

    clinic: Clinic
    server: Server
    browser: Browser
    client: Client
    folder: Path

    def url(self, name: str, *words: str) -> str:
        return reverse(name, args=[self.clinic.code, *words])

    def answers(self) -> list[Answer]:
        return list(Answer.objects.of_round(Assessment.objects.filter(clinic=self.clinic).current()))


@dataclass(frozen=True)
class Timed:
    """Medians in milliseconds, but for the workers' mean time of computing; a spread is the lower and the upper tenth.

    `rss_before_mb` is the peak until then, warm-up included.
    """

    ms: float
    reference_ms: float
    ratio: float
    rss_mb: float
    rss_before_mb: float
    cpu_ms: float
    runs: int
    spread_ms: list[float]
    reference_spread_ms: list[float]


def measured_clinics(wanted: list[str], folder: Path) -> dict[str, dict]:
    """{clinic: {measure: numbers}}: the sample alone in its database, then its copy among 2,000 clinics."""
    sample = Clinic.objects.get(is_sample=True)
    found = {"sample": measured(sample, wanted, folder)}
    copy = add_clinics(sample)
    return found | {f"among_{NUMBER}": measured(copy, wanted, folder)}


def measured(clinic: Clinic, wanted: list[str], folder: Path) -> dict[str, dict]:
    user = clinic.memberships.filter(role=Role.ADMIN).earliest("pk").user
    client = client_of(user)
    connection.close()  # nothing here may hold the file open while the server begins
    with served(folder / "gunicorn.log") as server:
        browser = Browser(server.port, {"sessionid": client.cookies["sessionid"].value})
        subject = Subject(clinic, server, browser, client, folder)
        return {name: MEASURES[name](subject) for name in wanted}


def page_all_items(subject: Subject) -> dict:
    return pages(subject, [subject.url("items")])


def page_item(subject: Subject) -> dict:
    """All 52 in turn; queries, bytes and the slowest page's own median are those of the worst."""
    return pages(subject, [subject.url("item", answer.item.code) for answer in subject.answers()])


def pages(subject: Subject, urls: list[str]) -> dict:
    inside = {url: seen(lambda url=url: subject.client.get(url)) for url in urls}
    ours, theirs = cycle(urls), cycle([rendering(each) for each in inside.values()])
    timed = in_turns(subject, lambda: subject.browser.get(next(ours)).ms, lambda: next(theirs)())
    worst = max(inside, key=lambda url: len(inside[url].statements))
    largest = max(len(subject.browser.get(url).body) for url in urls)
    alone = median(subject.browser.get(worst).ms for _ in range(20))
    return numbers(worst, timed, inside[worst], largest) | {"worst_ms": round(alone, 2)}


def save_item(subject: Subject) -> dict:
    """The first item that is 実施済, with another note each time."""
    answer = first_done(subject)
    url = subject.url("item", answer.item.code)
    save = saving(subject.browser, url, answer.note)
    timed = in_turns(subject, save, updating(answer))
    fields = fields_of(subject.browser.get(url).body)
    inside = seen(saving_inside(subject.client, url, fields))
    return numbers(url, timed, inside, len(inside.response.content))


def first_done(subject: Subject) -> Answer:
    return next(each for each in subject.answers() if each.status == Status.DONE)


def saving(browser: Browser, url: str, note: str) -> Callable[[], float]:
    """Each save posts the form again, with the version that the save before was answered with."""
    form, count = fields_of(browser.get(url).body), 0

    def save() -> float:
        nonlocal count
        count += 1
        answer = browser.post(url, list({**form, "note": f"{note}（{count}回目）"}.items()))
        before, form["version"] = form["version"], version_in(answer.body)
        if int(form["version"]) != int(before) + 1:
            raise RuntimeError(f"{url}: nothing was saved")
        return answer.ms

    return save


def version_in(html: bytes) -> str:
    return re.search(rb'name="version"[^>]*value="(\d+)"', html)[1].decode()


def saving_inside(client: Client, url: str, fields: dict[str, str]):
    version = int(fields["version"])

    def save():
        nonlocal version
        fields["version"], fields["note"] = str(version), f"{version}"
        version += 1
        return client.post(url, fields, headers={"HX-Request": "true"})

    return save


def report_pdf(subject: Subject) -> dict:
    """下書き of the report; something has changed each time, so that no earlier PDF would do."""
    return printed(subject, subject.url("print_draft"))


def report_binder(subject: Subject) -> dict:
    """下書き of the inspection set: 別紙 of five systems and twelve risk records."""
    return printed(subject, f"{subject.url('print_draft')}?parts=inspection")


def printed(subject: Subject, url: str) -> dict:
    inside, html = chromium.caught(lambda: subject.client.get(url))
    answer = first_done(subject)
    change = saving(subject.browser, subject.url("item", answer.item.code), answer.note)
    ours = b""

    def report() -> float:
        nonlocal ours
        change()
        answer = subject.browser.get(url)
        ours = answer.body
        return answer.ms

    file = chromium.laid_out(html, subject.folder / "chromium")
    connection.close()  # Playwright's loop runs in this thread, and Django refuses queries beside one
    with chromium.opened(file) as sheet, subject.server.watched() as peak:
        timed = in_turns(subject, report, lambda: chromium.printed(sheet)[0], LONG)
        theirs = chromium.printed(sheet)[1]
        whole = median(chromium.printed_from_html(sheet, file.read_text("utf-8")) for _ in range(3))
    return numbers(url, timed, inside, len(ours)) | {
        "rss_mb": round(peak.mb),
        "pages": pages_of(ours),
        "reference_pages": pages_of(theirs),
        "reference_bytes": len(theirs),
        "reference_from_html_ms": round(whole, 2),
        "ratio_from_html": round(timed.ms / whole, 2),
    }


def pages_of(content: bytes) -> int:
    return len(PdfReader(BytesIO(content)).pages)


def in_turns(
    subject: Subject, real: Callable[[], float], reference: Callable[[], float], plan: Plan = SHORT
) -> Timed:
    """Take both in turns, so that a busy moment of the machine hits both alike."""
    for once in (real, reference):
        for _ in range(plan.warm_up):
            once()
    server = subject.server
    before, computed = server.peak_mb(), server.cpu_seconds()
    server.forget_peaks()
    ours, theirs, until = [], [], min(time.monotonic() + plan.seconds, LATEST)
    while len(ours) < plan.runs and (not ours or time.monotonic() < until):
        ours.append(real())
        theirs.append(reference())
    return Timed(
        ms=median(ours),
        reference_ms=median(theirs),
        ratio=median(ours) / median(theirs),
        rss_mb=server.peak_mb(),
        rss_before_mb=before,
        cpu_ms=(server.cpu_seconds() - computed) * 1000 / len(ours),
        runs=len(ours),
        spread_ms=spread(ours),
        reference_spread_ms=spread(theirs),
    )


def spread(times: list[float]) -> list[float]:
    tenths = quantiles(times, n=10, method="inclusive") if len(times) > 1 else times
    return [round(tenths[0], 2), round(tenths[-1], 2)]


def numbers(url: str, timed: Timed, inside: Seen, length: int) -> dict:
    rounded = {k: round(v, 2) if isinstance(v, float) else v for k, v in asdict(timed).items()}
    return {
        "url": url,
        "queries": len(inside.statements),
        "bytes": length,
        **rounded,
        "statements": inside.statements,
    }


from tests.bench import vendor  # noqa: E402 (it measures with what stands above)

OWN = (page_all_items, page_item, save_item, report_pdf, report_binder)
MEASURES = {each.__name__: each for each in (*OWN, *vendor.MEASURES)}
