"""The measures of vendors' disclosures: their page, one answer, the clinic's review, and a workbook."""

import io
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from tests.bench import measuring
from tests.bench.browser import Browser
from tests.bench.inside import rendering, seen, updating
from vendors.exporting import rows, rows_of
from vendors.linking import COOKIE
from vendors.models import Disclosure, DisclosureRequest, System
from vendors.workbook import read_safely

ROWS = 400


def desk(subject) -> tuple[str, Client, Browser]:
    """The address of a sheet of 58 rows behind a new link, and who has opened it: inside and over HTTP."""
    system = System.objects.filter(clinic=subject.clinic).listed().first()
    system.clinic = subject.clinic
    by = subject.clinic.memberships.earliest("pk").user
    request_, token = DisclosureRequest.ask(system, ["SDS"], by=by)
    client = Client(SERVER_NAME="localhost")
    client.post(reverse("enter", args=[token]))
    cookies = {COOKIE: client.cookies[COOKIE].value}
    return reverse("answer_sheet", args=[request_.code, "SDS"]), client, Browser(subject.server.port, cookies)


def page_vendor(subject) -> dict:
    """The vendor's page of 58 rows."""
    url, client, browser = desk(subject)
    inside = seen(lambda: client.get(url))
    timed = measuring.in_turns(subject, lambda: browser.get(url).ms, rendering(inside))
    return measuring.numbers(url, timed, inside, len(browser.get(url).body))


def save_vendor_answer(subject) -> dict:
    """One row, answered in turns はい and いいえ with another remark each time."""
    url, client, browser = desk(subject)
    row = f"{url}rows/SDS-07/"
    first = (
        Disclosure.objects.filter(clinic=subject.clinic, kind="SDS")
        .latest("pk")
        .answers.get(row__code="SDS-07")
    )
    over_http = saving(lambda fields: browser.post(row, list(fields.items())), url, browser)
    timed = measuring.in_turns(subject, over_http, updating(first, "remark"))
    inside = seen(saving_inside(client, row, url))
    return measuring.numbers(row, timed, inside, len(inside.response.content))


def saving(post: Callable, url: str, browser: Browser) -> Callable[[], float]:
    page, count = browser.get(url).body, 0
    stamp, proof = stamp_in(page), value_in(page, "csrfmiddlewaretoken")

    def save() -> float:
        nonlocal stamp, count
        count += 1
        answer = post({**fields(stamp, count), "csrfmiddlewaretoken": proof})
        before, stamp = stamp, stamp_in(answer.body)
        if before == stamp:
            raise RuntimeError("nothing was saved")
        return answer.ms

    return save


def saving_inside(client: Client, row: str, url: str) -> Callable:
    stamp, count = stamp_in(client.get(url).content), 1000

    def save():
        nonlocal stamp, count
        count += 1
        response = client.post(row, fields(stamp, count), headers={"HX-Request": "true"})
        stamp = stamp_in(response.content)
        return response

    return save


def fields(stamp: str, count: int) -> dict[str, str]:
    answer = "yes" if count % 2 else "no"
    return {"answer-SDS-07": answer, "remark-SDS-07": f"{count}回目", "version-SDS-07": stamp}


def stamp_in(html: bytes) -> str:
    return value_in(html, "version-SDS-07")


def value_in(html: bytes, name: str) -> str:
    return html.partition(f'name="{name}" value="'.encode())[2].partition(b'"')[0].decode()


def page_review(subject) -> dict:
    """The review of a disclosure with three いいえ."""
    sheet = Disclosure.objects.filter(clinic=subject.clinic, kind="MDS").earliest("pk")
    return measuring.pages(subject, [subject.url("review", sheet.pk)])


def read_workbook(subject) -> dict:
    """A workbook of 400 rows in its limited process; the reference is the start of a bare process."""
    content = book()
    wanted = rows_of("SDS") or rows()
    times, starts = [], []
    for _ in range(9):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-I", "-S", "-c", "pass"], check=True)
        starts.append((time.perf_counter() - started) * 1000)
        started = time.perf_counter()
        reading = read_safely(content, wanted, "SDS")
        times.append((time.perf_counter() - started) * 1000)
    if reading.opened != "read":
        raise RuntimeError(reading.says)
    start = median(starts)
    return {
        "url": "", "queries": 0, "bytes": len(content), "ms": round(median(times) - start, 2),
        "reference_ms": round(start, 2), "ratio": round(median(times) / start, 2), "rss_mb": round(child_peak(content)),
    }  # fmt: skip


READ = """
import resource, sys
from vendors.exporting import rows_of
from vendors.workbook import read_safely
read_safely(sys.stdin.buffer.read(), rows_of("SDS"), "SDS")
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
"""


def child_peak(content: bytes) -> float:
    """What the reading child has held at most, in MiB: asked of a process that has no other child."""
    command = [sys.executable, "-c", "import django; django.setup()\n" + READ]
    done = subprocess.run(command, input=content, capture_output=True, check=True)  # noqa: S603 (our own)
    return float(done.stdout)


def book() -> bytes:
    """58 rows of 別紙 among 400 numbered ones, one answer column."""
    made = Workbook()
    sheet = made.active
    sheet.title = "SDS"
    sheet.append(["サービス事業者による医療情報セキュリティ開示書"])
    sheet.append(["項番", "項目", "回答", "備考"])
    for row in rows_of("SDS"):
        for number in row.numbers:
            sheet.append([f"No.{number}", row.question, "はい", "補足の説明" * 4])
    for extra in range(ROWS - sheet.max_row):
        sheet.append([f"No.{200 + extra}", "（別紙に含まれない項目）", "はい", ""])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


MEASURES = (page_vendor, save_vendor_answer, page_review, read_workbook)
