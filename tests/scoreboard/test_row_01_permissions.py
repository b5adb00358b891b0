"""Three clinics, everybody of theirs and of none, every URL of the resolver, GET and POST: what comes, and to whom."""

import pytest
from django.core.cache import cache
from django.test import Client

from checklist.founding import found as found_clinic
from compliance.choices import Role
from compliance.models import Clinic, User
from tests.conftest import join, person
from tests.test_permissions import CLINIC_PAGES, PAGES, SITE_PAGES, got, may, plain
from tests.web import addresses, browser, furnish

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db, pytest.mark.usefixtures("quick_pdf")]
NAMES = ("あおば", "ひまわり", "けやき")


@pytest.fixture
def clinics(edition) -> list[tuple[Clinic, dict]]:
    """Three clinics with something on each page, and the ids that their URLs take."""
    made = []
    for number, name in enumerate(NAMES):
        director = person(f"{name}の院長", f"director{number}@example.jp")
        clinic = found_clinic(by=director, name=f"{name}クリニック")
        for role in (Role.EDITOR, Role.VIEWER):
            join(person(f"{name}の{role.label}", f"{role}{number}@example.jp"), clinic, role)
        made.append((clinic, furnish(clinic, director)))
    return made


@pytest.fixture
def everybody(clinics) -> list[tuple[Client, dict[int, Role]]]:
    """Each person's browser, with their roles by clinic; two belong to several, one to none."""
    (first, _), (second, _), (third, _) = clinics
    twice = join(join(person("兼務", "twice@example.jp"), first, Role.EDITOR), second, Role.VIEWER)
    reads = join(join(person("監査", "reads@example.jp"), second, Role.VIEWER), third, Role.EDITOR)
    people = [each.user for clinic, _ in clinics for each in clinic.memberships.select_related("user")]
    users = {user.pk: user for user in [*people, twice, reads, person("他人", "none@example.jp")]}
    return [
        (browser(user), {each.clinic_id: Role(each.role) for each in user.memberships.all()})
        for user in users.values()
    ]


def expected(name: str, role: Role | None) -> tuple:
    least, status, least_to_post, posted = CLINIC_PAGES[name]
    return may(role, least, status), may(role, least_to_post, posted)


def seen(client: Client, name: str, ids: dict) -> tuple:
    cache.clear()  # how often somebody may try is row 19
    return tuple(plain(got(client, method, PAGES[name].path(ids))) for method in ("get", "post"))


def test_no_url_is_unlisted(score):
    listed = set(CLINIC_PAGES) | set(SITE_PAGES)
    score(0, len(set(PAGES) ^ listed) + len(list(addresses())) - len(PAGES))


def test_a_clinics_pages_open_to_their_roles_and_to_nobody_else(clinics, everybody, score):
    done, wrong = 0, []
    for client, roles in everybody:
        for clinic, ids in clinics:
            for name in CLINIC_PAGES:
                came, due = seen(client, name, ids), expected(name, roles.get(clinic.pk))
                done += 2
                wrong += [(clinic.name, name, roles, came, due)] if came != due else []
    print(*wrong, sep="\n")
    score(done, len(wrong))


def test_nobody_without_log_in_is_shown_a_clinics_page(clinics, score):
    cases = [(ids, name) for _, ids in clinics for name in CLINIC_PAGES]
    wrong = [name for ids, name in cases if seen(browser(), name, ids) != ("login", "login")]
    score(2 * len(cases), len(wrong))


def test_the_pages_outside_the_clinics_open_as_listed(clinics, score):
    ids, stranger = (
        clinics[0][1],
        User.objects.create_user("stranger@example.jp", "mori-no-kumasan-8", name="他人"),
    )
    wrong = []
    for name, due in SITE_PAGES.items():
        cache.clear()
        came = [
            got(browser(user), m, PAGES[name].path(ids)) for user in (None, stranger) for m in ("get", "post")
        ]
        wrong += [(name, came, due)] if tuple(came) != due else []
    print(*wrong, sep="\n")
    score(4 * len(SITE_PAGES), len(wrong))
