"""対象判断: what the registers lead to, what is kept, and the letter that asks a vendor."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from checklist.models import ApplicabilityDetermination
from tests.web import at, browser, forms, having, shows, tree, words
from vendors.models import Component, System, Vendor

pytestmark = pytest.mark.django_db
CONTRACT = {"update_bearer": "vendor", "written_in": "contract", "document": "保守契約書", "clause": "第8条"}
OWN = {"update_bearer": "clinic"}
UNKNOWN = {"update_bearer": "unknown"}
NOWHERE = {"update_bearer": "vendor", "written_in": "nowhere"}
TENSION = "委託せずに導入したシステムがあります："


@pytest.fixture
def client(director):
    return browser(director)


@pytest.fixture
def register(clinic, director):
    """register("電子カルテ", CONTRACT, OWN): a system of 株式会社カルテ with these servers."""

    def act(name: str, *servers: dict, vendor_name="株式会社カルテ", **more) -> System:
        fields = {"location": "external", **more}
        system = System.register(clinic, by=director, name=name, vendor_name=vendor_name, **fields)
        for number, duty in enumerate(servers, 1):
            Component.register(system, by=director, kind="server", name=f"サーバ{number}", **duty)
        return system

    return act


@pytest.fixture
def look(client, clinic):
    return lambda: client.get(at("applicability", clinic))


@pytest.fixture
def keep(client, clinic):
    return lambda: client.post(at("applicability", clinic))


def kept(clinic) -> list[str]:
    return [str(each) for each in ApplicabilityDetermination.objects.filter(clinic=clinic).newest_first()]


# Outcomes


@pytest.mark.parametrize("systems", [0, 1])
def test_without_any_server_it_is_undecided_and_leads_to_registering(systems, look, register, clinic):
    for number in range(systems):
        register(f"系{number}")
    empty = having(tree(look()), class_="empty")[0]
    assert words(empty).startswith("まだ判断できません。")
    assert empty.find(".//a").get("href") == at("systems", clinic)


@pytest.mark.parametrize(
    ("servers", "outcome"),
    [
        ([CONTRACT], "YES：保守委託機関編の対象です"),
        ([CONTRACT, CONTRACT], "YES：保守委託機関編の対象です"),
        ([CONTRACT, OWN], "NO：保守委託機関編の対象ではありません"),
        ([UNKNOWN, OWN], "NO：保守委託機関編の対象ではありません"),
        ([CONTRACT, UNKNOWN], "事業者に確認してください"),
        ([UNKNOWN], "事業者に確認してください"),
        ([NOWHERE], "事業者に確認してください"),
    ],
)
def test_the_page_says_where_the_walk_ends(servers, outcome, register, look):
    register("電子カルテ", *servers)
    assert words(having(tree(look()), class_="outcome")[0].find("h2")) == outcome


def test_each_server_stands_there_with_vendor_answer_and_reason(register, look):
    register("電子カルテ", CONTRACT, UNKNOWN)
    register("予約", vendor_name="")
    rows = [words(tr) for tr in tree(look()).find(".//table").iter("tr")][1:]
    assert rows == [
        "電子カルテ サーバ1 株式会社カルテ YES 保守契約書 第8条に記載がある",
        "電子カルテ サーバ2 株式会社カルテ 不明 責任がどちらにあるか不明",
        "予約 委託なし 不明 サーバが登録されていない",
    ]


def test_out_of_scope_says_what_applies_instead(register, look):
    register("電子カルテ", OWN)
    assert "経営管理編、企画管理編、システム運用編に沿って対応してください。" in shows(look())


def test_the_chart_tells_its_way_in_words(register, look):
    register("電子カルテ", CONTRACT)
    chart = having(tree(look()), class_="flow")[0]
    assert "YES" in words(chart.find("title"))
    assert having(chart, class_="taken")


def test_a_system_without_vendor_shows_both_sentences_of_the_guideline_and_decides_nothing(register, look):
    register("電子カルテ", CONTRACT)
    assert TENSION not in shows(look())
    register("表計算", CONTRACT, vendor_name="")
    note = shows(look())
    assert f"{TENSION}表計算" in note
    assert "「システム運用編における遵守事項への対応を行うこと」" in note
    assert "「本編の対象とはならず」" in note
    assert "どちらに当たるかは、このサービスでは決めていません。" in note


# Keeping


def test_a_judgement_is_kept_with_its_outcome_and_person(register, keep, look, clinic, director, trail):
    register("電子カルテ", CONTRACT)
    assert keep().url == at("applicability", clinic)
    determination = ApplicabilityDetermination.objects.get(clinic=clinic)
    assert (determination.outcome, determination.determined_by) == ("in_scope", director)
    assert determination.judgement["servers"][0]["place"] == "保守契約書 第8条"
    assert trail(clinic)[-1].action == "determination.keep"
    assert "対象判断を記録しました（本編の対象）。" in (shown := shows(look()))
    assert "この判断は記録済みです。" in shown


def test_keeping_twice_makes_one_record(register, keep, clinic, trail):
    register("電子カルテ", CONTRACT)
    before = len(trail(clinic))
    assert [keep().status_code for _ in range(3)] == [302] * 3
    assert (kept(clinic), len(trail(clinic)) - before) == (["本編の対象"], 1)


def test_a_kept_judgement_offers_no_second_press(register, keep, look):
    def offered() -> bool:
        return "この判断を記録する" in shows(look())

    register("電子カルテ", CONTRACT)
    before = offered()
    keep()
    assert [before, offered()] == [True, False]


@pytest.mark.parametrize("change", ["a server more", "another bearer", "a system retired", "another clause"])
def test_a_change_of_the_registers_makes_the_record_out_of_date(
    change, register, keep, look, clinic, director
):
    register("予約", CONTRACT)
    system = register("電子カルテ", CONTRACT)
    keep()
    server = system.components.get()
    acts = {
        "a server more": lambda: Component.register(
            system, by=director, kind="server", name="予備", **CONTRACT
        ),
        "another bearer": lambda: server.describe(1, by=director, update_bearer="clinic"),
        "a system retired": lambda: system.retire(by=director),
        "another clause": lambda: server.describe(1, by=director, clause="第9条"),
    }
    acts[change]()
    assert "記録のあとで登録内容が変わっています。もう一度、記録してください。" in shows(look()).replace(
        " ", ""
    )
    keep()
    assert ("記録のあとで" in shows(look()), len(kept(clinic))) == (False, 2)


def test_a_change_that_decides_nothing_leaves_the_record_standing(register, keep, look, director):
    system = register("電子カルテ", CONTRACT)
    keep()
    Component.register(system, by=director, kind="terminal", name="受付のPC", update_bearer="clinic")
    assert "この判断は記録済みです。" in shows(look())


def test_all_records_stay_on_the_page_newest_first(register, keep, look, clinic, director):
    system = register("電子カルテ", CONTRACT)
    keep()
    Component.register(system, by=director, kind="server", name="院内", **OWN)
    keep()
    past = having(tree(look()), **{"aria-labelledby": "past"})[0]
    assert [words(strong) for strong in past.iter("strong")] == ["本編の対象ではない", "本編の対象"]


def test_undecided_offers_nothing_to_keep(look, clinic):
    assert [form for form in forms(look()) if form.action in ("", at("applicability", clinic))] == []


# The letter


@pytest.fixture
def asked(register, clinic) -> str:
    """The address of a letter about one unclear system."""
    register("電子カルテ", UNKNOWN, product="○○カルテ", product_version="5.1")
    register("予約", CONTRACT)
    return at("letter", clinic, vendor_id=Vendor.objects.get(clinic=clinic).pk)


def test_the_page_links_to_the_letters_of_unclear_vendors_only(asked, register, look):
    register("画像", CONTRACT, vendor_name="画像社")
    links = [a.get("href") for a in tree(look()).iter("a") if "/letter/" in a.get("href", "")]
    assert links == [asked]


def test_the_letter_names_both_sides_the_product_and_three_questions(asked, client, clinic):
    letter = "".join(having(tree(client.get(asked)), id="letter")[0].itertext())
    lines = letter.splitlines()
    assert lines[0] == "株式会社カルテ　ご担当者様"
    assert "・○○カルテ 5.1（電子カルテ）" in lines
    assert [line[:2] for line in lines if line[:1].isdigit()] == ["1.", "2.", "3."]
    assert lines[-2:] == [clinic.name, clinic.director]
    assert "予約" not in letter


def test_the_letter_is_a_pdf_of_one_page(asked, client):
    response = client.get(asked + "?pdf=1")
    pages = PdfReader(BytesIO(response.content)).pages
    assert (response.headers["Content-Type"], len(pages)) == ("application/pdf", 1)
    text = "".join(pages[0].extract_text().split())
    assert "株式会社カルテ" in text
    assert "○○カルテ5.1（電子カルテ）" in text


def test_there_is_no_letter_where_nothing_is_unclear(register, client, clinic):
    system = register("電子カルテ", CONTRACT)
    path = at("letter", clinic, vendor_id=system.vendor_id)
    assert [client.get(path).status_code, client.get(f"{path}?pdf=1").status_code] == [404, 404]
