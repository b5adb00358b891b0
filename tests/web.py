"""Hands of the tests that go through HTTP: a browser, what its pages show, the forms as it would send them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from urllib.parse import unquote
from xml.etree.ElementTree import Element, TreeBuilder
from zipfile import ZipFile

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from django.utils import timezone

from checklist.catalogue import catalogue_of
from checklist.confirming import confirm, seen_digest
from checklist.facts import judgement_of
from checklist.models import ApplicabilityDetermination, Assessment, Evidence, Report
from compliance.files import StoredFile
from compliance.models import Invitation
from compliance.uploads import Upload
from vendors.models import (
    Agreement,
    Boundary,
    Certification,
    Component,
    Disclosure,
    DisclosureRequest,
    DisclosureRow,
    ExternalStorage,
    RiskTreatment,
    System,
    WorkbookUpload,
)
from vendors.workbook import Reading

BLOCKS = {"h1", "h2", "h3", "p", "ul", "ol", "li", "dl", "dt", "dd", "div", "table", "tr", "th", "td", "caption", "section",
          "form", "label", "legend", "button", "summary", "br"}  # fmt: skip
VOID = {"br", "hr", "img", "input", "link", "meta", "col", "source", "wbr"}  # elements without an end
HTMX = {"HX-Request": "true"}
# What PostgreSQL is asked for besides: the lock of the chain and what the walls must know
OF_POSTGRES = ("pg_advisory_xact_lock", "set_config(", "current_setting('role'")
FRAME = (
    "SAVEPOINT",
    "RELEASE",
    "ROLLBACK",
    "BEGIN",
    "COMMIT",
)  # what a transaction costs, not what a page asks


# Browsers and addresses


def browser(user=None, **where) -> Client:
    """A browser, signed in as `user`; browser(REMOTE_ADDR="10.0.0.5") stands elsewhere."""
    client = Client(**where)
    if user:
        client.force_login(user)
    return client


def at(name: str, clinic, **ids) -> str:
    """The path of a clinic's page."""
    return reverse(name, kwargs={"clinic_code": clinic.code, **ids})


@dataclass(frozen=True)
class Address:
    """One URL pattern of the site."""

    name: str
    parameters: tuple[str, ...]
    open: bool  # its view says that nobody need be signed in

    @property
    def of_a_clinic(self) -> bool:
        return "clinic_code" in self.parameters

    def path(self, ids: dict) -> str:
        """Its path with `ids`: by "<name>.<parameter>" where that is there, else by parameter."""
        return reverse(
            self.name, kwargs={p: ids.get(f"{self.name}.{p}", ids.get(p)) for p in self.parameters}
        )


def addresses(resolver=None, parameters: tuple = ()) -> Iterator[Address]:
    """Every URL of the site, from the resolver."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = (*parameters, *pattern.pattern.converters)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, here)
        else:
            yield Address(pattern.name, here, not getattr(pattern.callback, "login_required", True))


@contextmanager
def undone():
    """What happens inside leaves nothing in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def at_most(count: int):
    """No more queries than `count`, but for the transaction's own, the session's and the lock of the audit chain."""
    with CaptureQueriesContext(connection) as captured:
        yield
    asked = [each["sql"] for each in captured if not is_frame(each["sql"])]
    if len(asked) > count:
        pytest.fail(f"{len(asked)} queries, {count} allowed:\n" + "\n".join(sql[:160] for sql in asked))


def is_frame(sql: str) -> bool:
    return sql.startswith(FRAME) or "django_session" in sql or any(each in sql for each in OF_POSTGRES)


def stand_still(monkeypatch, day: date) -> None:
    """Let it be `day` for the whole test, also at midnight."""
    real = timezone.localdate
    monkeypatch.setattr(timezone, "localdate", lambda moment=None: real(moment) if moment else day)


# What a page shows


class _Reader(HTMLParser):
    """Builds the tree of a page; an element that is not closed where it should be fails the test."""

    def __init__(self):
        super().__init__()
        self.builder, self.opened = TreeBuilder(), ["page"]
        self.builder.start("page", {})

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        self.opened.append(tag)
        if tag in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag, f"</{tag}> closes {self.opened[-3:]} at {self.getpos()}"
        self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        self.builder.data(data)


def tree(response: HttpResponse) -> Element:
    """The page or partial as elements; its markup must be well nested."""
    reader = _Reader()
    reader.feed(response.content.decode())
    reader.close()
    reader.handle_endtag("page")
    return reader.builder.close()


def words(element: Element | None) -> str:
    """What is to be read inside an element, in one line, with a blank after each block; nothing for no element."""
    return " ".join("".join(_texts(element)).split()) if element is not None else ""


def _texts(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield from _texts(child)
        yield " " if child.tag in BLOCKS else ""
        yield child.tail or ""


def shows(response: HttpResponse) -> str:
    """What is to be read on a page between header and footer, or on a partial."""
    page = tree(response)
    main = page.find(".//main")
    return words(main if main is not None else page)


def having(page: Element, **wanted: str) -> list[Element]:
    """Elements with these attributes; `class_` needs one of the classes: having(page, class_="finding")."""
    found = page.iter()
    for name, value in wanted.items():
        key, whole = name.rstrip("_"), name != "class_"
        found = [e for e in found if value in ([e.get(key)] if whole else e.get(key, "").split())]
    return list(found)


def everything(response: HttpResponse) -> str:
    """All that a response carries: a page, a file that is handed out, what is packed into a workbook."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content.startswith(b"PK"):
        with ZipFile(BytesIO(content)) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    return content.decode(errors="replace") + unquote(str(response.headers))


def complaints(response: HttpResponse) -> list[str]:
    """The sentences that say what is wrong: beside fields, in the summary, in alerts."""
    page = tree(response)
    parts = having(page, class_="invalid-feedback") + having(page, role="alert")
    return [words(part) for part in parts]


# Forms as a browser sends them


@dataclass
class Form:
    """A form of a page: where it goes, and what a browser would send."""

    action: str
    method: str
    fields: dict = field(default_factory=dict)
    names: set = field(default_factory=set)

    def __or__(self, typed: dict) -> dict:
        """The form's fields with what somebody types into them."""
        return {**self.fields, **typed}


def forms(response: HttpResponse) -> list[Form]:
    return [_form(element) for element in tree(response).iter("form")]


def form_with(response: HttpResponse, name: str) -> Form:
    """The first form of a page that has a field of that name."""
    return next(form for form in forms(response) if name in form.names)


def _form(element: Element) -> Form:
    form = Form(element.get("action", ""), element.get("method", "get").lower())
    for each in element.iter():
        if each.tag in {"input", "textarea"} and each.get("name"):
            form.names.add(each.get("name"))
            if (value := _value(each)) is not None:
                form.fields.setdefault(each.get("name"), []).append(value)
    return form


def _value(element: Element) -> str | None:
    if element.tag == "textarea":
        return (element.text or "").removeprefix("\n")  # as browsers do
    if element.get("type") in {"radio", "checkbox"} and element.get("checked") is None:
        return None
    return element.get("value", "on" if element.get("type") == "checkbox" else "")


# A clinic with something on each of its pages


def furnish(clinic, by) -> dict:
    """A system with vendor and server, a determination, a 確定版 that is reopened; the ids that the site's URLs take."""
    system = System.register(
        clinic, by=by, name="電子カルテ", vendor_name="株式会社カルテ", location="external"
    )
    server = Component.register(system, by=by, kind="server", name="事業者のクラウド")
    furnish_papers(system, by)
    confirmation = determine_and_confirm(clinic, by)
    confirmation.reopen(by=by, why="続けるため")
    return ids_of(clinic, system, server, confirmation)


def furnish_papers(system, by, word: str = "保守契約書") -> None:
    """A contract with its file and a certification of the vendor; the system's boundary and storage."""
    file = Upload(f"{word}.pdf", b"%PDF-1.4 " + word.encode())
    Agreement.register(system.vendor, by=by, kind="contract", title="保守契約書", file=file)
    Certification.register(system.vendor, by=by, kind="isms", number="IS 1")
    Boundary.of(system).describe(0, by=by, counterpart="株式会社カルテ")
    paper = Upload(f"{word}の写し.pdf", b"%PDF-1.4 2 " + word.encode())
    Evidence.register(system.clinic, by=by, title=f"{word}の写し", place="棚", file=paper, items=["7-5"])
    ExternalStorage.of(system).describe(0, by=by, place="国内")
    furnish_sheets(system, by, word)


def furnish_sheets(system, by, word: str) -> None:
    """A submitted MDS with an unread row, an SDS that is being copied from a file, a link, a risk record."""
    sheet = Disclosure.begin(system, "MDS", by=by, source="paper", source_place=word[:50])
    sheet.answers.filter(row__code=UNREAD).update(answer="unread", why=word, remark=word)
    sheet.submit(by=by)
    row = DisclosureRow.objects.get(edition=sheet.edition, code=UNREAD)
    RiskTreatment.of(system, row).treat(0, by=by, disclosure=sheet, risk=word)
    DisclosureRequest.ask(system, [], by=by)
    copied = Disclosure.begin(system, "SDS", by=by, source="workbook", source_place=word[:50])
    reading = Reading(opened="not-a-form", says=f"{word}は、MDS/SDSの形ではありません。")
    WorkbookUpload.keep(copied, f"{word}.xlsx", b"PK\x03\x04", reading.as_dict(), by=by)


UNREAD = "MDS-38"
OF_A_SHEET = ("review", "treat", "settle", "accept_disclosure", "confirm_holds", "return_rows", "compare")
OF_A_DESK = ("fill", "fill_row", "fill_workbook", "fill_upload", "fill_preview", "fill_done")


def sheet_ids(clinic) -> dict:
    """Ids of the clinic's sheets, by the pages that take them."""
    sheets = list(Disclosure.objects.filter(clinic=clinic).order_by("pk"))
    if not sheets:
        return {}
    first, last = sheets[0].pk, sheets[-1].pk
    upload, request_ = WorkbookUpload.objects.get(clinic=clinic), DisclosureRequest.objects.get(clinic=clinic)
    ids = {f"{name}.pk": first for name in OF_A_SHEET} | {f"{name}.pk": last for name in OF_A_DESK}
    ids["close_risk.pk"] = RiskTreatment.objects.filter(clinic=clinic).earliest("pk").pk
    rows = {"treat.code": UNREAD, "settle.code": UNREAD, "fill_row.row": "SDS-01"}
    return ids | rows | {"fill_preview.upload": upload.pk, "revoke_request.pk": request_.pk}


def determine_and_confirm(clinic, by):
    round_ = Assessment.objects.get(clinic=clinic)
    judgement = judgement_of(catalogue_of(round_.edition), System.objects.filter(clinic=clinic).listed())
    ApplicabilityDetermination.keep(clinic, round_.edition, judgement.as_dict(), by=by)
    today = timezone.localdate()
    names = {"examiner": str(by), "safety_officer": str(by), "examined_on": today}
    confirmation = confirm(round_, by=by, seen=seen_digest(round_, today), **names)
    report = Report.issue(confirmation, "todo", by=by, at=timezone.now())
    report.keep(b"%PDF-1.7 " + str(by).encode(), by=by)
    return confirmation


def ids_of(clinic, system, server, confirmation) -> dict:
    """What Address.path fills in."""
    return {
        **{"clinic_code": clinic.code, "code": "7-5", "section": "7", "uid": "MQ", "token": "none"},
        **{"pk": system.pk, "vendor.pk": system.vendor_id, "vendor_id": system.vendor_id},
        **{"kind": "SDS", "row": "SDS-01", "upload": 7777777},
        **{"edit_component.pk": server.pk, "remove_component.pk": server.pk},
        **paper_ids(system.vendor),
        **sheet_ids(clinic),
        **{"year": confirmation.assessment.fiscal_year, "number": confirmation.number},
        **people_ids(clinic),
        **{
            "issue.pk": confirmation.pk,
            "snapshot_json.pk": confirmation.pk,
            "print_vendor.pk": system.vendor_id,
            "compare_rounds.pk": confirmation.assessment_id,
        },
    }


def people_ids(clinic) -> dict:
    """Its founder and an invitation, by the pages that take them."""
    founder = clinic.memberships.order_by("pk").select_related("user").first()
    made, _ = Invitation.make(clinic, by=founder.user, email="invited@example.jp", role="viewer")
    of_person = ("person", "remove_person", "end_sessions", "reset_link")
    return {f"{name}.pk": founder.pk for name in of_person} | {"revoke_invitation.pk": made.pk}


def paper_ids(vendor) -> dict:
    """Ids of a vendor's papers, by the pages that take them."""
    of_vendor = ("edit_vendor", "new_agreement", "new_certification")
    ids = {f"{name}.pk": vendor.pk for name in of_vendor}
    for name in ("agreement", "certification"):
        paper = getattr(vendor, f"{name}s").first()
        ids |= {f"edit_{name}.pk": paper and paper.pk, f"remove_{name}.pk": paper and paper.pk}
    evidence = Evidence.objects.filter(clinic=vendor.clinic).first()
    of_evidence = ("evidence_paper", "edit_evidence", "retire_evidence", "bring_back_evidence")
    ids |= {f"{name}.pk": evidence and evidence.pk for name in of_evidence}
    file = StoredFile.objects.filter(clinic=vendor.clinic).first()
    return ids | {"file.pk": file and file.pk, "remove_file.pk": file and file.pk}
