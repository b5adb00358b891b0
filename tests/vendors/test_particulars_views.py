"""事業者のページ, システムの particulars over HTTP: filled in, too late, twice, wrong, lost and found again."""

from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from compliance.dates import HOW_TO
from compliance.files import StoredFile
from compliance.uploads import Upload
from tests.web import at, at_most, browser, complaints, form_with, forms, having, shows, tree, words
from vendors.models import Agreement, Boundary, Certification, ExternalStorage, System, Vendor

pytestmark = pytest.mark.django_db
CONTROL = "画面や紙に出せない文字（制御文字）が入っています。消してから保存してください。"
AGREEMENT = {
    "kind": "contract",
    "title": "保守契約書",
    "clause": "第8条",
    "concluded_on": "令和6年4月1日",
    "expires_on": "2027-03-31",
    "renews": "on",
    "note": "原本は金庫",
}
CERTIFICATION = {"kind": "isms", "number": "IS 1", "expires_on": "2027-03-31", "checked_on": "2026-04-01"}
BOUNDARY = {"counterpart": "株式会社カルテ", "roles": "更新は事業者", "written_in": "契約書 第8条"}
STORAGE = {
    "policy": "方針を受領",
    "place": "国内",
    "domestic_law": "yes",
    "state_2": "yes",
    "clause_2": "第5条",
}
NEED = {"disclosure_need": "none", "unavailable_reason": "作っていない", "unavailable_on": "2026-04-01"}


@pytest.fixture
def client(clerk):
    return browser(clerk)


@pytest.fixture
def chart(clinic, director) -> System:
    return System.register(
        clinic, by=director, name="電子カルテ", vendor_name="株式会社カルテ", location="external"
    )


@pytest.fixture
def vendor(chart) -> Vendor:
    return chart.vendor


@pytest.fixture
def contract(vendor, director) -> Agreement:
    file = Upload("契約書.pdf", b"%PDF-1.4 one")
    return Agreement.register(vendor, by=director, kind="contract", title="保守契約書", file=file)


@pytest.fixture
def isms(vendor, director) -> Certification:
    return Certification.register(vendor, by=director, kind="isms")


@pytest.fixture
def place(clinic, chart, contract, isms):
    """By word: a form's address, a text field of it, and how to read what it writes."""
    of = {"pk": chart.pk}
    return {
        "boundary": (at("boundary", clinic, **of), "roles", lambda: Boundary.of(chart)),
        "storage": (at("storage", clinic, **of), "place", lambda: ExternalStorage.of(chart)),
        "two_factor": (
            at("two_factor", clinic, **of),
            "login_two_factor_note",
            lambda: System.objects.get(pk=chart.pk),
        ),
        "need": (at("need", clinic, **of), "unavailable_reason", lambda: System.objects.get(pk=chart.pk)),
        "agreement": (
            at("edit_agreement", clinic, pk=contract.pk),
            "note",
            lambda: Agreement.objects.get(pk=contract.pk),
        ),
        "certification": (
            at("edit_certification", clinic, pk=isms.pk),
            "note",
            lambda: Certification.objects.get(pk=isms.pk),
        ),
    }


PLACES = ["boundary", "storage", "two_factor", "need", "agreement", "certification"]


def send(client, path: str, form=None, **typed):
    """Open a form and press 保存."""
    form = form or next(f for f in forms(client.get(path)) if {"version", "form_token"} & f.names)
    return client.post(path, form | typed)


def pdf(content: bytes = b"%PDF-1.4 x", name: str = "契約書.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


# Papers of a vendor


def test_an_agreement_is_registered_with_its_file(client, clinic, vendor, chart):
    path = at("new_agreement", clinic, pk=vendor.pk)
    response = send(client, path, **AGREEMENT, system=str(chart.pk), file=pdf())
    assert response.url == at("vendor", clinic, pk=vendor.pk)
    found = Agreement.objects.get()
    assert (found.title, found.system, found.renews, str(found.concluded_on)) == (
        "保守契約書",
        chart,
        True,
        "2024-04-01",
    )
    assert (found.file.name, found.file.content()) == ("契約書.pdf", b"%PDF-1.4 x")
    page = client.get(response.url)
    assert "「保守契約書」を登録しました。" in shows(page)
    link = next(a.get("href") for a in tree(page).iter("a") if words(a) == "契約書.pdf")
    assert b"".join(client.get(link).streaming_content) == b"%PDF-1.4 x"


def test_a_certification_is_registered(client, clinic, vendor):
    send(client, at("new_certification", clinic, pk=vendor.pk), **CERTIFICATION)
    found = Certification.objects.get()
    assert (found.kind, found.number, found.auditor, found.file) == ("isms", "IS 1", "", None)


@pytest.mark.parametrize(("name", "typed"), [("agreement", AGREEMENT), ("certification", CERTIFICATION)])
def test_the_same_form_sent_twice_registers_one(name, typed, client, clinic, vendor, trail):
    path = at(f"new_{name}", clinic, pk=vendor.pk)
    form = form_with(client.get(path), "form_token")
    assert {send(client, path, form, **typed, file=pdf()).status_code for _ in range(3)} == {302}
    assert [e.action for e in trail(clinic)].count(f"{name}.register") == 1
    assert StoredFile.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"kind": ""}, "書面の種類を選んでください。"),
        ({"kind": "moon"}, "一覧にない値です。選び直してください。"),
        ({"title": ""}, "書面の名称を入力してください。例：電子カルテ保守契約書"),
        ({"clause": "第\x00条"}, CONTROL),
        ({"note": "あ" * 1001}, "1,000文字までです。1文字減らしてください。"),
        ({"expires_on": "2024-03-31"}, "締結日・改定日より前になっています。年を確かめてください。"),
        ({"expires_on": "来年"}, f"日付として読めません。{HOW_TO} のように入力してください。"),
        ({"system": "999"}, "一覧にないシステムです。選び直してください。"),
        ({"system": "\x00"}, "何か文字を入力してください。"),
        ({"system": "9" * 30}, "一覧にないシステムです。選び直してください。"),
    ],
)  # fmt: skip
def test_a_mistake_registers_no_agreement(typed, sentence, client, clinic, vendor):
    path = at("new_agreement", clinic, pk=vendor.pk)
    response = send(client, path, **{**AGREEMENT, **typed}, file=pdf())
    assert (response.status_code, Agreement.objects.count(), StoredFile.objects.count()) == (422, 0, 0)
    assert sentence in complaints(response)
    assert "選んだファイルは、まだ保管されていません。もう一度選んでください。" in shows(response)
    kept = {n: v for n, v in AGREEMENT.items() if n not in typed}
    assert {n: form_with(response, "title").fields[n] for n in kept} == {n: [v] for n, v in kept.items()}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"kind": ""}, "認証・評価・監査の種類を選んでください。"),
        ({"auditor": "友人"}, "一覧にない値です。選び直してください。"),
        ({"checked_on": "2099-01-01"}, "まだ来ていない日付です。今日までの日付にしてください。"),
    ],
)
def test_a_mistake_registers_no_certification(typed, sentence, client, clinic, vendor):
    response = send(client, at("new_certification", clinic, pk=vendor.pk), **{**CERTIFICATION, **typed})
    assert (response.status_code, Certification.objects.count()) == (422, 0)
    assert sentence in complaints(response)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.exe", b"MZ", "この種類のファイルは受け取れません。"),
        ("a.pdf", b"MZ", "中身が .pdf のファイルではありません。"),
        ("a.pdf", b"", "ファイルが空（0バイト）です。"),
    ],
)
def test_a_wrong_file_is_refused_beside_its_field(name, content, sentence, client, clinic, vendor):
    path = at("new_agreement", clinic, pk=vendor.pk)
    response = send(client, path, **AGREEMENT, file=pdf(content, name))
    assert (response.status_code, Agreement.objects.count()) == (422, 0)
    assert [each for each in complaints(response) if each.startswith(sentence)] != []


def test_a_clinic_without_room_is_told(client, clinic, vendor, monkeypatch):
    monkeypatch.setattr("compliance.files.QUOTA", 5)
    response = send(client, at("new_agreement", clinic, pk=vendor.pk), **AGREEMENT, file=pdf())
    assert (response.status_code, StoredFile.objects.count()) == (422, 0)
    assert any(each.startswith("保管できる量") for each in complaints(response))


def test_another_file_takes_the_place_of_the_first(client, clinic, contract):
    path = at("edit_agreement", clinic, pk=contract.pk)
    assert "今のファイル：契約書.pdf" in shows(client.get(path))
    assert send(client, path, file=pdf(b"%PDF-1.4 two", "改定.pdf")).status_code == 302
    assert Agreement.objects.get().file.name == "改定.pdf"


@pytest.mark.parametrize("name", ["agreement", "certification"])
def test_a_paper_is_removed(name, client, clinic, contract, isms, vendor, trail):
    row = {"agreement": contract, "certification": isms}[name]
    page = client.get(at(f"edit_{name}", clinic, pk=row.pk))
    form = next(f for f in forms(page) if f.action.endswith("/remove/"))
    assert client.get(form.action).status_code == 405
    assert client.post(form.action, form.fields).url == at("vendor", clinic, pk=vendor.pk)
    assert (type(row).objects.count(), trail(clinic)[-1].action) == (0, f"{name}.remove")
    assert client.post(form.action, form.fields).status_code == 404


def test_a_vendors_page_says_what_is_past_its_end_and_what_does_not_count(client, clinic, vendor, director):
    late = timezone.localdate() - timedelta(23)
    Agreement.register(vendor, by=director, kind="contract", title="保守契約書", expires_on=late)
    for kind in ("ismap_liu", "audit"):
        Certification.register(vendor, by=director, kind=kind)
    shown = shows(client.get(at("vendor", clinic, pk=vendor.pk)))
    assert "有効期限を23日過ぎています" in shown
    assert "5③では数えません" in shown
    assert "監査をした者の資格を確かめていないので、数えません" in shown
    assert "5③で数えられる認証等が、まだ登録されていません。" in shown


def test_a_reader_sees_a_vendor_and_may_not_change_it(clinic, reader, vendor, contract):
    client = browser(reader)
    assert client.get(at("vendor", clinic, pk=vendor.pk)).status_code == 200
    assert client.get(at("edit_agreement", clinic, pk=contract.pk)).status_code == 403


# Particulars of a system


def test_a_boundary_is_filled_in_and_shown_on_the_systems_page(client, clinic, chart):
    response = send(client, at("boundary", clinic, pk=chart.pk), **BOUNDARY)
    assert response.url == at("system", clinic, pk=chart.pk)
    shown = shows(client.get(response.url))
    assert "相手方：株式会社カルテ 書いてある所：契約書 第8条 直す" in shown


def test_the_nine_points_are_asked_in_the_ministrys_words(client, clinic, chart):
    page = client.get(at("storage", clinic, pk=chart.pk))
    asked = [words(each) for each in having(tree(page), class_="point")]
    assert len(asked) == 9
    assert asked[2].startswith("3 匿名化情報の取扱いの配慮 確かめた")
    send(client, at("storage", clinic, pk=chart.pk), **STORAGE)
    found = ExternalStorage.of(chart)
    assert (found.place, found.points) == ("国内", {"2": {"state": "yes", "clause": "第5条"}})
    again = form_with(client.get(at("storage", clinic, pk=chart.pk)), "state_2").fields
    assert (again["state_2"], again["clause_2"], again["state_1"]) == (["yes"], ["第5条"], ["unknown"])


def test_what_the_product_suggests_is_marked_as_its_own(client, clinic, chart):
    path = at("need", clinic, pk=chart.pk)
    assert "このサービスの提案" in shows(client.get(path))
    assert form_with(client.get(path), "disclosure_need").fields["disclosure_need"] == ["sds"]
    assert send(client, path, disclosure_need="both").status_code == 302
    assert "このサービスの提案" not in shows(client.get(path))


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("boundary", {"counterpart": "あ" * 101}, "100文字までです。1文字減らしてください。"),
        ("boundary", {"logs": "\x07"}, CONTROL),
        ("storage", {"state_3": ""}, "事項3を確かめたかどうかを選んでください。"),
        ("storage", {"state_9": "moon"}, "一覧にない値です。選び直してください。"),
        ("storage", {"clause_9": "あ" * 101}, "100文字までです。1文字減らしてください。"),
        ("two_factor", {"login_two_factor": "moon"}, "一覧にない値です。選び直してください。"),
        (
            "need",
            {"unavailable_reason": ""},
            "入手できない理由を入力してください。立入検査で説明するためです。",
        ),
        ("need", {"unavailable_on": ""}, "入手できないと確かめた日を入力してください。"),
        ("need", {"unavailable_on": "2099-01-01"}, "まだ来ていない日付です。今日までの日付にしてください。"),
    ],
)
def test_a_mistake_saves_nothing(name, typed, sentence, place, client):
    path, _, row = place[name]
    before = row().version
    response = send(client, path, **{**(NEED if name == "need" else {}), **typed})
    assert (response.status_code, row().version) == (422, before)
    assert sentence in complaints(response)


def test_a_server_in_house_is_listed_beside_the_two_factor_form(client, clinic, director):
    system = System.register(clinic, by=director, name="画像", location="in_house")
    server = system.components.model.register(system, by=director, kind="server", name="画像サーバ")
    page = tree(client.get(at("two_factor", clinic, pk=system.pk)))
    link = next(a for a in page.iter("a") if words(a) == "画像サーバ")
    assert link.get("href") == at("edit_component", clinic, pk=server.pk)


# Every form


@pytest.mark.parametrize("name", PLACES)
def test_a_correction_is_saved_once(name, place, client, clinic, trail):
    path, field, row = place[name]
    form = form_with(client.get(path), field)
    before, version = len(trail(clinic)), row().version
    assert [send(client, path, form, **{field: "直した"}).status_code for _ in range(2)] == [302, 302]
    assert (getattr(row(), field), row().version, len(trail(clinic))) == ("直した", version + 1, before + 1)


@pytest.mark.parametrize("name", PLACES)
def test_a_stale_form_shows_both_and_saves_with_the_next_press(name, place, client, director):
    path, field, row = place[name]
    form = form_with(client.get(path), field)
    send(browser(director), path, **{field: "先に直した"})
    late = send(client, path, form, **{field: "あとから直した"})
    assert (late.status_code, getattr(row(), field)) == (409, "先に直した")
    assert "先に直した" in words(having(tree(late), role="alert")[0])
    again = form_with(late, field)
    assert again.fields[field] == ["あとから直した"]
    assert send(client, path, again).status_code == 302
    assert getattr(row(), field) == "あとから直した"


def test_a_stale_storage_form_shows_the_points_in_words(client, director, clinic, chart):
    path = at("storage", clinic, pk=chart.pk)
    form = form_with(client.get(path), "place")
    send(browser(director), path, state_1="no", clause_1="第3条")
    alert = having(tree(send(client, path, form, place="国内")), role="alert")[0]
    assert "遵守すること ない・含まれない 第3条" in words(alert)
    assert "（空欄）" not in words(alert).split("1. ")[1]


def test_a_stale_paper_says_that_its_file_must_be_chosen_again(client, director, clinic, contract):
    path = at("edit_agreement", clinic, pk=contract.pk)
    form = form_with(client.get(path), "title")
    send(browser(director), path, note="先に直した")
    late = send(client, path, form, note="あと", file=pdf(b"%PDF-1.4 two"))
    assert (late.status_code, StoredFile.objects.count()) == (409, 1)
    assert "もう一度選んでください。" in shows(late)


@pytest.mark.parametrize("name", PLACES)
def test_a_version_that_is_none_overwrites_nothing_that_was_saved(name, place, client, director):
    path, field, row = place[name]
    send(browser(director), path, **{field: "先に直した"})
    form = form_with(client.get(path), field)
    for version in ("", "abc", "-1", "９", "9" * 30, "\x00"):
        response = send(client, path, form, **{field: "直した", "version": version})
        assert (version, response.status_code, getattr(row(), field)) == (version, 409, "先に直した")


@pytest.mark.parametrize("name", PLACES)
def test_what_an_ended_session_had_typed_comes_back_unsaved(name, place, client, clerk):
    path, field, row = place[name]
    form, before = form_with(client.get(path), field), row().version
    client.logout()
    assert send(client, path, form, **{field: "途中まで"}).url.startswith("/login/?next=")
    client.force_login(clerk)
    page = client.get(f"{path}?kept=1")
    assert (page.status_code, form_with(page, field).fields[field], row().version) == (
        200,
        ["途中まで"],
        before,
    )


def test_what_comes_back_of_a_form_with_a_file_asks_for_the_file_again(client, clerk, clinic, vendor):
    path = at("new_agreement", clinic, pk=vendor.pk)
    form = form_with(client.get(path), "title")
    client.logout()
    send(client, path, form, **AGREEMENT, file=pdf())
    client.force_login(clerk)
    page = client.get(f"{path}?kept=1")
    assert "ファイルを選んでいたときは、もう一度選んでください。" in shows(page)
    assert send(client, path, form_with(page, "title")).status_code == 302
    assert (Agreement.objects.get().title, StoredFile.objects.count()) == ("保守契約書", 0)


@pytest.mark.parametrize("name", ["boundary", "storage", "two_factor", "need"])
def test_a_retired_system_has_no_form(name, place, client, chart, director):
    System.objects.get(pk=chart.pk).retire(by=director)
    assert client.get(place[name][0]).status_code == 404


@pytest.mark.parametrize("papers", [1, 10])
@pytest.mark.parametrize("name", ["vendor", "system", "systems"])
def test_a_page_costs_12_queries_however_much_is_registered(
    name, papers, client, clinic, vendor, chart, director
):
    for number in range(papers):
        Agreement.register(vendor, by=director, kind="contract", title=f"契約{number}", system=chart)
        Certification.register(vendor, by=director, kind="isms")
    Boundary.of(chart).describe(0, by=director, roles="x")
    path = at(
        name, clinic, **({} if name == "systems" else {"pk": vendor.pk if name == "vendor" else chart.pk})
    )
    client.get(path)
    with at_most(12):
        client.get(path)


# The table of L207-214


def test_the_list_of_systems_is_a_workbook_with_the_documents_heads(client, clinic, director, chart):
    chart.describe(1, by=director, vendor_name="株式会社カルテ", product="=1+1", product_version="5.1",
                   entrusted_work="導入\n運用")  # fmt: skip
    System.register(clinic, by=director, name="自作", location="in_house")
    response = client.get(at("systems_table", clinic))
    assert response["Content-Disposition"].startswith('attachment; filename="table.xlsx"; filename*=')
    with ZipFile(BytesIO(response.content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    for text in ("導入している医療情報システム", "委託業務概要", "=1+1 5.1", "導入\n運用", "自作"):
        assert f">{text}</t>" in sheet
    assert "<f>" not in sheet
    assert response.content == client.get(at("systems_table", clinic)).content
