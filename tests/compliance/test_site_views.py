"""Log-in, one-time links, the choice of clinics, 医療機関の情報, and forms that come too late."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from compliance.links import welcome_path
from compliance.models import Clinic, User
from tests.conftest import PASSWORD
from tests.web import at, browser, complaints, form_with, having, shows, tree, words

pytestmark = pytest.mark.django_db
NEW = "atarashii-aikotoba-9"


@pytest.fixture
def client(director):
    return browser(director)


def log_in(client, email: str, password: str = PASSWORD, then: str = ""):
    form = form_with(client.get(f"/login/?next={then}" if then else "/login/"), "login")
    return client.post("/login/", form | {"login": email, "password": password})


# Log-in


@pytest.mark.parametrize("write", [str, str.upper])
def test_a_person_logs_in_with_address_and_password(write, clinic, director):
    client = browser()
    assert log_in(client, write(director.email)).url == "/"
    assert client.get("/").url == at("clinic_home", clinic)


@pytest.mark.parametrize("email", ["director@midori.example", "nobody@midori.example"])
def test_a_wrong_password_and_an_unknown_address_read_the_same(email, director):
    response = log_in(browser(), email, "wrong-password-1")
    assert response.status_code == 200
    assert [
        c
        for c in complaints(response)
        if c.endswith("入力されたメールアドレスもしくはパスワードが正しくありません。")
    ]
    assert form_with(response, "login").fields["login"] == [email]


@pytest.mark.parametrize(
    ("email", "password"), [("", ""), ("a", "b"), ("\x00@x.jp", "x"), ("あ" * 500, "\x00")]
)
def test_a_mistake_at_log_in_is_said_in_japanese(email, password):
    response = log_in(browser(), email, password)
    assert response.status_code == 200
    assert complaints(response) != []
    assert [c for c in complaints(response) if not in_japanese(c)] == []


def in_japanese(text: str) -> bool:
    return any("ぁ" <= each <= "ヿ" for each in text)


def test_guessing_is_slowed_down_in_japanese(director):
    client = browser()
    responses = [log_in(client, director.email, f"wrong-password-{n}") for n in range(8)]
    assert [each.status_code for each in responses] == [200] * 5 + [429] * 3
    assert re.search(r"[1-5]分たってから、やり直してください。", shows(responses[-1]))
    assert 0 < int(responses[-1].headers["Retry-After"]) <= 300
    assert log_in(client, director.email).status_code == 429


def test_too_many_log_ins_from_one_place_are_refused_in_japanese(director):
    client = browser()
    responses = [client.post("/login/", {"login": f"a{n}@x.jp", "password": "x"}) for n in range(40)]
    last = responses[-1]
    assert last.status_code == 429
    assert in_japanese(words(tree(last)))


@pytest.mark.parametrize(
    "then", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_log_in_leads_to_no_other_site(then, clinic, director):
    assert log_in(browser(), director.email, then=then).url == "/"


def test_a_session_has_another_key_after_log_in(director):
    client = browser()
    client.get("/login/")
    before = client.session.session_key
    log_in(client, director.email)
    assert client.session.session_key not in {before, None}


def test_logging_out_ends_the_session_at_the_server(client, clinic):
    cookie = client.cookies["sessionid"].value
    page = client.get(at("clinic_home", clinic))
    form = next(f for f in (form_with(page, "csrfmiddlewaretoken"),) if f.action == "/logout/")
    assert client.post("/logout/", form.fields).url == "/"
    thief = browser()
    thief.cookies["sessionid"] = cookie
    assert thief.get(at("clinic_home", clinic)).url.startswith("/login/")
    assert Session.objects.filter(pk=cookie).count() == 0


def test_a_get_logs_nobody_out(client, clinic):
    client.get("/logout/")
    assert client.get(at("clinic_home", clinic)).status_code == 200


def test_a_session_ends_after_an_idle_hour(client, clinic, monkeypatch):
    assert client.get(at("clinic_home", clinic)).status_code == 200
    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr("compliance.sessions.timezone.now", lambda: later)
    assert client.get(at("clinic_home", clinic)).url.startswith("/login/?next=")


# The password


@pytest.fixture
def change(client):
    """Type a new password; the page first asks for the old one again."""

    def act(**typed):
        form = form_with(client.get("/password/"), "password1")
        return client.post(
            "/password/", form | {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, **typed}
        )

    return act


def test_a_new_password_counts_and_the_old_does_not(change, director, clinic):
    assert change().status_code == 302
    assert (
        log_in(browser(), director.email).status_code,
        log_in(browser(), director.email, NEW).status_code,
    ) == (200, 302)


def test_after_a_new_password_the_account_says_so(change, client, clinic):
    changed = change()
    assert changed.url == "/account/"
    assert "パスワードを変更しました。" in shows(client.get(changed.url))


def test_the_rules_of_a_new_password_stand_beside_its_box(client, clinic):
    assert "12文字以上。名前や、よく使われる言葉だけのものは使えません。" in shows(client.get("/password/"))


def test_a_new_password_ends_the_sessions_elsewhere(change, director, clinic):
    elsewhere = browser(director)
    change()
    assert elsewhere.get(at("clinic_home", clinic)).url.startswith("/login/")


@pytest.mark.parametrize(
    "typed",
    [
        {"oldpassword": "wrong"},
        {"oldpassword": ""},
        {"password1": "short", "password2": "short"},
        {"password1": "738291046573", "password2": "738291046573"},
        {"password1": "password1234", "password2": "password1234"},
        {"password2": "another-one-12"},
        {"password1": "", "password2": ""},
        {"password1": "\x00" * 20, "password2": "\x00" * 20},
    ],
)
def test_a_mistake_with_the_password_is_said_in_japanese(typed, change, director):
    response = change(**typed)
    assert (response.status_code, User.objects.get(pk=director.pk).check_password(PASSWORD)) == (200, True)
    assert complaints(response) != []
    assert [c for c in complaints(response) if not in_japanese(c)] == []


# A one-time link


@pytest.fixture
def invited(clinic) -> User:
    return User.objects.create_user("new@midori.example")


def test_a_link_shows_its_form_and_is_not_used_up_by_that(invited):
    client, path = browser(), welcome_path(invited)
    assert [client.get(path).status_code for _ in range(3)] == [200] * 3
    assert "new@midori.example" in shows(client.get(path))


def test_a_link_gives_name_and_password_and_signs_in(invited, clinic):
    client, path = browser(), welcome_path(invited)
    form = form_with(client.get(path), "password")
    assert client.post(path, form | {"name": "新田 花子", "password": PASSWORD}).url == "/"
    invited.refresh_from_db()
    assert (invited.name, invited.check_password(PASSWORD)) == ("新田 花子", True)
    assert client.get("/").url == "/clinics/"


def test_a_link_works_once(invited):
    path = welcome_path(invited)
    browser().post(path, {"name": "新田 花子", "password": PASSWORD})
    again = browser().post(path, {"name": "盗人", "password": NEW})
    invited.refresh_from_db()
    assert (again.status_code, browser().get(path).status_code, invited.name) == (404, 404, "新田 花子")


def test_wrong_and_expired_links_look_like_no_page(invited, settings):
    path = welcome_path(invited)
    settings.PASSWORD_RESET_TIMEOUT = -1
    wrong = ["/welcome/x/y/", "/welcome/MQ/x/", "/welcome/OTk5OTk5/a-b/", "/welcome/%00/%00/", path]
    pages = [browser().get(each) for each in [*wrong, "/nothing/"]]
    assert ({page.status_code for page in pages}, len({shows(page) for page in pages})) == ({404}, 1)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "氏名を入力してください。例：山田 花子"),
        ({"password": ""}, "パスワードを入力してください。"),
        ({"password": "short"}, "12文字以上にしてください。"),
    ],
)
def test_a_mistake_leaves_the_link_standing(typed, sentence, invited):
    client, path = browser(), welcome_path(invited)
    response = client.post(path, {"name": "新田 花子", "password": PASSWORD, **typed})
    invited.refresh_from_db()
    assert (sentence in complaints(response), invited.name, client.get(path).status_code) == (True, "", 200)


# The clinics


def test_a_person_of_one_clinic_is_led_there(client, clinic):
    assert client.get("/").url == at("clinic_home", clinic)


def test_a_person_of_two_clinics_chooses(both, clinic, other_clinic):
    client = browser(both)
    assert client.get("/").url == "/clinics/"
    links = {a.get("href"): words(a) for a in having(tree(client.get("/clinics/")), class_="row-link")}
    assert links == {at("clinic_home", each): each.name for each in (clinic, other_clinic)}


def test_a_person_without_a_clinic_reads_what_to_do(clinic, stranger):
    client = browser(stranger)
    assert client.get("/").url == "/clinics/"
    assert "所属している医療機関がありません。 医療機関の管理担当の方に、招待を頼んでください。" in shows(
        client.get("/clinics/")
    )


def test_only_a_person_of_two_clinics_is_offered_the_switch(client, both, clinic):
    def offered(client) -> bool:
        return any(
            a.get("href") == "/clinics/" for a in tree(client.get(at("clinic_home", clinic))).iter("a")
        )

    assert [offered(client), offered(browser(both))] == [False, True]


# 医療機関の情報

INFORMATION = {
    "name": "新しい名前",
    "organization": "医療法人みどり会",
    "address": "みどり市1-2-3",
    "phone": "03-0000-0000",
    "institution_code": "1312345678",
    "director": "緑川 太郎",
    "safety_officer": "事務 はな子",
    "safety_officer_since_on": "令和8年4月1日",
}


@pytest.fixture
def describe(client, clinic):
    def act(form=None, by=client, **typed):
        path = at("clinic", clinic)
        return by.post(path, (form or form_with(by.get(path), "version")) | typed)

    return act


def test_the_information_is_saved_and_shown_again(describe, client, clinic):
    assert describe(**INFORMATION).url == at("clinic_home", clinic)
    saved = Clinic.objects.filter(pk=clinic.pk).values(*INFORMATION).get()
    assert {**saved, "safety_officer_since_on": str(saved["safety_officer_since_on"])} == {
        **INFORMATION, "safety_officer_since_on": "2026-04-01",
    }  # fmt: skip
    fields = form_with(client.get(at("clinic", clinic)), "version").fields
    assert fields["address"] == ["みどり市1-2-3"]
    assert fields["safety_officer_since_on"] == ["2026-04-01"]


def test_information_saved_twice_leaves_one_entry(describe, client, clinic, trail):
    form, before = form_with(client.get(at("clinic", clinic)), "version"), len(trail(clinic))
    assert [describe(form, **INFORMATION).status_code for _ in range(2)] == [302, 302]
    assert [e.action for e in trail(clinic)[before:]] == ["clinic.describe"]


def test_stale_information_shows_both_and_saves_with_the_next_press(describe, client, clinic, director):
    form = form_with(client.get(at("clinic", clinic)), "version")
    clinic.describe(1, by=director, name="先に直した名前", phone="03-1111-1111")
    late = describe(form, name="あとの名前")
    assert (late.status_code, Clinic.objects.get().name) == (409, "先に直した名前")
    alert = words(having(tree(late), role="alert")[0])
    assert "先に直した名前" in alert
    assert "03-1111-1111" in alert
    again = form_with(late, "version")
    assert again.fields["name"] == ["あとの名前"]
    assert (describe(again).status_code, Clinic.objects.get().name) == (302, "あとの名前")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "医療機関の名称を入力してください。"),
        ({"address": "あ" * 201}, "200文字までです。1文字減らしてください。"),
        ({"institution_code": "1" * 11}, "10文字までです。1文字減らしてください。"),
        (
            {"phone": "03\x0700"},
            "画面や紙に出せない文字（制御文字）が入っています。消してから保存してください。",
        ),
        (
            {"safety_officer_since_on": "2026-02-30"},
            "2026年2月30日は暦にありません。日付を確かめてください。",
        ),
    ],
)
def test_a_mistake_in_the_information_saves_nothing(typed, sentence, describe, clinic):
    response = describe(**{**INFORMATION, **typed})
    assert (response.status_code, Clinic.objects.get().version) == (422, 1)
    assert sentence in complaints(response)
    assert form_with(response, "version").fields["organization"] == ["医療法人みどり会"]


def test_a_mistake_keeps_the_version_that_the_form_had(describe, client, clinic, director):
    form = form_with(client.get(at("clinic", clinic)), "version")
    clinic.describe(1, by=director, name="先に直した名前")
    wrong = describe(form, name="")
    assert describe(form_with(wrong, "version"), name="あとの名前").status_code == 409


def test_information_typed_into_an_ended_session_comes_back_unsaved(client, clinic, director):
    form = form_with(client.get(at("clinic", clinic)), "version")
    client.logout()
    lost = client.post(at("clinic", clinic), form | INFORMATION)
    assert lost.url == f"/login/?next=%2Fc%2F{clinic.code}%2Fclinic%2F%3Fkept%3D1"
    client.force_login(director)
    page = client.get(at("clinic", clinic) + "?kept=1")
    assert (page.status_code, form_with(page, "version").fields["name"], Clinic.objects.get().version) == (
        200,
        ["新しい名前"],
        1,
    )
    assert "さきほど入力していた内容です" in shows(page)


# A form older than the log-in


@pytest.fixture
def careful(director):
    """A browser whose forms need their token."""
    return browser(director, enforce_csrf_checks=True)


def test_a_form_without_its_token_saves_nothing_and_keeps_what_was_typed(careful, clinic):
    form = form_with(careful.get(at("clinic", clinic)), "version")
    stale = careful.post(at("clinic", clinic), form | {**INFORMATION, "csrfmiddlewaretoken": "x" * 64})
    assert (stale.status_code, Clinic.objects.get().version) == (403, 1)
    back = having(tree(stale), class_="btn-primary")[0].get("href")
    assert form_with(careful.get(back), "version").fields["name"] == ["新しい名前"]


@pytest.mark.parametrize("name", ["login", "logout", "clinic"])
def test_every_form_needs_its_token(name, careful, clinic):
    path = at("clinic", clinic) if name == "clinic" else f"/{name}/"
    assert careful.post(path, {}).status_code == 403


def test_help_is_one_page_in_japanese(client):
    page = client.get("/help/")
    assert (page.status_code, tree(page).findtext(".//h1")) == (200, "使い方・問い合わせ")
