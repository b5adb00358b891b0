"""Every form of the product as a browser would find it: what each sends, what may be chosen, and a right answer to it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.models import User
from tests.conftest import PASSWORD
from tests.web import addresses, tree, undone
from vendors.exporting import rows_of
from vendors.models import DisclosureRequest, System
from vendors.workbook import Written, write

TEXTS = ("text", "email", "search", "tel", "url", "password", "textarea", "file")
CHANGED = {"text", "textarea", "search"}
PAGES = {address.name: address for address in addresses()}


@dataclass
class Field:
    """What a form sends under one name: `sent` as it stands, `options` of what may be chosen."""

    kind: str
    sent: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)

    @property
    def is_text(self) -> bool:
        return self.kind in TEXTS


@dataclass
class Found:
    """A POST form: the page where it stands, where it goes, its fields by name."""

    page: str
    path: str
    action: str
    fields: dict[str, Field]

    @property
    def key(self) -> tuple:
        return self.action, frozenset(self.fields)

    def as_it_stands(self) -> dict:
        return {name: each.sent for name, each in self.fields.items() if each.sent and each.kind != "file"}

    def filled(self, text: str) -> dict:
        """As a person sends it who fills in what is empty, and changes the texts that stand there."""
        typed = self.as_it_stands()
        for name, each in self.fields.items():
            if (not any(each.sent) or each.kind in CHANGED) and (value := right(name, each, text)):
                typed[name] = value
        return typed


def right(name: str, each: Field, text: str):
    """A value that such a field takes."""
    if each.kind == "file":
        return paper(text) if ".pdf" in each.options[0] else workbook(text)
    if each.options:
        return [next(filter(None, each.options), "")]
    if each.kind in {"email"} or "email" in name:
        return "somebody@example.jp"
    if name == "on" or name.endswith("_on"):
        return (timezone.localdate() + timezone.timedelta(days=DAYS.get(name, 0))).isoformat()
    return {"quantity": "1", "password": PASSWORD, "oldpassword": PASSWORD}.get(
        name, text if each.is_text else ""
    )


def paper(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("契約書.pdf", b"%PDF-1.4 " + text.encode())


def workbook(text: str) -> SimpleUploadedFile:
    """A vendor's answers to the SDS."""
    written = Written(clinic="院", system="電子カルテ")
    return SimpleUploadedFile("回答.xlsx", write(rows_of("SDS"), written, {"SDS-01": ("yes", text)}))


DAYS = {"expires_on": 400, "due_on": 40}


def forms_on(page: str, path: str, response) -> Iterator[Found]:
    for element in tree(response).iter("form"):
        if element.get("method", "get").lower() == "post":
            yield Found(page, path, element.get("action") or path.partition("?")[0], dict(fields_of(element)))


def fields_of(form: Element) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for each in form.iter():
        if each.tag in {"input", "textarea", "button"} and each.get("name") and each.get("disabled") is None:
            kind = "textarea" if each.tag == "textarea" else each.get("type", "text")
            _add(found.setdefault(each.get("name"), Field(kind)), each, kind)
    return found


def _add(known: Field, element: Element, kind: str) -> None:
    default = "on" if kind == "checkbox" else ""
    value = (element.text or "").removeprefix("\n") if kind == "textarea" else element.get("value", default)
    if kind in {"radio", "checkbox", "submit"}:
        known.options.append(value)
        if element.get("checked") is not None:
            known.sent.append(value)
    elif kind == "file":
        known.options.append(element.get("accept", ""))
    else:
        known.sent.append(value)


def every_form(client: Client, ids: dict) -> list[Found]:
    """All POST forms of a clinic's pages as this person is shown them, each once; logging out is none of them."""
    pages = [
        each
        for name, each in PAGES.items()
        if each.of_a_clinic and name not in NO_PAGES and not name.startswith("print_")
    ]
    paths = [(each.name, each.path(ids) + ("?open=7-5" if each.name == "items" else "")) for each in pages]
    return [each for each in forms_of(client, paths) if not each.action.startswith("/logout/")]


def forms_of(client: Client, paths: Iterable[tuple[str, str]]) -> list[Found]:
    """The POST forms of some pages (name, path), each once."""
    found: dict[tuple, Found] = {}
    for name, path in paths:
        response = client.get(path)
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            found |= {each.key: each for each in forms_on(name, path, response) if each.key not in found}
    return list(found.values())


def vendor_at(system: System, by: User) -> tuple[Client, list[Found]]:
    """The browser of a vendor who once answered, is asked again and has uploaded a workbook; all forms it is shown."""
    answers = {"answer-SDS-01": "yes", "version-SDS-01": "1"}
    client, code = begun_by_link(system, by, ["SDS"])
    client.post(reverse("answer_sheet", args=[code, "SDS"]), answers)
    client.post(reverse("submit_answers", args=[code]), {"company": "株式会社カルテ", "name": "甲"})
    client, code = begun_by_link(system, by, ["MDS", "SDS"])
    preview = client.post(reverse("answer_upload", args=[code, "SDS"]), {"file": workbook("備考")}).url
    paths = [("answer_preview", preview), ("submit_answers", reverse("submit_answers", args=[code]))]
    for name in ("answer_sheet", "answer_upload", "reuse_answers"):
        paths += [(name, reverse(name, args=[code, kind])) for kind in ("MDS", "SDS")]
    return client, forms_of(client, paths)


def begun_by_link(system: System, by: User, kinds: list[str]) -> tuple[Client, str]:
    """A browser with the cookie of a new link, and the code of its request."""
    client, (asked, token) = Client(), DisclosureRequest.ask(system, kinds, by=by)
    client.post(reverse("enter", args=[token]))
    return client, asked.code


@contextmanager
def staying(client: Client) -> Iterator[None]:
    """Whatever happens inside leaves nothing in the database, and the person signed in."""
    kept = dict(client.cookies)
    with undone():
        yield
    client.cookies.clear()
    client.cookies.update(kept)


def again(client: Client, form: Found) -> Found | None:
    """The same form on its page as that is now, if it is still there."""
    response = client.get(form.path)
    if response.status_code != 200:
        return None
    return next(
        (each for each in forms_on(form.page, form.path, response) if each.action == form.action), None
    )


NO_PAGES = {"fill_workbook", "file", "systems_table", "todo_table", "report_pdf", "snapshot_json"}
