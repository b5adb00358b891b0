"""事業者, 医療情報システム, 構成機器: registered, described, retired and removed, each time with its 操作記録."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from compliance.tenancy import Conflict
from vendors.choices import WRITTEN, ComponentKind, WrittenIn
from vendors.models import Component, DisclosureRow, System, Vendor

pytestmark = pytest.mark.django_db


@pytest.fixture
def chart(clinic, director) -> System:
    """電子カルテシステム of a vendor, without components."""
    fields = {"name": "電子カルテシステム", "product": "○○カルテ", "location": "external"}
    return System.register(clinic, by=director, vendor_name="株式会社みどり", **fields)


@pytest.fixture
def server(chart, director) -> Component:
    return Component.register(chart, by=director, kind="server", name="事業者のクラウド")


def last(trail, clinic) -> tuple[str, str, dict]:
    entry = trail(clinic)[-1]
    return entry.action, entry.target, entry.detail


def names(clinic) -> list[str]:
    return list(Vendor.objects.filter(clinic=clinic).values_list("name", flat=True))


def listed(clinic) -> list[str]:
    return [system.name for system in System.objects.filter(clinic=clinic).listed()]


# Systems and vendors


def test_a_registered_system_brings_its_vendor_along(chart, clinic, trail):
    assert (names(clinic), listed(clinic)) == (["株式会社みどり"], ["電子カルテシステム"])
    assert [each.action for each in trail(clinic)][-2:] == ["vendor.register", "system.register"]
    assert last(trail, clinic) == ("system.register", "電子カルテシステム", {
        "name": "電子カルテシステム", "product": "○○カルテ", "location": "external", "vendor": "株式会社みどり",
    })  # fmt: skip


def test_a_vendor_that_is_known_is_not_registered_again(chart, clinic, director, trail):
    System.register(clinic, by=director, vendor_name="株式会社みどり", name="予約", location="external")
    assert names(clinic) == ["株式会社みどり"]
    assert [each.action for each in trail(clinic)].count("vendor.register") == 1


def test_the_same_vendor_of_another_clinic_is_another_row(chart, other_clinic, other_director, clinic):
    System.register(
        other_clinic, by=other_director, vendor_name="株式会社みどり", name="予約", location="external"
    )
    assert (names(clinic), names(other_clinic), Vendor.objects.count()) == (
        ["株式会社みどり"],
        ["株式会社みどり"],
        2,
    )


def test_a_system_may_have_no_vendor(clinic, director):
    system = System.register(clinic, by=director, name="自作の予約表", location="in_house")
    assert (system.vendor, names(clinic)) == (None, [])


def test_systems_stand_in_the_order_of_their_registration(chart, clinic, director):
    for name in ("予約", "回線"):
        System.register(clinic, by=director, name=name, location="external")
    assert listed(clinic) == ["電子カルテシステム", "予約", "回線"]


def test_a_described_system_changes_and_tells_what(chart, clinic, director, trail):
    chart.describe(1, by=director, vendor_name="株式会社あおい", name="電子カルテ", product="○○カルテ")
    found = System.objects.get(pk=chart.pk)
    assert (found.name, found.vendor.name, found.version) == ("電子カルテ", "株式会社あおい", 2)
    assert last(trail, clinic) == ("system.describe", "電子カルテ", {
        "name": ["電子カルテシステム", "電子カルテ"], "vendor": ["株式会社みどり", "株式会社あおい"],
    })  # fmt: skip


def test_a_system_described_as_it_is_writes_nothing(chart, clinic, director, trail):
    before = len(trail(clinic))
    chart.describe(1, by=director, vendor_name="株式会社みどり", name="電子カルテシステム")
    assert (System.objects.get(pk=chart.pk).version, len(trail(clinic))) == (1, before)


def test_an_emptied_vendor_leaves_the_system_without_one(chart, director):
    chart.describe(1, by=director, vendor_name="", name=chart.name)
    assert System.objects.get(pk=chart.pk).vendor is None


def test_a_stale_description_changes_nothing_and_leaves_no_vendor_behind(chart, clinic, director, trail):
    chart.describe(1, by=director, vendor_name="株式会社みどり", name="先に保存")
    before = len(trail(clinic))
    with pytest.raises(Conflict) as conflict:
        chart.describe(1, by=director, vendor_name="新しい事業者", name="後から保存")
    assert conflict.value.current.name == "先に保存"
    assert (listed(clinic), names(clinic), len(trail(clinic))) == (["先に保存"], ["株式会社みどり"], before)


def test_a_retired_system_leaves_the_list_and_keeps_its_row_components_and_vendor(
    chart, server, clinic, director, trail
):
    chart.retire(by=director)
    assert (listed(clinic), list(chart.components.all()), names(clinic)) == ([], [server], ["株式会社みどり"])
    found = System.objects.get(pk=chart.pk)
    assert (found.retired_at is not None, found.version) == (True, 2)
    assert last(trail, clinic) == ("system.retire", "電子カルテシステム", {})


def test_particulars_are_specified_without_touching_the_vendor(chart, clinic, director, trail):
    chart.specify(1, by=director, login_two_factor="yes")
    found = System.objects.get(pk=chart.pk)
    assert (found.login_two_factor, found.vendor_name, found.version) == ("yes", "株式会社みどり", 2)
    change = {"login_two_factor": ["unknown", "yes"]}
    assert last(trail, clinic) == ("system.specify", "電子カルテシステム", change)
    with pytest.raises(Conflict):
        chart.specify(1, by=director, login_two_factor="no")


def test_a_described_vendor_changes_and_tells_what(chart, clinic, director, trail):
    chart.vendor.describe(1, by=director, name="株式会社みどり", phone="045-000-0001")
    assert Vendor.objects.get(pk=chart.vendor_id).phone == "045-000-0001"
    assert last(trail, clinic) == ("vendor.describe", "株式会社みどり", {"phone": ["", "045-000-0001"]})


def test_a_stale_description_of_a_vendor_is_a_conflict(chart, director):
    mine = Vendor.objects.get(pk=chart.vendor_id)
    chart.vendor.describe(1, by=director, phone="1")
    with pytest.raises(Conflict):
        mine.describe(1, by=director, phone="2")
    assert Vendor.objects.get(pk=mine.pk).phone == "1"


def test_a_clinic_has_each_vendor_once(chart, clinic):
    with pytest.raises(IntegrityError), transaction.atomic():
        Vendor.objects.create(clinic=clinic, name="株式会社みどり")


def test_a_list_costs_the_same_for_1_and_20_systems(
    chart, server, clinic, director, django_assert_num_queries
):
    def look():
        return [(s.vendor, list(s.components.all())) for s in System.objects.filter(clinic=clinic).listed()]

    with django_assert_num_queries(2):
        assert len(look()) == 1
    for number in range(19):
        more = System.register(
            clinic, by=director, vendor_name=f"事業者{number}", name="x", location="external"
        )
        Component.register(more, by=director, kind="server", name="y")
    with django_assert_num_queries(2):
        assert len(look()) == 20


# Components


def test_nobody_is_guessed_to_bear_a_new_components_updates(server, clinic, trail):
    found = Component.objects.get(pk=server.pk)
    assert (found.update_bearer, found.written_in, found.written_place) == ("unknown", "unknown", "")
    assert found.clinic == clinic
    assert last(trail, clinic) == (
        "component.register", "電子カルテシステム：事業者のクラウド", {"kind": "server", "name": "事業者のクラウド"}
    )  # fmt: skip


def test_a_described_component_changes_and_tells_what(server, clinic, director, trail):
    server.describe(1, by=director, update_bearer="vendor", written_in="contract", document="保守契約書")
    found = Component.objects.get(pk=server.pk)
    assert (found.update_bearer, found.written_place, found.version) == ("vendor", "保守契約書", 2)
    assert last(trail, clinic) == ("component.describe", "電子カルテシステム：事業者のクラウド", {
        "update_bearer": ["unknown", "vendor"], "written_in": ["unknown", "contract"], "document": ["", "保守契約書"],
    })  # fmt: skip


def test_a_stale_description_of_a_component_is_a_conflict(server, director):
    mine = Component.objects.get(pk=server.pk)
    server.describe(1, by=director, update_bearer="clinic")
    with pytest.raises(Conflict):
        mine.describe(1, by=director, update_bearer="vendor")
    assert Component.objects.get(pk=mine.pk).update_bearer == "clinic"


def test_a_removed_component_is_gone_and_told(server, chart, clinic, director, trail):
    server.remove(by=director)
    assert list(chart.components.all()) == []
    assert last(trail, clinic) == ("component.remove", "電子カルテシステム：事業者のクラウド", {})


def test_servers_stand_first_then_devices_then_the_network(chart, director):
    for kind in ("network", "terminal", "server"):
        Component.register(chart, by=director, kind=kind, name=kind)
    assert [each.name for each in chart.components.all()] == ["server", "terminal", "network"]


@pytest.mark.parametrize(
    ("kind", "completes", "counts"),
    [
        ("server", False, True),
        ("server", True, True),
        ("terminal", False, False),
        ("terminal", True, True),
        ("network", False, False),
        ("network", True, False),
    ],
)
def test_a_device_counts_as_server_where_an_app_completes_on_it(kind, completes, counts):
    assert Component(kind=kind, completes_on_device=completes).counts_as_server is counts


@pytest.mark.parametrize(
    ("written_in", "document", "clause", "place"),
    [
        ("contract", "保守契約書（令和6年4月1日）", "第8条第2項", "保守契約書（令和6年4月1日） 第8条第2項"),
        ("terms", "利用規約", "", "利用規約"),
        ("sla", "", "3.2", "サービスレベル合意書（SLA） 3.2"),
        ("contract", "", "", "契約書"),
        ("nowhere", "保守契約書", "第8条", ""),
        ("unknown", "保守契約書", "第8条", ""),
    ],
)
def test_where_it_is_written_is_a_place_only_where_it_is_written(written_in, document, clause, place):
    assert Component(written_in=written_in, document=document, clause=clause).written_place == place


def test_only_contract_terms_and_sla_are_in_writing():
    assert set(WrittenIn) - WRITTEN == {WrittenIn.NOWHERE, WrittenIn.UNKNOWN}


@pytest.mark.parametrize("column", ["kind", "update_bearer"])
def test_the_database_refuses_a_word_that_is_not_on_the_list(server, column):
    with pytest.raises(IntegrityError), transaction.atomic():
        Component.objects.filter(pk=server.pk).update(**{column: "moon"})


def test_all_kinds_have_their_place_in_the_order(chart, director):
    for kind in ComponentKind:
        Component.register(chart, by=director, kind=kind, name=kind)
    assert sorted(chart.components.values_list("kind_order", flat=True)) == [0, 1, 2]


def test_the_rows_of_the_annex_are_there(edition):
    rows = DisclosureRow.objects.filter(edition=edition)
    assert [rows.filter(kind=kind).count() for kind in ("MDS", "SDS")] == [41, 58]


# At the same time


@pytest.mark.django_db(transaction=True)
def test_editors_of_one_system_wait_for_each_other_and_never_lock_each_other_out(chart, director, in_threads):
    def describe(version: int, editor: int) -> str:
        mine = System.objects.get(pk=chart.pk)
        vendor = "株式会社みどり" if editor else f"新しい事業者{version}"
        try:
            mine.describe(version, by=director, vendor_name=vendor, name=f"{version}-{editor}")
        except Conflict:
            return "conflict"
        return "saved"

    for version in range(1, 41):
        done = in_threads(2, lambda editor, version=version: describe(version, editor))
        assert sorted(done) == ["conflict", "saved"]


@pytest.mark.django_db(transaction=True)
def test_of_two_vendors_given_one_name_at_once_one_keeps_its_own(clinic, director, in_threads):
    pair = [Vendor.named(clinic, f"{each}社", by=director) for each in "甲乙"]

    def rename(number: int) -> str:
        try:
            pair[number].describe(1, by=director, name="丙社")
        except ValidationError as refusal:
            return refusal.messages[0]
        return ""

    said = in_threads(2, rename)
    assert sorted(said) == ["", "同じ名称の事業者が、もう登録されています。別の名称にしてください。"]
    assert sorted(names(clinic)) in [sorted(["丙社", "甲社"]), sorted(["丙社", "乙社"])]
