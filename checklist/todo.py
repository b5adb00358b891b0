"""要対応: one list of what is to be done, from items, risk records, findings, disclosures and ends of papers. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from checklist import precheck
from checklist.choices import Status
from checklist.planning import plan
from compliance.dates import wareki

# The rules whose points are something to do beside the answers themselves, and what they are about.
_RULES = (
    ("責任者・対象判断", (precheck.officer_named, precheck.determined)),
    ("食い違い", (precheck.contradicted,)),
    ("開示書", (precheck.disclosed, precheck.unread, precheck.explained, precheck.unavailable)),
    ("期限", (precheck.certified, precheck.under_contract, precheck.papers_valid)),
)
ITEM = "遵守項目"
HEAD = ["種類", "対象", "すること", "担当", "期限", "期限の状態"]


@dataclass(frozen=True)
class Todo:
    """One thing to do: what it is about, who does it until when, the page on which it is done.

    `closing` is what the list offers besides, and `closing_args` what that page takes: where nothing but its day is
    missing. `key` names the thing for the machine.
    """

    kind: str
    where: str
    task: str
    url_name: str
    args: tuple = ()
    owner: str = ""
    due_on: str = ""
    overdue_days: int = 0
    closing: str = ""
    closing_args: tuple = ()

    @property
    def key(self) -> str:
        return "-".join(map(str, (self.url_name, *(self.closing_args or self.args))))

    @property
    def late_text(self) -> str:
        return f"{self.overdue_days}日過ぎています" if self.overdue_days else ""

    @property
    def row(self) -> list[str]:
        due = wareki(date.fromisoformat(self.due_on)) if self.due_on else ""
        return [self.kind, self.where, self.task, self.owner, due, self.late_text]


def todo(snapshot: Mapping) -> list[Todo]:
    """Overdue first, then by day; what has no day follows in the order of its kinds."""
    found = [*_planned(snapshot), *_noticed(snapshot)]
    return sorted(found, key=lambda each: each.due_on or "9999")


def further(snapshot: Mapping) -> list[Todo]:
    """What is to be done beside the items: risks, disclosures, contradictions, ends of papers."""
    return [each for each in todo(snapshot) if each.kind != ITEM]


def _planned(snapshot: Mapping) -> Iterator[Todo]:
    """Items and risk measures, which have somebody and a day."""
    items = {line["shown"]: line for line in snapshot["todo"]}
    risks = {risk["number"]: risk for risk in snapshot["risks"]}
    for line in plan(snapshot):
        facts = {name: line[name] for name in ("where", "task", "owner", "due_on", "overdue_days")}
        if item := items.get(line["where"]):
            yield Todo(kind=ITEM, url_name="item", args=(item["code"],), **_of_item(item), **facts)
        else:
            yield Todo(kind="リスク対応", url_name="disclosures", **_of_risk(risks[line["where"]]), **facts)


def _of_item(item: Mapping) -> dict:
    """わからない and 対象外 are no plan that somebody carries out: they are cured on their page."""
    closes = item["status"] in {Status.OPEN, Status.DONE}
    return {"closing": "close_item" if closes else "", "closing_args": (item["code"],)}


def _of_risk(risk: Mapping) -> dict:
    waits = risk["due_on"] and not risk["done_on"]
    return {"closing": "close_risk" if waits else "", "closing_args": (risk["id"],)}


def _noticed(snapshot: Mapping) -> Iterator[Todo]:
    today = date.fromisoformat(snapshot["today"])
    for kind, rules in _RULES:
        for point in (point for rule in rules for point in rule(snapshot)):
            late = (today - date.fromisoformat(point.due_on)).days if point.due_on else 0
            yield Todo(kind, point.where, point.words, point.url_name, point.args,
                       due_on=point.due_on, overdue_days=late)  # fmt: skip
