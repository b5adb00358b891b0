"""自分のアカウント: sessions and second factors; and the clinic that asks its 管理担当 for one."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.webauthn.internal.auth import WebAuthn
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from compliance.choices import Role
from compliance.links import welcome_path
from compliance.models import AuditEntry, Clinic, Membership, User
from compliance.open_sessions import in_words
from compliance.people import SecondFactorMissing
from tests.conftest import PASSWORD
from tests.web import at, browser, complaints, form_with, forms, having, shows, tree, words

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36"


def code_of(secret: str) -> str:
    """What an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def log_in(user: User, agent: str = CHROME, password: str = PASSWORD):
    """A browser that has typed address and password; and what it was sent to."""
    client = browser(REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT=agent)
    form = form_with(client.get("/login/"), "login")
    return client, client.post("/login/", form | {"login": user.email, "password": password})


def typed_wide(text: str) -> str:
    """As an input method leaves it: full-width letters and digits, and a full-width blank."""
    return "　".join([text[:3], text[3:]]).translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)})


def sure(client, path: str):
    """The page behind the question for the password."""
    page = client.get(path)
    if page.status_code == 302 and page.url.startswith("/reauthenticate/"):
        page = client.post(page.url, {"password": PASSWORD})
        assert page.status_code == 302
        page = client.get(page.url)
    return page


@pytest.fixture
def with_app(director) -> User:
    """The director with an authenticator app and recovery codes."""
    TOTP.activate(director, SECRET)
    RecoveryCodes.activate(director)
    return director


def passkey() -> dict:
    """What a browser sends of a new one."""
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    credential = AttestedCredentialData.create(Aaguid.NONE, b"passkey-of-midori", key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(bytes(32), flags, 0, bytes(credential))
    asked = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    answer = {
        "clientDataJSON": websafe_encode(asked),
        "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
    }
    name = websafe_encode(credential.credential_id)
    return {"id": name, "rawId": name, "type": "public-key", "response": answer}


# Sessions


def test_the_account_lists_its_sessions_in_words(director, clinic):
    client, _ = log_in(director)
    log_in(director, "Mozilla/5.0 (iPad; CPU OS 17_0) AppleWebKit/605 Version/17 Mobile Safari/604")
    shown = shows(client.get("/account/"))
    assert all(word in shown for word in (director.email, "Chrome・Windows", "Safari・iPad", "192.0.2.7"))
    assert shown.count("いま使っている端末") == 1


def test_other_sessions_end_and_this_one_goes_on(director, clinic):
    (client, _), (other, _), unlisted = log_in(director), log_in(director), browser(director)
    client.get("/account/")
    assert client.post("/account/sessions/end/").url == "/account/"
    assert client.get("/account/").status_code == 200
    assert [each.get("/account/").url[:7] for each in (other, unlisted)] == ["/login/"] * 2
    assert len(having(tree(client.get("/account/")), scope="row")) == 1
    assert AuditEntry.objects.filter(action="user.end_sessions").count() == 1


def test_a_manager_ends_the_sessions_of_a_member(director, clinic, clerk, trail):
    theirs, _ = log_in(clerk)
    pk = Membership.objects.get(user=clerk).pk
    client = browser(director)
    assert "Chrome・Windows" in shows(client.get(at("person", clinic, pk=pk)))
    assert client.post(at("end_sessions", clinic, pk=pk)).url == at("person", clinic, pk=pk)
    assert theirs.get(at("clinic_home", clinic)).url.startswith("/login/")
    assert trail(clinic)[-1].action == "member.end_sessions"
    assert "いま、ログインしている端末はありません。" in shows(client.get(at("person", clinic, pk=pk)))
    assert log_in(clerk)[1].url == "/"


def test_the_same_press_twice_signs_out_once(director, clinic, clerk, trail):
    pk, client = Membership.objects.get(user=clerk).pk, browser(director)
    form = next(f for f in forms(client.get(at("person", clinic, pk=pk))) if "sessions" in f.action)
    for _ in range(2):
        client.post(form.action, form.fields)
        theirs, _ = log_in(clerk)
    assert theirs.get(at("clinic_home", clinic)).status_code == 200
    assert [each.action for each in trail(clinic)].count("member.end_sessions") == 1


def test_the_press_for_one_person_is_none_for_another(director, clinic, clerk, reader, trail):
    for user in (clerk, reader):
        member = Membership.objects.select_related("clinic", "user").get(user=user, clinic=clinic)
        member.end_sessions(by=director, form_token="the same")
    ended = [each.target for each in trail(clinic) if each.action == "member.end_sessions"]
    assert ended == [clerk.email, reader.email]


def test_a_one_time_link_begins_a_session_that_is_listed(clinic):
    user = User.objects.create_user("new@midori.example")
    client = browser(HTTP_USER_AGENT=CHROME)
    client.post(welcome_path(user), {"name": "新田", "password": PASSWORD})
    assert "Chrome・Windows" in shows(client.get("/account/"))


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (CHROME + " Edg/120.0", "Edge・Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:120) Gecko Firefox/120", "Firefox・Mac"),
        ("Mozilla/5.0 (iPhone) CriOS/120 Mobile Safari/604", "Chrome・iPhone"),
        ("curl/8", "不明なブラウザ"),
        ("", "不明なブラウザ"),
    ],
)
def test_a_browser_has_a_name(agent, expected):
    assert in_words(agent) == expected


def test_a_name_is_changed_once_and_recorded(director, clinic):
    client = browser(director)
    form = form_with(client.get("/account/"), "name")
    assert [client.post("/account/", form | {"name": "緑川 新"}).url for _ in range(2)] == ["/account/"] * 2
    assert User.objects.get(pk=director.pk).name == "緑川 新"
    assert AuditEntry.objects.filter(action="user.rename").count() == 1


def test_an_empty_name_is_refused(director, clinic):
    response = browser(director).post("/account/", {"name": " "})
    assert (response.status_code, "氏名を入力してください。例：山田 花子" in complaints(response)) == (
        422,
        True,
    )


# An authenticator app


def test_an_app_is_set_up_with_a_qr_code_in_the_page(director, clinic, django_capture_on_commit_callbacks):
    client, _ = log_in(director)
    page = sure(client, "/account/second-factor/totp/activate/")
    html = page.content.decode()
    assert ('<svg class="qr" ' in html, "data:" in html, "style=" in html) == (True, False, False)
    shown = re.search(r'<strong class="break num">([\w ]+)</strong>', html)[1]
    assert [len(each) for each in shown.split(" ")] == [4] * 8
    secret = shown.replace(" ", "")
    wrong = client.post("/account/second-factor/totp/activate/", {"code": "000000"})
    assert "コードが正しくありません。" in complaints(wrong)
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post("/account/second-factor/totp/activate/", {"code": code_of(secret)})
    assert done.url == "/account/second-factor/recovery-codes/"
    page = client.get(done.url)
    assert len(list(having(tree(page), class_="codes")[0])) == 10
    assert AuditEntry.objects.filter(action="second_factor.add").exists()


def test_log_in_asks_for_the_code(with_app, clinic):
    client, sent = log_in(with_app)
    assert sent.url == "/account/second-factor/authenticate/"
    assert client.get(at("clinic_home", clinic)).url.startswith("/login/")
    page = client.get(sent.url)
    assert "6桁のコード、または回復コード" in shows(page)
    wrong = client.post(sent.url, {"code": "12"})
    assert "コードが正しくありません。" in complaints(wrong)
    assert client.post(sent.url, {"code": code_of(SECRET)}).url == "/"
    assert client.get(at("clinic_home", clinic)).status_code == 200


@pytest.mark.parametrize(
    ("has", "asked"),
    [
        (["totp"], ["6桁のコード、または回復コード", "ログイン"]),
        (["webauthn"], ["パスキーでログイン", "回復コード", "ログイン"]),
        (["totp", "webauthn"], ["6桁のコード、または回復コード", "ログイン", "パスキーでログイン"]),
    ],
    ids=str,
)
def test_log_in_asks_only_for_what_there_is(has, asked, with_app, clinic):
    if "webauthn" in has:
        WebAuthn.add(with_app, "受付のパソコン", passkey())
    if "totp" not in has:
        Authenticator.objects.filter(user=with_app, type="totp").delete()
    client, sent = log_in(with_app)
    page = client.get(sent.url)
    main = tree(page).find(".//main")
    assert [words(each) for each in main.iter() if each.tag in ("label", "button")] == [
        *asked,
        "ログインをやめる",
    ]


def test_a_code_typed_with_an_input_method_is_the_same_code(director, clinic):
    client, _ = log_in(director)
    activate = "/account/second-factor/totp/activate/"
    shown = re.search(r'<strong class="break num">([\w ]+)</strong>', sure(client, activate).content.decode())
    secret = shown[1].replace(" ", "")
    assert client.post(activate, {"code": typed_wide(code_of(secret))}).status_code == 302
    client, sent = log_in(director)
    assert client.post(sent.url, {"code": typed_wide(code_of(secret))}).url == "/"


@pytest.mark.parametrize("page", ["authenticate", "reauthenticate"])
def test_a_recovery_code_typed_with_an_input_method_works_once(page, with_app, clinic):
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    client, sent = log_in(with_app)
    if page == "reauthenticate":
        client.post(sent.url, {"code": code_of(SECRET)})
    path, found = f"/account/second-factor/{page}/", []
    for typed in (typed_wide(code), code):
        found.append(client.post(path, {"code": typed}).status_code)
        client, sent = log_in(with_app) if page == "authenticate" else (client, sent)
    assert found == [302, 200]


def test_log_in_says_what_to_do_without_the_password():
    shown = shows(browser().get("/login/"))
    assert "パスワードを忘れたとき：管理担当の方に、再設定のリンクを頼んでください。" in shown


def test_an_address_typed_with_an_input_method_is_the_same_address(director, clinic):
    typed = {"login": director.email.replace("@", "＠").upper() + "　", "password": PASSWORD}
    assert browser().post("/login/", typed).status_code == 302


def test_a_password_is_taken_exactly_as_it_was_typed(director, clinic):
    assert log_in(director, password=PASSWORD.translate({ord("-"): "－"}))[1].status_code == 200


def test_a_recovery_code_works_once(with_app, clinic):
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    found = []
    for _ in range(2):
        client, sent = log_in(with_app)
        found.append(client.post(sent.url, {"code": code}).status_code)
    assert found == [302, 200]


def test_a_one_time_link_stands_for_the_password_only(with_app, clinic):
    client = browser()
    response = client.post(welcome_path(with_app), {"name": "緑川", "password": "atarashii-aikotoba-9"})
    assert response.url == "/login/"
    assert client.get(at("clinic_home", clinic)).url.startswith("/login/")
    _, sent = log_in(with_app, password="atarashii-aikotoba-9")
    assert sent.url == "/account/second-factor/authenticate/"


def test_the_server_forgets_a_lost_second_factor(with_app, clinic, capsys):
    theirs = browser(with_app)
    call_command("reset_password", with_app.email, "--remove-second-factor")
    assert "/welcome/" in capsys.readouterr().out
    assert Authenticator.objects.count() == 0
    assert theirs.get(at("clinic_home", clinic)).url.startswith("/login/")
    assert log_in(with_app)[1].url == "/"


@pytest.mark.parametrize("path", ["totp/activate/", "webauthn/add/", "recovery-codes/generate/"])
def test_a_change_asks_for_the_password_again(path, director, clinic):
    client, _ = log_in(director)
    assert client.get(f"/account/second-factor/{path}").url.startswith("/reauthenticate/?next=")


# Passkeys


def test_the_page_of_a_passkey_needs_no_inline_script(director, clinic):
    client, _ = log_in(director)
    page = sure(client, "/account/second-factor/webauthn/add/")
    scripts = list(tree(page).iter("script"))
    inline = [s.get("type") for s in scripts if not s.get("src")]
    assert inline == ["application/json"]  # data, which nothing runs
    assert {s.get("src") for s in scripts if s.get("src")} >= {
        "/static/passkey.js",
        "/static/mfa/js/webauthn-json.js",
    }
    assert form_with(page, "name").fields["name"] == ["パスキー1"]


@pytest.mark.parametrize("sent", ["", "{}", "null", "[]", '{"id": 1}', '{"id":"x","response":{}}', "あ"])
def test_an_answer_that_is_no_passkey_is_refused(sent, director, clinic):
    client, _ = log_in(director)
    sure(client, "/account/second-factor/webauthn/add/")
    response = client.post("/account/second-factor/webauthn/add/", {"name": "x", "credential": sent})
    assert (response.status_code, Authenticator.objects.count()) == (200, 0)


@pytest.mark.parametrize(
    "typed",
    ["", "\x00", "あ", "９９９９９９", "1e9", "x" * 5000, "[]", '{"id":"eA","rawId":"eA","response":{}}'],
)
def test_nothing_that_is_typed_breaks_the_forms(typed, with_app, clinic):
    client, sent = log_in(with_app)
    found = [client.post(sent.url, {name: typed}).status_code for name in ("code", "credential")]
    assert set(found) <= {200, 429}
    sure_client, _ = log_in(with_app)
    sure_client.post(sent.url, {"code": code_of(SECRET)})
    for page in ("reauthenticate/", "webauthn/reauthenticate/", "webauthn/add/", "recovery-codes/generate/"):
        path = f"/account/second-factor/{page}"
        assert (
            page,
            sure_client.post(path, {"code": typed, "credential": typed}).status_code in {200, 302},
        ) == (page, True)


# The clinic asks for it


def test_only_who_has_a_second_factor_may_ask_others_for_one(director, clinic):
    with pytest.raises(SecondFactorMissing):
        clinic.require_second_factor(True, by=director)
    response = browser(director).post(at("require_second_factor", clinic), {"required": "1"})
    assert (response.url, Clinic.objects.get(pk=clinic.pk).second_factor_required) == (
        "/account/second-factor/",
        False,
    )


@pytest.fixture
def strict(with_app, clinic) -> Clinic:
    response = browser(with_app).post(at("require_second_factor", clinic), {"required": "1"})
    assert response.url == at("people", clinic)
    return Clinic.objects.get(pk=clinic.pk)


def test_the_switch_is_recorded_once(strict, with_app, trail):
    strict.require_second_factor(True, by=with_app)
    assert [e.detail for e in trail(strict) if e.action == "clinic.second_factor"] == [{"required": True}]


def test_an_admin_without_one_is_led_to_set_it_up(strict, clerk):
    Membership.objects.filter(user=clerk).update(role=Role.ADMIN)
    client = browser(clerk)
    for name in ("clinic_home", "people", "items"):
        for page in (client.get(at(name, strict)), client.post(at(name, strict))):
            assert (page.status_code, tree(page).findtext(".//h1")) == (403, "二要素認証を設定してください")
    assert "/account/second-factor/" in {a.get("href") for a in tree(page).iter("a")}
    TOTP.activate(clerk, SECRET)
    assert client.get(at("clinic_home", strict)).status_code == 200


def test_others_are_not_asked(strict, with_app, clerk, reader):
    found = {browser(user).get(at("clinic_home", strict)).status_code for user in (with_app, clerk, reader)}
    assert found == {200}


def test_recovery_codes_alone_are_no_second_factor(strict, with_app):
    Authenticator.objects.exclude(type="recovery_codes").delete()
    assert browser(with_app).get(at("clinic_home", strict)).status_code == 403


def test_the_switch_goes_off_again(strict, with_app):
    browser(with_app).post(at("require_second_factor", strict), {"required": "0"})
    assert Clinic.objects.get(pk=strict.pk).second_factor_required is False
