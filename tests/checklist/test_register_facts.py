"""What the findings' rules look at: each system with its own papers, in no more queries than a rule needs."""

from datetime import date

import pytest

from checklist.register_facts import CONTRACT_POINTS, TWO_FACTOR_ROWS, Part, StorageFacts, facts_of
from tests.sheets import accepted, begun, submitted, system_of, treated
from tests.web import at_most
from vendors.guideline_texts import contract_points
from vendors.models import (
    Agreement,
    Boundary,
    Certification,
    Component,
    DisclosureRow,
    ExternalStorage,
    System,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture
def chart(clinic, director) -> System:
    return system_of(clinic, director)


@pytest.fixture
def facts(clinic):
    """facts(): those of the clinic's only system."""
    return lambda: facts_of(clinic.pk, TODAY).systems[0]


def test_5_4_has_as_many_points_as_the_rules_count():
    assert len(contract_points()) == CONTRACT_POINTS


def test_a_system_comes_with_all_that_is_registered_of_it(chart, facts, director):
    sheet = accepted(chart, director, no=["MDS-06"])
    record = treated(chart, director, "MDS-06", sheet)
    server = Component.register(chart, by=director, kind="server", name="クラウド")
    contract = Agreement.register(chart.vendor, by=director, kind="contract", title="契約書")
    isms = Certification.register(chart.vendor, by=director, kind="isms")
    Boundary.of(chart).describe(0, by=director, counterpart="相手", logs="接続ログ")
    ExternalStorage.of(chart).describe(0, by=director, place="国内", domestic_law="yes")
    found = facts()
    assert (found.name, found.vendor, found.location) == ("電子カルテ", "株式会社カルテ", "external")
    assert ([each.sheet for each in found.standings], dict(found.treatments)) == ([sheet], {"MDS-06": record})
    assert (list(found.components), found.agreements, found.certifications) == ([server], [contract], [isms])
    assert found.boundary == {
        "責任分界を直接取り決める相手方": "相手",
        "事業者から提供されるログの内容・条件・範囲": "接続ログ",
    }
    assert found.boundary_gaps == ["役割分担", "書いてある所"]
    assert found.storage_words == {"保存場所": "国内", "国内法の適用・執行が及ぶ範囲にあること": "確かめた"}


def test_a_bare_system_has_nothing_and_that_is_no_error(clinic, director, facts):
    system_of(clinic, director, vendor_name="")
    found = facts()
    assert (found.vendor, found.boundary, found.storage, found.storage_words) == ("", {}, None, {})
    assert (found.agreements, found.certifications, list(found.components)) == ([], [], [])


def test_the_points_of_the_contract_are_counted(chart, facts, director):
    points = {"1": {"state": "yes", "clause": "第5条"}, "2": {"state": "no", "clause": ""}}
    known = dict.fromkeys(("policy", "backup", "credibility", "place"), "x")
    ExternalStorage.of(chart).describe(0, by=director, points=points, domestic_law="yes", **known)
    assert facts().storage == StorageFacts((), 1, 7)


def test_a_contract_about_one_system_is_of_that_system_only(clinic, chart, director):
    other = system_of(clinic, director, "画像")
    Agreement.register(chart.vendor, by=director, kind="contract", title="共通")
    Agreement.register(chart.vendor, by=director, kind="contract", title="画像", system=other)
    told = {s.name: [a.title for a in s.agreements] for s in facts_of(clinic.pk, TODAY).systems}
    assert told == {"電子カルテ": ["共通"], "画像": ["共通", "画像"]}


@pytest.mark.parametrize(("location", "names"), [("in_house", ["サーバ", "診察PC"]), ("external", [])])
def test_servers_in_the_clinic(location, names, clinic, director, facts):
    system = system_of(clinic, director, location=location)
    Component.register(system, by=director, kind="server", name="サーバ")
    Component.register(system, by=director, kind="terminal", name="診察PC", completes_on_device=True)
    Component.register(system, by=director, kind="terminal", name="受付PC")
    Component.register(system, by=director, kind="network", name="ルータ")
    assert [each.name for each in facts().servers_in_house] == names


@pytest.mark.parametrize(
    ("move", "kind", "rows", "declared"),
    [
        (submitted, "MDS", {}, True),
        (accepted, "MDS", {}, True),
        (submitted, "SDS", {}, True),
        (begun, "MDS", {}, False),
        (submitted, "MDS", {"na": ["MDS-20"]}, False),
        (submitted, "SDS", {"no": ["SDS-46"]}, False),
    ],
)
def test_whether_the_vendor_declares_two_factor(move, kind, rows, declared, chart, facts, director):
    move(chart, director, kind, **rows)
    assert facts().two_factor_declared is declared


def test_the_rows_of_two_factor_are_those_of_the_guideline(edition):
    rows = DisclosureRow.objects.filter(edition=edition, code__in=TWO_FACTOR_ROWS).order_by("kind")
    assert [(row.kind, row.numbers, "対応予定" in str(row.entry)) for row in rows] == [
        ("MDS", ["4.1"], True),
        ("SDS", ["17.1"], True),
    ]


@pytest.mark.parametrize(("need", "unavailable"), [("none", True), ("mds", False), ("", False)])
def test_what_is_not_to_be_had(need, unavailable, clinic, director, facts):
    system_of(clinic, director, disclosure_need=need, unavailable_reason="回線")
    assert facts().is_unavailable is unavailable


PARTS = [
    (Part.NOTHING, 2),
    (Part.AGREEMENTS, 3),
    (Part.CERTIFICATIONS, 3),
    (Part.BOUNDARIES, 3),
    (Part.STORAGE, 3),
    (Part.CERTIFICATIONS | Part.STORAGE, 4),
    (Part.SHEETS, 5),
    (Part.EVERYTHING, 9),
]


@pytest.mark.parametrize(("part", "queries"), PARTS)
@pytest.mark.parametrize("systems", [1, 6])
def test_each_part_has_its_price_however_much_is_registered(systems, part, queries, clinic, director):
    for number in range(systems):
        system = system_of(clinic, director, f"系{number}", vendor_name=f"社{number}")
        treated(system, director, "MDS-06", accepted(system, director, no=["MDS-06"]))
        Boundary.of(system).describe(0, by=director, counterpart="相手")
        Agreement.register(system.vendor, by=director, kind="contract", title="契約書")
    with at_most(queries):
        found = facts_of(clinic.pk, TODAY, part)
        told = [(each.boundary_gaps, [s.next_step for s in each.standings]) for each in found.systems]
    assert len(told) == systems


def test_a_retired_system_and_another_clinics_are_left_out(
    chart, clinic, other_clinic, other_director, director
):
    system_of(other_clinic, other_director, "よそ")
    chart.retire(by=director)
    assert facts_of(clinic.pk, TODAY).systems == []
