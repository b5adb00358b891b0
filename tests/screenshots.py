"""Pictures of every screen at two widths, from the journeys that look at every page: `make screenshots`.

Those journeys run against a server and a database of their own; where they would look for faults, the camera clicks
(eyes.py). build/screenshots/index.html shows the pictures side by side.

`python -m tests.screenshots guide` takes those of the quick guide, which are shipped: few, narrow and grey.
"""

import os
import shutil
import sys
from html import escape
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "screenshots"
JOURNEYS = ["tests/journeys", "-m", "journey", "-n", "2", "-p", "tests.screenshots"]
GUIDE = ROOT / "compliance" / "print" / "guide"
CAMERA = ["tests/journeys/guide_pictures.py", "-m", "journey", "-n", "0"]
WIDTH = 600  # CSS pixels of the guide's pictures, printed 82mm wide (guide.css)
# Of each, the first and the last thing on it, and how tall it may be on paper, in mm (guide.css).
CUTS = {
    "first-start": ("h1", "#div_id_name", 76),
    "systems": ("main h1", "tbody tr", 76),
    "applicability": ("main h1", "a[href$='applicability.pdf']", 76),
    "item": ("legend.question", "form.answer button[name=next]", 76),
    "vendor": ("h1", "dl.facts", 58),
    "confirm": ("main h1", "section.aside-note", 58),
    "inspection": (".review-head", ".review-row .status", 58),
    "next-year": ("section.earlier", "section.earlier", 58),
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


def ship_guide() -> int:
    """Take them anew, in 8 greys: a fraction of the size, and the guide is printed in grey anyway."""
    with TemporaryDirectory() as taken:
        os.environ["SHOTS"] = taken
        if code := pytest.main(CAMERA):
            return code
        for name in CUTS:
            with Image.open(Path(taken) / f"{name}.png") as picture:
                picture.convert("L").quantize(8).convert("L").save(GUIDE / f"{name}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(ship_guide() if sys.argv[1:] == ["guide"] else main())
