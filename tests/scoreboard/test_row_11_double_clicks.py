"""Every form sent twice, one after the other and at the same moment: as if it had been sent once."""

from collections import Counter
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from checklist.confirming import confirm, seen_digest
from checklist.founding import found as found_clinic
from checklist.models import Assessment
from compliance.audit import AuditEntry
from compliance.models import Clinic, User
from compliance.tenancy import TenantModel
from tests.conftest import person
from tests.scoreboard.crawling import Found, again, every_form, staying, vendor_at
from tests.web import HTMX, browser, furnish
from vendors.models import System

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db(transaction=True)]
AT_ONCE, RESENDS = 100, 400
EACH = 8
SITES = 4  # of different forms
TABLES = [*(model for model in apps.get_models() if issubclass(model, TenantModel)), AuditEntry]


@pytest.fixture(autouse=True)
def reachable(settings):
    """Links are offered, and mail goes into the outbox."""
    settings.PUBLIC_URL, settings.EMAIL_HOST = "https://tenken.example.jp", "smtp.example.jp"


def at_work(number: int) -> tuple[Client, Clinic, list[Found]]:
    """A clinic with something on each page, its director's browser, and all the forms that this one is shown.

    Of four clinics one is confirmed, one is a year behind, and of one it is the vendor's browser: there are other forms.
    """
    by = person("院長", f"director{number}@example.jp")
    clinic = found_clinic(by=by, name=f"第{number}医院")
    ids = furnish(clinic, by)
    if number % SITES == 1:
        Assessment.objects.filter(clinic=clinic).update(fiscal_year=timezone.localdate().year - 2)
    if number % SITES == 2:
        round_, today = Assessment.objects.get(clinic=clinic), timezone.localdate()
        names = {"examiner": "甲", "safety_officer": "乙", "examined_on": today}
        confirm(round_, by=by, seen=seen_digest(round_, today), **names)
    if number % SITES == 3:
        client, forms = vendor_at(System.objects.get(clinic=clinic), by)
        return client, clinic, forms
    client = browser(by)
    return client, clinic, every_form(client, ids)


def effect(clinic: Clinic) -> dict[str, int]:
    """How many rows each table holds of the clinic: what a second effect would add to or take from."""
    counts = {model.__name__: model.objects.filter(clinic_id=clinic.pk).count() for model in TABLES}
    versions = {name: sum(each) for name, each in versions_of(clinic).items()}
    return counts | versions


def versions_of(clinic: Clinic) -> dict[str, list[int]]:
    """The versions of the clinic's rows: a second save would have raised one."""
    versioned = [model for model in TABLES if any(each.name == "version" for each in model._meta.fields)]
    found = {
        f"{m.__name__} versions": list(m.objects.filter(clinic=clinic).values_list("version", flat=True))
        for m in versioned
    }
    return found | {
        "Clinic version": list(Clinic.objects.filter(pk=clinic.pk).values_list("version", flat=True))
    }


def send(client: Client, form: Found, text: str, **more) -> int:
    cache.clear()  # how often somebody may try is row 19
    return client.post(form.action, form.filled(text), **more).status_code


def judged(once: dict, twice: dict, statuses: list[int]) -> str:
    """What is wrong with having sent it twice."""
    more = {name: (once[name], twice[name]) for name in once if once[name] != twice[name]}
    return f"{statuses} {more}" if more or max(statuses) >= 500 else ""


def test_a_form_sent_again_has_one_effect(edition, score):
    done, found, told = 0, [], Counter()
    sites = [at_work(number) for number in range(SITES)]
    jobs = [(*site[:2], form) for site in sites for form in site[2]]
    while done < RESENDS:
        client, clinic, form = jobs[done % len(jobs)]
        more = {"headers": HTMX} if done // len(jobs) % 2 else {}
        with staying(client):
            before = effect(clinic)
            statuses = [send(client, form, f"{done}回目", **more)]
            once = effect(clinic)
            statuses.append(send(client, form, f"{done}回目", **more))
            wrong = judged(once, effect(clinic), statuses)
        told["with an effect" if once != before else f"{form.page}: none, {statuses}"] += 1
        found += [f"{form.page} {form.action}: {wrong}"] if wrong else []
        done += 1
    print(f"{len(jobs)} forms", *sorted(told.items()), *found, sep="\n")
    assert told["with an effect"] > RESENDS // 2
    score(done, len(found))


def clicks(number: int) -> Iterator[tuple[Client, Clinic, Found]]:
    """Some forms of one clinic, another choice for each number, each as its page shows it when its turn comes."""
    client, clinic, forms = at_work(number)
    for form in [forms[(number * EACH + step) % len(forms)] for step in range(EACH)]:
        if now := again(client, form):
            yield client, clinic, now


def test_a_form_sent_twice_at_once_has_one_effect(edition, in_threads, score):
    done, found, number = 0, [], 0
    while done < AT_ONCE:
        for client, clinic, form in clicks(number):
            with staying(client):
                alone = send(client, form, "同時")
                once = effect(clinic)
            pair = [client, twin(client)]
            statuses = in_threads(2, lambda n, pair=pair, form=form: send(pair[n], form, "同時"))
            wrong = judged(once, effect(clinic), [alone, *statuses])
            found += [f"{form.page} {form.action}: {wrong}"] if wrong else []
            done += 1
        number += 1
    print(*found, sep="\n")
    score(done, len(found))


def twin(client: Client) -> Client:
    """Another browser of the same person; of a vendor, who is nobody here, the same link's."""
    if settings.SESSION_COOKIE_NAME in client.cookies:
        return browser(User.objects.get(pk=client.session["_auth_user_id"]))
    other = Client()
    other.cookies.update(client.cookies)
    return other
