"""The contact sheet of `make screenshots`; the pictures themselves are taken by the journeys."""

import xml.etree.ElementTree as ET

from tests.screenshots import contact_sheet

NAMES = [
    "test_a--home-1280.png",
    "test_a--home-375.png",
    "test_b--item-10-9-375.png",
    "test_b--item-10-9-1280.png",
]


def sources(html: str) -> list[list[str]]:
    """By line, the pictures that it shows."""
    body = html[html.index("<h2>") :]
    lines = ET.fromstring(f"<body>{body}</body>").iter("figure")  # noqa: S314 (our own)
    return [[image.get("src") for image in line.iter("img")] for line in lines]


def test_each_screen_has_a_line_with_the_wide_picture_first():
    assert sources(contact_sheet(sorted(NAMES))) == [NAMES[:2], [NAMES[3], NAMES[2]]]


def test_a_name_is_no_markup():
    html = contact_sheet(['test_a--x"><b-1280.png'])
    assert "<b-" not in html
