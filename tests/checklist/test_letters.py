"""The letter that asks a vendor who bears the updates."""

import pytest

from checklist.letters import NOT_LISTED, RETURN_BY, letter_to
from vendors.models import Component, System, Vendor

pytestmark = pytest.mark.django_db
MIDORI = "株式会社みどり"


@pytest.fixture
def system(clinic, director):
    def register(name: str, **fields) -> System:
        return System.register(
            clinic, by=director, vendor_name=MIDORI, name=name, location="external", **fields
        )

    return register


@pytest.fixture
def server(director):
    def register(
        system: System, bearer: str, written_in: str = "contract", name: str = "サーバ"
    ) -> Component:
        facts = {"update_bearer": bearer, "written_in": written_in, "document": "保守契約書"}
        return Component.register(system, by=director, kind="server", name=name, **facts)

    return register


def letter(clinic) -> dict | None:
    vendor = Vendor.objects.get(clinic=clinic, name=MIDORI)
    return letter_to(vendor, list(System.objects.filter(vendor=vendor).listed()), clinic)


def asked(clinic) -> list[tuple[str, str]]:
    """(product, server) of all that the letter asks about."""
    return [(each["product"], each["name"]) for each in letter(clinic)["servers"]]


@pytest.mark.parametrize("bearer", ["vendor", "clinic"])
def test_where_nothing_is_unclear_there_is_no_letter(clinic, system, server, bearer):
    server(system("電子カルテ"), bearer)
    assert letter(clinic) is None


def test_a_system_without_any_server_needs_no_letter(clinic, system):
    system("インターネット回線", has_no_server=True)
    assert letter(clinic) is None


@pytest.mark.parametrize(
    ("bearer", "written_in"), [("unknown", "contract"), ("vendor", "nowhere"), ("vendor", "unknown")]
)
def test_an_unclear_server_is_asked_about(clinic, system, server, bearer, written_in):
    server(system("電子カルテ"), bearer, written_in)
    assert asked(clinic) == [("電子カルテ", "サーバ")]


def test_a_system_whose_servers_nobody_listed_is_asked_about(clinic, system):
    system("電子カルテ")
    assert asked(clinic) == [("電子カルテ", NOT_LISTED)]
    assert f"　－ サーバ：{NOT_LISTED}" in letter(clinic)["text"].split("\n")


def test_only_the_unclear_servers_of_a_system_are_asked_about_below_its_product(clinic, system, server):
    pacs = system("医用画像管理システム", product="○○PACS")
    server(pacs, "vendor", name="画像サーバ")
    server(pacs, "unknown", name="画像バックアップ用NAS")
    server(pacs, "vendor", "nowhere", name="予備サーバ")
    text = letter(clinic)["text"]
    assert (
        "・○○PACS（医用画像管理システム）\n　－ サーバ：画像バックアップ用NAS\n　－ サーバ：予備サーバ\n\n"
        in text
    )
    assert "画像サーバ" not in text


def test_the_letter_has_a_line_for_the_day_by_which_it_is_to_be_returned(clinic, system, server):
    server(system("電子カルテ"), "unknown")
    made = letter(clinic)
    assert made["return_by"] == RETURN_BY
    assert RETURN_BY in made["text"].split("\n")
    assert RETURN_BY.replace("　", "") == "ご返送期限年月日"


def test_only_unclear_systems_are_named_each_with_its_product(clinic, system, server):
    server(system("電子カルテ", product="○○カルテ", product_version="3.1"), "unknown")
    server(system("予約", product="○○予約"), "vendor", "nowhere")
    server(system("会計", product="○○会計"), "vendor")
    assert asked(clinic) == [("○○カルテ 3.1（電子カルテ）", "サーバ"), ("○○予約（予約）", "サーバ")]


def test_the_letter_is_complete_as_text_to_copy(clinic, system, server):
    server(system("電子カルテ", product="○○カルテ"), "unknown")
    made = letter(clinic)
    lines = made["text"].split("\n")
    assert lines[0] == "株式会社みどり　ご担当者様"
    assert "・○○カルテ（電子カルテ）" in lines
    assert [line for line in lines if line[:2] in {"1.", "2.", "3."}] == [
        f"{number}. {question}" for number, question in enumerate(made["questions"], 1)
    ]
    assert lines[-2:] == ["みどり台内科クリニック", "緑川 院長"]


def test_the_letter_asks_who_is_responsible_and_where_that_is_written(clinic, system, server):
    server(system("電子カルテ"), "unknown")
    who, where, please = letter(clinic)["questions"]
    assert "責任は、貴社と当院のどちらにありますか。" in who
    assert "契約書・約款・サービスレベル合意書等の名称と、条項の番号" in where
    assert "記載を加えていただけるか" in please


def test_without_a_directors_name_the_letter_ends_with_the_clinic(other_clinic, other_director):
    fields = {"vendor_name": MIDORI, "name": "予約", "location": "external"}
    System.register(other_clinic, by=other_director, **fields)
    assert letter(other_clinic)["text"].endswith("\n\nさくら通り歯科医院")
