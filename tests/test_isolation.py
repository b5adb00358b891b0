"""Another clinic's thing does not exist: not in URLs, not in what a form sends, not as a word on any page or paper."""

import re
from io import BytesIO

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import CharField, TextField
from pypdf import PdfReader

from checklist.choices import Status
from checklist.models import Answer, Evidence
from compliance.audit.chain import AuditEntry, AuditEntryQuerySet
from compliance.models import Clinic
from compliance.tenancy import TenantModel, TenantQuerySet
from tests.web import (
    HTMX,
    OF_A_DESK,
    OF_A_SHEET,
    addresses,
    at,
    browser,
    determine_and_confirm,
    everything,
    form_with,
    furnish,
    furnish_papers,
    paper_ids,
    people_ids,
    sheet_ids,
    undone,
)
from vendors.models import Agreement, Boundary, Certification, Component, ExternalStorage, System, Vendor

pytestmark = pytest.mark.django_db
POSTGRES = pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL has the second wall")
PAGES = {address.name: address for address in addresses()}
CANARY = "カナリア"
TABLES = [model for model in apps.get_models() if issubclass(model, TenantModel)]
# What a form of our own clinic may be made to carry of the other one
IDS = ("id", "pk", "clinic", "clinic_id", "clinic_code", "assessment", "assessment_id", "item", "system", "system_id",
       "vendor", "vendor_id", "component", "answer", "answer_id", "confirmation", "user", "by", "updated_by")  # fmt: skip


@pytest.fixture(autouse=True, params=["both walls", pytest.param("the second wall alone", marks=POSTGRES)])
def standing(request, monkeypatch) -> None:
    """The scope of queries is the first wall; PostgreSQL's row-level security must hold without it."""
    if request.param != "both walls":
        for rows_of_clinics in (TenantQuerySet, AuditEntryQuerySet):
            monkeypatch.setattr(rows_of_clinics, "visible_to", lambda self, member: self.all())


@pytest.fixture
def ids(clinic, director) -> dict:
    return furnish(clinic, director)


@pytest.fixture
def foreign(other_clinic, other_director) -> dict:
    """The other clinic's ids; a stray id of its own tables stands before each of ours."""
    furnish_more(other_clinic, other_director)
    return furnish(other_clinic, other_director)


def furnish_more(clinic, by) -> None:
    for number in range(3):
        system = System.register(
            clinic, by=by, name=f"予約{number}", vendor_name=f"社{number}", location="external"
        )
        Component.register(system, by=by, kind="server", name=f"サーバ{number}")


def rows(clinic) -> dict[str, list]:
    """All that the database holds of a clinic."""
    found = {m.__name__: list(m.objects.filter(clinic=clinic).order_by("pk").values()) for m in TABLES}
    found["Clinic"] = list(Clinic.objects.filter(pk=clinic.pk).values())
    return found | {
        "AuditEntry": list(AuditEntry.objects.filter(clinic_id=clinic.pk).order_by("pk").values())
    }


# Ids in addresses


BY_ID = ["system", "edit_system", "retire_system", "new_component", "edit_component", "remove_component", "vendor",
         "letter", "boundary", "storage", "two_factor", "need", "edit_vendor", "new_agreement", "edit_agreement",
         "remove_agreement", "new_certification", "edit_certification", "remove_certification", "file",
         "evidence_paper", "edit_evidence", "retire_evidence", "bring_back_evidence",
         "snapshot_json", "print_vendor", "compare_rounds", "ask", "new_sheet", "close_risk", "treat_missing",
         "revoke_request",
         *OF_A_SHEET, *OF_A_DESK]  # fmt: skip
FOR_ADMINS = {
    "issue",
    "remove_file",
}  # tests/checklist/test_report_views.py, tests/compliance/test_files_views.py
PEOPLE = ["person", "remove_person", "end_sessions", "reset_link", "revoke_invitation"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_id_of_the_other_clinic_is_not_found_here(method, ids, foreign, clinic, other_clinic, both):
    before, client, found = rows(other_clinic), browser(both), {}
    for name in BY_ID:
        path = PAGES[name].path({**foreign, "clinic_code": clinic.code})
        found[name] = [getattr(client, method)(path, headers=headers).status_code for headers in ({}, HTMX)]
    acting = {name for name in BY_ID if name.startswith(("remove", "retire", "bring_back"))}
    acting |= {"revoke_request", "settle", "accept_disclosure", "confirm_holds", "fill_done"}
    refused = {name: 405 if method == "get" and name in acting else 404 for name in BY_ID}
    assert found == {name: [status, status] for name, status in refused.items()}
    assert rows(other_clinic) == before


def test_the_table_above_holds_every_address_with_an_id():
    of_clinics = {name: each for name, each in PAGES.items() if each.of_a_clinic}
    numbered = {name for name, each in of_clinics.items() if {"pk", "vendor_id"} & set(each.parameters)}
    assert numbered == set(BY_ID) | FOR_ADMINS | set(PEOPLE)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_person_of_the_other_clinic_is_not_found_here(name, ids, foreign, clinic, other_clinic, director):
    before, client = rows(other_clinic), browser(director)
    path = PAGES[name].path({**foreign, "clinic_code": clinic.code})
    assert client.post(path, {"role": "viewer", "was": "admin"}).status_code == 404
    assert client.get(path).status_code == (404 if name == "person" else 405)
    assert rows(other_clinic) == before
    assert other_clinic.memberships.count() == 1


def test_a_confirmation_of_the_other_clinic_is_not_found_here(clinic, foreign, both, other_clinic):
    year = foreign["year"]
    client = browser(both)
    assert client.get(at("print_confirmed", clinic, year=year, number=1)).status_code == 404
    assert client.get(at("confirmation", clinic)).status_code == 404
    assert client.get(at("confirmation", other_clinic)).status_code == 200


# Ids in what a form sends


def smuggled(foreign: dict) -> dict:
    """The other clinic's ids under every name that a careless form might take."""
    numbers = {
        "clinic": foreign["clinic"],
        "clinic_id": foreign["clinic"],
        "clinic_code": foreign["clinic_code"],
    }
    return dict.fromkeys(IDS, foreign["pk"]) | numbers | {"vendor": foreign["vendor.pk"]}


ANSWERED = {"status": "na", "reason": "使っていない"}
SYSTEM = {"name": "画像", "vendor_name": "社0", "location": "external"}
COMPONENT = {
    "kind": "server",
    "name": "新",
    "quantity": "1",
    "update_bearer": "vendor",
    "written_in": "unknown",
}
AGREEMENT = {"kind": "terms", "title": "約款", "system": ""}
STORAGE = {"domestic_law": "yes"} | {f"state_{number}": "yes" for number in range(1, 10)}
FORMS = {
    "item": ANSWERED,
    "exempt": {"codes": ["7-5"], "reason": "使っていない", "version-7-5": "1"},
    "applicability": {},
    "new_system": SYSTEM,
    "edit_system": SYSTEM,
    "new_component": COMPONENT,
    "edit_component": COMPONENT,
    "remove_component": {},
    "edit_vendor": {"name": "新しい名前"},
    "boundary": {"roles": "新しい分担"},
    "storage": STORAGE,
    "two_factor": {"login_two_factor": "yes"},
    "need": {"disclosure_need": "both"},
    "new_agreement": AGREEMENT,
    "edit_agreement": AGREEMENT,
    "remove_agreement": {},
    "new_certification": {"kind": "pmark"},
    "edit_certification": {"kind": "pmark"},
    "remove_certification": {},
    "clinic": {"name": "新しい名前"},
    "confirmation": {"why": "直すため"},
    "retire_system": {},
    "new_evidence": {"title": "新しい資料", "place": "棚"},
    "edit_evidence": {"title": "新しい資料", "place": "棚"},
    "retire_evidence": {},
    "bring_back_evidence": {},
}


def test_ids_of_the_other_clinic_in_a_form_change_nothing_there(ids, foreign, clinic, other_clinic, director):
    before, ours, client, idle = rows(other_clinic), rows(clinic), browser(director), set()
    for name, typed in FORMS.items():
        with undone():
            sent = smuggled({**foreign, "clinic": other_clinic.pk}) | {"version": "1"} | typed
            assert (name, client.post(PAGES[name].path(ids), sent).status_code) == (name, 302)
            assert (name, rows(other_clinic)) == (name, before)
            idle |= {name} if rows(clinic) == ours else set()
    assert idle == {"confirmation", "applicability", "bring_back_evidence"}  # both repeat what stands already


def test_a_system_of_the_other_clinic_is_none_that_an_agreement_may_be_about(ids, foreign, director):
    sent = AGREEMENT | {"system": foreign["pk"], "version": "1"}
    for name in ("new_agreement", "edit_agreement"):
        assert browser(director).post(PAGES[name].path(ids), sent).status_code == 422


def test_a_vendor_named_like_one_of_the_other_clinic_is_our_own(clinic, foreign, director):
    browser(director).post(at("new_system", clinic), SYSTEM)
    assert [each.vendor.clinic for each in System.objects.filter(clinic=clinic)] == [clinic]
    assert Vendor.objects.filter(name="社0").count() == 2


def test_a_form_of_the_other_clinic_sent_here_registers_our_own(clinic, other_clinic, both):
    client = browser(both)
    form = form_with(client.get(at("new_system", other_clinic)), "name") | SYSTEM
    pages = [client.post(at("new_system", each), form).url for each in (other_clinic, clinic)]
    theirs, ours = (System.objects.get(clinic=each) for each in (other_clinic, clinic))
    assert pages == [at("system", other_clinic, pk=theirs.pk), at("system", clinic, pk=ours.pk)]


def test_a_person_in_two_clinics_writes_in_the_one_whose_page_it_is(ids, foreign, clinic, other_clinic, both):
    client, before = browser(both), rows(clinic)
    page = client.get(at("item", other_clinic, code="7-5"))
    client.post(at("item", other_clinic, code="7-5"), form_with(page, "status") | ANSWERED)
    assert rows(clinic) == before
    assert Answer.objects.get(clinic=other_clinic, item__code="7-5").reason == "使っていない"


# Words


def sing(clinic: Clinic) -> None:
    """Put the canary into every free text that belongs to the clinic, in every status of its answers."""
    for model in [
        Clinic,
        Vendor,
        System,
        Component,
        Answer,
        Agreement,
        Certification,
        Boundary,
        ExternalStorage,
        Evidence,
    ]:
        texts = [f.name for f in model._meta.fields if isinstance(f, CharField | TextField)]
        free = [
            n for n in texts if not model._meta.get_field(n).choices and not model._meta.get_field(n).unique
        ]
        scope = {"pk": clinic.pk} if model is Clinic else {"clinic": clinic}
        for row in model.objects.filter(**scope):
            model.objects.filter(pk=row.pk).update(**{n: song(model._meta.get_field(n), row) for n in free})
    for number, answer in enumerate(Answer.objects.filter(clinic=clinic)):
        status = Status.values[number % len(Status.values)]
        Answer.objects.filter(pk=answer.pk).update(
            status=status, confirmed_on="2026-04-01", due_on="2026-05-01"
        )


def song(field, row) -> str:
    return f"{CANARY}{row.pk}"[: field.max_length]


@pytest.fixture
def canary(other_clinic, other_director) -> dict:
    """The other clinic, with the canary in all that it has written, determined, confirmed and reopened."""
    other_director.name = f"{CANARY} 院長"
    other_director.save()
    system = System.register(
        other_clinic, by=other_director, name="電", vendor_name="社", location="external"
    )
    server = Component.register(system, by=other_director, kind="server", name="サ")
    furnish_papers(system, other_director, CANARY)
    sing(other_clinic)
    confirmation = determine_and_confirm(Clinic.objects.get(pk=other_clinic.pk), other_director)
    confirmation.reopen(by=other_director, why=CANARY)
    of_report = {
        "issue.pk": confirmation.pk,
        "snapshot_json.pk": confirmation.pk,
        "compare_rounds.pk": confirmation.assessment_id,
        "print_vendor.pk": system.vendor_id,
    }
    return {**of_report, "pk": system.pk, "edit_component.pk": server.pk, "vendor.pk": system.vendor_id,
            "vendor_id": system.vendor_id, "year": confirmation.assessment.fiscal_year,
            **paper_ids(system.vendor), **people_ids(other_clinic), **sheet_ids(other_clinic)}  # fmt: skip


@pytest.fixture
def html_for_pdf(monkeypatch):
    """Printing hands out the HTML that it is made of."""
    for views in ("prints", "applicability", "inspection"):
        monkeypatch.setattr(f"checklist.views.{views}.pdf", lambda html, **_: html.encode())


def visited(client, ids: dict) -> dict[str, str]:
    """All that a person's browser is shown: every page, partial and print, file names and refusals too."""
    shown = {}
    for name, address in PAGES.items():
        if name == "account_logout":
            continue
        path = address.path(ids)
        answers = [client.get(f"{path}?open=7-5&status=none", headers=HTMX if name == "item_row" else {})]
        answers += [client.get(f"{path}?pdf=1")] if name == "letter" else []
        answers += [client.post(path, {"x": "", "version": "0"})] if name not in DOING else []
        shown[name] = "".join(everything(answer) for answer in answers)
    return shown


DOING = {"retire_system", "remove_component", "delete_sample", "open_sample", "account_login", "remove_agreement",
         "remove_certification", "remove_person", "end_sessions", "reset_link", "end_own_sessions",
         "revoke_invitation", "require_second_factor", "issue", "retry_report", "retire_evidence",
         "bring_back_evidence", "revoke_request", "settle", "accept_disclosure", "confirm_holds",
         "fill_done"}  # fmt: skip


# Redirects to the question for the password, or to log-in
ASKING_FIRST = {"mfa_authenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_activate_totp",
                "mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn",
                "mfa_generate_recovery_codes"}  # fmt: skip


def test_no_page_or_print_shows_a_word_of_the_other_clinic(canary, ids, director, html_for_pdf):
    shown = visited(browser(director), ids)
    assert {name for name, page in shown.items() if CANARY in page} == set()


def test_a_person_in_two_clinics_is_not_shown_one_in_the_other(canary, ids, both, html_for_pdf):
    shown = visited(browser(both), ids)
    assert {name for name, page in shown.items() if CANARY in page} == {"clinics", "account", "reminders"}


def test_the_other_clinics_own_pages_do_show_it(canary, other_clinic, other_director, html_for_pdf):
    own = {
        "clinic_code": other_clinic.code,
        "code": "7-5",
        "section": "7",
        "uid": "MQ",
        "token": "x",
        "number": 1,
    }
    own |= canary | {"remove_component.pk": canary["edit_component.pk"]}
    shown = visited(browser(other_director), own)
    silent = {name for name, page in shown.items() if CANARY not in page}
    nothing_to_show = {"print_blank", "guide", "healthz", "readyz", "account_login"}
    # The other addresses of DOING are opened by a button: their 405 names who is logged in
    nothing_to_show |= {"next_round", "withdraw_round"}  # lead back while no other round may begin
    assert silent == nothing_to_show | {"account_signup", "home", "first_start"} | ASKING_FIRST


def test_a_pdf_shows_no_word_of_the_other_clinic(canary, ids, director, clinic, other_clinic, both):
    def text(user, of) -> str:
        response = browser(user).get(at("print_determination", of))
        return "".join(page.extract_text() for page in PdfReader(BytesIO(response.content)).pages)

    assert CANARY in text(both, other_clinic)
    assert CANARY not in text(director, clinic)


def test_refusals_look_the_same_for_a_foreign_clinic_and_for_none(other_clinic, director, stranger):
    def refusal(user, code: str) -> tuple:
        response = browser(user).get(f"/c/{code}/")
        return response.status_code, re.sub(
            r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode()
        )

    for user in (director, stranger):
        assert refusal(user, other_clinic.code) == refusal(user, "nowhere9")
    assert refusal(stranger, other_clinic.code)[0] == 404
