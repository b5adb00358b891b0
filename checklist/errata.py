"""Where an erratum stands, for a reader of the printed guideline: its lines are those of a conversion. Pure."""

from collections.abc import Iterator

Stretch = tuple[list[int], str]


def placed(errata: tuple[dict, ...], stretches: list[Stretch]) -> tuple[dict, ...]:
    """The errata with `place`; empty where no stretch holds all their lines."""
    return tuple({**each, "place": _place(set(each["lines"]), stretches)} for each in errata)


def _place(lines: set[int], stretches: list[Stretch]) -> str:
    return next((place for held, place in stretches if lines <= set(held)), "")


def stretches(sections, items, commentary, footnotes, rows: dict[str, dict], prose: dict) -> list[Stretch]:
    """(lines, place) of each text; a line that holds an item's text and a title is the item's."""
    return [
        *((each["lines"], f"遵守項目 {each['shown']}") for each in items),
        *((each.get("chapter3_lines", []), f"解説の {each['shown']}") for each in items),
        *((each["lines"], f"解説 {each['section']}") for each in commentary),
        *((each["lines"], f"脚注 {each['number']}") for each in footnotes),
        *((each.get("lines", []), f"【別紙】 {code}") for code, each in rows.items()),
        *_titles(sections),
        *_prose(prose),
    ]


def _titles(sections) -> Iterator[Stretch]:
    for each in sections:
        yield each["title"]["lines"], f"項目区分 {each['code']}"
        yield each.get("chapter3_lines", []), f"解説の項目区分 {each['code']}"


def _prose(prose: dict) -> Iterator[Stretch]:
    for key, place in (("introduction", "はじめに"), ("scope", "1. 本編の対象")):
        yield from ((each["lines"], place) for each in prose.get(key, []))
    for row in prose.get("example_table", {}).get("rows", []):
        yield from ((cell["lines"], "解説の一覧の例") for cell in row)
