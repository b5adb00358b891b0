"""対象判断: kept as it was shown, for ever; and told when it is out of date."""

from datetime import timedelta

import pytest
from django.utils import timezone

from checklist.catalogue import catalogue_of
from checklist.facts import judgement_of, server_facts, system_facts
from checklist.models import ApplicabilityDetermination
from vendors.models import Component, System

pytestmark = pytest.mark.django_db
WRITTEN = {"update_bearer": "vendor", "written_in": "contract", "document": "保守契約書", "clause": "第8条"}


@pytest.fixture
def chart(clinic, director) -> System:
    return System.register(
        clinic, by=director, vendor_name="株式会社みどり", name="電子カルテ", location="external"
    )


@pytest.fixture
def server(chart, director) -> Component:
    return Component.register(chart, by=director, kind="server", name="クラウド", **WRITTEN)


@pytest.fixture
def judgement(clinic, edition):
    """judgement(): what follows from what is registered now."""
    return lambda: judgement_of(
        catalogue_of(edition), System.objects.filter(clinic=clinic).listed()
    ).as_dict()


@pytest.fixture
def keep(clinic, edition, director, judgement):
    return lambda by=director: ApplicabilityDetermination.keep(clinic, edition, judgement(), by=by)


def kept(clinic) -> list[str]:
    return [each.outcome for each in ApplicabilityDetermination.objects.filter(clinic=clinic).order_by("pk")]


def test_a_determination_is_kept_as_it_was_shown(keep, judgement, server, clinic, director, trail):
    found = ApplicabilityDetermination.objects.get(pk=keep().pk)
    assert (found.outcome, found.judgement, found.determined_by) == ("in_scope", judgement(), director)
    assert found.judgement["servers"] == [{
        "system": "電子カルテ", "vendor": "株式会社みどり", "server": "クラウド", "answer": "yes",
        "reason": "保守契約書 第8条に記載がある", "place": "保守契約書 第8条",
    }]  # fmt: skip
    entry = trail(clinic)[-1]
    told = (entry.action, entry.target, entry.detail)
    assert told == ("determination.keep", "本編の対象", {"outcome": "in_scope"})


def test_the_same_again_on_one_day_is_one_determination(keep, server, clinic, trail):
    first = keep()
    before = len(trail(clinic))
    assert (keep(), kept(clinic), len(trail(clinic))) == (first, ["in_scope"], before)


def test_the_same_on_another_day_is_a_determination_of_its_own(keep, server, clinic):
    keep()
    ApplicabilityDetermination.objects.update(determined_at=timezone.now() - timedelta(days=1))
    keep()
    assert kept(clinic) == ["in_scope", "in_scope"]


def test_the_same_by_somebody_else_is_a_determination_of_its_own(keep, server, clinic, clerk):
    keep()
    keep(by=clerk)
    assert kept(clinic) == ["in_scope", "in_scope"]


def test_another_result_on_the_same_day_stands_beside_the_first(keep, server, clinic, director):
    keep()
    server.describe(1, by=director, update_bearer="clinic")
    keep()
    assert kept(clinic) == ["in_scope", "out_of_scope"]
    newest = ApplicabilityDetermination.objects.filter(clinic=clinic).newest_first()
    assert [each.outcome for each in newest] == ["out_of_scope", "in_scope"]


def test_back_to_the_first_result_is_a_third_determination(keep, server, clinic, director):
    for version, bearer in ((1, "vendor"), (1, "clinic"), (2, "vendor")):
        server.describe(version, by=director, update_bearer=bearer)
        keep()
    assert kept(clinic) == ["in_scope", "out_of_scope", "in_scope"]


def test_another_clinics_determination_is_no_repetition(
    keep, clinic, other_clinic, edition, director, judgement
):
    keep()
    ApplicabilityDetermination.keep(other_clinic, edition, judgement(), by=director)
    assert (kept(clinic), kept(other_clinic)) == (["undecided"], ["undecided"])


def test_a_fresh_determination_is_up_to_date(keep, judgement, server):
    assert keep().is_out_of_date(judgement()) is False


@pytest.mark.parametrize(
    "change",
    [
        {"update_bearer": "clinic"},
        {"written_in": "nowhere"},
        {"clause": "第9条"},
        {"name": "別のサーバ"},
        {"kind": "network"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_component_puts_it_out_of_date(keep, judgement, server, director, change):
    before = keep()
    server.describe(1, by=director, **change)
    assert before.is_out_of_date(judgement()) is True


def test_a_new_server_puts_it_out_of_date(keep, judgement, server, chart, director):
    before = keep()
    Component.register(
        chart, by=director, kind="terminal", name="受付のPC", completes_on_device=True, **WRITTEN
    )
    assert before.is_out_of_date(judgement()) is True


def test_a_device_that_is_no_server_leaves_it_up_to_date(keep, judgement, server, chart, director):
    before = keep()
    Component.register(chart, by=director, kind="terminal", name="受付のPC")
    assert before.is_out_of_date(judgement()) is False


def test_a_retired_system_puts_it_out_of_date(keep, judgement, server, chart, director):
    before = keep()
    chart.retire(by=director)
    assert before.is_out_of_date(judgement()) is True


def test_a_system_introduced_without_a_vendor_puts_it_out_of_date(keep, judgement, server, clinic, director):
    before = keep()
    System.register(clinic, by=director, name="自作の予約表", location="in_house", has_no_server=True)
    assert judgement()["without_vendor"] == ["自作の予約表"]
    assert before.is_out_of_date(judgement()) is True


# What the registers say, as the rules take it


def test_only_what_counts_as_server_reaches_the_rules(server, chart, director):
    for kind, name, completes in (
        ("terminal", "PC", False),
        ("terminal", "タブレット", True),
        ("network", "ルータ", False),
    ):
        Component.register(chart, by=director, kind=kind, name=name, completes_on_device=completes)
    facts = system_facts(System.objects.listed().get(pk=chart.pk))
    assert (facts.name, facts.vendor, facts.has_no_server) == ("電子カルテ", "株式会社みどり", False)
    assert [each.name for each in facts.servers] == ["クラウド", "タブレット"]


def test_a_server_reaches_the_rules_with_where_it_is_written(server):
    facts = server_facts(server)
    told = (facts.name, facts.bearer, facts.written_in, facts.place)
    assert told == ("クラウド", "vendor", "contract", "保守契約書 第8条")


def test_the_judgement_stays_itself_through_json(judgement, keep, server):
    assert ApplicabilityDetermination.objects.get(pk=keep().pk).judgement == judgement()
