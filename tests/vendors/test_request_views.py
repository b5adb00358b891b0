"""提出依頼 over HTTP: the list, the link that is told once, its mail, revoking, and what came by another way."""

import re
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core import mail, serializers
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from compliance import files
from compliance.files import StoredFile
from tests.sheets import accepted, begun, submitted, system_of, treated
from tests.web import at, at_most, browser, complaints, form_with, forms, having, shows, tree, words
from vendors.models import Disclosure, DisclosureRequest, DisclosureRow, System

pytestmark = pytest.mark.django_db
PUBLIC = "https://tenken.example.jp"
TOKEN = re.compile(r"/r/([\w-]{43})/")


@pytest.fixture(autouse=True)
def reachable(settings):
    """Vendors can reach the site; mail is sent by SMTP, into mail.outbox."""
    settings.PUBLIC_URL = PUBLIC
    settings.EMAIL_HOST = "smtp.example.jp"


@pytest.fixture
def client(clerk):
    return browser(clerk)


@pytest.fixture
def chart(clinic, director) -> System:
    return system_of(clinic, director)


@pytest.fixture
def path(chart, clinic) -> str:
    return at("ask", clinic, pk=chart.pk)


def ask(client, path: str, **typed):
    """Open the form, type, press リンクを作る."""
    return client.post(path, form_with(client.get(path), "days") | typed)


def token_in(response) -> str:
    return TOKEN.search(response.content.decode())[1]


# Asking


def test_the_form_offers_what_is_missing_for_14_days_to_the_vendors_address(client, path, chart, director):
    chart.vendor.describe(1, by=director, email="support@karte.example")
    chart.specify(1, by=director, disclosure_need="both")
    accepted(chart, director, "SDS")
    form = form_with(client.get(path), "days")
    assert (form.fields["kinds"], form.fields["days"], form.fields["email"]) == (
        ["MDS"],
        ["14"],
        ["support@karte.example"],
    )


def test_after_returning_one_sheet_only_that_one_is_asked_for_again(client, path, chart, director):
    chart.specify(1, by=director, disclosure_need="both")
    accepted(chart, director, "MDS")
    sheet = accepted(chart, director, "SDS")
    sheet.return_({"SDS-01": "?"}, by=director)
    ask(client, path)
    assert [(each.kind, each.request_id is None) for each in Disclosure.objects.order_by("pk")] == [
        ("MDS", True),
        ("SDS", False),
    ]


def test_asking_makes_a_link_and_shows_it_with_its_mail(client, path, clinic):
    page = ask(client, path, kinds=["MDS", "SDS"], days="7", email="support@karte.example")
    link = f"{PUBLIC}/r/{token_in(page)}/"
    made = DisclosureRequest.objects.get()
    text = words(having(tree(page), id="mail")[0])
    assert (page.status_code, made.email, made.expires_on) == (
        200,
        "support@karte.example",
        timezone.localdate(timezone.now() + timedelta(days=7)),
    )
    for part in (link, "みどり台内科クリニック", "カルテX 1.0", "MDS・SDS", "株式会社カルテ ご担当者様"):
        assert part in text
    assert mail.outbox == []


FIRST_TIME = "別紙にある確認事項へのご回答をお願いします。"


def test_after_a_return_the_text_names_the_rows_and_says_the_comments(client, path, chart, director):
    sheet = accepted(chart, director, "SDS")
    sheet.return_({"SDS-01": "対象外の理由を教えてください。", "SDS-02": "<備考>の\n意味は？"}, by=director)
    page = ask(client, path, kinds=["SDS"], email="support@karte.example", mail="1")
    first, second = (DisclosureRow.objects.get(code=each).numbers_text for each in ("SDS-01", "SDS-02"))
    said = (
        f"ご提出いただいた回答のうち、2行（{first}、{second}）について、確認をお願いします。\n"
        f"・{first}：対象外の理由を教えてください。\n・{second}：<備考>の\n意味は？\n"
    )
    (sent,) = mail.outbox
    shown = having(tree(page), id="mail")[0].text
    assert [said in text for text in (sent.body, shown)] == [True, True]
    assert [FIRST_TIME in text for text in (sent.body, shown)] == [False, False]


def test_beside_a_returned_sheet_another_one_is_asked_for_as_the_first_time(client, path, chart, director):
    sheet = accepted(chart, director, "SDS")
    sheet.return_({"SDS-01": "理由は？"}, by=director)
    text = words(having(tree(ask(client, path, kinds=["MDS", "SDS"])), id="mail")[0])
    assert "医療情報セキュリティ開示書（MDS）のうち" in text
    for part in (FIRST_TIME, "開示書（SDS）の件です", "1行（", "：理由は？"):
        assert part in text


def test_the_link_opens_for_somebody_without_an_account_and_is_not_used_up(client, path):
    token = token_in(ask(client, path))
    assert [browser().get(f"/r/{token}/").status_code for _ in range(3)] == [200] * 3
    assert DisclosureRequest.objects.get().opened_at is None


def test_the_link_is_built_from_the_public_url_whatever_host_is_asked(client, path, settings):
    settings.ALLOWED_HOSTS = ["*"]
    form = form_with(client.get(path), "days")
    page = client.post(path, form.fields, headers={"host": "evil.example"})
    assert (f"{PUBLIC}/r/" in page.content.decode(), "evil.example" in page.content.decode()) == (True, False)


def test_the_token_is_on_no_later_page_and_nowhere_in_the_database(client, path, clinic, chart, director):
    token = token_in(ask(client, path))
    made = DisclosureRequest.objects.get()
    pages = [at(name, clinic) for name in ("clinic_home", "disclosures", "systems")]
    pages += [path, at("system", clinic, pk=chart.pk), at("review", clinic, pk=made.disclosures.get().pk)]
    said = "".join(client.get(each).content.decode() for each in pages)
    rows = [row for model in apps.get_models() for row in model._default_manager.all()]
    stored = serializers.serialize("json", rows)
    assert (token in said, token in stored, made.token_hash in said, made.token_hash in stored) == (
        False,
        False,
        False,
        True,
    )


def test_the_page_with_the_link_is_stored_by_nobody(client, path):
    assert "no-store" in ask(client, path)["Cache-Control"]


def test_a_new_link_ends_the_earlier_one(client, path):
    first, second = (token_in(ask(client, path)) for _ in range(2))
    assert [browser().get(f"/r/{token}/").status_code for token in (first, second)] == [404, 200]


def test_a_double_click_makes_one_link_and_shows_it_both_times(client, path, trail, clinic):
    form = form_with(client.get(path), "days") | {"email": "support@karte.example", "mail": "1"}
    pages = [client.post(path, form) for _ in range(2)]
    tokens = {token_in(page) for page in pages}
    assert (len(tokens), DisclosureRequest.objects.count(), len(mail.outbox)) == (1, 1, 1)
    assert [each.action for each in trail(clinic)].count("request.ask") == 1
    assert browser().get(f"/r/{tokens.pop()}/").status_code == 200


@pytest.mark.parametrize("how", ["revoked_at", "closed_at", "expires_at"])
def test_the_form_of_a_link_that_has_ended_shows_and_makes_none(how, client, path, chart, clinic):
    form = form_with(client.get(path), "days").fields
    client.post(path, form)
    DisclosureRequest.objects.update(**{how: timezone.now()})
    response = client.post(path, form)
    assert response.url == at("system", clinic, pk=chart.pk)
    assert "この画面から作ったリンクは、もう使えません。" in shows(client.get(response.url))
    assert DisclosureRequest.objects.count() == 1


def test_one_form_token_makes_unlike_links_of_two_systems(client, path, clinic, director):
    other = at("ask", clinic, pk=system_of(clinic, director, "画像").pk)
    form = form_with(client.get(path), "days").fields
    first, second = (token_in(client.post(each, form)) for each in (path, other))
    assert (first != second, DisclosureRequest.objects.count()) == (True, 2)


@pytest.mark.parametrize("pk", ["other", "retired"])
def test_for_another_clinics_or_a_retired_system_there_is_no_link(
    pk, client, clinic, other_clinic, other_director, director
):
    system = system_of(other_clinic, other_director) if pk == "other" else system_of(clinic, director)
    if pk == "retired":
        system.retire(by=director)
    paths = [at(name, clinic, pk=system.pk) for name in ("ask", "new_sheet", "treat_missing")]
    assert [client.get(each).status_code for each in paths] == [404] * 3
    assert client.post(paths[0], {"kinds": ["MDS"], "days": "14"}).status_code == 404
    assert DisclosureRequest.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"kinds": []}, "MDSかSDSを選んでください。"),
        ({"kinds": ["SPEC"]}, "一覧にない種類です。選び直してください。"),
        ({"days": ""}, "日数を入力してください。例：14"),
        ({"days": "二週間"}, "日数は数字で入力してください。例：14"),
        ({"days": "0"}, "1日以上にしてください。"),
        ({"days": "32"}, "31日までにしてください。過ぎたら、新しいリンクを作れます。"),
        ({"email": "support@"}, "メールアドレスの形になっていません。例：support@example.jp"),
        ({"email": "", "mail": "1"}, "メールで送るときは、送り先のメールアドレスを入力してください。"),
    ],
)
def test_bad_input_makes_no_link_and_keeps_what_was_typed(typed, sentence, client, path):
    typed = {"days": "9", "email": "s@karte.example"} | typed
    page = ask(client, path, **typed)
    form = form_with(page, "days")
    assert (page.status_code, sentence in complaints(page), DisclosureRequest.objects.count()) == (
        422,
        True,
        0,
    )
    assert (form.fields["days"], form.fields["email"]) == ([typed["days"]], [typed["email"]])


def test_what_a_lost_session_had_typed_comes_back(client, path, clerk):
    form = form_with(client.get(path), "days")
    client.logout()
    client.post(path, form | {"days": "21", "email": "s@karte.example"})
    client.force_login(clerk)
    page = client.get(path, {"kept": "1"})
    assert form_with(page, "days").fields["days"] == ["21"]
    assert DisclosureRequest.objects.count() == 0


# Without PUBLIC_URL


def test_without_a_public_url_the_page_leads_with_the_workbook_and_says_why(
    settings, client, path, clinic, chart
):
    settings.PUBLIC_URL = ""
    page = client.get(path)
    assert "院外から開けるリンクを作れません（サーバの設定 PUBLIC_URL がありません）" in shows(page)
    assert having(tree(page), name="days") == []
    primary = having(tree(page), href=at("new_sheet", clinic, pk=chart.pk))
    assert [words(each) for each in primary] == ["Excelファイルや紙で進める"]


def test_without_a_public_url_a_post_makes_no_link(settings, client, path):
    form = form_with(client.get(path), "days")
    settings.PUBLIC_URL = ""
    page = client.post(path, form.fields)
    assert (page.status_code, DisclosureRequest.objects.count(), Disclosure.objects.count()) == (422, 0, 0)


# Mail


def test_a_mail_goes_out_with_the_text_that_is_shown(client, path):
    page = ask(client, path, email="support@karte.example", mail="1")
    sent = mail.outbox[0]
    assert (len(mail.outbox), sent.to, f"{PUBLIC}/r/{token_in(page)}/" in sent.body) == (
        1,
        ["support@karte.example"],
        True,
    )
    assert sent.subject == "医療情報セキュリティ開示書（MDS）へのご回答のお願い（みどり台内科クリニック）"
    assert "support@karte.example にメールを送りました。" in shows(page)
    assert " ".join(sent.body.split()) == words(having(tree(page), id="mail")[0])


def test_a_mail_is_sent_only_when_that_button_was_pressed(client, path):
    ask(client, path, email="support@karte.example")
    assert mail.outbox == []


def test_without_smtp_no_mail_is_offered_or_sent(settings, client, path):
    settings.EMAIL_HOST = ""
    assert having(tree(client.get(path)), name="mail") == []
    ask(client, path, email="support@karte.example", mail="1")
    assert mail.outbox == []


def test_a_server_that_takes_no_mail_leaves_the_link_to_copy(settings, client, path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 2
    page = ask(client, path, email="support@karte.example", mail="1")
    assert "メールを送れませんでした。下の文面をコピーして送ってください。" in shows(page)
    assert browser().get(f"/r/{token_in(page)}/").status_code == 200


def test_a_clinics_name_of_two_lines_makes_one_subject(client, path, clinic):
    type(clinic).objects.filter(pk=clinic.pk).update(name="みどり台\nBcc: x@evil.example")
    ask(client, path, email="support@karte.example", mail="1")
    sent = mail.outbox[0]
    assert (sent.subject.endswith("（みどり台 Bcc: x@evil.example）"), sent.recipients()) == (
        True,
        ["support@karte.example"],
    )


# Revoking


def test_a_revoked_link_opens_no_more(client, path, clinic, chart):
    page = ask(client, path)
    form = next(each for each in forms(page) if "revoke" in each.action)
    response = client.post(form.action, form.fields)
    assert response.url == at("system", clinic, pk=chart.pk)
    assert "リンクを取り消しました。もう開けません。" in shows(client.get(response.url))
    assert browser().get(f"/r/{token_in(page)}/").status_code == 404
    assert "リンクは取り消されています" in shows(client.get(at("disclosures", clinic)))


def test_a_get_revokes_nothing(client, path, clinic):
    ask(client, path)
    made = DisclosureRequest.objects.get()
    assert client.get(at("revoke_request", clinic, pk=made.pk)).status_code == 405
    assert DisclosureRequest.objects.get().revoked_at is None


def test_another_clinics_link_cannot_be_revoked(path, client, clinic, other_clinic, other_director):
    ask(client, path)
    made = DisclosureRequest.objects.get()
    theirs = browser(other_director)
    for code in (clinic, other_clinic):
        assert theirs.post(at("revoke_request", code, pk=made.pk)).status_code == 404
    assert DisclosureRequest.objects.get().revoked_at is None


# Permissions


def test_a_reader_sees_the_list_and_may_not_act(reader, clinic, chart, director):
    made, _ = DisclosureRequest.ask(chart, ["MDS"], by=director)
    client = browser(reader)
    assert client.get(at("disclosures", clinic)).status_code == 200
    pages = [at("ask", clinic, pk=chart.pk), at("new_sheet", clinic, pk=chart.pk)]
    told = [client.get(each).status_code for each in pages]
    told += [client.post(each, {"kinds": ["MDS"], "days": "14"}).status_code for each in pages]
    told.append(client.post(at("revoke_request", clinic, pk=made.pk)).status_code)
    assert told == [403] * 5
    assert (DisclosureRequest.objects.get().revoked_at, Disclosure.objects.count()) == (None, 1)


# The list


def rows(page) -> list[list[str]]:
    body = tree(page).find(".//tbody")
    return [[words(cell) for cell in line] for line in body.iter("tr")]


def test_the_list_says_of_each_system_where_it_stands_and_what_comes_next(client, clinic, director):
    system_of(clinic, director, "甲")
    submitted(system_of(clinic, director, "乙", disclosure_need="sds"), director, "SDS", no=["SDS-01"])
    third = system_of(clinic, director, "丙", disclosure_need="none", unavailable_reason="通信回線のため")
    begun(system_of(clinic, director, "丁"), director)
    told = [(line[1], *line[3:]) for line in rows(client.get(at("disclosures", clinic)))]
    assert told == [
        ("MDS", "－", "事業者に依頼する"),
        ("SDS", "いいえ1件のうち説明済み0件", "回答を確認する"),
        ("なし", "まだ確認できない", "リスク評価・対応を書く"),
        ("MDS", "まだ確認できない（回答中）", "続きを記入する"),
    ]
    treated(third, director, "", None)
    assert rows(client.get(at("disclosures", clinic)))[2][4] == "リスク評価・対応を見る"


def test_the_list_says_what_is_overdue(client, clinic, chart, director):
    DisclosureRequest.ask(chart, ["MDS"], by=director)
    DisclosureRequest.objects.update(expires_at=timezone.now() - timedelta(days=3))
    state, _, step = rows(client.get(at("disclosures", clinic)))[0][2:]
    assert (state, step) == ("依頼済 回答期限を3日過ぎています", "期限を延ばして依頼し直す")


def test_every_link_of_the_list_opens(client, clinic, chart, director):
    chart.specify(1, by=director, disclosure_need="both")
    DisclosureRequest.ask(chart, ["MDS"], by=director)
    accepted(system_of(clinic, director, "乙"), director)
    begun(system_of(clinic, director, "丁"), director)
    again = system_of(clinic, director, "戊")
    accepted(again, director)
    begun(again, director)
    page = client.get(at("disclosures", clinic))
    links = {a.get("href") for a in tree(page).find(".//main").iter("a")}
    assert {client.get(link).status_code for link in links} == {200}
    assert len(links) >= 10


def test_the_list_says_that_a_disclosure_is_the_vendors_own_word(client, clinic, chart):
    page = client.get(at("disclosures", clinic))
    assert "開示書は事業者の自己申告で、第三者が確かめたものではありません。" in shows(page)


@pytest.mark.parametrize("systems", [1, 12])
def test_the_list_costs_the_same_for_1_and_12_systems(systems, client, clinic, director):
    for number in range(systems):
        system = system_of(clinic, director, f"系{number}", disclosure_need="both", vendor_name=f"社{number}")
        accepted(system, director, no=["MDS-06"])
        DisclosureRequest.ask(system, ["SDS"], by=director)
    client.get(at("disclosures", clinic))
    with at_most(9):
        client.get(at("disclosures", clinic))


# What came by another way


def pdf(content: bytes = b"%PDF-1.4 x", name: str = "開示書.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


@pytest.fixture
def receive(client, chart, clinic):
    """receive(kind="MDS", …): fill in Excelファイルや紙で進める and go on."""
    path = at("new_sheet", clinic, pk=chart.pk)
    return lambda **typed: client.post(path, form_with(client.get(path), "source") | typed)


PAPER = {"kind": "MDS", "source": "paper"}


@pytest.mark.parametrize("source", ["workbook", "paper", "terms"])
def test_a_sheet_is_begun_with_the_file_it_is_copied_from(source, receive, clinic, client):
    response = receive(
        kind="MDS", source=source, source_place="約款 第12条", dated_on="令和8年4月1日", file=pdf()
    )
    sheet = Disclosure.objects.get()
    assert response.url == at("fill", clinic, pk=sheet.pk)
    assert client.get(response.url).status_code == 200
    assert (sheet.source, sheet.source_place, sheet.dated_on, sheet.state) == (
        source,
        "約款 第12条",
        date(2026, 4, 1),
        "answering",
    )
    assert (sheet.file.name, sheet.file.content()) == ("開示書.pdf", b"%PDF-1.4 x")


def test_a_filed_paper_is_kept_and_counts_for_its_item_only(receive, clinic, client, chart):
    response = receive(kind="SPEC", source="paper", file=pdf(name="適合.pdf"))
    sheet = Disclosure.objects.get()
    assert (response.url, sheet.kind, sheet.state) == (at("system", clinic, pk=chart.pk), "SPEC", "submitted")
    page = client.get(at("review", clinic, pk=sheet.pk))
    assert "サービス仕様適合開示書は、保管だけをします。3②の根拠になり、10⑨には数えません。" in shows(page)
    assert "すべて「はい」か「対象外」" not in shows(page)


@pytest.mark.parametrize("kind", ["MDS", "SPEC"])
def test_a_double_click_begins_one_sheet_and_keeps_one_file(kind, client, clinic, chart):
    path = at("new_sheet", clinic, pk=chart.pk)
    form = form_with(client.get(path), "source") | {"kind": kind, "source": "paper"}
    answers = [client.post(path, form | {"file": pdf()}).url for _ in range(2)]
    assert answers[0] == answers[1]
    assert (Disclosure.objects.count(), StoredFile.objects.count()) == (1, 1)
    assert Disclosure.objects.get().submissions.count() == (kind == "SPEC")


# … while a link for the same is out


@pytest.fixture
def linked(chart, director):
    """linked("MDS", "SDS"): a link that the vendor has begun to answer by."""

    def ask_for(*kinds: str) -> DisclosureRequest:
        made, _ = DisclosureRequest.ask(chart, kinds, by=director, email="support@karte.example")
        made.open()
        return made

    return ask_for


def test_the_page_says_since_when_and_to_whom_a_link_is_out(linked, client, clinic, chart):
    made = linked("MDS", "SDS")
    shown = shows(client.get(at("new_sheet", clinic, pk=chart.pk)))
    for said in ("MDS・SDSは、リンクで依頼中です", "緑川 院長さん", "support@karte.example", "開かれました"):
        assert said in shown
    made.revoke(by=made.asked_by)
    assert "リンクで依頼中" not in shows(client.get(at("new_sheet", clinic, pk=chart.pk)))


def test_which_way_is_meant_must_be_said_and_nothing_typed_is_lost(linked, receive):
    linked("MDS")
    page = receive(**PAPER, source_place="書面の名前")
    assert page.status_code == 422
    assert any("MDSは、リンクで依頼中です。" in each for each in complaints(page))
    assert form_with(page, "source").fields["source_place"] == ["書面の名前"]
    assert Disclosure.objects.count() == 1


def test_another_kind_than_the_links_begins_at_once(linked, receive):
    made = linked("MDS")
    receive(kind="SDS", source="paper")
    assert (Disclosure.objects.count(), made.is_live(timezone.now()), made.waiting_kinds) == (
        2,
        True,
        ["MDS"],
    )


def test_begun_instead_of_the_only_sheet_the_link_ends(linked, receive, clinic, trail):
    linked("MDS")
    response = receive(**PAPER, instead="stop")
    newest = Disclosure.objects.newest_first().first()
    assert response.url == at("fill", clinic, pk=newest.pk)
    assert (newest.source, newest.request) == ("paper", None)
    assert DisclosureRequest.objects.get().revoked_at is not None
    assert [each.action for each in trail(clinic)][-1] == "request.revoke"


def test_begun_instead_of_one_of_two_the_link_goes_on_with_the_other(linked, receive, clinic, trail):
    made = linked("MDS", "SDS")
    receive(**PAPER, instead="stop")
    made.refresh_from_db()
    assert (made.is_live(timezone.now()), made.waiting_kinds) == (True, ["SDS"])
    assert (trail(clinic)[-1].action, trail(clinic)[-1].detail) == ("request.give_way", {"kinds": ["MDS"]})
    made.submit(company="社", name="見本", email="a@b.example")
    states = set(Disclosure.objects.values_list("kind", "source", "state"))
    assert states == {("MDS", "link", "asked"), ("MDS", "paper", "answering"), ("SDS", "link", "submitted")}


def test_waiting_for_the_link_begins_nothing(linked, receive, clinic, chart):
    made = linked("MDS")
    response = receive(**PAPER, instead="wait")
    assert (response.url, Disclosure.objects.count()) == (at("system", clinic, pk=chart.pk), 1)
    assert made.is_live(timezone.now())


def test_a_full_disk_is_said_and_the_link_stays(linked, receive, settings, tmp_path):
    made = linked("MDS")
    (tmp_path / "full").touch()
    settings.MEDIA_ROOT = tmp_path / "full"
    page = receive(**PAPER, instead="stop", file=pdf())
    assert (page.status_code, any("ディスクに空きがなく" in each for each in complaints(page))) == (422, True)
    assert (Disclosure.objects.count(), made.is_live(timezone.now())) == (1, True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"kind": ""}, "種類を選んでください。"),
        ({"kind": "MDS2"}, "一覧にない値です。選び直してください。"),
        ({"source": ""}, "何を見て記入するかを選んでください。"),
        ({"source": "link"}, "一覧にない値です。選び直してください。"),
        ({"source": "terms", "source_place": ""},
         "約款の名称と条項を入力してください。立入検査で示す根拠になります。"),
        ({"dated_on": "2099-01-01"}, "まだ来ていない日付です。今日までの日付にしてください。"),
        ({"kind": "SPEC"}, "受け取ったサービス仕様適合開示書のファイルを選んでください。"),
    ],
)  # fmt: skip
def test_a_wrong_form_begins_nothing_and_keeps_what_was_typed(typed, sentence, receive):
    page = receive(**{**PAPER, "source_place": "書面の名前", **typed})
    kept = form_with(page, "source").fields["source_place"]
    assert (page.status_code, sentence in complaints(page)) == (422, True)
    assert (Disclosure.objects.count(), kept) == (0, [typed.get("source_place", "書面の名前")])


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (pdf(b"MZ no pdf"), "中身が .pdf のファイルではありません。元のソフトで保存し直してください。"),
        (pdf(b""), "ファイルが空（0バイト）です。元のファイルを開いて確かめてください。"),
        (pdf(name="開示書.exe"), "この種類のファイルは受け取れません。"),
    ],
)
def test_a_wrong_file_begins_nothing_and_is_not_kept(file, sentence, receive):
    file.seek(0)
    page = receive(**PAPER, file=file)
    assert (page.status_code, any(sentence in each for each in complaints(page))) == (422, True)
    assert (Disclosure.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_a_clinic_without_room_keeps_no_more_files(receive, monkeypatch):
    monkeypatch.setattr(files, "QUOTA", 4)
    page = receive(**PAPER, file=pdf())
    assert (page.status_code, "保管できる量" in "".join(complaints(page))) == (422, True)
    assert (Disclosure.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_a_file_is_never_kept_under_a_folder(receive):
    receive(**PAPER, file=pdf(name="..\\..\\etc\\開示書.pdf"))
    assert StoredFile.objects.get().name == "開示書.pdf"


def test_a_filed_paper_may_be_confirmed_to_hold(receive, client, clinic):
    receive(kind="SPEC", source="paper", file=pdf())
    sheet = Disclosure.objects.get()
    client.post(at("accept_disclosure", clinic, pk=sheet.pk))
    assert Disclosure.objects.get().holds_confirmed_on == timezone.localdate()
