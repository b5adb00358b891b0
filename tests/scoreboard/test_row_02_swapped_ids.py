"""The other clinic's ids in everything that our forms send and in every address: nothing of it is written or joined."""

import re

import pytest
from django.core.cache import cache
from django.db.models import ForeignKey

from compliance.choices import Role
from compliance.models import Clinic, Membership
from compliance.tenancy import TenantModel
from tests.scoreboard.crawling import PAGES, Found, every_form, staying, vendor_at
from tests.test_isolation import BY_ID, FOR_ADMINS, IDS, PEOPLE, TABLES, furnish_more, rows
from tests.web import HTMX, browser, furnish
from vendors.models import System

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db]
TOKEN, ROW = "their-form-token", re.compile(r"(?<=-)[MS]DS-\d+$|(?<=_)\d$")
# They prove who is writing or which state was seen, and name no row.
NO_IDS = ("csrfmiddlewaretoken", "typed_by", "version", "turn")
KINDS = {"hidden", "radio", "checkbox", "submit"}
SAID = {200, 204, 302, 400, 403, 404, 409, 422}


@pytest.fixture
def ids(clinic, director, settings) -> dict:
    settings.PUBLIC_URL = "https://tenken.example.jp"  # so that links are offered
    return furnish(clinic, director)


@pytest.fixture
def foreign(ids, other_clinic, other_director) -> dict:
    furnish_more(other_clinic, other_director)  # so that no id of theirs is one of ours
    furnish_more(other_clinic, other_director)
    made = {"name": "予約", "vendor_name": "社", "location": "external"}
    System.register(other_clinic, by=other_director, form_token=TOKEN, **made)
    return furnish(other_clinic, other_director)


@pytest.fixture
def theirs(foreign, other_clinic) -> list[str]:
    """Everything that names a row of the other clinic: keys of each of its tables, codes, the token of a form."""
    keys = {
        str(model.objects.filter(clinic=other_clinic).latest("pk").pk)
        for model in TABLES
        if holds(model, other_clinic)
    }
    return sorted(
        {*keys, str(other_clinic.pk), other_clinic.code, TOKEN, str(foreign["pk"]), str(foreign["vendor_id"])}
    )


def holds(model, clinic: Clinic) -> bool:
    return model.objects.filter(clinic=clinic).exists()


def strangers(clinic: Clinic) -> list[str]:
    """Rows of the clinic that point at a row of another one."""
    found = []
    for model in TABLES:
        for each in model._meta.get_fields():
            if isinstance(each, ForeignKey) and issubclass(each.related_model, TenantModel):
                own = {f"{each.name}__clinic": clinic}
                wrong = model.objects.filter(clinic=clinic, **{f"{each.name}__isnull": False}).exclude(**own)
                found += [f"{model.__name__}.{each.name} {row.pk}" for row in wrong]
    return found


def id_fields(form: Found) -> list[str]:
    """Fields whose value is chosen or hidden; of a table's rows those of the first."""
    chosen = [
        name for name, each in form.fields.items() if each.kind in KINDS and not name.startswith(NO_IDS)
    ]
    return list({ROW.sub("", name): name for name in reversed(chosen)}.values())


def bodies(form: Found, theirs: list[str]) -> list[dict]:
    """The form with each of these fields swapped for each of theirs, and with ids nobody asked for."""
    sent = form.filled("直した文")
    swapped = [sent | {name: [value]} for name in id_fields(form) for value in theirs]
    return [*swapped, *(dict.fromkeys(IDS, value) | sent for value in theirs[::3])]


@pytest.mark.parametrize("who", ["director", "both", "vendor"])
def test_their_ids_in_our_forms_write_nothing_there(
    who, ids, theirs, clinic, other_clinic, director, both, score
):
    """`both` writes in our clinic, and runs the other one: the most tempting. The vendor answers for our system."""
    if who == "vendor":
        client, forms = vendor_at(System.objects.get(clinic=clinic), director)
    else:
        client = browser(director if who == "director" else both)
        forms = every_form(client, ids)
    found, done, before = [], 0, rows(other_clinic)
    for form in forms:
        for body in bodies(form, theirs):
            cache.clear()  # how often somebody may try is row 19
            with staying(client):
                status = client.post(form.action, body).status_code
                wrong = [status] if status not in SAID else strangers(clinic)
                if wrong or rows(other_clinic) != before:
                    found.append(f"{form.page} {form.action} {body}: {wrong}")
            done += 1
    print(*found, sep="\n")
    score(done, len(found))


def test_their_ids_in_our_addresses_are_not_found(ids, foreign, clinic, other_clinic, both, score):
    Membership.objects.filter(user=both).update(role=Role.ADMIN)
    client, found, done, before = browser(both), [], 0, rows(other_clinic)
    for name in [*BY_ID, *FOR_ADMINS, *PEOPLE]:
        path = PAGES[name].path({**foreign, "clinic_code": clinic.code})
        for method, headers in (("get", {}), ("post", {}), ("post", HTMX)):
            cache.clear()
            status = getattr(client, method)(path, headers=headers).status_code
            done += 1
            found += (
                [f"{name} {method} {status}"] if status != 404 and (method, status) != ("get", 405) else []
            )
    assert rows(other_clinic) == before
    print(*found, sep="\n")
    score(done, len(found))
