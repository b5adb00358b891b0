"""全項目: filters, rows that open in place, a section's conditional items 対象外 at once."""

import pytest
from django.utils import timezone

from checklist.models import Assessment
from checklist.rounds import Round
from tests.web import HTMX, at, at_most, browser, complaints, form_with, forms, having, shows, tree, words
from vendors.models import System

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(director):
    return browser(director)


@pytest.fixture
def mixed(declare):
    """Two done, one with its plan overdue, one 対象外 without its reason, one unsure; 47 unanswered."""
    declare("1.1-1", status="done", confirmed_on="2026-04-02")
    declare("1.2-1", status="done", confirmed_on="2026-04-02")
    declare("3-1", status="open", plan="規程を作る", owner="事務", due_on="2026-04-30")
    declare("7-5", status="na")
    declare("8-1", status="ask", ask_whom="会社")


def codes(response) -> list[str]:
    return [e.get("id")[1:] for e in tree(response).iter("tr") if e.get("id", "").startswith("i")]


# Filters


def test_all_52_items_stand_in_11_sections(client, clinic):
    page = client.get(at("items", clinic))
    assert (len(codes(page)), len(having(tree(page), class_="group"))) == (52, 11)


def test_the_filters_count_what_they_show(mixed, client, clinic):
    nav = having(tree(client.get(at("items", clinic))), class_="filters")[0]
    links = {a.get("href"): words(a) for a in nav.iter("a")}
    assert links == {
        at("items", clinic): "すべて 52",
        "?status=todo": "要対応 3",
        "?status=none": "未回答 47",
        "?status=done": "実施済 2",
        "?status=open": "未実施・対応中 1",
        "?status=ask": "わからない 1",
        "?status=na": "対象外 1",
    }


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("done", ["1.1-1", "1.2-1"]),
        ("open", ["3-1"]),
        ("na", ["7-5"]),
        ("ask", ["8-1"]),
        ("todo", ["3-1", "7-5", "8-1"]),
    ],
)
def test_a_filter_in_the_url_shows_its_items_in_document_order(wanted, shown, mixed, client, clinic):
    page = client.get(at("items", clinic), {"status": wanted})
    assert codes(page) == shown
    nav = having(tree(page), class_="filters")[0]
    assert [e.get("href") for e in nav.iter("a") if e.get("aria-current")] == [f"?status={wanted}"]


@pytest.mark.parametrize("wanted", ["", "nonsense", "\x00", "<script>"])
def test_a_filter_that_is_none_shows_all(wanted, client, clinic):
    page = client.get(at("items", clinic), {"status": wanted})
    assert (page.status_code, len(codes(page))) == (200, 52)
    assert "?status=&open=7-5" in [a.get("href").split("#")[0] for a in tree(page).iter("a")]


def test_a_filter_without_items_says_so(client, clinic):
    page = client.get(at("items", clinic), {"status": "ask"})
    assert codes(page) == []
    assert "この状態の項目はありません。" in shows(page)


def test_a_row_says_state_gap_and_day(mixed, client, clinic):
    page = tree(client.get(at("items", clinic)))
    row = {
        code: [words(td) for td in having(page, id=f"i{code}")[0].iter("td")][1:3]
        for code in ("1.1-1", "3-1", "7-5")
    }
    assert row["1.1-1"] == ["実施済", "令和8年4月2日に確認"]
    assert row["7-5"] == ["対象外当てはまらない理由が未記入", ""]
    assert row["3-1"][0] == "未実施・対応中"
    assert row["3-1"][1].startswith("目標日を")


# Rows


def test_a_row_opens_by_url_without_javascript(client, clinic):
    page = client.get(at("items", clinic), {"status": "none", "open": "7-5"})
    opened = [form for form in forms(page) if "status" in form.names]
    assert [form.action for form in opened] == [at("item", clinic, code="7-5")]
    assert [opened[0].fields[name] for name in ("row", "filter", "version")] == [["1"], ["none"], ["1"]]


def test_every_closed_row_links_to_itself_opened(client, clinic):
    page = tree(client.get(at("items", clinic), {"status": "none"}))
    links = [a.get("href") for a in page.iter("a") if "open=" in a.get("href", "")]
    assert (len(links), links[0]) == (52, "?status=none&open=1.1-1#i1.1-1")


def test_an_opened_row_stays_although_the_filter_leaves_it_out(mixed, client, clinic):
    assert codes(client.get(at("items", clinic), {"status": "done", "open": "7-5"})) == [
        "1.1-1",
        "1.2-1",
        "7-5",
    ]


@pytest.mark.parametrize("opened", ["", "7-99", "\x00"])
def test_an_unknown_row_opens_nothing(opened, client, clinic):
    page = client.get(at("items", clinic), {"open": opened})
    assert (len(codes(page)), [f for f in forms(page) if "status" in f.names]) == (52, [])


def test_a_row_is_loaded_closed_and_opened(client, clinic):
    closed, opened = (
        client.get(at("item_row", clinic, code="7-5") + q, headers=HTMX) for q in ("", "?open=1")
    )
    assert [codes(closed), codes(opened)] == [["7-5"], ["7-5"]]
    assert (forms(closed), forms(opened)[0].action) == ([], at("item", clinic, code="7-5"))
    assert tree(opened).find(".//main") is None


def test_a_row_saved_in_place_closes_with_its_new_state(client, clinic, answer):
    form = form_with(client.get(at("items", clinic), {"open": "7-5"}), "status")
    response = client.post(form.action, form | {"status": "na", "reason": "使っていない"}, headers=HTMX)
    assert (response.status_code, answer("7-5").reason, forms(response)) == (200, "使っていない", [])
    assert "対象外" in shows(response)
    assert "保存済" in shows(response)


def test_a_row_saved_without_javascript_leads_back_to_its_place_in_the_table(client, clinic, answer):
    form = form_with(client.get(at("items", clinic), {"open": "7-5", "status": "none"}), "status")
    response = client.post(form.action, form | {"status": "ask"})
    assert response.url == at("items", clinic) + "?status=none#i7-5"
    assert answer("7-5").status == "ask"


def test_a_mistake_in_a_row_is_named_and_the_row_stays_open(client, clinic):
    form = form_with(client.get(at("items", clinic), {"open": "7-5"}), "status")
    response = client.post(form.action, form | {"status": "done", "confirmed_on": "きのう"}, headers=HTMX)
    assert (response.status_code, response.has_header("HX-Retarget")) == (422, False)
    assert [words(a) for a in tree(response).iter("a") if a.get("data-wrong")] == ["確認日"]


def test_a_row_that_is_overtaken_shows_both_and_saves_with_the_next_press(client, clinic, declare, answer):
    form = form_with(client.get(at("items", clinic), {"open": "7-5"}), "status")
    declare("7-5", status="na", reason="先の理由")
    mine = {"status": "ask", "ask_whom": "会社"}
    late = client.post(form.action, form | mine, headers=HTMX)
    assert late.status_code == 409
    assert "先の理由" in words(having(tree(late), role="alert")[0])
    mine["version"] = having(tree(late), name="version")[0].get("value")
    again = client.post(form.action, form | mine, headers=HTMX)
    assert (again.status_code, codes(again), answer("7-5").ask_whom) == (200, ["7-5"], "会社")


def test_a_row_that_saves_itself_stays_open(client, clinic, answer):
    form = form_with(client.get(at("items", clinic), {"open": "7-5"}), "status")
    response = client.post(form.action, form | {"status": "ask", "auto": "1"}, headers=HTMX)
    assert (response.status_code, codes(response), response.has_header("HX-Retarget")) == (200, [], False)
    assert "わからない（聞く相手が未記入）" in shows(response)
    assert answer("7-5").status == "ask"


def test_several_opened_rows_share_no_id(client, clinic):
    rows = [
        client.get(at("item_row", clinic, code=code) + "?open=1", headers=HTMX) for code in ("7-5", "7-6")
    ]
    ids = [e.get("id") for row in rows for e in tree(row).iter() if e.get("id")]
    assert len(ids) == len(set(ids)) > 20


# A section at once


def exempt_form(client, clinic, section="7"):
    return form_with(client.get(at("exempt", clinic, section=section)), "reason")


def test_a_section_offers_its_conditional_items_only(client, clinic):
    page = client.get(at("exempt", clinic, section="7"))
    assert form_with(page, "codes").fields["codes"] == ["7-5", "7-6"]
    assert [e.get("value") for e in having(tree(page), name="codes")] == ["7-5", "7-6"]


def test_chosen_items_are_exempt_with_one_reason(client, clinic, answer, trail):
    before = len(trail(clinic))
    form = exempt_form(client, clinic)
    response = client.post(
        at("exempt", clinic, section="7"), form | {"codes": ["7-6"], "reason": "使っていない"}
    )
    assert response.url == at("items", clinic)
    assert [(answer(c).status, answer(c).reason) for c in ("7-5", "7-6")] == [
        ("none", ""),
        ("na", "使っていない"),
    ]
    assert [e.target for e in trail(clinic)[before:]] == ["7-6"]
    assert "1項目を「対象外」にしました。" in shows(client.get(response.url))


@pytest.mark.parametrize("code", ["7-1", "5-3", "1.1-1", "x", ""])
def test_an_item_that_is_not_conditional_here_is_refused_for_all(code, client, clinic, answer):
    form = exempt_form(client, clinic)
    response = client.post(
        at("exempt", clinic, section="7"), form | {"codes": ["7-5", code], "reason": "理由"}
    )
    assert response.status_code == 422
    assert "この章でまとめて対象外にできない項目が入っています。選び直してください。" in complaints(response)
    assert [answer(each).status for each in ("7-5", "7-1", "5-3", "1.1-1")] == ["none"] * 4


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reason": ""}, "当てはまらない理由を入力してください。例：院外からの接続を認めていないため。"),
        ({"reason": "あ" * 1001}, "1,000文字までです。1文字減らしてください。"),
        ({"reason": "理由", "codes": []}, "項目を1つ以上選んでください。"),
    ],
)
def test_a_mistake_exempts_nothing(typed, sentence, client, clinic, answer):
    response = client.post(at("exempt", clinic, section="7"), exempt_form(client, clinic) | typed)
    assert (response.status_code, answer("7-5").status, answer("7-6").status) == (422, "none", "none")
    assert sentence in complaints(response)


def test_one_stale_item_changes_none(client, clinic, declare, answer, trail):
    form = exempt_form(client, clinic)
    declare("7-6", status="ask", ask_whom="会社")
    before = len(trail(clinic))
    response = client.post(at("exempt", clinic, section="7"), form | {"reason": "使っていない"})
    assert (response.status_code, len(trail(clinic)) - before) == (409, 0)
    assert [(answer(c).status, answer(c).reason) for c in ("7-5", "7-6")] == [("none", ""), ("ask", "")]
    assert "どの項目も変えていません。" in shows(response)
    assert form_with(response, "reason").fields["reason"] == ["使っていない"]


def test_the_page_of_a_stale_section_saves_with_the_next_press(client, clinic, declare, answer):
    form = exempt_form(client, clinic)
    declare("7-6", status="ask", ask_whom="会社")
    late = client.post(at("exempt", clinic, section="7"), form | {"reason": "使っていない"})
    again = client.post(at("exempt", clinic, section="7"), form_with(late, "reason").fields)
    assert (again.status_code, answer("7-5").status, answer("7-6").status) == (302, "na", "na")


def test_a_confirmed_round_exempts_nothing(client, clinic, assessment, confirmed, answer):
    form = exempt_form(client, clinic)
    confirmed(assessment)
    response = client.post(at("exempt", clinic, section="7"), form | {"reason": "使っていない"})
    assert (response.status_code, answer("7-5").status) == (409, "none")


def test_an_item_that_is_exempt_already_is_not_offered_again(client, clinic, declare):
    declare("7-5", status="na", reason="理由")
    assert exempt_form(client, clinic).fields["codes"] == ["7-6"]


def test_a_section_without_conditional_items_says_so(client, clinic):
    page = client.get(at("exempt", clinic, section="2"))
    assert "この章に、まとめて「対象外」にできる項目はありません。" in shows(page)
    assert [form for form in forms(page) if "reason" in form.names] == []


@pytest.mark.parametrize("section", ["0", "12", "4.2", "x", "%00"])
def test_an_unknown_section_is_not_found(section, client, clinic):
    path = at("exempt", clinic, section="SECTION").replace("SECTION", section)
    assert [client.get(path).status_code, client.post(path, {"reason": "x"}).status_code] == [404, 404]


def test_the_table_names_the_sections_that_can_be_exempt(client, clinic):
    page = tree(client.get(at("items", clinic)))
    offered = [a.get("href").split("/")[-3] for a in page.iter("a") if a.get("href", "").endswith("/exempt/")]
    conditional = {c.section["code"] for c in chapters(clinic) if c.can_be_exempt}
    assert (set(offered), "7" in offered, "2" in offered) == (conditional, True, False)


def chapters(clinic):
    return Round.of(Assessment.objects.get(clinic=clinic), timezone.localdate()).chapters


def test_all_items_are_never_done_at_once(client, clinic, answer):
    form = exempt_form(client, clinic)
    client.post(at("exempt", clinic, section="7"), form | {"reason": "理由", "status": "done"})
    assert answer("7-5").status == "na"


# Costs


@pytest.mark.parametrize("systems", [1, 20])
def test_the_table_costs_12_queries_whatever_is_registered(systems, client, clinic, director):
    for number in range(systems):
        System.register(
            clinic, by=director, name=f"系{number}", vendor_name=f"社{number}", location="external"
        )
    client.get(at("items", clinic))
    with at_most(12):
        client.get(at("items", clinic), {"open": "7-5"})
    with at_most(12):
        client.get(at("item_row", clinic, code="7-5") + "?open=1", headers=HTMX)
