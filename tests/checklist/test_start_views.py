"""はじめに: who may begin, the one page, the sample to look at, and that all of it ends with the first real clinic."""

import pytest

from checklist import founding, sample
from checklist.models import Assessment
from compliance.choices import Role
from compliance.models import Clinic, Membership, User
from tests.conftest import PASSWORD
from tests.web import at, browser, complaints, form_with, forms, having, shows, tree
from vendors.models import System

TYPED = {
    "clinic": "みどり台内科クリニック",
    "name": "緑川 院長",
    "position": "director",
    "email": "New@Midori.example",
    "password": PASSWORD,
}
FAR = {"REMOTE_ADDR": "10.0.0.5"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("edition")]


@pytest.fixture
def client():
    """A browser on the server's own machine."""
    return browser()


def begin(client, **typed):
    """Fill in the page and press 自己点検を始める."""
    form = form_with(client.get("/start/"), "clinic")
    return client.post("/start/", form | {**TYPED, **typed})


# Who may


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_a_browser_on_the_servers_machine_needs_no_code(address):
    assert browser(REMOTE_ADDR=address).get("/start/").status_code == 200


@pytest.mark.parametrize(
    "where",
    [
        FAR,
        {"REMOTE_ADDR": "203.0.113.9"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "unknown"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"REMOTE_ADDR": "::1", "HTTP_FORWARDED": "for=203.0.113.9"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/start/", "/start/sample/"])
def test_a_browser_elsewhere_or_behind_a_proxy_is_asked_for_the_code(path, where):
    client = browser(**where)
    response = client.post(path, TYPED)
    assert (response.status_code, response.url) == (302, "/start/code/")
    assert (User.objects.count(), Clinic.objects.count()) == (0, 0)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("code", ["", "0000-0000-0000-0000", "x" * 100, "あ", "\x00", " "])
def test_a_wrong_code_lets_nobody_in(code):
    client = browser(**FAR)
    response = client.post("/start/code/", {"code": code})
    assert (response.status_code, complaints(response) != []) == (422, True)
    assert client.get("/start/").url == "/start/code/"


def typed_wide(text: str) -> str:
    """As an input method leaves it: full-width letters, digits and signs."""
    return text.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)})


@pytest.mark.parametrize(
    "write",
    [str, str.upper, lambda code: f"  {code} ", typed_wide, lambda code: f"　{code.replace('-', 'ー')}　"],
)
def test_the_code_of_the_console_lets_this_browser_in_and_no_other(write):
    client, other = browser(**FAR), browser(**FAR)
    assert client.post("/start/code/", {"code": write(founding.start_code())}).url == "/start/"
    assert begin(client).status_code == 302
    assert (Clinic.objects.count(), other.get("/start/").status_code) == (1, 404)


def test_the_code_page_keeps_what_was_typed_and_says_where_the_code_stands():
    response = browser(**FAR).post("/start/code/", {"code": "abcd-1234"})
    assert form_with(response, "code").fields["code"] == ["abcd-1234"]
    assert "開始コードが違います。サーバの画面の文字を、そのまま入力してください。" in complaints(response)


def test_the_code_is_on_no_page():
    pages = [browser(**FAR).get(path).content.decode() for path in ("/start/code/", "/", "/login/")]
    assert [page for page in pages if founding.start_code() in page] == []


# The one page


def test_the_root_leads_to_the_first_start(client):
    assert client.get("/").url == "/start/"


def test_the_page_asks_for_at_most_8_fields(client):
    names = form_with(client.get("/start/"), "clinic").names - {"csrfmiddlewaretoken"}
    assert names == set(TYPED)
    assert len(names) <= 8


def test_a_start_makes_clinic_person_and_round_and_signs_in(client):
    response = begin(client)
    clinic, user = Clinic.objects.get(), User.objects.get()
    assert response.url == at("clinic_home", clinic)
    assert (clinic.name, clinic.director, clinic.is_sample) == (TYPED["clinic"], TYPED["name"], False)
    assert (user.email, user.name, user.check_password(PASSWORD)) == (
        "new@midori.example",
        TYPED["name"],
        True,
    )
    assert Membership.objects.get(clinic=clinic).role == Role.ADMIN
    assert Assessment.objects.get(clinic=clinic).answers.count() == 52
    assert client.get(response.url).status_code == 200


def test_staff_do_not_become_the_director_on_paper(client):
    begin(client, position="staff")
    assert (Clinic.objects.get().director, Membership.objects.get().role) == ("", Role.ADMIN)


def test_from_the_first_start_to_the_first_saved_answer_are_6_actions(client):
    page = client.get("/")  # 1: open the address
    page = client.get(page.url)
    page = client.get(begin(client).url)  # 2: 自己点検を始める
    first = having(tree(page), class_="btn-big")[0].get("href")
    page = client.get(first)  # 3: 最初から
    form = form_with(page, "status")
    saved = client.post(first, form | {"status": "done"})  # 4, 5: choose, 保存
    assert (saved.status_code, Assessment.objects.get().answers.filter(status="done").count()) == (302, 1)


def test_the_form_sent_twice_makes_one_clinic(client):
    form = form_with(client.get("/start/"), "clinic") | TYPED
    first, second = client.post("/start/", form), client.post("/start/", form)
    assert (first.status_code, second.url, Clinic.objects.count(), User.objects.count()) == (302, "/", 1, 1)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"clinic": ""}, "医療機関の名称を入力してください。例：みどり台内科クリニック"),
        ({"clinic": "あ" * 101}, "100文字までです。1文字減らしてください。"),
        ({"name": " "}, "氏名を入力してください。例：山田 花子"),
        ({"name": "緑\x00川"}, "画面や紙に出せない文字（制御文字）が入っています。消してから保存してください。"),
        ({"position": ""}, "あなたの立場を選んでください。"),
        ({"position": "king"}, "一覧にない値です。選び直してください。"),
        ({"email": ""}, "メールアドレスを入力してください。"),
        ({"email": "midori"}, "メールアドレスの形になっていません。例：hanako@example.jp"),
        ({"password": ""}, "パスワードを入力してください。"),
        ({"password": "kumasan8"}, "12文字以上にしてください。"),
        ({"password": "password1234"}, "よく使われるパスワードです。別のものにしてください。"),
        ({"password": "738291046573"}, "数字だけでは使えません。文字を混ぜてください。"),
        ({"password": "new@midori.example"}, "名前やメールアドレスに似ています。別のものにしてください。"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_in_japanese_and_keeps_what_was_typed(typed, sentence, client):
    response = begin(client, **typed)
    assert (response.status_code, Clinic.objects.count(), User.objects.count()) == (422, 0, 0)
    assert sentence in complaints(response)
    fields = form_with(response, "clinic").fields
    kept = [name for name in ("clinic", "name", "position", "email") if name not in typed]
    assert [fields[name] for name in kept] == [[TYPED[name]] for name in kept]


@pytest.mark.parametrize(
    "email", ["あ@い.jp", "a@b", "a" * 300 + "@example.jp", "a\x00@b.jp", "<script>@x.jp"]
)
def test_a_strange_address_is_refused_in_japanese(email, client):
    response = begin(client, email=email)
    assert (response.status_code, User.objects.count()) == (422, 0)
    assert [c for c in complaints(response) if not any("ぁ" <= each <= "ん" for each in c)] == []


def test_an_address_typed_with_an_input_method_is_the_same_address(client):
    assert begin(client, email=f"　{typed_wide(TYPED['email'])}　").status_code == 302
    assert User.objects.get().email == TYPED["email"].lower()


def test_the_password_is_not_sent_back(client):
    response = begin(client, clinic="")
    assert "パスワードのほかは、入力した内容が残っています。" in shows(response)
    assert "そのまま残っています" not in shows(response)
    assert PASSWORD not in response.content.decode()


# The sample


def test_the_sample_opens_without_a_password(client):
    response = client.post("/start/sample/")
    page = client.get(response.url)
    assert (response.url, page.status_code) == ("/c/sample/", 200)
    assert "見本です。" in shows(page)
    assert Clinic.objects.get().is_sample


def test_a_get_opens_no_sample(client):
    assert (client.get("/start/sample/").status_code, Clinic.objects.count()) == (405, 0)


def test_opening_it_twice_makes_one_sample(client):
    for _ in range(2):
        browser().post("/start/sample/")
    assert Clinic.objects.count() == 1


def test_nobody_logs_in_to_the_sample(client):
    visitor = sample.visitor()
    for password in ("", "sample", PASSWORD):
        response = client.post("/login/", {"login": visitor.email, "password": password})
        assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_every_page_of_the_sample_leads_to_the_own_clinic_until_there_is_one(client, director):
    def offered() -> bool:
        return any(a.get("href") == "/start/" for a in tree(client.get("/c/sample/")).iter("a"))

    client.post("/start/sample/")
    before = offered()
    founding.found(by=director, name="本物の医院")
    assert [before, offered()] == [True, False]


def test_the_own_clinic_starts_from_within_the_sample(client):
    client.post("/start/sample/")
    response = begin(client)
    assert Clinic.objects.real().get().name == TYPED["clinic"]
    assert client.get(response.url).status_code == 200
    assert client.get("/c/sample/").status_code == 404


def test_the_sample_can_be_deleted_by_its_visitor(client):
    page = client.get(client.post("/start/sample/").url)
    form = next(form for form in forms(page) if form.action == "/c/sample/delete/")
    response = client.post(form.action, form.fields)
    assert (response.url, Clinic.objects.count(), System.objects.count(), User.objects.count()) == (
        "/",
        0,
        0,
        0,
    )
    assert client.get("/c/sample/").status_code in {302, 404}
    assert client.get("/").url == "/start/"


def test_a_real_clinic_is_not_deleted_that_way(client):
    begin(client)
    clinic = Clinic.objects.get()
    assert (client.post(at("delete_sample", clinic)).status_code, Clinic.objects.count()) == (404, 1)


def test_a_sample_that_is_wanted_again_is_made_anew(client):
    for _ in range(2):
        client.post("/start/sample/")
        client.post("/c/sample/delete/")
    assert client.post("/start/sample/").url == "/c/sample/"
    assert Clinic.objects.count() == 1


# Over


@pytest.mark.parametrize("path", ["/start/", "/start/code/", "/start/sample/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_real_clinic_ends_the_first_start(method, path, clinic):
    response = getattr(browser(), method)(path, TYPED)
    assert response.status_code == (405 if (method, path) == ("get", "/start/sample/") else 404)
    assert (Clinic.objects.count(), User.objects.count()) == (1, 1)


def test_the_right_code_opens_nothing_any_more(clinic):
    client = browser(**FAR)
    assert client.post("/start/code/", {"code": founding.start_code()}).status_code == 404


def test_the_sample_alone_does_not_end_the_first_start(client):
    browser().post("/start/sample/")
    assert client.get("/start/").status_code == 200


def test_the_root_leads_to_log_in_then(clinic, client):
    assert client.get("/").url == "/login/"
