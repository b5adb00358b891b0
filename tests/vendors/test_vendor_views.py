"""システムと事業者: registering, correcting and removing over HTTP; too late, twice, wrong."""

import pytest

from tests.web import at, at_most, browser, complaints, form_with, forms, having, shows, tree, words
from vendors.models import Component, System, Vendor

pytestmark = pytest.mark.django_db
SYSTEM = {
    "name": "電子カルテ",
    "vendor_name": "株式会社カルテ",
    "product": "○○カルテ",
    "product_version": "5.1",
    "entrusted_work": "導入\n運用",
    "location": "external",
}
SERVER = {
    "kind": "server",
    "name": "事業者のクラウド",
    "quantity": "2",
    "update_bearer": "vendor",
    "written_in": "contract",
    "document": "保守契約書",
    "clause": "第8条",
}
CONTROL = "画面や紙に出せない文字（制御文字）が入っています。消してから保存してください。"


@pytest.fixture
def client(clerk):
    return browser(clerk)


@pytest.fixture
def chart(clinic, director) -> System:
    return System.register(clinic, by=director, **SYSTEM)


@pytest.fixture
def server(chart, director) -> Component:
    return Component.register(chart, by=director, **{**SERVER, "quantity": 2})


@pytest.fixture
def vendor(chart) -> Vendor:
    return chart.vendor


@pytest.fixture
def place(clinic, chart, server, vendor):
    """By word: a form's address, a field of it that is no choice, and what it writes."""
    return {
        "system": (at("edit_system", clinic, pk=chart.pk), "name", chart),
        "component": (at("edit_component", clinic, pk=server.pk), "name", server),
        "vendor": (at("edit_vendor", clinic, pk=vendor.pk), "contact", vendor),
    }


def send(client, path: str, form=None, **typed):
    """Open a form and press 保存."""
    return client.post(path, (form or form_with(client.get(path), "name")) | typed)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


# Registering


def test_a_system_is_registered_with_its_vendor(client, clinic, trail):
    response = send(client, at("new_system", clinic), **SYSTEM)
    system = System.objects.get(clinic=clinic)
    assert response.url == at("system", clinic, pk=system.pk)
    assert {name: getattr(system, name) for name in SYSTEM} == SYSTEM
    assert trail(clinic)[-1].action == "system.register"
    assert "「電子カルテ」を登録しました。" in shows(client.get(response.url))


def test_a_known_vendor_is_offered_and_not_made_twice(client, clinic, chart):
    page = client.get(at("new_system", clinic))
    assert [o.get("value") for o in tree(page).iter("option")] == ["株式会社カルテ"]
    send(client, at("new_system", clinic), **{**SYSTEM, "name": "予約"})
    assert Vendor.objects.filter(clinic=clinic).count() == 1


def test_a_component_is_registered(client, clinic, chart):
    response = send(client, at("new_component", clinic, pk=chart.pk), **SERVER, completes_on_device="on")
    component = Component.objects.get(system=chart)
    assert response.url == at("system", clinic, pk=chart.pk)
    assert {n: str(getattr(component, n)) for n in SERVER} == SERVER
    assert (component.completes_on_device, component.clinic) == (True, clinic)


def test_the_first_component_is_likely_a_server_and_its_duty_is_never_guessed(client, clinic, chart, server):
    Component.objects.all().delete()
    first = form_with(client.get(at("new_component", clinic, pk=chart.pk)), "name").fields
    assert (first["kind"], first["name"]) == (["server"], ["事業者のクラウド"])
    assert {"update_bearer", "written_in"} & set(first) == set()


def test_the_same_form_sent_twice_registers_one_system(client, clinic, trail):
    form = form_with(client.get(at("new_system", clinic)), "name")
    answers = {send(client, at("new_system", clinic), form, **SYSTEM).url for _ in range(3)}
    assert (len(answers), System.objects.count()) == (1, 1)
    assert [e.action for e in trail(clinic)].count("system.register") == 1


def test_the_same_form_sent_twice_registers_one_component(client, clinic, chart, trail):
    path = at("new_component", clinic, pk=chart.pk)
    form = form_with(client.get(path), "name")
    assert {send(client, path, form, **SERVER).status_code for _ in range(3)} == {302}
    assert (Component.objects.count(), [e.action for e in trail(clinic)].count("component.register")) == (
        1,
        1,
    )


@pytest.mark.parametrize("token", ["", "\x00", "a\x00b", "x" * 500, "あ" * 41, "<b>"])
def test_a_form_with_an_odd_token_registers_all_the_same(token, client, clinic, chart):
    paths = [at("new_system", clinic), at("new_component", clinic, pk=chart.pk)]
    typed = {**SYSTEM, **SERVER, "form_token": token}
    assert [client.post(path, typed).status_code for path in paths] == [302, 302]
    assert (System.objects.count(), Component.objects.count()) == (2, 1)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "システムの名前を入力してください。例：電子カルテシステム"),
        ({"name": "あ" * 101}, "100文字までです。1文字減らしてください。"),
        ({"vendor_name": "あ" * 101}, "100文字までです。1文字減らしてください。"),
        ({"product_version": "1" * 51}, "50文字までです。1文字減らしてください。"),
        ({"entrusted_work": "あ" * 1001}, "1,000文字までです。1文字減らしてください。"),
        ({"product": "\x00"}, CONTROL),
        ({"vendor_name": "社\x07"}, CONTROL),
        ({"location": ""}, "外部保存か院内設置かを選んでください。"),
        ({"location": "moon"}, "一覧にない値です。選び直してください。"),
    ],
)
def test_a_mistake_registers_no_system(typed, sentence, client, clinic):
    response = send(client, at("new_system", clinic), **{**SYSTEM, **typed})
    assert (response.status_code, System.objects.count(), Vendor.objects.count()) == (422, 0, 0)
    assert sentence in complaints(response)
    kept = {n: v for n, v in SYSTEM.items() if n not in typed}
    assert {n: form_with(response, "name").fields[n] for n in kept} == {n: [v] for n, v in kept.items()}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"kind": ""}, "種類を選んでください。"),
        ({"name": ""}, "名称か設置場所を入力してください。例：院内サーバ（受付裏）"),
        ({"quantity": ""}, "台数を入力してください。"),
        ({"quantity": "たくさん"}, "台数は数字で入力してください。例：3"),
        ({"quantity": "0"}, "1台以上にしてください。"),
        ({"quantity": "10000"}, "9,999台までにしてください。"),
        ({"quantity": "9" * 5000}, "台数は数字で入力してください。例：3"),
        ({"quantity": "1\x00"}, "台数は数字で入力してください。例：3"),
        ({"update_bearer": ""}, "事業者、自院、不明から選んでください。"),
        ({"written_in": ""}, "書面の種類を選んでください。見ていないときは「まだ確かめていない」です。"),
        ({"document": ""}, "書面の名称を入力してください。条項だけでは、あとで見つけられません。"),
        ({"clause": "第\x00条"}, CONTROL),
    ],
)
def test_a_mistake_registers_no_component(typed, sentence, client, clinic, chart):
    response = send(client, at("new_component", clinic, pk=chart.pk), **{**SERVER, **typed})
    assert (response.status_code, Component.objects.count()) == (422, 0)
    assert sentence in complaints(response)


@pytest.mark.parametrize("typed", ["３", " 3 "])
def test_a_number_is_read_in_full_width_too(typed, client, clinic, chart):
    send(client, at("new_component", clinic, pk=chart.pk), **{**SERVER, "quantity": typed})
    assert Component.objects.get().quantity == 3


# Correcting


@pytest.mark.parametrize("what", ["system", "component", "vendor"])
def test_a_correction_is_saved_once(what, place, client, clinic, trail):
    path, field, row = place[what]
    form, before = form_with(client.get(path), "version"), len(trail(clinic))
    assert [send(client, path, form, **{field: "直した"}).status_code for _ in range(2)] == [302, 302]
    assert (getattr(fresh(row), field), fresh(row).version) == ("直した", 2)
    assert [e.action for e in trail(clinic)[before:]] == [f"{what}.describe"]


@pytest.mark.parametrize("what", ["system", "component", "vendor"])
def test_an_unchanged_form_saves_nothing(what, place, client, clinic, trail):
    path, _, row = place[what]
    before = len(trail(clinic))
    assert send(client, path).status_code == 302
    assert (fresh(row).version, len(trail(clinic))) == (1, before)


@pytest.mark.parametrize("what", ["system", "component", "vendor"])
def test_a_stale_form_shows_both_and_saves_with_the_next_press(what, place, client, director):
    path, field, row = place[what]
    form = form_with(client.get(path), "version")
    send(browser(director), path, **{field: "先に直した"})
    late = send(client, path, form, **{field: "あとから直した"})
    assert (late.status_code, getattr(fresh(row), field)) == (409, "先に直した")
    assert "先に直した" in words(having(tree(late), role="alert")[0])
    again = form_with(late, "version")
    assert (again.fields[field], again.fields["version"]) == (["あとから直した"], ["2"])
    assert send(client, path, again).status_code == 302
    assert getattr(fresh(row), field) == "あとから直した"


@pytest.mark.parametrize("what", ["system", "component", "vendor"])
def test_a_version_that_is_none_is_a_conflict(what, place, client):
    path, field, row = place[what]
    form = form_with(client.get(path), "version")
    for version in ("", "abc", "-1", "９", "1.5", "9" * 30, "\x00"):
        response = send(client, path, form, **{field: "直した", "version": version})
        assert (version, response.status_code, fresh(row).version) == (version, 409, 1)


@pytest.mark.parametrize("what", ["system", "component", "vendor"])
def test_a_mistake_keeps_the_version_that_the_form_had(what, place, client, director):
    path, field, _ = place[what]
    form = form_with(client.get(path), "version")
    send(browser(director), path, **{field: "先に直した"})
    wrong = send(client, path, form, **{field: "あ" * 101})
    assert wrong.status_code == 422
    assert send(client, path, form_with(wrong, "version"), **{field: "あとから直した"}).status_code == 409


@pytest.mark.parametrize("what", ["system", "component", "vendor"])
def test_what_an_ended_session_had_typed_comes_back_unsaved(what, place, client, clerk):
    path, field, row = place[what]
    form = form_with(client.get(path), "version")
    client.logout()
    assert send(client, path, form, **{field: "途中まで"}).url.startswith("/login/?next=")
    client.force_login(clerk)
    page = client.get(f"{path}?kept=1")
    assert (page.status_code, form_with(page, "version").fields[field], fresh(row).version) == (
        200,
        ["途中まで"],
        1,
    )


@pytest.mark.parametrize("what", ["system", "component", "vendor"])
def test_what_comes_back_does_not_overwrite_what_was_saved_meanwhile(what, place, client, clerk, director):
    path, field, row = place[what]
    form = form_with(client.get(path), "version")
    client.logout()
    send(client, path, form, **{field: "途中まで"})
    send(browser(director), path, **{field: "先に直した"})
    client.force_login(clerk)
    pressed = send(client, path, form_with(client.get(f"{path}?kept=1"), "version"))
    assert (pressed.status_code, getattr(fresh(row), field)) == (409, "先に直した")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "事業者の名称を入力してください。"),
        ({"name": "別の社"}, "同じ名称の事業者が、もう登録されています。別の名称にしてください。"),
        ({"email": "x"}, "メールアドレスの形になっていません。例：support@example.jp"),
        ({"phone": "0" * 41}, "40文字までです。1文字減らしてください。"),
        ({"contact": "\x07"}, CONTROL),
    ],
)
def test_a_mistake_changes_no_vendor(typed, sentence, client, clinic, vendor, director):
    Vendor.named(clinic, "別の社", by=director)
    response = send(client, at("edit_vendor", clinic, pk=vendor.pk), **typed)
    assert (response.status_code, fresh(vendor).version) == (422, 1)
    assert sentence in complaints(response)


@pytest.mark.parametrize("email", ["a\x00@b.jp", "あ@い", "a" * 300 + "@b.jp", "<b>@x.jp"])
def test_a_strange_address_is_refused_in_japanese(email, client, clinic, vendor):
    response = send(client, at("edit_vendor", clinic, pk=vendor.pk), email=email)
    assert (response.status_code, fresh(vendor).email) == (422, "")
    assert [c for c in complaints(response) if not any("ぁ" <= each <= "ん" for each in c)] == []


# Removing


def test_a_system_is_taken_off_the_list_and_its_page_is_gone(client, clinic, chart, server, trail):
    page = at("system", clinic, pk=chart.pk)
    form = next(f for f in forms(client.get(page)) if f.action.endswith("/retire/"))
    assert client.post(form.action, form.fields).url == at("systems", clinic)
    assert trail(clinic)[-1].action == "system.retire"
    assert (System.objects.count(), Component.objects.count()) == (1, 1)
    assert [client.get(page).status_code, client.post(form.action, form.fields).status_code] == [404, 404]
    assert "まだシステムが登録されていません" in shows(client.get(at("systems", clinic)))


@pytest.mark.parametrize(("kind", "kept"), [("server", "renewal"), ("terminal", "unknown")])
def test_only_a_server_has_an_operating_system_to_log_in_to(kind, kept, client, clinic, director):
    system = System.register(clinic, by=director, name="画像", location="in_house")
    typed = {**SERVER, "kind": kind, "os_two_factor": "renewal"}
    send(client, at("new_component", clinic, pk=system.pk), **typed)
    assert Component.objects.get().os_two_factor == kept


def test_a_server_elsewhere_is_not_asked_for_its_operating_system(client, clinic, chart):
    page = client.get(at("new_component", clinic, pk=chart.pk))
    assert "os_two_factor" not in form_with(page, "name").names
    send(client, at("new_component", clinic, pk=chart.pk), **SERVER, os_two_factor="yes")
    assert Component.objects.get().os_two_factor == "unknown"


def test_a_component_is_removed(client, clinic, chart, server, trail):
    path = at("remove_component", clinic, pk=server.pk)
    assert client.post(path).url == at("system", clinic, pk=chart.pk)
    assert (Component.objects.count(), trail(clinic)[-1].target) == (0, "電子カルテ：事業者のクラウド")


def test_a_get_removes_nothing(client, clinic, chart, server):
    paths = [at("retire_system", clinic, pk=chart.pk), at("remove_component", clinic, pk=server.pk)]
    assert [client.get(path).status_code for path in paths] == [405, 405]
    assert (System.objects.count(), Component.objects.count()) == (1, 1)


# Pages


def test_an_empty_list_teaches_the_first_step(client, clinic):
    empty = having(tree(client.get(at("systems", clinic))), class_="empty")[0]
    assert empty.find(".//a").get("href") == at("new_system", clinic)


def test_the_list_shows_system_vendor_product_work_and_components(client, clinic, server):
    row = [words(each) for each in tree(client.get(at("systems", clinic))).find(".//tbody/tr")]
    assert row == [
        "電子カルテ 外部保存（クラウドなど）",
        "株式会社カルテ",
        "○○カルテ 5.1",
        "導入 運用",
        "事業者のクラウド 2台",
        "未記入か未確認：責任分界、二要素認証、外部保存の委託先、契約書・認証",
    ]


def test_a_system_shows_its_parts_and_where_the_duty_is_written(client, clinic, chart, server):
    row = [words(each) for each in tree(client.get(at("system", clinic, pk=chart.pk))).find(".//tbody/tr")]
    assert row == ["事業者のクラウド 2台", "サーバ", "事業者", "保守契約書 第8条", "直す"]


@pytest.mark.parametrize("pk", [0, 999999, 10**18, 10**30])
def test_a_number_that_is_none_is_not_found(pk, client, clinic):
    names = ["system", "edit_system", "new_component", "edit_component", "vendor", "edit_vendor"]
    assert {client.get(at(name, clinic, pk=pk)).status_code for name in names} == {404}
    assert {
        client.post(at(name, clinic, pk=pk)).status_code for name in ("retire_system", "remove_component")
    } == {404}


@pytest.mark.parametrize("systems", [1, 20])
@pytest.mark.parametrize("name", ["systems", "applicability"])
def test_the_lists_cost_12_queries_whatever_is_registered(name, systems, client, clinic, director):
    for number in range(systems):
        system = System.register(
            clinic, by=director, **{**SYSTEM, "name": f"系{number}", "vendor_name": f"社{number}"}
        )
        Component.register(system, by=director, kind="server", name="サーバ")
    client.get(at(name, clinic))
    with at_most(12):
        client.get(at(name, clinic))
