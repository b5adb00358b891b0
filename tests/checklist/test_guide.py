"""The quick guide: two pages of A4, archival, with small grey pictures of the screens."""

import pytest
from PIL import Image

from checklist.guide import guide_html, guide_pdf
from compliance.printing import PRINT_DIR
from compliance.renderer import pdf
from tests.compliance.test_archival import faults
from tests.papers import Printed, bare
from tests.screenshots import CUTS, WIDTH
from tests.web import tree

PICTURES = PRINT_DIR / "guide"
A4 = (595, 842)  # points
STEPS = ["はじめる", "システムと事業者", "対象判断", "52項目に答える", "開示書を依頼する", "確認して、確定・発行する",
         "立入検査の日", "翌年"]  # fmt: skip


@pytest.fixture(scope="module")
def guide() -> Printed:
    return Printed(guide_pdf())


def test_it_is_two_pages_of_a4(guide):
    assert [tuple(round(side) for side in each.mediabox[2:]) for each in guide.reader.pages] == [A4, A4]


def test_it_keeps_both_standards_with_its_pictures(guide):
    assert faults(guide.content) == {}


def test_four_steps_stand_on_each_page_in_their_order(guide):
    headings = [bare(f"{number}　{step}") for number, step in enumerate(STEPS, 1)]
    assert [[each for each in headings if each in page] for page in guide.pages] == [
        headings[:4],
        headings[4:],
    ]


def test_it_names_whom_to_ask_and_still_fits(settings):
    settings.CONTACT = "みなと市医師会 事務局 電話 000-0000-0000（平日 9時～17時） tenken@example.jp"
    printed = Printed(pdf(guide_html()))
    assert len(printed.pages) == 2
    assert bare(settings.CONTACT) in printed.pages[1]


def test_it_is_made_once_in_a_process():
    assert guide_pdf() is guide_pdf()


def test_its_pictures_are_those_that_the_camera_ships_small_and_grey():
    assert {each.stem for each in PICTURES.glob("*")} == set(CUTS)
    assert {
        each.name: each.stat().st_size for each in PICTURES.glob("*") if each.stat().st_size > 60_000
    } == {}
    for each in PICTURES.glob("*.png"):
        colours = Image.open(each).convert("RGB").getcolors()
        assert [colour for _, colour in colours if len(set(colour)) > 1] == [], each.name


def test_every_picture_prints_as_wide_as_it_is_and_whole():
    """82mm on paper, no taller than its place there: letters keep the size that the camera measured."""
    sizes = {name: Image.open(PICTURES / f"{name}.png").size for name in CUTS}
    assert {width for width, _ in sizes.values()} == {2 * WIDTH}
    tall = {name: 82 * height / width for name, (width, height) in sizes.items()}
    assert {name: mm for name, mm in tall.items() if mm > CUTS[name][2]} == {}
    css = (PRINT_DIR / "guide.css").read_text("utf-8")
    assert [f"max-height: {mm}mm" in css for mm in sorted({each[2] for each in CUTS.values()})] == [True] * 2
    assert "width: 82mm" in css


def test_every_picture_is_told_in_words():
    class Page:
        content = guide_html().encode()

    pictures = list(tree(Page).iter("img"))
    assert [each.get("src") for each in pictures] == [f"guide/{name}.png" for name in CUTS]
    assert [each.get("src") for each in pictures if len(each.get("alt", "")) < 10] == []
