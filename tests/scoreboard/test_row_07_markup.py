"""200 texts that look like markup, in every text field: on pages, papers and in mails they are text and nothing else."""

from collections.abc import Iterator
from io import BytesIO, StringIO
from itertools import cycle
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from playwright.sync_api import Page, Route, sync_playwright
from pypdf import PdfReader

from checklist.choices import Status
from checklist.models import Answer, Assessment
from checklist.parts import PRESETS
from checklist.printing import determination_html, report_html
from checklist.snapshot import snapshot_of
from compliance.choices import Reminders
from compliance.models import Clinic, Membership, User
from compliance.renderer import pdf
from tests.journeys.conftest import CHROMIUM
from tests.papers import TODAY
from tests.scoreboard.crawling import NO_PAGES, PAGES
from tests.scoreboard.payloads import AWAY, PAYLOADS, RUN, packed
from tests.scoreboard.test_row_03_canaries import TABLES, free_texts
from tests.test_fuzz import is_foreign
from tests.web import HTMX, browser, furnish, tree, undone

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db]
# They hand out files, change something, or are drawn on paper below.
LEFT = {*NO_PAGES, "delete_sample", "guide"}
SHOWING = [
    page
    for page in PAGES.values()
    if page.of_a_clinic and page.name not in LEFT and not page.name.startswith("print_")
]
# The pages that show a field of less than 100 characters
WITH_SHORT = [
    "clinic",
    "vendor",
    "edit_vendor",
    "systems",
    "system",
    "edit_system",
    "disclosures",
    "review",
    "fill",
    "ask",
]
MANY = 100
FIELDS = [(model, each) for model in (Clinic, *TABLES) for each in free_texts(model)]


@pytest.fixture
def ids(clinic, director, settings) -> dict:
    settings.PUBLIC_URL, settings.EMAIL_HOST = "https://tenken.example.jp", "smtp.example.jp"
    for user in User.objects.filter(memberships__clinic=clinic):
        Membership.objects.get(user=user, clinic=clinic).choose_reminders(Reminders.WEEKLY, by=user)
    found = furnish(clinic, director)
    for number, each in enumerate(Answer.objects.filter(clinic=clinic).order_by("pk")):
        Answer.objects.filter(pk=each.pk).update(status=Status.values[number % 5], due_on=TODAY)
    return found


def own(model: type[Model], clinic: Clinic):
    return model.objects.filter(**({"pk": clinic.pk} if model is Clinic else {"clinic": clinic}))


def write(clinic: Clinic, text: str, short: str) -> None:
    """`text` in every free text field of every row of the clinic, `short` where that is cut; as people's names too."""
    for model, each in FIELDS:
        said = text if (each.max_length or MANY) >= len(text) else short
        own(model, clinic).update(**{each.name: said[: each.max_length]})
    User.objects.filter(memberships__clinic=clinic).update(name=text[:100])


def strange(response) -> list[str]:
    """Elements that no template of ours has."""
    return [each.tag for each in tree(response).iter() if each.tag in NOT_OURS or is_foreign(each)]


NOT_OURS = {"style", "base", "embed", "video", "math", "xss", "frame"}


def foreign(client: Client, ids: dict, text: str, pages: list) -> list[str]:
    """What is not ours on any page, partial or refused form; a redirect shows nothing."""
    found = []
    for page in pages:
        path = page.path(ids)
        shown = [
            client.get(f"{path}?open=7-5&q={text[:20]}", headers=HTMX if page.name == "item_row" else {})
        ]
        if page.name in TYPING:
            shown.append(client.post(path, dict.fromkeys(TYPING[page.name], text) | {"version": "0"}))
        for response in shown:
            html = response.get("Content-Type", "").startswith("text/html")
            found += [
                f"{page.name}: {each}" for each in (strange(response) if html and response.content else [])
            ]
    return found


# Forms that are shown again with what was typed
TYPING = {"item": ["note", "plan", "reason"], "edit_system": ["product"], "edit_vendor": ["contact", "email"],
          "new_agreement": ["title", "concluded_on"], "clinic": ["phone", "safety_officer_since_on"],
          "new_evidence": ["place", "dated_on"], "people": ["email"], "confirm": ["examiner"]}  # fmt: skip


def on_paper(clinic: Clinic) -> list[str]:
    """What in the report's and the record's HTML is no element of ours; what would be fetched or run."""
    snapshot = snapshot_of(Assessment.objects.get(clinic=clinic), TODAY)

    class Printed:
        content = (report_html(snapshot, keys=PRESETS["all"].parts) + determination_html(snapshot)).encode()

    return [tag for tag in strange(Printed) if tag != "a"]


def in_mails(client: Client, ids: dict) -> list[str]:
    """What is wrong with an invitation, a request and the reminders: they are plain text, to whom they should go."""
    mail.outbox.clear()
    client.post(PAGES["people"].path(ids), {"email": "new@example.jp", "role": "viewer"})
    client.post(
        PAGES["ask"].path(ids), {"kinds": ["MDS"], "days": "14", "email": "vendor@example.jp", "mail": "on"}
    )
    call_command("remind", stdout=StringIO())
    found = [] if len(mail.outbox) >= 3 else [f"{len(mail.outbox)} mails"]
    for each in mail.outbox:
        message = each.message()
        plain = (
            message.get_content_type() == "text/plain"
            and not each.attachments
            and not getattr(each, "alternatives", [])
        )
        headed = set(message.keys()) <= HEADERS and len(each.subject.splitlines()) == 1
        found += [] if plain and headed and message["Bcc"] is None else [str(message)[:300]]
    return found


HEADERS = {"Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date", "Message-ID",
           "Auto-Submitted"}  # fmt: skip


def passes() -> Iterator[tuple[str, str, list]]:
    """(text, short text, pages): all payloads whole where 100 characters fit, and each alone where fewer do."""
    groups = packed(MANY)
    for group in groups:
        yield " ".join(group), group[0], SHOWING
    firsts = {group[0] for group in groups}
    for each in PAYLOADS:
        if each not in firsts:
            yield "x" * MANY, each, [PAGES[name] for name in WITH_SHORT]


def test_markup_in_every_text_is_text_everywhere(ids, clinic, director, score):
    client, found = browser(director), []
    for text, short, pages in passes():
        cache.clear()  # how often somebody may try is row 19
        with undone():
            write(clinic, text, short)
            wrong = (
                foreign(client, ids, text, pages)
                + on_paper(clinic)
                + (in_mails(client, ids) if pages is SHOWING else [])
            )
        found += [f"{text!r}, {short!r}: {wrong}"] if wrong else []
    print(f"{len(FIELDS)} fields", *found, sep="\n")
    score(len(PAYLOADS) * len(FIELDS), len(found))


# In a browser, and as a PDF


@pytest.fixture
def crowded(ids, clinic) -> dict:
    """The clinic with all 200 at once: in its answers, in its vendor's remarks, and in whatever else has many rows."""
    left = cycle(PAYLOADS)
    for model, each in FIELDS:
        for row in own(model, clinic).order_by("pk"):
            model.objects.filter(pk=row.pk).update(**{each.name: next(left)[: each.max_length]})
    return ids


class Watched:
    """A browser whose every request is answered by the product itself, without its policy; the rest is noted."""

    def __init__(self, client: Client):
        self.client, self.faults = client, []

    def answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.netloc != "tenken.test" or route.request.method != "GET":
            self.faults.append(f"asked for {route.request.url}")
            return route.abort()
        if url.path.startswith("/static/"):
            return route.fulfill(status=200, content_type="text/javascript", body="")
        came = self.client.get(f"{url.path}?{url.query}")
        return route.fulfill(status=came.status_code, content_type=came["Content-Type"], body=came.content)

    def visit(self, page: Page, path: str) -> None:
        page.goto(f"http://tenken.test{path}")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        page.evaluate("document.querySelectorAll('input, textarea, a, button').forEach(each => each.focus())")


IN_A_BROWSER = ["items", "fill", "review", "todo", "history", "evidence", "print_preview", "systems", "system", "vendor",
                "files", "clinic_home"]  # fmt: skip


def test_nothing_runs_and_nothing_is_fetched_in_a_browser(crowded, director, score, monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in this thread
    watched = Watched(browser(director))
    paths = [PAGES[name].path(crowded) for name in IN_A_BROWSER]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = chromium.new_page()
        page.route("**/*", watched.answer)
        page.on("dialog", lambda dialog: (watched.faults.append(f"ran: {dialog.message}"), dialog.dismiss()))
        for path in paths:
            watched.visit(page, path)
        page.set_content(f"<svg onload={RUN}></svg><img src={AWAY}>")  # what is looked for would be found
        page.wait_for_timeout(500)
        chromium.close()
    seen, expected = watched.faults[:-2], {"ran: 1", "asked for http://evil.example/x"}
    print(*seen, sep="\n")
    score(len(paths), len(seen) + len(expected ^ set(watched.faults[-2:])))


def test_a_pdf_of_it_all_runs_and_fetches_nothing(crowded, clinic, score):
    """The renderer refuses whatever it is asked to fetch, and then makes no PDF at all."""
    snapshot = snapshot_of(Assessment.objects.get(clinic=clinic), TODAY)
    content = pdf(report_html(snapshot, keys=PRESETS["all"].parts))
    paper = PdfReader(BytesIO(content))
    actions = {str(each.get("/S")) for each in objects_of(paper) if isinstance(each, dict) and "/S" in each}
    addresses = [str(each["/URI"]) for each in objects_of(paper) if isinstance(each, dict) and "/URI" in each]
    found = [*(actions & {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR"}), *addresses]
    print(*found, sep="\n")
    score(1, len(found))


def objects_of(paper: PdfReader) -> list:
    return [paper.get_object(number) for number in range(1, paper.trailer["/Size"])]
