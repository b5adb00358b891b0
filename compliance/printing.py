"""HTML into PDF: the shipped font, our own assets and nothing else. No database, no clock, no network."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from weasyprint import CSS, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from compliance.archival import written
from compliance.glyphs import printable
from compliance.paper import Paper

if TYPE_CHECKING:
    from compliance.renderer import Attached

PRINT_DIR = Path(__file__).resolve().parent / "print"
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


def warm_up() -> None:
    """Read the styles and fonts, so that the first document does not wait for them."""
    for name in ("print.css", "draft.css"):
        _style(name)
    _document("<html><body><p>点検報告書 ① □ ✓</p></body></html>").write_pdf(
        stylesheets=[_style("print.css")], font_config=_fonts()
    )


def pdf(html: str, *, draft: bool = False, attached: Sequence["Attached"] = ()) -> bytes:
    """PDF/A-3a and PDF/UA-1 with bookmarks and the shipped font; the same HTML gives the same bytes."""
    with _RENDERING, _without_collector():
        styles = [_style("print.css")] + ([_style("draft.css")] if draft else [])
        document = _document(html).render(stylesheets=styles, font_config=_fonts())
        return written(document, lambda: [*map(_attachment, attached)])


def _attachment(file: "Attached") -> Attachment:
    at = datetime.fromisoformat(file.at)
    return Attachment(
        string=file.content, name=file.name, description=file.description, created=at, modified=at
    )


def _document(html: str) -> Paper:
    return Paper(printable(html), base_url=f"{PRINT_DIR}/", url_fetcher=OwnAssets())


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


def pages_of(html: str) -> int:
    """How many pages the document takes."""
    with _RENDERING:
        return len(_document(html).render(stylesheets=[_style("print.css")], font_config=_fonts()).pages)
