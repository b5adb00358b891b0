"""One edition's texts in memory. They change only with the edition's fingerprint, so pages need no query for them."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from unicodedata import normalize

from checklist.errata import placed, stretches
from checklist.models import Commentary, Erratum, Flowchart, Footnote, Item, Section
from compliance import editions
from compliance.conversion import Table
from compliance.models import GuidelineEdition
from vendors.models import DisclosureRow


@dataclass(frozen=True)
class Catalogue:
    """Fixture entries in document order, as dicts with the keys of the TOML files; items with their `pk`;
    `annex` is {row code: question} of 別紙; errata with their `place`; `rules` leads from our rules' edition to this one."""

    rules: Table
    annex: dict[str, dict]
    sections: tuple[dict, ...]
    items: tuple[dict, ...]
    commentary: tuple[dict, ...]
    footnotes: tuple[dict, ...]
    errata: tuple[dict, ...]
    flowchart: dict
    prose: dict

    @cached_property
    def by_code(self) -> dict[str, dict]:
        return {item["code"]: item for item in self.items}

    def rule_of(self, code: str) -> str:
        """The code under which our findings know an item; empty where it is no longer theirs."""
        return self.rules.source(code)

    def known_as(self, code: str) -> tuple[str, ...]:
        """The codes under which inspection topics know an item: several where items were merged into it."""
        origin = self.rules.origin(code)
        return origin.codes if origin.keep else ()

    def codes_named(self, text: str) -> list[str]:
        """The code of the item that somebody means by 「10⑨」 or 「10-9」; none for other words."""
        plain = normalize("NFKC", text)  # full-width figures too; 「⑨」 would become 9
        return [each["code"] for each in self.items if each["shown"] == text or each["code"] == plain]

    @cached_property
    def section_by_code(self) -> dict[str, dict]:
        return {section["code"]: section for section in self.sections}

    @cached_property
    def chapters(self) -> tuple[dict, ...]:
        """The 11 sections, each with `items`: those of its sub-sections too."""
        tops = [section for section in self.sections if not section["parent"]]
        return tuple(
            {**top, "items": [i for i in self.items if chapter_code(i) == top["code"]]} for top in tops
        )

    @cached_property
    def footnote_by_number(self) -> dict[int, dict]:
        return {note["number"]: note for note in self.footnotes}

    def page_of(self, code: str) -> dict:
        """What an item's page shows of the guideline: item, before, after, place, total, section, own, rest, notes."""
        return self._pages[code]

    @cached_property
    def _pages(self) -> dict[str, dict]:
        around = zip((None, *self.items[:-1]), self.items, (*self.items[1:], None), strict=True)
        return {
            item["code"]: self._page(item, place) | {"before": before, "after": after}
            for place, (before, item, after) in enumerate(around, 1)
        }

    def _page(self, item: dict, place: int) -> dict:
        own, rest = self.commentary_of(item)
        marks = {
            mark["number"] for text in (item, *item["bullets"], *own, *rest) for mark in text["footnotes"]
        }
        notes = [self.footnote_by_number[number] for number in sorted(marks)]
        section = self.section_by_code[item["section"]]
        return {"item": item, "place": place, "total": len(self.items), "section": section,
                "own": own, "rest": rest, "notes": notes}  # fmt: skip

    def commentary_of(self, item: dict) -> tuple[list[dict], list[dict]]:
        """(bullets that speak of this item, the most particular first; the other bullets of its section)"""
        own = [each for each in self.commentary if item["code"] in each["items"]]
        own.sort(key=lambda each: (each["section"] != item["section"], len(each["items"])))
        rest = [each for each in self.commentary if each["section"] == item["section"] and each not in own]
        return own, rest


def chapter_code(item: dict) -> str:
    """ "4" for an item of 4.2"""
    return item["section"].split(".")[0]


def catalogue_of(edition: GuidelineEdition) -> Catalogue:
    return _catalogue(edition.pk, edition.fingerprint)


def _question(row: DisclosureRow) -> dict:
    return {
        "numbers": " / ".join(row.numbers),
        "text": row.text,
        "chapter": row.chapter,
        "chapter_title": row.chapter_title,
        "choices": row.entry.get("choices", []),
        "note": row.entry.get("note", {}),
    }


@lru_cache(maxsize=8)
def _catalogue(edition_id: int, fingerprint: str) -> Catalogue:
    def entries(model) -> tuple[dict, ...]:
        return tuple(
            model.objects.filter(edition=edition_id).order_by("position").values_list("entry", flat=True)
        )

    edition = GuidelineEdition.objects.get(pk=edition_id)
    items = Item.objects.filter(edition=edition).order_by("position")
    items = tuple({**item.entry, "pk": item.pk} for item in items)
    rows = list(DisclosureRow.objects.filter(edition=edition))
    sections, commentary, footnotes = entries(Section), entries(Commentary), entries(Footnote)
    by_row = {row.code: row.entry for row in rows}
    texts = stretches(sections, items, commentary, footnotes, by_row, edition.prose)
    return Catalogue(
        rules=editions.between(editions.RULES, edition.code).items,
        annex={row.code: _question(row) for row in rows},
        sections=sections,
        items=items,
        commentary=commentary,
        footnotes=footnotes,
        errata=placed(entries(Erratum), texts),
        flowchart=entries(Flowchart)[0],
        prose=edition.prose,
    )
