"""The filters of 要対応: one choice from the URL, with counts, and nothing for what is no filter."""

import pytest

from checklist.todo import Todo
from checklist.todo_filters import address_of, chosen, filters, matching, query_of


def thing(where: str, owner: str = "", overdue_days: int = 0) -> Todo:
    return Todo("遵守項目", where, "", "item", (where,), owner=owner, overdue_days=overdue_days)


FOUND = [thing("1", "院長", 3), thing("2", "事務"), thing("3", "院長"), thing("4")]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, ["1", "2", "3", "4"]),
        ({"late": "1"}, ["1"]),
        ({"owner": "院長"}, ["1", "3"]),
        ({"owner": ""}, ["4"]),
        ({"owner": "だれか"}, []),
        ({"late": "", "owner": "事務"}, ["1"]),
        ({"kept": "1"}, ["1", "2", "3", "4"]),
    ],
)
def test_a_query_shows_its_part_of_the_list(query, wanted):
    assert [each.where for each in matching(FOUND, chosen(query))] == wanted


def test_every_filter_counts_what_it_shows():
    assert [(each.label, each.query, each.count) for each in filters(FOUND, ("", ""))] == [
        ("すべて", "", 4),
        ("期限を過ぎたもの", "late=1", 1),
        ("担当：院長", "owner=%E9%99%A2%E9%95%B7", 2),
        ("担当：事務", "owner=%E4%BA%8B%E5%8B%99", 1),
        ("担当が未定", "owner=", 1),
    ]


@pytest.mark.parametrize("query", [{}, {"late": "1"}, {"owner": "院長"}, {"owner": ""}])
def test_one_filter_is_chosen(query):
    offered = filters(FOUND, chosen(query))
    assert [each.query for each in offered if each.is_chosen] == [query_of(chosen(query))]


def test_without_anybody_in_charge_there_is_nobody_to_choose():
    assert [each.label for each in filters([thing("1")], ("", ""))] == ["すべて", "期限を過ぎたもの"]


def test_an_address_carries_the_filter_and_nothing_else():
    assert [
        address_of("/x/", chosen(query)) for query in ({}, {"late": "9"}, {"owner": "a&b", "next": "//y"})
    ] == [
        "/x/",
        "/x/?late=1",
        "/x/?owner=a%26b",
    ]
