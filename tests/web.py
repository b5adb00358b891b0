"""Hands of the tests that go through HTTP: a browser, what its pages show, the forms as it would send them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

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
from checklist.models import ApplicabilityDetermination, Assessment
from vendors.models import Component, System

BLOCKS = {"h1", "h2", "h3", "p", "ul", "ol", "li", "dl", "dt", "dd", "div", "table", "tr", "th", "td", "caption", "section",
          "form", "label", "legend", "button", "summary", "br"}  # fmt: skip
VOID = {"br", "hr", "img", "input", "link", "meta", "col", "source", "wbr"}  # elements without an end
HTMX = {"HX-Request": "true"}
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
    asked = [each["sql"] for each in captured if not _is_frame(each["sql"])]
    if len(asked) > count:
        pytest.fail(f"{len(asked)} queries, {count} allowed:\n" + "\n".join(sql[:160] for sql in asked))


def _is_frame(sql: str) -> bool:
    return sql.startswith(FRAME) or "django_session" in sql or "pg_advisory_xact_lock" in sql


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
    return element.get("value", "")


# A clinic with something on each of its pages


def furnish(clinic, by) -> dict:
    """A system with vendor and server, a determination, a 確定版 that is reopened; the ids that the site's URLs take."""
    system = System.register(
        clinic, by=by, name="電子カルテ", vendor_name="株式会社カルテ", location="external"
    )
    server = Component.register(system, by=by, kind="server", name="事業者のクラウド")
    confirmation = determine_and_confirm(clinic, by)
    confirmation.reopen(by=by, why="続けるため")
    return ids_of(clinic, system, server, confirmation)


def determine_and_confirm(clinic, by):
    round_ = Assessment.objects.get(clinic=clinic)
    judgement = judgement_of(catalogue_of(round_.edition), System.objects.filter(clinic=clinic).listed())
    ApplicabilityDetermination.keep(clinic, round_.edition, judgement.as_dict(), by=by)
    today = timezone.localdate()
    names = {"examiner": str(by), "safety_officer": str(by), "examined_on": today}
    return confirm(round_, by=by, seen=seen_digest(round_, today), **names)


def ids_of(clinic, system, server, confirmation) -> dict:
    """What Address.path fills in."""
    return {
        **{"clinic_code": clinic.code, "code": "7-5", "section": "7", "uid": "MQ", "token": "none"},
        **{"pk": system.pk, "vendor.pk": system.vendor_id, "vendor_id": system.vendor_id},
        **{"edit_component.pk": server.pk, "remove_component.pk": server.pk},
        **{"year": confirmation.assessment.fiscal_year, "number": confirmation.number},
    }
