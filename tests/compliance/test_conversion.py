"""From one edition to the next: the table's shape, its faults, and the way over several editions."""

from copy import deepcopy

import pytest

from compliance import editions
from compliance.conversion import Change, Conversion, Origin, Table, problems
from compliance.guideline import GuidelineError
from tests.editions import CODE, shelve

SAME = Table()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return shelve(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(autouse=True)
def on_the_shelf(settings, shelf):
    settings.GUIDELINES = shelf


def old() -> dict:
    return editions.guideline(editions.RULES).as_dict()


def new() -> dict:
    return editions.guideline(CODE).as_dict()


def steps() -> dict:
    return deepcopy(editions.steps_to(CODE))


def step(told: dict, kind: str, code: str) -> dict:
    return next(each for each in told[kind] if code in each["old"] + each["new"])


def test_the_shipped_editions_lead_to_each_other(settings):
    settings.GUIDELINES = settings.BASE_DIR / "fixtures"
    assert editions.problems() == []
    assert editions.newest() == editions.RULES


def test_the_made_up_edition_has_no_problem():
    assert list(editions.shelf()) == [editions.RULES, CODE]
    assert editions.problems() == []


@pytest.mark.parametrize(
    ("kind", "code", "change", "says"),
    [
        ("item", "1.2-2", {"old": []}, "item: old 1.2-2 is not told of"),
        ("item", "1.2-2", {"new": []}, "item: new 1.2-2 is not told of"),
        ("item", "1.2-2", {"new": ["1.2-9"]}, "item: there is no new 1.2-9"),
        ("item", "1.2-2", {"old": ["1.2-1"]}, "item: old 1.2-1 is told of twice"),
        ("item", "1.2-2", {"change": "rewritten"}, "item 1.2-2 → 1.2-2: there is no change rewritten"),
        ("item", "1.2-2", {"change": "split"}, "item 1.2-2 → 1.2-2: that is not split"),
        ("item", "1.2-2", {"change": "reworded"}, "item 1.2-2 → 1.2-2: the texts are the same"),
        ("item", "1.2-1", {"change": "unchanged"}, "item 1.2-1 → 1.2-1: the texts differ"),
        ("item", "1.2-2", {"keep": False}, "item 1.2-2 → 1.2-2: what has not changed keeps its answer"),
        ("item", "8-4", {"keep": True}, "item - → 8-4: there is nothing to keep"),
        ("row", "MDS-04", {"keep": True}, "row MDS-04 → -: there is nothing to keep"),
    ],
)
def test_a_fault_of_the_table_is_named(kind, code, change, says):
    told = steps()
    step(told, kind, code).update(change)
    assert says in problems(told, old(), new())


@pytest.mark.parametrize(
    ("code", "origin"),
    [
        ("1.2-2", Origin(("1.2-2",), Change.UNCHANGED, True)),
        ("1.2-1", Origin(("1.2-1",), Change.REWORDED, True)),
        ("11-1", Origin(("11-1",), Change.REWORDED, False, "求めることが増えました。")),
        ("7-7", Origin(("7-1",), Change.SPLIT, True)),
        ("4.1-1", Origin(("4.1-1", "4.1-2"), Change.MERGED, True)),
        ("8-4", Origin((), Change.NEW, False)),
        ("10-10", Origin(("10-9",), Change.UNCHANGED, True)),
    ],
)
def test_each_item_knows_where_it_comes_from(code, origin):
    assert editions.between(editions.RULES, CODE).items.origin(code) == origin


def test_what_is_gone_is_told():
    assert editions.between(editions.RULES, CODE).items.gone == ("6-3",)
    assert editions.between(editions.RULES, CODE).rows.gone == ("MDS-04",)


def test_within_an_edition_everything_is_its_own_origin():
    assert editions.between(CODE, CODE) == Conversion()
    assert SAME.origin("10-9") == Origin(("10-9",), Change.UNCHANGED, True)
    assert (SAME.heir("10-9"), SAME.source("10-9")) == ("10-9", "10-9")


def test_heir_and_source_follow_what_is_kept_alone():
    table = editions.between(editions.RULES, CODE).items
    assert (table.heir("10-9"), table.source("10-10")) == ("10-10", "10-9")
    assert (table.heir("11-1"), table.source("11-1")) == ("", "")
    assert (table.heir("6-3"), table.source("4.1-1"), table.source("8-4")) == ("", "", "")


def test_there_is_no_way_back():
    with pytest.raises(GuidelineError, match=f"no table leads from {CODE} to {editions.RULES}"):
        editions.between(CODE, editions.RULES)


def table(*steps: tuple[list[str], list[str], str, bool]) -> Table:
    told = [{"old": old, "new": new, "change": change, "keep": keep} for old, new, change, keep in steps]
    return Conversion.of({"item": told}).items


def test_two_tables_make_one():
    first = table((["a"], ["a", "b"], "split", True), (["c"], ["c"], "reworded", False), (["d"], [], "deleted", False),
                  ([], ["e"], "new", False), (["f"], ["f"], "unchanged", True))  # fmt: skip
    second = table((["a", "b"], ["x"], "merged", True), (["c"], ["y"], "unchanged", True), (["e"], ["e"], "unchanged", True),
                   (["f"], [], "deleted", False), ([], ["z"], "new", False))  # fmt: skip
    both = first.then(second)
    assert both.origins == {
        "x": Origin(("a",), Change.MERGED, True),
        "y": Origin(("c",), Change.REWORDED, False),
        "e": Origin((), Change.NEW, False),
        "z": Origin((), Change.NEW, False),
    }
    assert both.gone == ("d", "f")


def test_the_same_edition_adds_nothing_to_a_table():
    some = table((["a"], ["b"], "unchanged", True))
    assert (SAME.then(some), some.then(SAME)) == (some, some)
