"""Whatever is sent to a form, no page breaks; whatever stands in a text, no page takes it for markup."""

import os
import re
from io import BytesIO
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db.models import CharField, EmailField, TextField
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from checklist.choices import Status
from checklist.models import Answer, Assessment, Evidence
from compliance.choices import PERMISSIONS, Role
from compliance.files import StoredFile
from compliance.models import Clinic
from tests.web import (
    HTMX,
    addresses,
    at,
    browser,
    determine_and_confirm,
    form_with,
    furnish,
    furnish_papers,
    having,
    ids_of,
    tree,
    undone,
    words,
)
from vendors.models import (
    Agreement,
    Boundary,
    Certification,
    Component,
    ExternalStorage,
    RiskTreatment,
    System,
    Vendor,
)

pytestmark = pytest.mark.django_db
PAGES = {address.name: address for address in addresses()}
# FUZZ=5000 asks for the scoreboard's number, over all forms; the usual run is a sample of it.
EXAMPLES = int(os.environ.get("FUZZ", "320"))

# Bad input

NASTY = [
    *(
        "",
        " ",
        "\x00",
        "\x07",
        "a\x00b",
        "\r\n",
        "　",
        "０",
        "-1",
        "1e9",
        "9" * 30,
        "NaN",
        "true",
        "null",
        "[]",
        "{}",
    ),
    *(
        "２０２６－１３－０１",
        "2026-02-30",
        "0000-00-00",
        "令和元年1月1日",
        "昭和64年1月8日",
        "R99.1.1",
        "..//..//",
        "%00",
        "%s",
    ),
    *(
        "\ufeff",
        "\u202e",
        "\U000e0001",
        "👨\u200d👩\u200d👧",
        "𠮷",
        "﷽",
        "=1+1",
        "'; DROP TABLE x;--",
        "{{7*7}}",
    ),
    *("<script>alert(1)</script>", "あ" * 1001, "x" * 5000),
]
CHOICES = [
    *Status.values,
    "server",
    "vendor",
    "clinic",
    "contract",
    "external",
    "in_house",
    "director",
    "1",
    "on",
]
TEXTS = st.sampled_from(NASTY) | st.text(max_size=60) | st.sampled_from(CHOICES)
STATES = [f"state_{number}" for number in range(1, 10)]
FIELDS = {
    "item": ["status", *Answer.DECLARED[1:], "version", "row", "next", "filter"],
    "item_history": ["sequence", "version"],
    "close_item": ["confirmed_on", "evidence_place", "version"],
    "close_risk": ["done_on", "version"],
    "attach_evidence": ["chosen"],
    "new_evidence": ["title", "place", "file", "dated_on", "expires_on", "note", "items", "form_token"],
    "edit_evidence": ["title", "place", "file", "dated_on", "expires_on", "note", "items", "version"],
    "retire_evidence": ["version"],
    "bring_back_evidence": ["version"],
    "exempt": ["codes", "reason", "version-7-5", "version-7-6"],
    "applicability": ["version"],
    "confirm": ["examiner", "examined_on", "safety_officer", "seen"],
    "confirmation": ["why"],
    "new_system": ["name", "vendor_name", "product", "product_version", "entrusted_work", "location", "has_no_server",
                   "form_token"],
    "edit_system": ["name", "vendor_name", "product", "product_version", "entrusted_work", "location", "version"],
    "new_component": ["kind", "name", "quantity", "completes_on_device", "update_bearer", "written_in", "document",
                      "clause", "form_token"],
    "edit_component": ["kind", "name", "quantity", "update_bearer", "written_in", "document", "clause", "version"],
    "retire_system": ["version"],
    "boundary": ["counterpart", "roles", "subcontractors", "logs", "written_in", "version"],
    "storage": ["policy", "backup", "credibility", "place", "domestic_law", *STATES, "clause_1", "clause_9", "version"],
    "two_factor": ["login_two_factor", "login_two_factor_note", "version"],
    "need": ["disclosure_need", "unavailable_reason", "unavailable_on", "version"],
    "new_agreement": ["kind", "title", "clause", "concluded_on", "expires_on", "renews", "system", "note", "file",
                      "form_token"],
    "edit_agreement": ["kind", "title", "clause", "concluded_on", "expires_on", "renews", "system", "note", "file",
                       "version"],
    "remove_agreement": ["version"],
    "new_certification": ["kind", "auditor", "number", "expires_on", "checked_on", "note", "file", "form_token"],
    "edit_certification": ["kind", "auditor", "number", "expires_on", "checked_on", "note", "file", "version"],
    "remove_certification": ["version"],
    "ask": ["kinds", "days", "email", "mail"],
    "new_sheet": ["kind", "source", "source_place", "dated_on", "file"],
    "treat": [*RiskTreatment.FIELDS, "version"],
    "treat_missing": [*RiskTreatment.FIELDS, "version"],
    "settle": ["answer", "version"],
    "confirm_holds": ["on"],
    "return_rows": ["MDS-38", "MDS-01"],
    "fill": ["answer-SDS-01", "remark-SDS-01", "version-SDS-01", "mine-SDS-01", "theirs-SDS-01", "next"],
    "fill_row": ["answer-SDS-01", "remark-SDS-01", "version-SDS-01", "mine-SDS-01", "theirs-SDS-01"],
    "fill_upload": ["file"],
    "fill_preview": ["seen", "sheet", "decide-SDS-01"],
    "remove_component": ["version"],
    "edit_vendor": ["name", "contact", "phone", "email", "version"],
    "clinic": ["name", "organization", "address", "phone", "institution_code", "director", "safety_officer",
               "safety_officer_since_on", "version"],
    "account_login": ["login", "password", "next", "remember"],
    "account_change_password": ["oldpassword", "password1", "password2"],
    "account_reauthenticate": ["password", "next"],
    "first_start": ["clinic", "name", "position", "email", "password"],
    "start_code": ["code"],
    "check": ["number", "hash"],
    "welcome": ["name", "password"],
    "invitation": ["name", "password"],
    "people": ["email", "role"],
    "person": ["role", "was"],
    "require_second_factor": ["required"],
    "account": ["name"],
}  # fmt: skip
BEFORE_ANY_CLINIC = {"first_start", "start_code"}
# A form that can be filled in rightly is so half of the time: beyond the form lie the model and the database.
RIGHT = {
    **{
        "status": "done",
        "version": "1",
        "codes": "7-5",
        "version-7-5": "1",
        "version-7-6": "1",
        "reason": "理由",
    },
    **{
        "location": "external",
        "kind": "server",
        "quantity": "1",
        "update_bearer": "vendor",
        "written_in": "unknown",
    },
    **dict.fromkeys(["domestic_law", "login_two_factor", *STATES], "yes"),
    **{"disclosure_need": "both", "title": "書面", "system": "", "expires_on": "2027-03-31"},
    **{
        "name": "名",
        "form_token": "token-1",
        "why": "直す",
        "clinic": "院",
        "position": "staff",
        "email": "a@example.jp",
    },
    **{
        "password": "mori-no-kumasan-8",
        "examiner": "人",
        "safety_officer": "人",
        "examined_on": "2026-11-05",
    },
}


def bodies(name: str):
    """Bodies of a form: each field absent, right, or anything, once or twice."""
    values = {
        f: st.lists(TEXTS | st.just(RIGHT.get(f, "")), max_size=2) | st.just([RIGHT.get(f, "")])
        for f in FIELDS[name]
    }
    return st.fixed_dictionaries(values)


@pytest.fixture
def ids(clinic, director) -> dict:
    return furnish(clinic, director)


KANA = re.compile("[ぁ-ヿ]")


def said(response) -> list[str]:
    """What stands beside fields that are wrong."""
    return re.findall(r"invalid-feedback[^>]*>(.*?)</p>", response.content.decode(), re.DOTALL)


def fuzzed(name: str, send, share: int = 1) -> None:
    """Call send(body, in place or not) for many bodies of a form: its share of EXAMPLES, or that part of it."""
    count = max(EXAMPLES // len(FIELDS) // share, 5)
    calm = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}

    @settings(max_examples=count, derandomize=True, **calm)
    @given(bodies(name), st.booleans())
    def each(body, in_place):
        with undone():
            send(body, HTMX if in_place else {})

    each()


@pytest.mark.parametrize("name", [name for name in FIELDS if name not in BEFORE_ANY_CLINIC])
def test_no_body_breaks_a_form(name, ids, director):
    client, path = browser(None if name == "account_login" else director), PAGES[name].path(ids)
    seen, signed_in = set(), {name: each.value for name, each in client.cookies.items()}

    def send(body, headers):
        client.cookies.load(signed_in)  # a right password gives the session a new key, which is undone
        response = client.post(path, body, headers=headers)
        seen.add(response.status_code)
        assert [each for each in said(response) if not KANA.search(each)] == []

    fuzzed(name, send)
    assert seen <= {200, 204, 302, 404, 409, 422, 429}


@pytest.mark.parametrize("name", sorted(BEFORE_ANY_CLINIC))
def test_no_body_breaks_the_first_start(name, edition):
    places = (f"10.0.{number}.5" for number in range(256))  # each has a few tries

    def send(body, headers):
        where = {"REMOTE_ADDR": next(places)} if name == "start_code" else {}
        assert browser(**where).post(PAGES[name].path({}), body).status_code in {200, 302, 422}

    fuzzed(name, send)


@pytest.mark.parametrize(
    "name",
    ["item", "exempt", "edit_vendor", "clinic", "confirm", "new_system", "edit_component", "new_agreement"],
)
def test_no_body_of_an_ended_session_breaks_the_way_back(name, ids, director):
    path = PAGES[name].path(ids)
    proof = form_with(browser(director).get(path), "typed_by").fields["typed_by"]

    def send(body, headers):
        client = browser()
        response = client.post(path, {**body, "typed_by": proof}, headers=headers)
        assert response.status_code == (204 if headers else 302)
        client.force_login(director)
        assert client.get(f"{path}?kept=1").status_code in {200, 422}

    fuzzed(name, send, share=3)


def test_no_path_breaks_the_way_back_from_an_ended_session(ids, clinic, director):
    proof = form_with(browser(director).get(PAGES["item"].path(ids)), "typed_by").fields["typed_by"]
    for odd in (*ODD, "a\x00b", "x" * 400):
        path = at("item", clinic, code="SLOT").replace("SLOT", quote(odd, safe="%"))
        assert (odd, browser().post(path, {"status": "done", odd: odd, "typed_by": proof}).status_code) == (
            odd,
            302,
        )
        assert (odd, browser(director).get(f"{path}?kept=1").status_code) == (odd, 404)


def test_every_form_that_takes_a_post_is_fuzzed():
    """Those that are left out read nothing of what is sent, or only delete."""
    reading = {
        "home",
        "help",
        "terms",
        "guide",
        "clinics",
        "clinic_home",
        "sections",
        "items",
        "item_row",
        "letter",
        "prints",
        "print_preview",
    }
    reading |= {"inspection", "precheck", "report", "evidence", "evidence_paper", "history", "todo"}
    printing = {
        "print_draft",
        "print_blank",
        "print_determination",
        "print_confirmed",
        "print_precheck",
        "print_vendor",
    }
    acting = {"account_logout", "account_signup", "open_sample", "delete_sample", "retry_report"}
    acting |= {"remove_person", "end_sessions", "reset_link", "revoke_invitation", "end_own_sessions"}
    # The forms of the second factor open to the sure only: tests/compliance/test_second_factor.py
    acting |= {name for name in PAGES if name.startswith("mfa_")}
    acting |= {"reminders"}  # its fields are named after the clinics: tests/compliance/test_reminders.py
    acting |= {"issue"}  # renders; its one field is in tests/checklist/test_report_views.py
    acting |= {"revoke_request", "accept_disclosure", "fill_done"}
    reading |= {"disclosures", "review", "compare", "rounds", "compare_rounds", "files"}
    reading |= {"healthz", "readyz"}
    acting |= {"next_round", "withdraw_round", "remove_file"}
    handing_out = {
        "fill_workbook",
        "systems_table",
        "file",
        "print_tables",
        "snapshot_json",
        "report_pdf",
        "todo_table",
    }
    vendors = {  # who holds the link's cookie is in tests/vendors/test_public_fuzz.py
        *("enter", "answer", "submit_answers", "receipt", "receipt_pdf", "answer_sheet", "answer_row"),
        *("reuse_answers", "answer_workbook", "answer_upload", "answer_preview"),
    }
    assert set(PAGES) - set(FIELDS) == reading | printing | acting | handing_out | vendors | {
        "systems",
        "system",
        "vendor",
    }


KEYS = ("status", "open", "late", "owner", "kept", "saved", "next", "page", "q", "item", "before", "check")


@pytest.mark.parametrize(
    "name", ["items", "item_row", "item", "evidence", "new_evidence", "history", "todo", "account_login"]
)
def test_no_query_breaks_a_page(name, ids, director):
    client, path = browser(None if name == "account_login" else director), PAGES[name].path(ids)
    found = {value: client.get(path, dict.fromkeys(KEYS, value)).status_code for value in NASTY}
    assert set(found.values()) == {200}


ODD = ["0", "x", "%00", "%2e%2e", "9" * 25, "あ", "-1", "%ff"]
NUMBERS = {"pk": 7777777, "upload": 7777777, "vendor_id": 7777777, "year": 7777777, "number": 7777777}


def odd_paths(ids: dict):
    """The site's paths with something odd in each place that takes an id."""
    for page in PAGES.values():
        for parameter in page.parameters:
            slot = str(NUMBERS.get(parameter, "SLOT"))
            path = page.path({**ids, f"{page.name}.{parameter}": slot})
            yield from (path.replace(slot, odd) for odd in ODD)


def test_no_path_breaks_the_site(ids, director):
    client = browser(director)
    found = {}
    for path in odd_paths(ids):
        cache.clear()  # nobody asks so often
        found[path] = client.get(path).status_code
    asking_first = {path for path in found if path.startswith("/account/second-factor/")}  # for the password
    assert {p: s for p, s in found.items() if s not in {200, 404, 405} and p not in asking_first} == {}
    assert len(found) > 250


@pytest.mark.parametrize(
    "header", ["HX-Current-URL", "HX-Target", "Referer", "Accept-Language", "X-Forwarded-For", "Origin"]
)
def test_no_header_breaks_a_page(header, ids, director):
    path, browsers = PAGES["item_row"].path(ids), (browser(director), browser())
    for value in ("\x07", "あ", "x" * 5000, "//[", "javascript:alert(1)", "%00", ""):
        found = [client.get(path, headers={**HTMX, header: value}).status_code for client in browsers]
        assert (value, found) == (value, [200, 204])


# Markup


MARKUP = [
    "<script>alert(1)</script>\"><img src=x onerror=alert(1)>'><svg onload=alert(1)>",
    "javascript:alert(1)//{{7*7}}{% now 'Y' %}</textarea><script>alert(1)</script><!--]]>&lt;b&gt;",
]
PAPERS = (Agreement, Certification, Boundary, ExternalStorage, StoredFile, Evidence)
OWN_SCRIPTS = {"/static/django_htmx/htmx-2.min.js", "/static/site.js", "/static/saving.js"}


def write(clinic, text: str) -> None:
    """Put `text` into every free text of the clinic, over the heads of the forms."""
    for model in (Clinic, Vendor, System, Component, Answer, *PAPERS):
        mine = model.objects.filter(**({"pk": clinic.pk} if model is Clinic else {"clinic": clinic}))
        texts = [f for f in model._meta.fields if isinstance(f, CharField | TextField) and not f.choices]
        free = [f for f in texts if not f.unique and not isinstance(f, EmailField)]
        mine.update(**{field.name: text[: field.max_length] for field in free})
    for number, answer in enumerate(Answer.objects.filter(clinic=clinic)):
        Answer.objects.filter(pk=answer.pk).update(status=Status.values[number % 5])


@pytest.fixture
def written(clinic, director):
    """written(text): the clinic, its director and all that they have, named `text`; the ids of the URLs."""

    def act(text: str) -> dict:
        director.name = text
        director.save()
        system = System.register(clinic, by=director, name="x", vendor_name="x", location="external")
        server = Component.register(system, by=director, kind="server", name="x")
        furnish_papers(system, director)
        write(clinic, text)
        confirmation = determine_and_confirm(Clinic.objects.get(pk=clinic.pk), director)
        confirmation.reopen(by=director, why=text)
        return ids_of(clinic, system, server, confirmation)

    return act


def foreign_elements(response) -> list[str]:
    """What no template of ours holds: a script of somebody else's, a handler, an image, an address that runs."""
    return [e.tag for e in tree(response).iter() if is_foreign(e)]


def is_foreign(element) -> bool:
    if element.tag == "script":
        return element.get("src") not in OWN_SCRIPTS
    links = [element.get(name, "") for name in ("href", "src", "action", "formaction", "hx-get", "hx-post")]
    runs = any(link.lower().startswith(("javascript:", "data:")) for link in links)
    handles = any(name.startswith("on") for name in element.attrib)
    return element.tag in {"img", "iframe", "object"} or runs or handles


def test_what_is_looked_for_would_be_found():
    class Page:
        content = b'<p><script>x</script><svg onload="x"></svg><img src="x"><a href="javascript:x">x</a></p>'

    assert foreign_elements(Page()) == ["script", "svg", "img", "a"]


NO_PAGES = {
    "fill_workbook",
    "fill_done",
    "accept_disclosure",
    "file",
    "systems_table",
    "todo_table",
    "report_pdf",
    "snapshot_json",
}


def pages(client, ids: dict) -> dict:
    """Every HTML page, partial and refused form, with what the database holds in it."""
    found = {}
    for name, page in PAGES.items():
        if not page.of_a_clinic or name.startswith(("print_", "remove_", "delete_", "retire_")):
            continue
        if name in {"end_sessions", "reset_link"}:  # ends this very session; shows no text
            continue
        if name in {"issue", "retry_report"} | NO_PAGES:
            continue
        path = page.path(ids)
        found[name] = client.get(path)
        found[f"{name} opened"] = client.get(f"{path}?open=7-5&status={ids['text']}", headers=HTMX)
        typed = dict.fromkeys([*FIELDS.get(name, []), "x"], ids["text"])
        found[f"{name} refused"] = client.post(path, typed)
        found[f"{name} stale"] = client.post(
            path, {**typed, **{k: v for k, v in RIGHT.items() if k in typed}, "version": "0"}
        )
    return found


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_every_text_is_text_on_every_page(text, written, director):
    ids = {**written(text), "text": text}
    shown = pages(browser(director), ids)
    assert {n: found for n, r in shown.items() if r.content and (found := foreign_elements(r))} == {}
    for name in (
        "item",
        "systems",
        "system",
        "clinic",
        "vendor",
        "boundary",
        "edit_agreement",
        "confirm",
        "letter",
        "clinic_home",
    ):
        page = tree(shown[name])
        assert (name, text in "".join(page.itertext()) or bool(having(page, value=text))) == (name, True)


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_every_text_is_text_on_paper(text, written, director, monkeypatch):
    for views in ("prints", "applicability"):
        monkeypatch.setattr(f"checklist.views.{views}.pdf", lambda html, **_: html.encode())
    ids, client = written(text), browser(director)
    paths = {
        name: PAGES[name].path(ids) for name in ("print_draft", "print_confirmed", "print_determination")
    }
    for name, path in {**paths, "letter": PAGES["letter"].path(ids) + "?pdf=1"}.items():
        page = tree(client.get(path))
        assert (name, text in "".join(page.itertext())) == (name, True)
        assert (name, [e.tag for e in page.iter() if e.tag in {"script", "img"} or e.get("onload")]) == (
            name,
            [],
        )


def test_markup_on_paper_reads_as_it_was_typed(written, director):
    text = "<b>{{7*7}}</b><img src=file:///etc/passwd>"
    ids = written(text)
    content = browser(director).get(PAGES["print_determination"].path(ids)).content
    read = "".join("".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages)
    assert "<b>{{7*7}}</b>" in read
    assert "root:" not in read


def test_markup_in_a_message_is_text(clinic, director):
    client = browser(director)
    response = client.post(at("new_system", clinic), {**RIGHT, "name": "<script>alert(1)</script>"})
    page = client.get(response.url)
    assert "「<script>alert(1)</script>」を登録しました。" in words(tree(page))
    assert foreign_elements(page) == []


def test_the_director_who_fuzzes_may_do_everything(clinic, director):
    """Otherwise the forms above were never reached."""
    assert PERMISSIONS[director.memberships.get(clinic=clinic).role] == PERMISSIONS[Role.ADMIN]
    assert Assessment.objects.filter(clinic=clinic).count() == 1
