"""Every screen for every eye: axe at 1280 and 375px, nothing sideways at 320px or with letters twice as large."""

from pathlib import Path

import pytest
from allauth.core.ratelimit import respond_429
from allauth.mfa.models import Authenticator
from django.core.exceptions import SuspiciousOperation
from django.urls import get_resolver, reverse
from django.utils import timezone

from checklist import sample
from checklist.models import Assessment, Evidence
from compliance.files import StoredFile
from compliance.links import welcome_path
from compliance.models import Clinic, Invitation
from tests.compliance.test_second_factor import code_of
from tests.conftest import PASSWORD
from tests.journeys import job
from tests.journeys.eyes import faults_of
from vendors.importing import received
from vendors.models import (
    Agreement,
    Certification,
    Component,
    Disclosure,
    RiskTreatment,
    System,
    Vendor,
    WorkbookUpload,
)

WORKBOOK = Path(__file__).resolve().parents[1] / "vendors" / "workbook" / "samples" / "sds-one-column.xlsx"

pytestmark = pytest.mark.journey

# Pages of a clinic: what stands in their address besides the clinic's code.
CLINIC_PAGES = {
    "clinic_home": [],
    "sections": [],
    "items": [],
    "item": ["10-9"],
    "exempt": ["5"],
    "applicability": [],
    "letter": ["vendor"],
    "confirm": [],
    "prints": [],
    "print_preview": [],
    "systems": [],
    "new_system": [],
    "system": ["system"],
    "edit_system": ["system"],
    "new_component": ["system"],
    "edit_component": ["component"],
    "vendor": ["vendor"],
    "edit_vendor": ["vendor"],
    "new_agreement": ["vendor"],
    "edit_agreement": ["agreement"],
    "new_certification": ["vendor"],
    "edit_certification": ["certification"],
    "boundary": ["system"],
    "storage": ["system"],
    "two_factor": ["system"],
    "need": ["system"],
    "disclosures": [],
    "ask": ["system"],
    "new_sheet": ["system"],
    "treat_missing": ["system"],
    "review": ["sheet"],
    "treat": ["sheet", "MDS-06"],
    "return_rows": ["sheet"],
    "compare": ["sheet"],
    "fill": ["open sheet"],
    "fill_upload": ["open sheet"],
    "fill_preview": ["open sheet", "upload"],
    "inspection": [],
    "precheck": [],
    "evidence": [],
    "new_evidence": [],
    "evidence_paper": ["paper"],
    "edit_evidence": ["paper"],
    "attach_evidence": ["10-9"],
    "history": [],
    "item_history": ["10-9"],
    "todo": [],
    "close_item": ["3-2"],
    "close_risk": ["risk"],
    "rounds": [],
    "people": [],
    "person": ["member"],
    "clinic": [],
    "files": [],
    "remove_file": ["file"],
}
ACCOUNT_PAGES = ["clinics", "help", "terms", "account", "mfa_index", "mfa_list_webauthn"]
ACCOUNT_PAGES += ["account_logout", "account_change_password", "account_reauthenticate"]
OTHER_PAGES = [
    *("next_round", "withdraw_round", "compare_rounds"),  # in test_year, as the years go by
    "first_start",
    "start_code",
    "welcome",
    "account_login",
    "confirmation",
    "report",
    "check",
    "invitation",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes",
    # Behind the question for the password, or instead of it: test_pages_of_a_passkey
    "mfa_authenticate",
    "mfa_edit_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
]
# Looked at in test_vendor, from the link to the receipt.
VENDORS_PAGES = ["enter", "answer", "answer_sheet", "reuse_answers", "answer_upload", "answer_preview",
                 "submit_answers", "receipt"]  # fmt: skip
NO_PAGES = {
    "home": "leads on",
    "healthz": "a word for probes",
    "readyz": "a word for probes",
    "account_signup": "leads on",
    "guide": "a PDF",
    "open_sample": "a POST, leads on",
    "delete_sample": "a POST, leads on",
    "retire_system": "a POST, leads on",
    "remove_agreement": "a POST, leads on",
    "remove_certification": "a POST, leads on",
    "systems_table": "a workbook",
    "file": "a file",
    "remove_component": "a POST, leads on",
    "item_row": "a part of the page `items`, looked at there",
    "answer_row": "a part of the page `answer_sheet`",
    "answer_workbook": "a workbook",
    "receipt_pdf": "a PDF",
    "revoke_request": "a POST, leads on",
    "settle": "a POST, leads on",
    "accept_disclosure": "a POST, leads on",
    "confirm_holds": "a POST, leads on",
    "fill_row": "a part of the page `fill`",
    "fill_workbook": "a workbook",
    "fill_done": "a POST, leads on",
    "issue": "a POST, leads on",
    "retry_report": "a POST, leads on",
    "snapshot_json": "a file",
    "report_pdf": "a PDF",
    "print_tables": "a workbook",
    "print_vendor": "a PDF",
    "print_precheck": "a PDF",
    **dict.fromkeys(
        (
            "retire_evidence",
            "bring_back_evidence",
            "end_own_sessions",
            "end_sessions",
            "remove_person",
            "require_second_factor",
            "reset_link",
            "revoke_invitation",
        ),
        "a POST, leads on",
    ),
    "todo_table": "a workbook",
    "reminders": "a POST, leads on",
    "mfa_download_recovery_codes": "a file",
    "print_draft": "a PDF",
    "print_blank": "a PDF",
    "print_determination": "a PDF",
    "print_confirmed": "a PDF",
}


def test_the_eyes_are_open(sits_down):
    visitor = sits_down()
    visitor.opens("account_login")
    visitor.page.evaluate("document.querySelector('h1').outerHTML = '<img>'")
    visitor.page.evaluate("document.querySelector('main p').style = 'white-space: nowrap; color: #bbb'")
    found = " ".join(faults_of(visitor.page))
    for fault in (
        "1280px: image-alt",
        "375px: color-contrast",
        "page-has-heading-one",
        "320px: ",
        "200% letters: ",
    ):
        assert fault in found


def test_every_address_is_a_page_looked_at_here_or_no_page():
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert names == {*CLINIC_PAGES, *ACCOUNT_PAGES, *OTHER_PAGES, *VENDORS_PAGES, *NO_PAGES}


@pytest.fixture
def visits(looks):
    """visits(person, "item", code, "10-9"): open that page, and no other, and look at it."""

    def visit(person, name: str, *args) -> None:
        person.opens(name, *args)
        assert person.page.url == person.origin + reverse(name, args=args)
        looks(person, name)

    return visit


@pytest.fixture
def walks(visits):
    """walks(person, clinic): visit the clinic's pages, all or those named."""

    def walk(person, clinic: Clinic, names=CLINIC_PAGES) -> None:
        for name in names:
            visits(person, name, clinic.code, *address(clinic, name))

    return walk


def address(clinic: Clinic, name: str) -> list:
    """Words of an address; a table's name stands for its first row in the clinic."""
    tables = {"system": System, "component": Component, "vendor": Vendor}
    tables |= {"agreement": Agreement, "certification": Certification}
    first = {
        word: table.objects.filter(clinic=clinic).order_by("pk").first() for word, table in tables.items()
    }
    sheets = Disclosure.objects.filter(clinic=clinic).order_by("pk")
    first |= {"sheet": sheets.first(), "open sheet": sheets.last()}
    first["paper"] = Evidence.objects.filter(clinic=clinic).first()
    first["member"] = clinic.memberships.order_by("pk").last()
    first["risk"] = RiskTreatment.objects.filter(clinic=clinic).order_by("pk").first()
    first["file"] = StoredFile.objects.filter(clinic=clinic).order_by("pk").first()
    first["upload"] = WorkbookUpload.objects.filter(clinic=clinic).first()
    return [first[word].pk if word in first else word for word in CLINIC_PAGES[name]]


@pytest.fixture
def filled(edition) -> Clinic:
    """The sample: half answered, five systems, a vendor to be asked; and a sheet that is being copied from a file."""
    clinic = sample.seed(timezone.localdate())
    visitor = sample.visitor()
    system = System.objects.filter(clinic=clinic).latest("pk")
    sheet = Disclosure.begin(system, "SDS", by=visitor, source="workbook")
    Evidence.register(clinic, by=visitor, title="運用管理規程", place="院長室キャビネット", items=["10-9"])
    received(sheet, WORKBOOK.name, WORKBOOK.read_bytes(), by=visitor)
    return clinic


def test_pages_before_the_log_in(sits_down, visits, looks, stranger, request):
    visitor = sits_down()
    visits(visitor, "first_start")
    visitor.presses("自己点検を始める")
    visitor.sees("か所を直してください")
    looks(visitor, "first_start with errors")
    visitor.goes("/nowhere/")
    looks(visitor, "404 for nobody")
    clinic, director = (request.getfixturevalue(each) for each in ("clinic", "director"))
    visitor.goes(welcome_path(stranger))
    looks(visitor, "welcome")
    visitor.presses("始める")
    visitor.sees("か所を直してください")
    looks(visitor, "welcome with errors")
    token = Invitation.make(clinic, by=director, email="new@example.jp", role="viewer")[1]
    visits(visitor, "invitation", token)
    visits(visitor, "account_login")
    visitor.logs_in("nobody@example.jp", "wrong-password-1")
    visitor.sees("正しくありません")
    looks(visitor, "account_login with errors")


def test_the_start_code_for_another_machine(sits_down, looks):
    visitor = sits_down()
    visitor.page.set_extra_http_headers({"X-Forwarded-For": "192.0.2.7"})
    visitor.opens("first_start")
    visitor.sees("開始コード")
    looks(visitor, "start_code")
    visitor.types("開始コード", "0000-0000")
    visitor.presses("進む")
    visitor.sees("開始コードが違います")
    looks(visitor, "start_code with errors")


def test_pages_of_an_account(sits_down, visits, looks, both, stranger):
    nobody, somebody = sits_down(stranger), sits_down(both)
    visits(nobody, "clinics")
    for name in ACCOUNT_PAGES:
        visits(somebody, name)
    somebody.goes("/nowhere/")
    looks(somebody, "404 for somebody")


def test_pages_of_the_second_factor(sits_down, looks, director, clinic):
    at_work = sits_down()
    at_work.opens("account_login")
    at_work.logs_in(director.email, PASSWORD)
    at_work.sees("52項目中0項目")
    at_work.opens("mfa_activate_totp")
    at_work.types("パスワード", PASSWORD)
    at_work.presses("続ける")
    at_work.sees("QRコード")
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        at_work.opens(name)
        looks(at_work, name)
    at_work.opens("mfa_activate_totp")
    at_work.types("アプリに出ている6桁のコード", "000000")
    at_work.presses("設定する")
    at_work.sees("か所を直してください")
    looks(at_work, "mfa_activate_totp with errors")
    at_work.types(
        "アプリに出ている6桁のコード",
        code_of(at_work.page.locator("main strong.num").inner_text().replace(" ", "")),
    )
    at_work.presses("設定する")
    at_work.sees("回復コード")
    for name in (
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_deactivate_totp",
        "mfa_index",
    ):
        at_work.opens(name)
        looks(at_work, f"{name}, in use")


def test_pages_of_a_passkey(sits_down, looks, director, clinic):
    at_work = sits_down()
    has_a_security_key(at_work)
    at_work.opens("account_login")
    at_work.logs_in(director.email, PASSWORD)
    at_work.sees("52項目中0項目")
    at_work.opens("mfa_add_webauthn")
    at_work.types("パスワード", PASSWORD)
    at_work.presses("続ける")
    at_work.types("パスキーの名前", "受付のパソコン")
    at_work.presses("この端末で登録する")
    at_work.sees("回復コード")
    looks(at_work, "after adding a passkey")
    at_work.opens("mfa_list_webauthn")
    at_work.sees("受付のパソコン")
    looks(at_work, "mfa_list_webauthn, with a passkey")
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        at_work.opens(name, Authenticator.objects.get(type="webauthn").pk)
        looks(at_work, name)
    at_work.opens("mfa_index")
    looks(at_work, "mfa_index, with a passkey")
    asked_again(at_work, looks, director)


def has_a_security_key(person) -> None:
    """One in the machine that answers every question at once."""
    machine = person.page.context.new_cdp_session(person.page)
    machine.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    key |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    machine.send("WebAuthn.addVirtualAuthenticator", {"options": key})


def asked_again(person, looks, director) -> None:
    """At the log-in, and before what a passkey protects."""
    for name in ("mfa_reauthenticate", "mfa_reauthenticate_webauthn"):
        person.opens(name)
        looks(person, name)
    person.loses_the_session()
    person.opens("account_login")
    person.logs_in(director.email, PASSWORD)
    person.sees("パスキーを使えないときは、回復コードを入力してください。")
    looks(person, "mfa_authenticate")
    person.types("コード", "000000")
    person.presses("ログイン")
    person.sees("か所を直してください")
    looks(person, "mfa_authenticate with errors")
    person.presses("パスキーでログイン")
    person.sees("52項目中0項目")


def test_pages_of_a_filled_clinic(sits_down, walks, looks, filled):
    visitor = sits_down(sample.visitor())
    walks(visitor, filled)
    visitor.opens("items", filled.code, query="?status=todo")
    looks(visitor, "items, those with something to do")
    visitor.follows("3②を変更")
    visitor.sees("解説を見る")
    looks(visitor, "items with an open row")


def test_pages_of_a_new_clinic(sits_down, walks, looks, director, clinic):
    empty = ["clinic_home", "applicability", "systems", "confirm", "prints"]
    walks(sits_down(director), clinic, empty)


def test_pages_of_a_confirmed_clinic(sits_down, walks, visits, looks, filled, confirmed):
    confirmed(Assessment.objects.get(clinic=filled))
    visitor = sits_down(sample.visitor())
    walks(visitor, filled, ["clinic_home", "sections", "item", "exempt", "prints"])
    visits(visitor, "confirmation", filled.code)
    visitor.opens("prints", filled.code)
    visitor.presses("報告書を発行する")
    visitor.sees("発行しました")
    looks(visitor, "report")
    visits(visitor, "check")
    visitor.types("発行番号", "2026-0001")
    visitor.presses("照合する")
    visitor.sees("か所を直してください")
    looks(visitor, "check with errors")
    visits(visitor, "confirmation", filled.code)
    visitor.presses("点検を再開する")
    visitor.sees("か所を直してください")
    looks(visitor, "confirmation with errors")
    job.reopens(visitor)
    visits(visitor, "confirmation", filled.code)


@pytest.mark.parametrize(("bearer", "words"), [("vendor", "YES："), ("clinic", "NO：")], ids=["yes", "no"])
def test_the_outcomes_of_the_determination(sits_down, looks, director, clinic, bearer, words):
    system = System.register(
        clinic, by=director, name="電子カルテ", vendor_name="あおぞら", location="external"
    )
    where = {"written_in": "contract", "document": "保守契約書", "clause": "第8条"}
    Component.register(system, by=director, kind="server", name="クラウド", update_bearer=bearer, **where)
    at_work = sits_down(director)
    at_work.opens("applicability", clinic.code)
    at_work.presses("この判断を記録する")
    at_work.sees(words, "この判断は記録済みです。")
    looks(at_work, f"applicability, {words}")


def test_pages_that_refuse(sits_down, looks, reader, director, clinic):
    guest, at_work = sits_down(reader), sits_down(director)
    guest.opens("confirm", clinic.code)
    guest.sees("この操作は、管理担当の方ができます")
    looks(guest, "403")
    at_work.opens("clinic_home", "elsewhere")
    at_work.sees("ページが見つかりません")
    looks(at_work, "404")
    at_work.opens("clinic", clinic.code)
    at_work.page.context.clear_cookies(name="csrftoken")
    at_work.presses("保存")
    at_work.sees("もう一度、保存してください")
    looks(at_work, "403, an old form")


def malformed(request, template, context):
    raise SuspiciousOperation


def too_often(request, template, context):
    return respond_429(request)


def broken(request, template, context):
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("render", "words"),
    [(malformed, "受け取れませんでした"), (too_often, "少し待ってから"), (broken, "エラーが起きました")],
    ids=["400", "429", "500"],
)
def test_pages_instead_of_an_answer(sits_down, looks, director, clinic, monkeypatch, render, words):
    monkeypatch.setattr("checklist.views.help.render", render)
    at_work = sits_down(director)
    at_work.opens("help")
    at_work.sees(words)
    looks(at_work, words)


def test_forms_with_errors(sits_down, looks, director, clinic):
    at_work = sits_down(director)
    at_work.opens("item", clinic.code, "8-1")
    at_work.chooses("実施済")
    at_work.types("確認日", "2090-01-01")
    at_work.presses("保存")
    at_work.sees("まだ来ていない日付です。")
    looks(at_work, "item with errors")
    for name, words, button in (
        ("new_system", [], "保存"),
        ("exempt", ["5"], "対象外にする"),
        ("confirm", [], "この内容で確定する"),
    ):
        at_work.opens(name, clinic.code, *words)
        at_work.presses(button)
        at_work.sees("か所を直してください")
        looks(at_work, f"{name} with errors")


def test_pages_where_somebody_was_first(sits_down, looks, director, clerk, clinic, answer):
    at_work = sits_down(director)
    at_work.opens("exempt", clinic.code, "5")
    answer("5-3").record(1, by=clerk, status="done")
    at_work.types("当てはまらない理由", "外部保存をしていないため。")
    at_work.presses("対象外にする")
    at_work.sees("どの項目も変えていません")
    looks(at_work, "409 of exempt")
    at_work.opens("item", clinic.code, "8-1")
    answer("8-1").record(1, by=clerk, status="open", plan="連絡先の一覧を作る")
    job.answers(at_work, "わからない")  # saves itself
    at_work.sees("ほかの人が先に保存しました")
    looks(at_work, "409 of an item")
    at_work.opens("items", clinic.code)
    at_work.answers_in_the_table("8③")
    answer("8-3").record(1, by=clerk, status="done")
    job.answers(at_work, "わからない")  # saves itself
    at_work.sees("ほかの人が先に保存しました")
    looks(at_work, "409 of a row")
    at_work.opens("clinic", clinic.code)
    clinic.describe(1, by=director, address="青葉県みなと市1-2")
    at_work.types("所在地", "青葉県みなと市3-4")
    at_work.presses("保存")
    at_work.sees("ほかの人が先に保存しました")
    looks(at_work, "409 of the clinic")


def test_the_page_with_what_was_typed_before_the_log_in(sits_down, looks, director, clinic):
    at_work = sits_down(director)
    at_work.opens("item", clinic.code, "8-1")
    job.answers(at_work, "わからない")
    at_work.loses_the_session()
    at_work.presses("保存")
    at_work.logs_in(director.email, PASSWORD)
    at_work.sees("さきほど入力していた内容です")
    looks(at_work, "item with what was typed")
