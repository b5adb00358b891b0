"""Pictures of every screen at two widths, from the journeys that look at every page: `make screenshots`.

Those journeys run against a server and a database of their own; where they would look for faults, the camera clicks
(eyes.py). build/screenshots/index.html shows the pictures side by side.

`python -m tests.screenshots guide` then cuts the quick guide's pictures out of them, small and grey.
"""

import os
import shutil
import sys
from html import escape
from itertools import groupby
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "screenshots"
JOURNEYS = ["tests/journeys", "-m", "journey", "-n", "2", "-p", "tests.screenshots"]
GUIDE = ROOT / "compliance" / "print" / "guide"
FILLED = "test_pages_of_a_filled_clinic"
# A picture of the guide: the screen, and what is cut out of it at 1280px (left, top, right, bottom).
CUTS = {
    "first-start": ("test_pages_before_the_log_in--first_start", (80, 115, 800, 775)),
    "systems": (f"{FILLED}--systems", (80, 250, 768, 880)),
    "applicability": (f"{FILLED}--applicability", (80, 250, 800, 910)),
    "item": (f"{FILLED}--item", (80, 840, 740, 1400)),
    "vendor": ("test_every_page_of_a_vendor_for_every_eye--landing", (80, 140, 800, 640)),
    "confirm": (f"{FILLED}--confirm", (80, 250, 800, 750)),
    "inspection": (f"{FILLED}--inspection", (80, 1000, 1200, 1780)),
    "next-year": (f"{FILLED}--sections", (80, 250, 1200, 1030)),
}
HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Screens</title><style>
body { font: 16px/1.5 sans-serif; margin: 2rem } figure { margin: 0 0 2rem; display: flex; gap: 1rem; align-items: start }
figcaption { width: 14rem; flex: none } img { border: 1px solid #999; max-height: 60rem; object-fit: contain }
.w1280 { width: 640px } .w375 { width: 188px }
</style><h1>Screens</h1>
"""


def pytest_collection_modifyitems(items: list) -> None:
    """Keep the journeys that look at pages."""
    items[:] = [item for item in items if "looks" in item.fixturenames]


def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    os.environ["SHOTS"] = str(FOLDER)
    code = pytest.main(JOURNEYS)
    (FOLDER / "index.html").write_text(contact_sheet(sorted(each.name for each in FOLDER.glob("*.png"))))
    print(f"{len(list(FOLDER.glob('*.png')))} pictures: {FOLDER / 'index.html'}")
    return code


def contact_sheet(names: list[str]) -> str:
    """HTML that shows the pictures of these names by test, one line for each screen."""
    parts = [HEAD]
    for test, pictures in groupby(names, lambda name: name.split("--")[0]):
        parts.append(f"<h2>{escape(test)}</h2>\n")
        parts += [figure(screen, list(both)) for screen, both in groupby(pictures, screen_of)]
    return "".join(parts)


def screen_of(name: str) -> str:
    return name.split("--", 1)[1].rsplit("-", 1)[0]


def figure(screen: str, names: list[str]) -> str:
    widths = sorted(names, key=lambda name: -int(name.rsplit("-", 1)[1].removesuffix(".png")))
    images = "".join(
        f'<a href="{escape(name)}"><img class="w{name.rsplit("-", 1)[1].removesuffix(".png")}" loading="lazy" '
        f'src="{escape(name)}" alt="{escape(name)}"/></a>'
        for name in widths
    )
    return f"<figure><figcaption>{escape(screen)}</figcaption>{images}</figure>\n"


def ship_guide() -> None:
    """Cut, in 16 greys: a sixth of the size, and the guide is printed in grey anyway."""
    GUIDE.mkdir(exist_ok=True)
    for name, (screen, box) in CUTS.items():
        with Image.open(FOLDER / f"{screen}-1280.png") as whole:
            grey = whole.convert("L").crop(box).quantize(16).convert("L")
            grey.save(GUIDE / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(ship_guide() if sys.argv[1:] == ["guide"] else main())
