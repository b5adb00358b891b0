"""A warm Chromium printing what WeasyPrint printed."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from playwright.sync_api import Page, sync_playwright

from checklist.views import prints
from compliance import printing
from compliance.glyphs import printable
from tests.bench.inside import Seen, seen

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
STYLES = ("print.css", "draft.css")


def caught(request) -> tuple[Seen, str]:
    """A report's request, and the very HTML that the renderer is given; nothing is laid out here."""
    given: list[str] = []

    def spy(html: str, **kwargs) -> bytes:
        given.append(printable(html))
        return b""

    with patch.object(prints, "pdf", spy):
        return seen(request), given[-1]


def laid_out(html: str, folder: Path) -> Path:
    """The HTML with its style sheets inside, beside a copy of the print folder: fonts are found as there."""
    shutil.copytree(printing.PRINT_DIR, folder, dirs_exist_ok=True)
    styles = "".join((folder / name).read_text("utf-8") for name in STYLES)
    page = folder / "report.html"
    page.write_text(html.replace("</head>", f"<style>{styles}</style></head>", 1), "utf-8")
    return page


@contextmanager
def opened(file: Path) -> Iterator[Page]:
    """The file in a Chromium of its own, fonts loaded."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            page = browser.new_page()
            page.goto(file.as_uri())
            page.evaluate("document.fonts.ready")
            yield page
        finally:
            browser.close()


def printed(page: Page, **more) -> tuple[float, bytes]:
    started = time.perf_counter()
    content = page.pdf(format="A4", prefer_css_page_size=True, **more)
    return (time.perf_counter() - started) * 1000, content


def printed_from_html(page: Page, html: str) -> float:
    """The same work as WeasyPrint's: from the HTML's text to a PDF with tags and bookmarks."""
    started = time.perf_counter()
    page.set_content(html)
    page.evaluate("document.fonts.ready")
    printed(page, tagged=True, outline=True)
    return (time.perf_counter() - started) * 1000
