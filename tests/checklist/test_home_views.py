"""ホーム and 章の一覧: where the round stands and what comes first; and how large the pages are."""

from datetime import date, timedelta

import pytest

from checklist import sample
from tests.sheets import submitted
from tests.web import addresses, at, at_most, browser, furnish, having, shows, stand_still, tree, words
from vendors.models import Component, Disclosure, System

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
PAGES = {address.name: address for address in addresses()}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    stand_still(monkeypatch, TODAY)


@pytest.fixture
def client(director):
    return browser(director)


def big_button(response) -> tuple[str, str]:
    link = having(tree(response), class_="btn-big")[0]
    return words(link.find("span")), link.get("href")


def first(response) -> list[str]:
    """要対応 on the home page."""
    rows = having(tree(response), class_="rows-numbered")
    return [words(li.find("span")) for li in rows[0].iter("li")] if rows else []


# ホーム


def test_a_new_clinic_begins_with_the_first_item(client, clinic):
    page = client.get(at("clinic_home", clinic))
    assert "52項目中0項目が回答済み、あと約40分です。" in shows(page)
    assert big_button(page) == ("最初から（1.1①）", at("item", clinic, code="1.1-1"))


def test_a_round_goes_on_after_the_last_saved_item(client, clinic, declare):
    declare("7-4", status="done", confirmed_on=TODAY)
    page = client.get(at("clinic_home", clinic))
    assert "52項目中1項目が回答済み" in shows(page)
    assert big_button(page) == ("続きから（7⑤）", at("item", clinic, code="7-5"))


def test_a_full_round_leads_to_confirming(client, clinic, assessment):
    assessment.answers.update(status="done", confirmed_on=TODAY)
    assert big_button(client.get(at("clinic_home", clinic))) == ("確認と確定へ進む", at("confirm", clinic))


def test_a_confirmed_round_leads_to_its_report(client, clinic, assessment, confirmed):
    confirmed(assessment)
    page = client.get(at("clinic_home", clinic))
    path = at("print_confirmed", clinic, year=assessment.fiscal_year, number=1)
    assert big_button(page) == ("点検報告書を開く（PDF）", path)
    assert f"{assessment} 第1版として確定しています。" in shows(page)


def test_the_first_thing_to_do_is_to_register_then_to_determine(client, clinic, director):
    def way() -> str:
        return having(tree(client.get(at("clinic_home", clinic))), class_="row-link")[0].get("href")

    assert way() == at("systems", clinic)
    System.register(clinic, by=director, name="電子カルテ", location="external")
    assert way() == at("applicability", clinic)


def test_three_things_to_do_are_shown_the_overdue_first(client, clinic, declare):
    furnished = {"plan": "作る", "owner": "事務"}
    declare("1.1-1", status="ask", ask_whom="会社")
    declare("3-1", status="open", due_on=TODAY + timedelta(days=3), **furnished)
    declare("3-2", status="open", due_on=TODAY - timedelta(days=3), **furnished)
    declare("8-1", status="na")
    page = client.get(at("clinic_home", clinic))
    assert first(page) == ["図1", "3②", "3①", "1.1①"]
    assert "作る 目標日を3日過ぎています・担当 事務" in shows(page)
    assert "要対応の遵守項目を見る（4件）" in shows(page)


def test_a_day_due_today_is_not_overdue(client, clinic, declare):
    declare("3-1", status="open", plan="作る", owner="事務", due_on=TODAY)
    assert "期限超過" not in shows(client.get(at("clinic_home", clinic)))


def test_home_says_that_the_determination_is_out_of_date(client, clinic, director):
    furnish(clinic, director)
    before = "記録のあとで登録内容が変わっています" in shows(client.get(at("clinic_home", clinic)))
    Component.objects.filter(clinic=clinic).update(update_bearer="clinic")
    assert [
        before,
        "記録のあとで登録内容が変わっています" in shows(client.get(at("clinic_home", clinic))),
    ] == [False, True]


# 章の一覧


def test_eleven_sections_are_counted_and_linked(client, clinic, declare):
    declare("2-1", status="done", confirmed_on=TODAY)
    declare("2-2", status="na", reason="")
    lines = having(tree(client.get(at("sections", clinic))), class_="task-list")[0].findall("li")
    assert len(lines) == 11
    second = lines[1]
    assert (having(second, class_="row-link")[0].get("href"), words(having(second, class_="todo")[0])) == (
        at("item", clinic, code="2-2"), "要対応 1件",
    )  # fmt: skip
    assert words(having(second, class_="visually-hidden")[0]) == "3項目中1項目が回答済み"


@pytest.mark.parametrize("name", ["clinic_home", "sections"])
@pytest.mark.parametrize("systems", [1, 20])
def test_home_and_sections_cost_14_queries_whatever_is_registered(name, systems, client, clinic, director):
    for number in range(systems):
        system = System.register(
            clinic, by=director, name=f"系{number}", vendor_name=f"社{number}", location="external"
        )
        Component.register(system, by=director, kind="server", name="サーバ")
        submitted(system, director, "SDS", no=["SDS-01"])
    client.get(at(name, clinic))
    with at_most(14):
        client.get(at(name, clinic))


# Size


@pytest.fixture
def ids_of_sample(edition):
    clinic = sample.seed(TODAY)
    system = System.objects.filter(clinic=clinic, vendor__isnull=False, components__isnull=False).first()
    component = Component.objects.filter(clinic=clinic).first()
    sheet = Disclosure.objects.filter(clinic=clinic, kind="SDS", state="accepted").first()
    of_sheet = {f"{name}.pk": sheet.pk for name in ("review", "treat", "return_rows", "compare")}
    return {"clinic_code": clinic.code, "code": "10-9", "section": "7", "pk": system.pk, "treat.code": "SDS-09",
            "edit_component.pk": component.pk, "vendor.pk": system.vendor_id, "vendor_id": system.vendor_id,
            "year": 2026, "number": 1, "row": "SDS-09", "upload": 1, **of_sheet}  # fmt: skip


def test_no_page_of_the_filled_sample_is_larger_than_150_kilobytes(ids_of_sample):
    client = browser(sample.visitor())
    paths = {
        n: p.path(ids_of_sample) for n, p in PAGES.items() if p.of_a_clinic and not n.startswith("print_")
    }
    paths |= {"items, a row open": paths["items"] + "?open=10-9"}
    no_pages = {"delete_sample", "file"}
    sizes = {name: len(client.get(path).content) for name, path in paths.items() if name not in no_pages}
    assert {name: size for name, size in sizes.items() if size > 150_000} == {}
    assert sizes["items"] > 30_000
    assert sizes["review"] > 20_000
