"""Clinics come into being whole: with a 管理担当, a round and 52 answers, or not at all."""

import pytest
from django.db import IntegrityError
from django.test import RequestFactory
from django.utils import timezone

from checklist import founding
from checklist.models import Answer, Assessment
from compliance.choices import Role
from compliance.dates import fiscal_year
from compliance.models import AuditEntry, Clinic, GuidelineEdition, Membership, User

pytestmark = pytest.mark.django_db
FIRST = {
    "clinic": "みどり台内科クリニック",
    "name": "緑川 花子",
    "position": "director",
    "email": "Hanako@Midori.example",
    "password": "mori-no-kumasan-8",
}


def rows() -> dict[str, int]:
    return {
        model.__name__: model.objects.count()
        for model in (User, Clinic, Membership, Assessment, Answer, AuditEntry)
    }


def test_first_start_makes_the_person_the_clinic_and_the_round(edition):
    clinic, user = founding.start(**FIRST)
    assert (clinic.name, clinic.director, clinic.is_sample) == ("みどり台内科クリニック", "緑川 花子", False)
    assert (user.name, user.email, user.check_password(FIRST["password"])) == (
        "緑川 花子",
        "hanako@midori.example",
        True,
    )
    member = Membership.objects.get()
    assert (member.user, member.clinic, member.role) == (user, clinic, Role.ADMIN)
    round_ = Assessment.objects.get()
    assert (round_.clinic, round_.edition, round_.is_open) == (clinic, edition, True)
    assert round_.fiscal_year == fiscal_year(timezone.localdate())
    answers = Answer.objects.filter(assessment=round_)
    assert {(each.clinic_id, each.status, each.version) for each in answers} == {(clinic.pk, "none", 1)}
    assert answers.count() == 52


def test_first_start_is_told_in_the_clinics_chain(edition, trail):
    clinic, user = founding.start(**FIRST)
    told = [(each.sequence, each.action, each.actor_id) for each in trail(clinic)]
    assert told == [(1, "clinic.found", user.pk), (2, "assessment.begin", user.pk)]


def test_somebody_whom_the_director_asked_is_not_the_director(edition):
    clinic, user = founding.start(**{**FIRST, "position": "staff"})
    assert (clinic.director, Membership.objects.get(user=user).role) == ("", Role.ADMIN)


@pytest.mark.parametrize("step", [(GuidelineEdition, "current"), (Assessment, "begin"), (Clinic, "found")])
def test_first_start_fails_whole(edition, monkeypatch, step):
    def fail(*args, **kwargs):
        raise RuntimeError

    before = rows()
    monkeypatch.setattr(*step, fail)
    with pytest.raises(RuntimeError):
        founding.start(**FIRST)
    assert rows() == before


def test_an_address_that_is_taken_founds_nothing(director, edition):
    before = rows()
    with pytest.raises(IntegrityError):
        founding.start(**{**FIRST, "email": "Director@midori.example"})
    assert rows() == before


def test_clinics_have_codes_that_tell_nothing(clinic, other_clinic):
    codes = [clinic.code, other_clinic.code]
    assert [len(code) for code in codes] == [8, 8]
    assert codes[0] != codes[1]
    assert not set("".join(codes)) & set("0o1il")


def test_first_start_is_due_until_a_real_clinic_exists(edition, director):
    assert Clinic.first_start_is_due() is True
    Clinic.objects.create(name="見本", is_sample=True)
    assert Clinic.first_start_is_due() is True
    founding.found(by=director, name="みどり台内科クリニック")
    assert Clinic.first_start_is_due() is False


def test_the_start_code_is_of_this_installation(settings):
    code = founding.start_code()
    assert (len(code), code.count("-"), founding.start_code()) == (19, 3, code)
    settings.SECRET_KEY = "another"
    assert founding.start_code() != code


@pytest.mark.parametrize(
    ("address", "headers", "local"),
    [
        ("127.0.0.1", {}, True),
        ("127.8.8.8", {}, True),
        ("::1", {}, True),
        ("10.0.0.1", {}, False),
        ("192.168.1.9", {}, False),
        ("203.0.113.5", {}, False),
        ("fe80::1", {}, False),
        ("", {}, False),
        ("somewhere", {}, False),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.5"}, False),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, False),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.5"}, False),
        ("::1", {"X-Forwarded-For": ""}, False),
    ],
)
@pytest.mark.parametrize("trusted", [0, 1])
def test_only_a_browser_on_this_machine_without_a_proxy_is_local(address, headers, local, trusted, settings):
    settings.TRUSTED_PROXIES = trusted
    assert founding.is_local(RequestFactory().get("/start/", headers=headers, REMOTE_ADDR=address)) is local
