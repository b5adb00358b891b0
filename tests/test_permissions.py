"""Who may open and send what: every URL of the resolver, every role, GET and POST, against one literal table."""

import pytest

from compliance.choices import PERMISSIONS, Role
from compliance.models import Membership
from tests.web import HTMX, addresses, at, browser, furnish, shows, tree, undone, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_pdf")]
VIEWER, EDITOR, ADMIN = Role.VIEWER, Role.EDITOR, Role.ADMIN

# name: (who may GET at least, what comes, who may POST at least, what comes after an empty form)
CLINIC_PAGES = {
    "clinic_home": (VIEWER, 200, VIEWER, 200),
    "sections": (VIEWER, 200, VIEWER, 200),
    "items": (VIEWER, 200, VIEWER, 200),
    "item": (VIEWER, 200, EDITOR, 422),
    "item_row": (VIEWER, 200, VIEWER, 200),
    "exempt": (EDITOR, 200, EDITOR, 422),
    "item_history": (VIEWER, 200, EDITOR, 404),
    "attach_evidence": (EDITOR, 200, EDITOR, 422),
    "evidence": (VIEWER, 200, VIEWER, 200),
    "new_evidence": (EDITOR, 200, EDITOR, 422),
    "evidence_paper": (VIEWER, 200, VIEWER, 200),
    "edit_evidence": (EDITOR, 200, EDITOR, 422),
    "retire_evidence": (EDITOR, 405, EDITOR, 302),
    "bring_back_evidence": (EDITOR, 405, EDITOR, 302),
    "history": (VIEWER, 200, VIEWER, 200),
    "todo": (VIEWER, 200, VIEWER, 200),
    "todo_table": (VIEWER, 200, VIEWER, 200),
    "close_item": (EDITOR, 200, EDITOR, 422),
    "close_risk": (EDITOR, 200, EDITOR, 422),
    "rounds": (VIEWER, 200, VIEWER, 200),
    "next_round": (VIEWER, 302, ADMIN, 302),
    "withdraw_round": (VIEWER, 302, ADMIN, 302),
    "compare_rounds": (VIEWER, 200, VIEWER, 200),
    "applicability": (VIEWER, 200, EDITOR, 302),
    "letter": (VIEWER, 200, VIEWER, 200),
    "confirm": (ADMIN, 200, ADMIN, 422),
    "confirmation": (VIEWER, 200, ADMIN, 422),
    "prints": (VIEWER, 200, VIEWER, 200),
    "print_draft": (VIEWER, 200, VIEWER, 200),
    "print_preview": (VIEWER, 200, VIEWER, 200),
    "print_blank": (VIEWER, 200, VIEWER, 200),
    "print_determination": (VIEWER, 200, VIEWER, 200),
    "print_confirmed": (VIEWER, 200, VIEWER, 200),
    "print_vendor": (VIEWER, 200, VIEWER, 200),
    "print_tables": (VIEWER, 200, VIEWER, 200),
    "snapshot_json": (VIEWER, 200, VIEWER, 200),
    "issue": (ADMIN, 405, ADMIN, 302),
    "retry_report": (ADMIN, 405, ADMIN, 302),
    "report": (VIEWER, 200, VIEWER, 200),
    "report_pdf": (VIEWER, 200, VIEWER, 200),
    "inspection": (VIEWER, 200, VIEWER, 200),
    "precheck": (VIEWER, 200, VIEWER, 200),
    "print_precheck": (VIEWER, 200, VIEWER, 200),
    "delete_sample": (ADMIN, 405, ADMIN, 404),
    "systems": (VIEWER, 200, VIEWER, 200),
    "new_system": (EDITOR, 200, EDITOR, 422),
    "system": (VIEWER, 200, VIEWER, 200),
    "edit_system": (EDITOR, 200, EDITOR, 422),
    "retire_system": (EDITOR, 405, EDITOR, 302),
    "systems_table": (VIEWER, 200, VIEWER, 200),
    "boundary": (EDITOR, 200, EDITOR, 409),
    "storage": (EDITOR, 200, EDITOR, 422),
    "two_factor": (EDITOR, 200, EDITOR, 422),
    "need": (EDITOR, 200, EDITOR, 422),
    "new_component": (EDITOR, 200, EDITOR, 422),
    "edit_component": (EDITOR, 200, EDITOR, 422),
    "remove_component": (EDITOR, 405, EDITOR, 302),
    "vendor": (VIEWER, 200, VIEWER, 200),
    "edit_vendor": (EDITOR, 200, EDITOR, 422),
    "new_agreement": (EDITOR, 200, EDITOR, 422),
    "edit_agreement": (EDITOR, 200, EDITOR, 422),
    "remove_agreement": (EDITOR, 405, EDITOR, 302),
    "new_certification": (EDITOR, 200, EDITOR, 422),
    "edit_certification": (EDITOR, 200, EDITOR, 422),
    "remove_certification": (EDITOR, 405, EDITOR, 302),
    "file": (VIEWER, 200, VIEWER, 200),
    "files": (ADMIN, 200, ADMIN, 200),
    "remove_file": (ADMIN, 200, ADMIN, 409),
    "disclosures": (VIEWER, 200, VIEWER, 200),
    "ask": (EDITOR, 200, EDITOR, 422),
    "new_sheet": (EDITOR, 200, EDITOR, 422),
    "treat_missing": (VIEWER, 200, EDITOR, 302),
    "revoke_request": (EDITOR, 405, EDITOR, 302),
    "review": (VIEWER, 200, VIEWER, 200),
    "treat": (VIEWER, 200, EDITOR, 409),
    "settle": (EDITOR, 405, EDITOR, 422),
    "accept_disclosure": (EDITOR, 405, EDITOR, 302),
    "confirm_holds": (EDITOR, 405, EDITOR, 422),
    "return_rows": (EDITOR, 200, EDITOR, 422),
    "compare": (VIEWER, 200, VIEWER, 200),
    "fill": (EDITOR, 200, EDITOR, 302),
    "fill_row": (EDITOR, 404, EDITOR, 200),
    "fill_workbook": (EDITOR, 200, EDITOR, 200),
    "fill_upload": (EDITOR, 200, EDITOR, 422),
    "fill_preview": (EDITOR, 200, EDITOR, 200),
    "fill_done": (EDITOR, 405, EDITOR, 302),
    "clinic": (ADMIN, 200, ADMIN, 422),
    "people": (VIEWER, 200, ADMIN, 422),
    "person": (ADMIN, 200, ADMIN, 422),
    "remove_person": (ADMIN, 405, ADMIN, 409),
    "end_sessions": (ADMIN, 405, ADMIN, 302),
    "reset_link": (ADMIN, 405, ADMIN, 404),
    "revoke_invitation": (ADMIN, 405, ADMIN, 302),
    "require_second_factor": (ADMIN, 405, ADMIN, 302),
}
# Behind a link, for a vendor without an account
VENDORS_PAGES = ["enter", "answer", "submit_answers", "receipt", "receipt_pdf", "answer_sheet", "answer_row",
                 "reuse_answers", "answer_workbook", "answer_upload", "answer_preview"]  # fmt: skip
# allauth's own; what changes something asks for the password again
SURE = ["mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_activate_totp", "mfa_add_webauthn",
        "mfa_remove_webauthn", "mfa_edit_webauthn", "mfa_generate_recovery_codes"]  # fmt: skip
SECOND_FACTOR_PAGES = {
    **dict.fromkeys(SURE, ("login", "login", "sure", "sure")),
    **dict.fromkeys(("mfa_index", "mfa_list_webauthn"), ("login", "login", 200, 405)),
    "mfa_authenticate": ("/login/", "/login/", "/", "/"),
    "mfa_deactivate_totp": ("login", "login", 404, 404),
    "mfa_view_recovery_codes": ("login", "login", 404, 405),
    "mfa_download_recovery_codes": ("login", "login", 404, 404),
}
# name: what an anonymous and a signed-in GET and POST get while a real clinic exists
SITE_PAGES = {
    "home": ("/login/", "/login/", "/clinics/", "/clinics/"),
    **dict.fromkeys(("healthz", "readyz"), (200, 405, 200, 405)),
    "account_login": (200, 200, "/", "/"),
    "account_logout": ("/", "/", 200, "/"),
    "account_signup": ("login", "login", "/", "/"),
    "account_change_password": ("login", "login", 200, 200),
    "account_reauthenticate": ("login", "login", 200, 200),
    "welcome": (404, 404, 404, 404),
    "first_start": (404, 404, "/", "/"),
    "start_code": (404, 404, 404, 404),
    "open_sample": (405, 404, 405, 404),
    **dict.fromkeys(("help", "terms", "guide"), (200, 200, 200, 200)),
    "check": (200, 422, 200, 422),
    "clinics": ("login", "login", 200, 200),
    "account": ("login", "login", 200, 422),
    "reminders": ("login", "login", 405, "/account/"),
    "end_own_sessions": ("login", "login", 405, "/account/"),
    "invitation": (404, 404, 404, 404),
    **SECOND_FACTOR_PAGES,
    # Without the link's cookie there is nothing here (with it: tests/vendors/test_public_pages.py)
    **dict.fromkeys(VENDORS_PAGES, (404, 404, 404, 404)),
}
# Views that run without a session: log-in itself, one-time links, and what comes before the first clinic
WITHOUT_LOG_IN = {
    "home",
    "healthz",
    "readyz",
    "account_login",
    "account_logout",
    "welcome",
    "first_start",
    "start_code",
    "open_sample",
    "check",
    "help",
    "terms",
    "guide",
    "invitation",
    "mfa_authenticate",
    *VENDORS_PAGES,
}
NAMED = {ADMIN: "管理担当", EDITOR: "管理担当・記入担当"}
RANK = [VIEWER, EDITOR, ADMIN]
PAGES = {address.name: address for address in addresses()}
# What a form without any answer still carries
EMPTY = {"csrfmiddlewaretoken": "x"}


@pytest.fixture
def ids(clinic, director) -> dict:
    return furnish(clinic, director)


@pytest.fixture
def cast(director, clerk, reader, both, stranger, other_director) -> dict:
    """By name: a browser, and the role at `clinic`."""
    people = {"director": (director, ADMIN), "clerk": (clerk, EDITOR), "both": (both, EDITOR)}
    people |= {
        "reader": (reader, VIEWER),
        "stranger": (stranger, None),
        "other_director": (other_director, None),
    }
    return {name: (browser(user), role) for name, (user, role) in people.items()}


def outcome(response):
    """The status; "login" or "sure" for being sent to prove who one is, the path for another redirect, who may for a 403."""
    if response.status_code == 403:
        return words(tree(response).find(".//h1"))
    if response.status_code == 302 and response.url.startswith("/reauthenticate/"):
        return "sure"
    if response.status_code == 302:
        return "login" if response.url.startswith("/login/?next=") else response.url
    return response.status_code


def got(client, method: str, path: str, **more):
    with undone():
        return outcome(getattr(client, method)(path, EMPTY if method == "post" else None, **more))


def plain(outcome):
    """A redirect of a page is as good as any other here."""
    return 302 if isinstance(outcome, str) and outcome.startswith("/") else outcome


def may(role: Role | None, least: Role, status: int):
    if role is None:
        return 404
    return status if RANK.index(role) >= RANK.index(least) else f"この操作は、{NAMED[least]}の方ができます"


def test_every_url_stands_in_a_table():
    of_a_clinic = {name for name, address in PAGES.items() if address.of_a_clinic}
    assert (of_a_clinic, set(PAGES) - of_a_clinic) == (set(CLINIC_PAGES), set(SITE_PAGES))
    assert len(PAGES) == len(list(addresses()))


def test_nothing_but_the_listed_views_runs_without_log_in():
    assert {name for name, address in PAGES.items() if address.open} == WITHOUT_LOG_IN


@pytest.mark.parametrize("who", ["director", "clerk", "both", "reader", "stranger", "other_director"])
def test_a_clinics_pages_open_to_their_roles_only(who, ids, cast):
    client, role = cast[who]
    found = {
        name: tuple(got(client, m, PAGES[name].path(ids)) for m in ("get", "post")) for name in CLINIC_PAGES
    }
    assert {name: tuple(map(plain, both)) for name, both in found.items()} == {
        name: (may(role, least, status), may(role, least_to_post, posted))
        for name, (least, status, least_to_post, posted) in CLINIC_PAGES.items()
    }


def test_a_clinics_pages_send_the_unknown_to_log_in(ids):
    client, paths = browser(), {name: PAGES[name].path(ids) for name in CLINIC_PAGES}
    found = {name: {got(client, "get", path), got(client, "post", path)} for name, path in paths.items()}
    assert {name for name, outcomes in found.items() if outcomes != {"login"}} == set()


def test_the_pages_outside_the_clinics_open_as_listed(ids, stranger):
    people, found = (None, stranger), {}
    for name in SITE_PAGES:
        path = PAGES[name].path(ids)
        found[name] = tuple(got(browser(user), m, path) for user in people for m in ("get", "post"))
    assert found == SITE_PAGES


def test_log_in_leads_back_to_the_page_that_was_asked_for(ids, clinic):
    response = browser().get(at("items", clinic) + "?status=todo")
    assert response.url == f"/login/?next=/c/{clinic.code}/items/%3Fstatus%3Dtodo"


def test_a_partial_without_a_session_leads_the_whole_page_to_log_in(clinic):
    response = browser().get(at("item_row", clinic, code="7-5"), headers=HTMX)
    assert response.headers.get("HX-Redirect", "").startswith("/login/?next=")


def test_a_role_taken_away_counts_with_the_next_page(clinic, clerk):
    client = browser(clerk)
    path = at("new_system", clinic)
    before = got(client, "get", path)
    Membership.objects.filter(user=clerk).update(role=VIEWER)
    as_viewer = got(client, "get", path)
    Membership.objects.filter(user=clerk).delete()
    assert [before, as_viewer, got(client, "get", path)] == [200, may(VIEWER, EDITOR, 200), 404]


def test_a_person_who_is_shut_out_is_sent_to_log_in(clinic, clerk):
    client = browser(clerk)
    clerk.is_active = False
    clerk.save()
    assert got(client, "get", at("clinic_home", clinic)) == "login"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_another_method_than_get_and_post_saves_nothing(method, clinic, reader, answer):
    typed = "status=done&version=1"
    getattr(browser(reader), method)(at("item", clinic, code="7-5"), typed)
    assert (answer("7-5").status, answer("7-5").version) == ("none", 1)


def test_a_refusal_says_what_and_who(clinic, reader):
    page = shows(browser(reader).get(at("clinic", clinic)))
    assert page == (
        "この操作は、管理担当の方ができます 医療機関の情報の変更は、あなたの役割（閲覧者）ではできません。"
        "必要なときは、管理担当の方に頼んでください。 ホームへ戻る"
    )


def test_the_roles_are_given_their_permissions_in_one_table():
    assert {role.label: sorted(map(str, PERMISSIONS[role])) for role in Role} == {
        "管理担当": [
            "answer",
            "begin_round",
            "confirm",
            "determine",
            "edit_clinic",
            "edit_systems",
            "issue",
            "manage_files",
            "manage_people",
            "print",
            "reopen",
            "request",
            "review",
            "view",
        ],
        "記入担当": ["answer", "determine", "edit_systems", "print", "request", "review", "view"],
        "閲覧者": ["print", "view"],
    }
