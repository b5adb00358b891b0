"""What a page looks like to somebody with a reader, a narrow window or large letters; and to a camera."""

import os
import re
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "rules => axe.run({runOnly: rules, resultTypes: ['violations']})"
HEIGHT = 800
SHOTS = os.environ.get(
    "SHOTS", ""
)  # a folder: pictures are taken instead of looking for faults (tests/screenshots.py)
WIDTHS = (1280, 375)


def pictured(page: Page, test: str, screen: str) -> None:
    """The whole page at both widths, as SHOTS/<test>--<screen>-<width>.png."""
    name = "--".join(re.sub(r"\W+", "-", each).strip("-") for each in (test, screen))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True, caret="initial")
    page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})


def faults_of(page: Page) -> list[str]:
    """axe's violations at two widths, folded and unfolded, and what sticks out at 320px or with letters twice as large."""
    page.evaluate(AXE)
    found = ["an image inside a style, which our policy refuses"] if page.evaluate(IMAGE_IN_A_STYLE) else []
    found += [f"1280px: {each}" for each in violations(page)]
    if page.evaluate(UNFOLD):
        found += [f"1280px, unfolded: {each}" for each in violations(page) + sticking_out(page)]
    page.set_viewport_size({"width": 375, "height": HEIGHT})
    page.evaluate(UNFOLD)  # the menu too
    found += [f"375px: {each}" for each in violations(page) + sticking_out(page)]
    page.set_viewport_size({"width": 320, "height": HEIGHT})
    found += [f"320px: {each}" for each in sticking_out(page)]
    page.set_viewport_size({"width": 1280, "height": HEIGHT})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += [f"200% letters: {each}" for each in sticking_out(page)]
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.evaluate(FOLD)
    return found


def violations(page: Page) -> list[str]:
    found = page.evaluate(RUN, RULES)["violations"]
    return [f"{each['id']} {[node['target'] for node in each['nodes']]}" for each in found]


def sticking_out(page: Page) -> list[str]:
    """The innermost elements that make the page scroll sideways; none where it does not."""
    return page.evaluate(STICKING_OUT)


IMAGE_IN_A_STYLE = """() => [...document.querySelectorAll("*")].some(each =>
  getComputedStyle(each).backgroundImage.includes("data:"))"""
UNFOLD = """() => {
  const folded = [...document.querySelectorAll("details:not([open])")].filter(each => each.checkVisibility());
  folded.forEach(each => { each.open = true; each.dataset.unfolded = "1"; });
  return folded.length;
}"""
FOLD = "() => document.querySelectorAll('details[data-unfolded]').forEach(each => { each.open = false; })"
STICKING_OUT = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return [];
  const sticksOut = each => each.getBoundingClientRect().right > page.clientWidth + 1;
  const wide = [...document.querySelectorAll("body *")].filter(sticksOut);
  const inner = wide.filter(each => !wide.some(other => other !== each && each.contains(other)));
  return [`${page.scrollWidth} > ${page.clientWidth}`, ...inner.slice(0, 5).map(each => each.outerHTML.slice(0, 120))];
}"""
