"""書類・根拠 over HTTP: registered from an item, found, replaced, too late, wrong, twice, taken off."""

import resource
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from checklist.models import Evidence
from compliance import files
from compliance.files import StoredFile
from compliance.uploads import Upload
from tests.web import at, at_most, browser, complaints, form_with, having, shows, tree, words

pytestmark = pytest.mark.django_db
PLACE = {"title": "保守契約書", "place": "青ファイル3"}


@pytest.fixture
def client(clerk):
    return browser(clerk)


@pytest.fixture
def paper(clinic, clerk) -> Evidence:
    file = Upload("契約書.pdf", b"%PDF-1.4 one")
    return Evidence.register(clinic, by=clerk, title="保守契約書", place="棚1", file=file, items=["10-9"])


def pdf(name: str = "new.pdf", content: bytes = b"%PDF-1.4 two") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_from_an_item_a_paper_is_registered_with_that_item(client, clinic):
    page = client.get(at("item", clinic, code="10-9"))
    path = next(a.get("href") for a in tree(page).iter("a") if words(a) == "根拠を付ける")
    form = form_with(client.get(path), "title")
    response = client.post(path, form | PLACE | {"file": pdf()})
    assert response.url == at("item", clinic, code="10-9")
    paper = Evidence.objects.get()
    assert (paper.items, paper.file.name, paper.clinic) == (["10-9"], "new.pdf", clinic)
    assert "保守契約書" in shows(client.get(response.url))


def test_an_unknown_item_in_the_address_ticks_nothing(client, clinic):
    path = at("new_evidence", clinic) + "?item=99-99"
    assert "items" not in form_with(client.get(path), "title").fields


def test_a_tablet_is_offered_its_camera(client, clinic):
    page = tree(client.get(at("new_evidence", clinic)))
    assert having(page, name="file")[0].get("accept").endswith(",image/*")


def test_a_form_sent_twice_registers_one(client, clinic):
    path = at("new_evidence", clinic)
    form = form_with(client.get(path), "title") | PLACE
    assert [client.post(path, form).status_code for _ in range(2)] == [302, 302]
    assert Evidence.objects.count() == 1


# Cut in two, so that no scanner takes this file for what it only names
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD" + rb"-ANTIVIRUS-TEST-FILE!$H+H*"
BOTH = "保管場所を書くか、ファイルを選んでください。紙だけなら、ある場所を書けば足ります。"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": ""}, "資料の名称を入力してください。例：電子カルテ保守契約書"),
        ({"place": ""}, BOTH),
        ({"items": ["99-99"]}, "一覧にない項目です。選び直してください。"),
        ({"dated_on": "2026-05-01", "expires_on": "2026-04-01"}, "資料の日付より前になっています。年を確かめてください。"),
        ({"file": ("x.exe", b"MZ")}, "この種類のファイルは受け取れません。"),
        ({"file": ("x.pdf", b"MZ")}, "中身が .pdf のファイルではありません。"),
        ({"file": ("x.pdf", b"")}, "ファイルが空（0バイト）です。"),
        ({"file": ("eicar.com", EICAR)}, "この種類のファイルは受け取れません。"),
        ({"file": ("eicar.pdf", EICAR)}, "中身が .pdf のファイルではありません。"),
        ({"file": ("a.png", b"%PDF-1.4")}, "中身が .png のファイルではありません。"),
        ({"file": ("a.pdf", b"%PDF-".ljust(21 * files.MEBIBYTE, b"0"))}, "ファイルが大きすぎます。20MBまでです。"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, clinic, typed, sentence):
    sent = PLACE | {"note": "メモ書き", "items": ["7-5"]} | typed
    if "file" in typed:
        sent["file"] = SimpleUploadedFile(*typed["file"])
    response = client.post(at("new_evidence", clinic), sent)
    assert response.status_code == 422
    assert any(sentence in each for each in complaints(response))
    form = form_with(response, "title").fields
    assert form["note"] == ["メモ書き"]
    assert form.get("items") == (["7-5"] if "items" not in typed else None)
    assert (Evidence.objects.count(), StoredFile.objects.count()) == (0, 0)


@pytest.mark.parametrize("name", ["../../etc/契約書.pdf", "C:\\院長\\契約書.pdf", "/var/契約書.pdf"])
def test_a_name_with_a_path_is_kept_without_it(name, client, clinic):
    client.post(at("new_evidence", clinic), PLACE | {"file": pdf(name)})
    stored = StoredFile.objects.get()
    assert (stored.name, stored.path.split("/")[:-1]) == ("契約書.pdf", [str(clinic.pk)])


def test_a_test_virus_in_a_true_pdf_is_kept_as_not_scanned(client, clinic):
    client.post(at("new_evidence", clinic), PLACE | {"file": pdf(content=b"%PDF-1.4 " + EICAR)})
    shown = shows(client.get(at("evidence_paper", clinic, pk=Evidence.objects.get().pk)))
    assert "未検査" in shown
    assert "ウイルスの検査をしていません（未検査）" in shows(client.get(at("evidence", clinic)))


@pytest.fixture
def full_disk():
    """No file of this process grows beyond 8 KiB: a write stops half way, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


NO_ROOM = "サーバのディスクに空きがなく、保管できませんでした。何も保存していません。サーバの管理者に知らせてください。"


def big_pdf() -> SimpleUploadedFile:
    return pdf(content=b"%PDF-1.4".ljust(100_000, b"0"))


@pytest.mark.django_db(transaction=True)  # SQLite's I/O error takes an open transaction along
def test_a_full_disk_is_said_and_what_was_typed_stays(client, clinic, settings, full_disk):
    typed = PLACE | {"note": "メモ書き", "items": ["7-5"], "file": big_pdf()}
    response = client.post(at("new_evidence", clinic), typed)
    assert (response.status_code, NO_ROOM in complaints(response)) == (422, True)
    kept = form_with(response, "title").fields
    assert (kept["note"], kept["items"]) == (["メモ書き"], ["7-5"])
    assert "もう一度選んでください。" in shows(response)
    assert [each for each in settings.MEDIA_ROOT.rglob("*") if each.is_file()] == []
    assert (Evidence.objects.count(), StoredFile.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)  # SQLite's I/O error takes an open transaction along
def test_a_full_disk_leaves_the_file_that_was_to_be_replaced(client, clinic, paper, full_disk):
    path = at("edit_evidence", clinic, pk=paper.pk)
    response = client.post(path, form_with(client.get(path), "title") | {"title": "新", "file": big_pdf()})
    assert (response.status_code, NO_ROOM in complaints(response)) == (422, True)
    assert form_with(response, "title").fields["title"] == ["新"]
    standing = Evidence.objects.get()
    assert (standing.title, standing.file.content()) == ("保守契約書", b"%PDF-1.4 one")


def test_a_document_of_tomorrow_is_a_mistake(client, clinic):
    tomorrow = timezone.localdate() + timedelta(days=1)
    response = client.post(at("new_evidence", clinic), PLACE | {"dated_on": tomorrow.isoformat()})
    assert "まだ来ていない日付です。今日までの日付にしてください。" in complaints(response)


def test_a_full_quota_is_said_in_a_sentence(client, clinic, monkeypatch):
    monkeypatch.setattr(files, "QUOTA", 5)
    response = client.post(at("new_evidence", clinic), PLACE | {"file": pdf()})
    assert response.status_code == 422
    assert any("を超えます" in each for each in complaints(response))


def test_replacing_the_file_keeps_the_one_before(client, clinic, paper):
    path = at("edit_evidence", clinic, pk=paper.pk)
    client.post(path, form_with(client.get(path), "title") | {"file": pdf()})
    shown = shows(client.get(at("evidence_paper", clinic, pk=paper.pk)))
    assert "new.pdf" in shown
    assert "差し替えた前のファイル 契約書.pdf" in shown
    assert Evidence.objects.get().items == ["10-9"]


def test_a_save_that_comes_too_late_shows_both(client, clinic, paper, director):
    path = at("edit_evidence", clinic, pk=paper.pk)
    form = form_with(client.get(path), "title")
    paper.describe(1, by=director, title="先の名", place="棚1", items=["7-5"])
    response = client.post(path, form | {"title": "後の名"})
    assert response.status_code == 409
    shown = shows(response)
    assert "先の名" in shown
    assert "根拠になる遵守項目 7⑤" in shown
    assert form_with(response, "title").fields["title"] == ["後の名"]
    assert Evidence.objects.get().title == "先の名"


def test_items_of_other_editions_stay(client, clinic, paper, clerk):
    paper.attach("old-1", by=clerk)
    path = at("edit_evidence", clinic, pk=paper.pk)
    client.post(path, form_with(client.get(path), "title") | {"items": ["7-5"]})
    assert Evidence.objects.get().items == ["7-5", "old-1"]


def test_the_list_says_expiry_quota_and_scan(client, clinic, paper):
    yesterday = timezone.localdate() - timedelta(days=1)
    Evidence.objects.update(expires_on=yesterday)
    shown = shows(client.get(at("evidence", clinic)))
    for words_ in ("有効期限を1日過ぎています", "2GBまで保管できます", "未検査", "10⑨", "棚1"):
        assert words_ in shown


@pytest.mark.parametrize(
    ("q", "count"), [("10⑨", 1), ("１０－９", 1), ("10-9", 1), ("契約", 1), ("7⑤", 0), ("\x00", 1)]
)
def test_the_list_is_searched(client, clinic, paper, q, count):
    assert shows(client.get(at("evidence", clinic), {"q": q})).count("棚1") == count


def test_a_long_list_has_pages_and_few_queries(client, clinic, clerk):
    for number in range(52):
        Evidence.register(clinic, by=clerk, title=f"資料{number:02d}", place="棚", items=["10-9", "7-5"])
    with at_most(10):
        first = client.get(at("evidence", clinic))
    second = client.get(at("evidence", clinic), {"page": "2"})
    assert ("資料49" in shows(first), "資料50" in shows(first), "資料51" in shows(second)) == (
        True,
        False,
        True,
    )
    assert len(first.content) < 150_000
    assert client.get(at("evidence", clinic), {"page": "x"}).status_code == 200


def test_a_paper_on_the_list_is_given_to_another_item(client, clinic, paper):
    path = at("attach_evidence", clinic, code="7-5")
    page = client.get(path)
    assert "保守契約書（棚1）" in shows(page)
    response = client.post(path, form_with(page, "chosen") | {"chosen": [paper.pk]})
    assert response.url == at("item", clinic, code="7-5")
    assert Evidence.objects.get().items == ["10-9", "7-5"]
    assert "付けられる資料は、ほかに登録されていません" in shows(client.get(path))


def test_choosing_none_or_another_clinics_paper_is_refused(
    client, clinic, paper, other_clinic, other_director
):
    foreign = Evidence.register(other_clinic, by=other_director, title="よその", place="棚", items=[])
    path = at("attach_evidence", clinic, code="7-5")
    assert client.post(path, {}).status_code == 422
    assert client.post(path, {"chosen": [foreign.pk]}).status_code == 422
    assert client.get(at("evidence_paper", clinic, pk=foreign.pk)).status_code == 404
    assert foreign.items == []


def test_off_the_list_it_leaves_the_item_and_comes_back(client, clinic, paper):
    item, here = at("item", clinic, code="10-9"), at("evidence_paper", clinic, pk=paper.pk)
    client.post(at("retire_evidence", clinic, pk=paper.pk))
    assert ("棚1" in shows(client.get(item)), Evidence.objects.count()) == (False, 1)
    assert "一覧から外した資料（1件）" in shows(client.get(at("evidence", clinic)))
    assert "一覧に戻す" in shows(client.get(here))
    client.post(at("bring_back_evidence", clinic, pk=paper.pk))
    assert "棚1" in shows(client.get(item))


def test_a_file_that_was_deleted_is_told_and_can_be_given_again(client, clinic, paper, director):
    paper.retire(by=director)
    paper.file.remove(by=director)
    here = at("evidence_paper", clinic, pk=paper.pk)
    assert "契約書.pdf" in shows(client.get(here))
    assert "緑川 院長さんが削除しました" in shows(client.get(here))
    assert having(tree(client.get(here)), href=at("file", clinic, pk=paper.file_id)) == []
    client.post(at("bring_back_evidence", clinic, pk=paper.pk))
    edit = at("edit_evidence", clinic, pk=paper.pk)
    client.post(edit, form_with(client.get(edit), "title") | {"file": pdf("契約書.pdf", b"%PDF-1.4 one")})
    again = Evidence.objects.get().file
    assert (again.pk != paper.file_id, again.content()) == (True, b"%PDF-1.4 one")


def test_the_list_leads_who_may_clean_up_to_the_kept_files(client, clinic, director):
    path = at("evidence", clinic)
    links = [having(tree(each.get(path)), href=at("files", clinic)) for each in (browser(director), client)]
    assert [len(each) for each in links] == [1, 0]


def test_a_reader_sees_and_changes_nothing(reader, clinic, paper):
    client = browser(reader)
    assert client.get(at("evidence_paper", clinic, pk=paper.pk)).status_code == 200
    for name in ("edit_evidence", "retire_evidence", "bring_back_evidence"):
        assert client.post(at(name, clinic, pk=paper.pk), {}).status_code == 403
    assert client.post(at("new_evidence", clinic), PLACE).status_code == 403
    assert client.post(at("attach_evidence", clinic, code="7-5"), {"chosen": [paper.pk]}).status_code == 403


def test_an_empty_list_says_how_to_begin(client, clinic):
    assert "まだ資料が登録されていません。" in shows(client.get(at("evidence", clinic)))
