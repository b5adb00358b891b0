"""One word per clinic in every text that belongs to it: nobody else meets it, on no page, paper, table, mail or log."""

import logging
import re
from io import BytesIO

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db.models import CharField, TextField
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from checklist.choices import Status
from checklist.founding import found as found_clinic
from checklist.models import Answer
from compliance.choices import Reminders, Role
from compliance.models import Clinic, Membership
from tests.conftest import join, person
from tests.scoreboard.crawling import PAGES
from tests.test_isolation import DOING, TABLES
from tests.web import HTMX, browser, everything, furnish

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db]
WORDS = ("カナリア", "ウグイス", "コマドリ")
# Texts that are keys, hashes, paths or what was frozen: a word in them would break what it is looked for in.
TECHNICAL = {"sha256", "pdf_sha256", "token_hash", "extension", "path", "scan", "snapshot_text", "form_token", "saved_form",
             "code", "preset", "sheet", "period"}  # fmt: skip


def free_texts(model) -> list:
    texts = [each for each in model._meta.fields if isinstance(each, CharField | TextField)]
    return [
        each
        for each in texts
        if not (each.choices or each.unique or each.name in TECHNICAL or "email" in each.name)
    ]


def sing(clinic: Clinic, word: str) -> None:
    """Put the word into every free text that belongs to the clinic, in every status of its answers."""
    for model in [Clinic, *TABLES]:
        own = {"pk": clinic.pk} if model is Clinic else {"clinic": clinic}
        sung = {each.name: f"{word}{model.__name__}"[: each.max_length] for each in free_texts(model)}
        if sung:
            model.objects.filter(**own).update(**sung)
    for number, answer in enumerate(Answer.objects.filter(clinic=clinic).order_by("pk")):
        day = timezone.localdate() - timezone.timedelta(days=number)
        Answer.objects.filter(pk=answer.pk).update(
            status=Status.values[number % 5], due_on=day, confirmed_on=day
        )


@pytest.fixture
def clinics(edition, settings) -> list[tuple[Clinic, str, dict, list]]:
    """(clinic, word, the ids of its URLs, its people) of three; all texts and people's names sing."""
    settings.PUBLIC_URL, settings.EMAIL_HOST = "https://tenken.example.jp", "smtp.example.jp"
    made = []
    for number, word in enumerate(WORDS):
        by = person(f"{word}院長", f"director{number}@example.jp")
        clinic = found_clinic(by=by, name=f"{word}医院")
        clerk = join(person(f"{word}事務", f"clerk{number}@example.jp"), clinic, Role.EDITOR)
        reader = join(person(f"{word}閲覧", f"reader{number}@example.jp"), clinic, Role.VIEWER)
        ids = furnish(clinic, by)
        sing(clinic, word)
        made.append((clinic, word, ids, [by, clerk, reader]))
    return made


def read(response) -> str:
    """All that it carries; of a PDF its text and what is attached to it."""
    if response.get("Content-Type", "").startswith("application/pdf"):
        content = b"".join(response.streaming_content) if response.streaming else response.content
        if not content.startswith(b"%PDF-1.7\n"):
            return content.decode(errors="replace")
        paper = PdfReader(BytesIO(content))
        attached = [each.decode(errors="replace") for files in paper.attachments.values() for each in files]
        return re.sub(r"\s", "", "".join(page.extract_text() for page in paper.pages)) + "".join(attached)
    return everything(response)


def visits(client: Client, ids: dict):
    """(name, all that is shown) of every page, partial, paper, table and refused form of the site."""
    for name, page in PAGES.items():
        if name in {"account_logout", "delete_sample", "open_sample"}:
            continue
        cache.clear()
        path = page.path(ids)
        yield (
            name,
            read(client.get(f"{path}?open=7-5&status=none", headers=HTMX if name == "item_row" else {})),
        )
        if name == "letter":
            yield name, read(client.get(f"{path}?pdf=1"))
        if name not in DOING and not name.startswith("print_"):
            yield name, read(client.post(path, {"x": "", "version": "0"}))


def test_no_page_paper_or_table_shows_another_clinics_word(clinics, caplog, score):
    caplog.set_level(logging.INFO)
    done, found, own = 0, [], set()
    for _, word, ids, people in clinics:
        for user in people:
            for name, shown in visits(browser(user), ids):
                done += 1
                found += [
                    f"{user.email} {name}: {other}" for other in WORDS if other != word and other in shown
                ]
                own |= {name} if word in shown else set()
    logged = [
        record.getMessage() for record in caplog.records if any(word in record.getMessage() for word in WORDS)
    ]
    print(f"{len(own)} pages show their own word", *found, *logged[:9], sep="\n")
    assert {"print_draft", "print_confirmed", "print_tables", "todo_table", "snapshot_json", "history"} <= own
    assert len(caplog.records) > 0
    score(done, len(found) + len(logged))


def test_no_mail_carries_another_clinics_word(clinics, caplog, score):
    caplog.set_level(logging.INFO)
    sung = {}
    for clinic, word, _, people in clinics:
        for user in people:
            Membership.objects.get(user=user, clinic=clinic).choose_reminders(Reminders.WEEKLY, by=user)
            sung[user.email] = word
        client, address = browser(people[0]), f"new-{clinic.pk}@example.jp"
        client.post(PAGES["people"].path({"clinic_code": clinic.code}), {"email": address, "role": "viewer"})
        sung[address] = word
    call_command("remind")
    found = [
        each.to
        for each in mail.outbox
        for word in WORDS
        if word != sung[each.to[0]] and word in str(each.message())
    ]
    told = [each for each in mail.outbox if sung[each.to[0]] in f"{each.subject}{each.body}"]
    logged = [each for each in caplog.records if any(word in each.getMessage() for word in WORDS)]
    print(len(mail.outbox), *found, *logged)
    assert len(told) >= 6
    score(len(mail.outbox), len(found) + len(logged))
