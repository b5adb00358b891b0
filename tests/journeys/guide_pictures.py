"""The quick guide's pictures, of the sample clinic in a narrow window: `python -m tests.screenshots guide`.

Its name keeps it out of every other run. A picture is as wide as its window and ends where a line ends (CUTS).
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from checklist import sample
from checklist.models import Assessment
from compliance.models import Clinic
from tests.journeys.conftest import session_cookie
from tests.journeys.steps import Person
from tests.screenshots import CUTS, WIDTH
from vendors.models import DisclosureRequest, System

pytestmark = pytest.mark.journey

POINTS = 82 / 25.4 * 72 / WIDTH  # on paper, for one of them
SMALLEST = 6  # points that a letter needs at least
FONTS = """(box) => [...document.querySelectorAll("main *")].filter((each) => {
  const { top, bottom, height } = each.getBoundingClientRect();
  const bare = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return bare && height > 1 && top >= box[0] && bottom <= box[1];
}).map((each) => parseFloat(getComputedStyle(each).fontSize))"""
Sits = Callable[..., Person]


@pytest.fixture
def narrow(edition, live_server, browser, browser_context_args) -> Iterator[Sits]:
    """narrow(user): that person at a window as wide as a picture, with two points for each pixel."""
    options = browser_context_args | {"viewport": {"width": WIDTH, "height": 900}, "device_scale_factor": 2}
    contexts = []

    def at_a_window(user=None) -> Person:
        contexts.append(browser.new_context(**options))
        if user:
            contexts[-1].add_cookies([session_cookie(user, live_server.url)])
        return Person(contexts[-1].new_page(), live_server.url)

    yield at_a_window
    for each in contexts:
        each.close()


def test_pictures_of_the_guide(narrow):
    clinic, director = sample.seed(timezone.localdate()), sample.visitor()
    outside, inside = narrow(), narrow(director)
    outside.opens("first_start")
    takes(outside.page, "first-start")
    for name in ("systems", "applicability", "confirm", "inspection"):
        inside.opens(name, clinic.code)
        takes(inside.page, name)
    inside.opens("item", clinic.code, "7-3")
    takes(inside.page, "item")
    chart = System.objects.get(clinic=clinic, name="電子カルテシステム")
    outside.goes(f"/r/{DisclosureRequest.ask(chart, ['MDS', 'SDS'], by=director)[1]}/")
    takes(outside.page, "vendor")
    begin_next_year(clinic)
    inside.opens("item", clinic.code, "5-1")
    takes(inside.page, "next-year")


def begin_next_year(clinic: Clinic) -> None:
    last = Assessment.objects.get(clinic=clinic)
    year = last.fiscal_year + 1
    Assessment.begin(clinic, last.edition, year, by=sample.visitor(), previous=last)


def takes(page: Page, name: str) -> None:
    """From the top of the first thing to the bottom of the last one."""
    first, last, tallest = CUTS[name]
    page.wait_for_load_state()
    page.evaluate("document.fonts.ready.then(() => scrollTo(0, 0))")
    top = page.locator(first).first.bounding_box()["y"] - 8
    box = page.locator(last).first.bounding_box()
    bottom = box["y"] + box["height"] + 8
    assert bottom - top <= tallest / 82 * WIDTH, f"{name} is {(bottom - top) * 82 / WIDTH:.1f}mm tall"
    assert min(page.evaluate(FONTS, [top, bottom])) * POINTS >= SMALLEST, name
    clip = {"x": 0, "y": top, "width": WIDTH, "height": bottom - top}
    page.screenshot(path=Path(os.environ["SHOTS"]) / f"{name}.png", full_page=True, clip=clip)
