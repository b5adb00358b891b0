"""The quick guide: two pages with pictures of the screens, the same for everybody."""

from functools import cache

from django.conf import settings
from django.template.loader import render_to_string

from compliance.renderer import pdf


def guide_html() -> str:
    return render_to_string("report/guide.html", {"contact": settings.CONTACT})


@cache
def guide_pdf() -> bytes:
    """Made once in a process: nobody needs to be signed in for it, so it must cost nothing to ask again."""
    return pdf(guide_html())
