"""Which part of 要対応 is shown: what is overdue, or what is one person's. One choice, from the URL. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from checklist.todo import Todo

LATE, OWNER = "late", "owner"


@dataclass(frozen=True)
class Filter:
    """One choice with what it would show. `query` is empty for all."""

    label: str
    query: str
    count: int
    is_chosen: bool = False


def chosen(query: Mapping) -> tuple[str, str]:
    """(what is asked for, of whom) of a URL's query; ("", "") for all, and for what is no filter."""
    if LATE in query:
        return LATE, "1"
    return (OWNER, query[OWNER]) if OWNER in query else ("", "")


def query_of(choice: tuple[str, str]) -> str:
    name, value = choice
    return urlencode({name: value}) if name else ""


def address_of(path: str, choice: tuple[str, str]) -> str:
    query = query_of(choice)
    return f"{path}?{query}" if query else path


def matching(found: Iterable[Todo], choice: tuple[str, str]) -> list[Todo]:
    name, value = choice
    if name == LATE:
        return [each for each in found if each.overdue_days]
    return [each for each in found if name != OWNER or each.owner == value]


def filters(found: list[Todo], choice: tuple[str, str]) -> list[Filter]:
    """すべて, 期限を過ぎたもの, each 担当 in the order of the list, 担当が未定."""
    owners = dict.fromkeys(each.owner for each in found if each.owner)
    offered = [("すべて", ("", "")), ("期限を過ぎたもの", (LATE, "1"))]
    offered += [(f"担当：{owner}", (OWNER, owner)) for owner in owners]
    offered += [("担当が未定", (OWNER, ""))] if owners else []
    return [
        Filter(label, query_of(each), len(matching(found, each)), each == choice) for label, each in offered
    ]
