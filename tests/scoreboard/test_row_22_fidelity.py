"""Every text of the catalogue, as the database holds it, is the seed's own; or the errata say where it is not."""

import re

import pytest

from checklist.models.catalogue import Commentary, Erratum, Item
from compliance.guideline_check import NO_WORDS, problems
from tests.compliance.test_guideline import FOLDER, SOURCE
from tests.compliance.test_guideline import read as read_files
from vendors.models import DisclosureRow

pytestmark = pytest.mark.django_db
SEED = SOURCE.split("\n")
MARKS = re.compile(r"\*\*|\(#\)|[\[\]]|[⁰¹²³⁴-⁹]|<[^>]+>|\s")


def bare(text: str) -> str:
    """The letters alone: without blanks, emphasis, links and the figures of footnotes."""
    return MARKS.sub("", text)


def pieces(entry: dict) -> list[str]:
    """The texts of an entry: its own, its bullets' and choices', its note's, and chapter 3's wording of it."""
    own = [part["text"] for name in ("bullets", "choices") for part in entry.get(name) or ()]
    own += [entry["note"]["text"]] if entry.get("note") else []
    return [entry["text"], *own]


def is_the_seeds(text: str, lines: list[int], errata: list[dict]) -> bool:
    """Whether these lines of the seed say it, where need be before an erratum that the list holds."""
    cells = (
        re.sub("^ *- ", "", cell) for n in lines for cell in SEED[n - 1].split("\t") if cell not in NO_WORDS
    )
    said = bare("".join(cells))
    for each in errata:
        if set(each["lines"]) <= set(lines):
            said = said.replace(bare(each["from"]), bare(each["to"]))
    return bare(text) in said


def test_every_text_is_the_seeds_or_in_the_errata(edition, score):
    errata = [each.entry for each in Erratum.objects.filter(edition=edition)]
    entries = [
        row.entry
        for model in (Item, DisclosureRow, Commentary)
        for row in model.objects.filter(edition=edition)
    ]
    chapter3 = [entry["chapter3"] for entry in entries if entry.get("chapter3")]
    strange = [
        (entry["lines"], text)
        for entry in entries + chapter3
        for text in pieces(entry)
        if not is_the_seeds(text, entry["lines"], errata)
    ]
    missing = problems(read_files(FOLDER), SOURCE)
    print(*strange, *missing, sep="\n")
    score(len(entries), len(strange) + len(missing))


def test_a_text_that_is_not_the_seeds_would_be_found(edition):
    entry = Item.objects.get(edition=edition, code="3-2").entry
    assert not is_the_seeds(entry["text"].replace("収集", "入手"), entry["lines"], [])
