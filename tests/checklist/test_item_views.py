"""One item: saving it in every state, too late, twice, wrong, after the session ended."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from checklist.models import Answer
from tests.conftest import PASSWORD
from tests.web import (
    HTMX,
    at,
    at_most,
    browser,
    complaints,
    form_with,
    forms,
    having,
    shows,
    stand_still,
    tree,
    words,
)
from vendors.models import System

pytestmark = pytest.mark.django_db
CODE = "7-5"
TODAY = date(2026, 11, 22)
FULL = {
    "done": {"confirmed_on": "2026-04-02", "evidence_place": "棚1", "note": "見た"},
    "open": {"plan": "規程を作る", "owner": "事務", "due_on": "2027-03-31"},
    "na": {"reason": "院外からつながない"},
    "ask": {"ask_whom": "株式会社カルテ"},
    "none": {},
}


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    stand_still(monkeypatch, TODAY)


@pytest.fixture
def client(director):
    return browser(director)


@pytest.fixture
def save(client, clinic):
    """save(status="done", …): open the item, type that, press 保存; the form is `form` where it was opened before."""

    def act(code=CODE, form=None, by=client, headers=None, **typed):
        path = at("item", clinic, code=code)
        form = form or form_with(by.get(path), "status")
        return by.post(path, form | typed, headers=headers or {})

    return act


@pytest.fixture
def overtaken(client, clinic, clerk, save):
    """A form of the director's that somebody else has overtaken."""
    form = form_with(client.get(at("item", clinic, code=CODE)), "status")
    save(by=browser(clerk), status="na", reason="先に書いた理由")
    return form


def declared(answer) -> dict:
    return {name: getattr(answer, name) for name in Answer.DECLARED if getattr(answer, name)}


def trouble(response) -> list:
    """What a save in place tells above the form."""
    return list(having(tree(response), id=f"trouble-{CODE}")[0])


def followed(client, response):
    return client.get(response.url.split("#")[0])


# Saving


@pytest.mark.parametrize(
    ("status", "missing"),
    [
        ("done", "確認日が未記入"),
        ("open", "やること・担当・目標日が未記入"),
        ("na", "当てはまらない理由が未記入"),
        ("ask", "聞く相手が未記入"),
    ],
)
def test_a_status_alone_is_saved_and_the_page_says_what_is_missing(status, missing, save, answer, client):
    response = save(status=status)
    assert declared(answer(CODE)) == {"status": status}
    assert missing in shows(followed(client, response))


@pytest.mark.parametrize("status", ["done", "open", "na", "ask"])
def test_a_partial_says_what_is_missing(status, save):
    assert "が未記入" in shows(save(status=status, headers=HTMX))


@pytest.mark.parametrize("status", FULL)
def test_a_status_is_saved_with_its_fields(status, save, answer, clerk, clinic):
    response = save(by=browser(clerk), status=status, **FULL[status])
    typed = {n: date.fromisoformat(v) if n.endswith("_on") else v for n, v in FULL[status].items()}
    assert declared(answer(CODE)) == {"status": status, **typed}
    assert (answer(CODE).updated_by, answer(CODE).version) == ((None, 1) if status == "none" else (clerk, 2))
    assert response.url.endswith(f"/items/{CODE}/#answer")


@pytest.mark.parametrize("status", FULL)
def test_a_saved_item_shows_again_what_was_saved(status, save, client, clinic):
    save(status=status, **FULL[status])
    fields = form_with(client.get(at("item", clinic, code=CODE)), "status").fields
    shown = {name: fields[name][0] for name in ("status", *FULL[status])}
    assert shown == {"status": status, **FULL[status]}


def test_a_page_says_when_and_by_whom_it_was_saved(save, client, director, answer):
    page = followed(client, save(status="ask", ask_whom="会社"))
    at_ = timezone.localtime(answer(CODE).updated_at)
    assert f"保存済 {at_:%-m月%-d日} {at_:%-H:%M}（{director.name}さん）" in shows(page)


def test_what_another_status_had_is_kept_for_the_way_back(save, answer):
    save(status="done", **FULL["done"])
    save(status="na", reason="なくなった")
    assert (answer(CODE).status, answer(CODE).evidence_place, answer(CODE).reason) == (
        "na",
        "棚1",
        "なくなった",
    )


def test_a_save_leaves_one_entry_with_old_and_new(save, trail, clinic, director):
    before = len(trail(clinic))
    save(status="na", reason="使っていない")
    entries = trail(clinic)[before:]
    assert [(e.action, e.target, e.actor_id) for e in entries] == [("answer.record", "7-5", director.pk)]
    assert entries[0].detail == {"status": ["none", "na"], "reason": ["", "使っていない"]}


def test_the_same_form_sent_twice_has_one_effect(client, clinic, save, trail, answer):
    form = form_with(client.get(at("item", clinic, code=CODE)), "status")
    before = len(trail(clinic))
    answers = [save(form=form, status="na", reason="使っていない").status_code for _ in range(3)]
    assert (answers, answer(CODE).version, len(trail(clinic)) - before) == ([302] * 3, 2, 1)


def test_a_save_without_a_change_is_no_save(save, trail, clinic, answer):
    before = len(trail(clinic))
    assert save(status="none").status_code == 302
    assert (answer(CODE).version, answer(CODE).updated_at, len(trail(clinic))) == (1, None, before)


# Where it leads


def test_save_and_next_leads_to_the_next_item(save, clinic):
    assert save(code="7-6", status="ask", next="1").url == at("item", clinic, code="8-1")


def test_save_and_next_of_the_last_item_leads_to_the_sections(save, clinic, client):
    page = client.get(at("item", clinic, code="11-2"))
    assert words(having(tree(page), name="next")[0]) == "保存して章の一覧へ"
    assert save(code="11-2", status="ask", next="1").url == at("sections", clinic)


def test_save_and_next_in_place_leads_the_whole_page_on(save, clinic):
    response = save(status="ask", next="1", headers=HTMX)
    assert (response.status_code, response.headers["HX-Redirect"]) == (204, at("item", clinic, code="7-6"))


def test_all_52_items_are_reached_by_save_and_next(client, clinic, assessment):
    path, seen = at("item", clinic, code="1.1-1"), []
    while path != at("sections", clinic):
        seen.append(path)
        path = client.post(path, {"status": "done", "version": "1", "next": "1"}).url
    assert len(set(seen)) == len(seen) == 52
    assert {answer.status for answer in assessment.answers.all()} == {"done"}


def test_the_first_and_the_last_item_have_one_neighbour(client, clinic):
    def ways(code: str) -> tuple:
        page = tree(client.get(at("item", clinic, code=code)))
        return len(having(page, class_="step-prev")), len(having(page, class_="step-next"))

    assert [ways("1.1-1"), ways(CODE), ways("11-2")] == [(0, 1), (1, 1), (1, 0)]


# In place


def test_a_save_in_place_returns_the_save_state_and_the_new_version(save, answer):
    response = save(status="na", reason="使っていない", headers=HTMX)
    page = tree(response)
    assert (response.status_code, page.find(".//main"), page.find(".//form")) == (200, None, None)
    assert [each.get("value") for each in having(page, name="version")] == ["2"]
    assert f"保存済 {timezone.localtime(answer(CODE).updated_at):%-H:%M}" in shows(response)


def test_the_page_of_a_save_in_place_saves_again_with_the_new_version(client, clinic, save, answer):
    form = form_with(client.get(at("item", clinic, code=CODE)), "status")
    save(form=form, status="na", headers=HTMX)
    again = save(form=form | {"status": "na", "version": "2"}, reason="使っていない", headers=HTMX)
    assert (again.status_code, answer(CODE).version, answer(CODE).reason) == (200, 3, "使っていない")


def test_a_save_after_a_mistake_in_place_takes_the_complaint_away(save, clinic, client, answer):
    form = form_with(client.get(at("item", clinic, code=CODE)), "status")
    wrong = save(form=form, status="done", confirmed_on="きのう", headers=HTMX)
    assert (wrong.status_code, len(trouble(wrong))) == (422, 1)
    right = save(form=form | {"status": "done", "confirmed_on": "2026-11-05"}, headers=HTMX)
    assert (right.status_code, trouble(right), answer(CODE).status) == (200, [], "done")


def test_a_mistake_in_place_names_its_field_and_leaves_the_form_alone(save):
    response = save(status="done", confirmed_on="きのう", headers=HTMX)
    page = tree(response)
    assert (response.status_code, page.find(".//main"), page.find(".//form")) == (422, None, None)
    links = [each for each in page.iter("a") if each.get("data-wrong")]
    assert [(each.get("href"), words(each)) for each in links] == [("#a7-5-confirmed_on", "確認日")]
    assert links[0].get("data-wrong").startswith("日付として読めません。")


# Too late


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "in place"])
def test_a_stale_version_shows_both_texts_and_saves_neither_over_the_other(
    headers, save, overtaken, answer, clerk
):
    response = save(form=overtaken, status="na", reason="あとから書いた理由", headers=headers)
    assert (response.status_code, answer(CODE).reason) == (409, "先に書いた理由")
    alert = words(having(tree(response), role="alert")[0])
    assert "先に書いた理由" in alert
    assert clerk.name in alert


def test_the_page_of_a_conflict_has_what_was_typed(save, overtaken):
    response = save(form=overtaken, status="na", reason="あとから書いた理由")
    assert form_with(response, "version").fields["reason"] == ["あとから書いた理由"]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "in place"])
def test_the_form_of_a_conflict_saves_with_the_next_press(headers, save, overtaken, answer):
    mine = {"status": "ask", "ask_whom": "会社"}
    late = having(tree(save(form=overtaken, headers=headers, **mine)), name="version")
    assert [each.get("value") for each in late] == [str(answer(CODE).version)]
    again = save(form=overtaken, headers=headers, version=late[0].get("value"), **mine)
    assert again.status_code in {200, 302}
    assert (answer(CODE).status, answer(CODE).ask_whom, answer(CODE).version) == ("ask", "会社", 3)


def test_a_conflict_says_that_it_is_not_saved(save, overtaken):
    page = shows(save(form=overtaken, status="done"))
    assert "ほかの人が先に保存しました" in page
    assert "保存済" not in page


@pytest.mark.parametrize("version", [None, "", "abc", "-1", "0", "1.0", "１", "99999999999999999999", "\x00"])
def test_a_version_that_is_none_is_a_conflict(version, client, clinic, answer):
    typed = {"status": "done"} | ({} if version is None else {"version": version})
    assert client.post(at("item", clinic, code=CODE), typed).status_code == 409
    assert answer(CODE).status == "none"


# A confirmed round


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "in place"])
def test_a_confirmed_round_takes_no_answer_and_says_the_way_out(
    headers, client, clinic, assessment, confirmed, answer
):
    form = form_with(client.get(at("item", clinic, code=CODE)), "status")
    confirmed(assessment)
    response = client.post(
        at("item", clinic, code=CODE), form | {"status": "done", "note": "書いた"}, headers=headers
    )
    assert (response.status_code, answer(CODE).status) == (409, "none")
    note = having(tree(response), class_="aside-note")[0]
    assert "確定しているので、回答を変えられません。直すときは、管理担当の方が「再開」できます。" in words(
        note
    )
    assert note.find(".//a").get("href") == at("confirmation", clinic)
    assert headers or form_with(response, "status").fields["note"] == ["書いた"]


def test_an_item_of_a_confirmed_round_offers_no_save(client, clinic, assessment, confirmed):
    confirmed(assessment)
    page = tree(client.get(at("item", clinic, code=CODE)))
    assert having(page, class_="answer")[0].findall(".//button") == []


# Mistakes


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("confirmed_on", "2026-02-30", "2026年2月30日は暦にありません。日付を確かめてください。"),
        ("confirmed_on", "2026-13-01", "2026年13月1日は暦にありません。日付を確かめてください。"),
        ("confirmed_on", "昭和65年1月1日", "昭和にその日付はありません。元号と年を確かめてください。"),
        ("confirmed_on", "1850-01-01", "1850年になっています。年を確かめてください。"),
        ("due_on", "9999-12-31", "9999年になっています。年を確かめてください。"),
        ("note", "あ" * 1001, "1,000文字までです。1文字減らしてください。"),
        ("plan", "あ" * 2000, "1,000文字までです。1,000文字減らしてください。"),
        ("owner", "あ" * 101, "100文字までです。1文字減らしてください。"),
        ("reason", "前\x00後", "画面や紙に出せない文字（制御文字）が入っています。消してから保存してください。"),
        ("ask_whom", "鈴\x07", "画面や紙に出せない文字（制御文字）が入っています。消してから保存してください。"),
        ("status", "perfect", "一覧にない値です。選び直してください。"),
        ("status", "\x00", "一覧にない値です。選び直してください。"),
        ("status", "", "対応状況を1つ選んでください。"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_beside_its_field_and_nothing_is_saved(
    field, typed, sentence, save, answer, client
):
    response = save(**{"status": "open", "evidence_place": "棚の上", field: typed})
    assert (response.status_code, declared(answer(CODE))) == (422, {"status": "none"})
    beside = [words(e) for e in having(tree(response), class_="invalid-feedback")]
    assert beside == [sentence]
    assert sentence in complaints(response)[-1]
    assert form_with(response, "status").fields["evidence_place"] == ["棚の上"]


def test_a_day_that_is_none_shows_how_to_write_one(save, answer):
    response = save(status="open", due_on="来週の月曜")
    how = "例：2026-11-05、2026/11/5、R8.11.5、令和8年11月5日 のように入力してください。"
    assert f"日付として読めません。{how}" in complaints(response)
    assert form_with(response, "status").fields["due_on"] == ["来週の月曜"]


def test_a_day_to_come_is_no_day_of_checking(save, answer):
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    response = save(status="done", confirmed_on=tomorrow)
    assert (response.status_code, answer(CODE).confirmed_on) == (422, None)
    assert "まだ来ていない日付です。今日までの日付にしてください。" in complaints(response)
    assert save(status="done", confirmed_on=TODAY.isoformat()).status_code == 302


@pytest.mark.parametrize(
    "typed", ["２０２６／４／２", "2026年4月2日", "R8.4.2", "令和８年４月２日", " 2026-4-2 "]
)
def test_a_day_is_read_in_any_usual_writing(typed, save, answer):
    save(status="done", confirmed_on=typed)
    assert answer(CODE).confirmed_on == date(2026, 4, 2)


def test_a_thousand_characters_are_saved_as_they_are(save, answer):
    text = "漢字と\n改行" + "あ" * 993 + "𠮷"
    save(status="done", note=text.replace("\n", "\r\n"))
    assert answer(CODE).note == text


def test_a_mistake_keeps_the_version_that_the_form_had(save, overtaken):
    wrong = save(form=overtaken, status="done", confirmed_on="きのう")
    assert form_with(wrong, "version").fields["version"] == ["1"]
    assert save(form=form_with(wrong, "version"), confirmed_on="").status_code == 409


@pytest.mark.parametrize("code", ["7-99", "x", "7⑤", "7-5'--", "%00", "７-５"])
@pytest.mark.parametrize("name", ["item", "item_row"])
def test_an_unknown_item_is_not_found(name, code, client, clinic):
    path = at(name, clinic, code="CODE").replace("CODE", code)
    assert [client.get(path).status_code, client.post(path, {"status": "done"}).status_code] == [404, 404]


def test_a_form_of_100_kilobytes_is_answered_with_a_sentence(save, answer):
    response = save(status="done", note="あ" * 33_000)
    assert (response.status_code, answer(CODE).status) == (422, "none")
    assert "1,000文字までです。32,000文字減らしてください。" in complaints(response)


@pytest.mark.parametrize(
    "typed", [{"note": "あ" * 500_000}, {f"x{n}": "1" for n in range(1001)}], ids=["long", "many"]
)
def test_a_form_beyond_all_measure_is_refused_in_japanese(typed, client, clinic, answer):
    response = client.post(at("item", clinic, code=CODE), {"status": "done", "version": "1", **typed})
    assert (response.status_code, answer(CODE).status) == (400, "none")
    assert tree(response).findtext(".//h1") == "送られた内容が大きすぎます"


# A session that ended


def log_in(person, path: str):
    """Another browser, signed in by the log-in page that leads on to `path`."""
    client = browser()
    page = client.get(path)
    form = form_with(page, "login")
    return client, client.post("/login/", form | {"login": person.email, "password": PASSWORD})


@pytest.fixture
def lost(client, clinic):
    """Where somebody is sent who pressed 保存 after the session had ended."""
    form = form_with(client.get(at("item", clinic, code=CODE)), "status")
    client.logout()
    return client.post(at("item", clinic, code=CODE), form | {"status": "na", "reason": "長く考えた理由"})


def test_what_was_typed_into_an_ended_session_comes_back_unsaved(lost, director, answer):
    client, response = log_in(director, lost.url)
    page = client.get(response.url)
    assert form_with(page, "status").fields["reason"] == ["長く考えた理由"]
    assert "さきほど入力していた内容です まだ保存されていません。" in shows(page)
    assert (answer(CODE).status, answer(CODE).version) == ("none", 1)


def test_it_is_saved_by_the_next_press(lost, director, answer, save):
    client, response = log_in(director, lost.url)
    save(by=client, form=form_with(client.get(response.url), "status"))
    assert (answer(CODE).status, answer(CODE).reason) == ("na", "長く考えた理由")


def test_it_comes_back_once(lost, director):
    client, response = log_in(director, lost.url)
    seen = ["長く考えた理由" in client.get(response.url).content.decode() for _ in range(2)]
    assert seen == [True, False]


def test_it_comes_back_to_nobody_else(lost, clerk, director):
    client, response = log_in(clerk, lost.url)
    assert "長く考えた理由" not in client.get(response.url).content.decode()
    client, response = log_in(director, lost.url)
    assert "長く考えた理由" in client.get(response.url).content.decode()


def test_what_comes_back_does_not_overwrite_what_was_saved_meanwhile(lost, director, clerk, save, answer):
    save(by=browser(clerk), status="ask", ask_whom="会社")
    client, response = log_in(director, lost.url)
    pressed = save(by=client, form=form_with(client.get(response.url), "status"))
    assert (pressed.status_code, answer(CODE).status, answer(CODE).ask_whom) == (409, "ask", "会社")


def test_a_save_in_place_without_a_session_leads_the_whole_page_to_log_in(client, clinic, director):
    form = form_with(client.get(at("item", clinic, code=CODE)), "status")
    client.logout()
    response = client.post(at("item", clinic, code=CODE), form | {"reason": "理由"}, headers=HTMX)
    assert response.status_code == 204
    client, response = log_in(director, response.headers["HX-Redirect"])
    assert form_with(client.get(response.url), "status").fields["reason"] == ["理由"]


def test_more_than_64_kilobytes_without_a_session_lead_to_log_in_without_the_text(client, clinic, director):
    form = form_with(client.get(at("item", clinic, code=CODE)), "status")
    client.logout()
    response = client.post(at("item", clinic, code=CODE), form | {"note": "あ" * 30_000})
    client, response = log_in(director, response.url)
    page = client.get(response.url)
    assert (page.status_code, form_with(page, "status").fields["note"]) == (200, [""])


# Costs


@pytest.mark.parametrize("systems", [1, 20])
def test_an_item_costs_12_queries_and_a_save_8(systems, client, clinic, director, save):
    for number in range(systems):
        System.register(
            clinic, by=director, name=f"系{number}", vendor_name=f"社{number}", location="external"
        )
    form = form_with(client.get(at("item", clinic, code=CODE)), "status")
    with at_most(12):
        client.get(at("item", clinic, code=CODE))
    with at_most(8):
        save(form=form, status="ask", ask_whom="会社")


def test_a_viewer_reads_the_answer_and_who_may_change_it(clinic, reader, answer, director):
    answer(CODE).record(1, by=director, status="done", note="台帳で見た")
    response = browser(reader).get(at("item", clinic, code=CODE))
    assert "台帳で見た" in response.text
    assert "あなたの役割（閲覧者）では、見るだけです。" in response.text
    assert [form for form in forms(response) if "status" in form.names] == []


def test_a_viewers_table_offers_to_look_and_not_to_change(clinic, reader):
    text = browser(reader).get(at("items", clinic)).text
    assert (text.count(">見る</a>"), text.count(">答える</a>")) == (52, 0)


def test_what_the_saved_item_still_wants_is_said_on_the_next_page(client, clinic):
    page = client.get(at("item", clinic, code="8-1"))
    sent = client.post(
        at("item", clinic, code="8-1"), form_with(page, "note") | {"status": "done", "next": "1"}
    )
    assert "8①を保存しました。確認日が未記入です。" in client.get(sent.url).content.decode()
