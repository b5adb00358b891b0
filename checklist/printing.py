"""Snapshots into HTML and PDF. Nothing here asks the database, the clock or the network."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock

from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from checklist.flowchart import draw
from checklist.glyphs import printable

PRINT_DIR = Path(__file__).resolve().parent / "print"
LETTER_DENSITIES = ("", "dense", "dense tight")  # classes of print.css
_RENDERING = Lock()  # one document at a time: Pango's fonts are shared, and memory stays bounded


class OwnAssets(URLFetcher):
    """Lets the print folder's files in and nothing else: no network, no other file, no data: address."""

    def fetch(self, url, headers=None):
        path = Path(url.removeprefix("file://").split("?")[0])
        if not url.startswith("file://") or not path.resolve().is_relative_to(PRINT_DIR):
            raise FatalURLFetchingError(f"refused: {url[:80]}")
        return super().fetch(url, headers)


@lru_cache(maxsize=1)
def _fonts() -> FontConfiguration:
    return FontConfiguration()


@lru_cache(maxsize=4)
def _style(name: str) -> CSS:
    return CSS(filename=PRINT_DIR / name, font_config=_fonts(), url_fetcher=OwnAssets())


def report_html(snapshot: dict, sha256: str = "") -> str:
    """The 点検報告書 as HTML, from a snapshot alone; `sha256` where it is that of a 確定版."""
    return render_to_string("report/report.html", {**snapshot, "sha256": sha256, "chart": _chart(snapshot)})


def blank_html(snapshot: dict) -> str:
    """空欄用紙: the checklist to fill in by hand; takes the catalogue's part of a snapshot."""
    return render_to_string("report/blank.html", snapshot)


def determination_html(snapshot: dict) -> str:
    """The record of the 対象判断 on its own."""
    return render_to_string("report/determination.html", {**snapshot, "chart": _chart(snapshot)})


def letter_html(letter: dict) -> str:
    """One page to a vendor: who is responsible for the updates, and where is it written?

    What is too long is set closer, and then names fewer of the products, until it fits.
    """
    products, density = letter["products"], list(LETTER_DENSITIES)
    while True:
        more = len(letter["products"]) - len(products)
        html = render_to_string(
            "report/letter.html", {**letter, "products": products, "more": more, "density": density[0]}
        )
        if _pages(html) == 1 or len(products) == 1 == len(density):
            return html
        if len(density) > 1:
            density.pop(0)
        else:
            products = products[: len(products) * 2 // 3]


def _pages(html: str) -> int:
    with _RENDERING:
        return len(_document(html).render(stylesheets=[_style("print.css")], font_config=_fonts()).pages)


def pdf(html: str, *, draft: bool = False) -> bytes:
    """PDF with tags, bookmarks and the shipped font; the same HTML gives the same bytes."""
    with _RENDERING, _without_collector():
        styles = [_style("print.css")] + ([_style("draft.css")] if draft else [])
        return _document(html).write_pdf(stylesheets=styles, font_config=_fonts(), pdf_tags=True)


def _document(html: str) -> HTML:
    return HTML(string=printable(html), base_url=f"{PRINT_DIR}/", url_fetcher=OwnAssets())


@contextmanager
def _without_collector() -> Iterator[None]:
    """A document is one big web of boxes: collecting garbage while it grows finds none and takes a quarter more."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _chart(snapshot: dict):
    determination = snapshot["determination"] or {"path": [], "taken": []}
    return draw(snapshot["flowchart"], determination["path"], determination["taken"])
