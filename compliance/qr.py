"""A QR code as SVG for a page or a paper. Pure."""

import segno
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


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
