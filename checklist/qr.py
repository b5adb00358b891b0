"""The QR code of an issued report, as SVG for the page. Pure."""

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

ADDRESS = "/check/"


def qr_of(text: str, title: str) -> SafeString:
    """An inline SVG; `title` is its alternative text."""
    code = segno.make(text, error="m", micro=False)
    size = len(code.matrix) + 8
    path = "".join(
        f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark
    )
    return format_html(
        '<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" role="img">'
        '<title>{}</title><path d="{}" fill="#000"/></svg>',
        size,
        size,
        title,
        mark_safe(path),  # noqa: S308 (made of numbers)
    )


def content(public_url: str, number: str, sha256: str) -> str:
    """An address where there is a public one, else the facts themselves."""
    if public_url:
        return f"{public_url}{ADDRESS}?number={number}&hash={sha256}"
    return f"点検報告書 {number} SHA-256 {sha256}"
