"""期限のお知らせメール: a person's own wish for each clinic, quiet until they choose."""

import pytest

from checklist import sample
from compliance.models import Membership
from tests.web import browser, complaints, form_with, forms, shows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def post(settings):
    settings.EMAIL_HOST = "smtp.example.jp"


def wish_of(user, clinic) -> str:
    return Membership.objects.get(user=user, clinic=clinic).reminders


def test_nothing_is_sent_until_somebody_chooses(clinic, director, clerk):
    assert [wish_of(user, clinic) for user in (director, clerk)] == ["none", "none"]


def test_a_person_chooses_for_each_clinic(both, clinic, other_clinic, trail):
    client, names = browser(both), [f"reminders-{each.code}" for each in (clinic, other_clinic)]
    form = form_with(client.get("/account/"), names[0])
    assert (form.action, [form.fields[name] for name in names]) == ("/account/reminders/", [["none"]] * 2)
    wishes = dict(zip(names, ["weekly", "due"], strict=True))
    assert client.post(form.action, form | wishes).url == "/account/"
    assert [wish_of(both, each) for each in (clinic, other_clinic)] == ["weekly", "due"]
    last = trail(clinic)[-1]
    assert (last.action, last.target, last.detail) == (
        "member.reminders",
        both.email,
        {"reminders": ["none", "weekly"]},
    )


def test_the_same_wish_again_is_nothing_new(clinic, clerk, trail):
    member = Membership.objects.get(user=clerk)
    for _ in range(2):
        member.choose_reminders("due", by=clerk)
    assert [each.action for each in trail(clinic)].count("member.reminders") == 1


@pytest.mark.parametrize("typed", ["daily", "", "\x00"])
def test_a_wish_that_is_none_is_refused_and_nothing_saved(typed, both, clinic, other_clinic):
    wishes = {f"reminders-{clinic.code}": "weekly", f"reminders-{other_clinic.code}": typed}
    response = browser(both).post("/account/reminders/", wishes)
    assert (response.status_code, len(complaints(response))) == (422, 1)
    assert [wish_of(both, each) for each in (clinic, other_clinic)] == ["none", "none"]


def test_the_wish_of_another_clinic_is_not_touched(clinic, other_clinic, director, other_director):
    wishes = {f"reminders-{each.code}": "weekly" for each in (clinic, other_clinic)}
    browser(director).post("/account/reminders/", wishes)
    assert (wish_of(director, clinic), wish_of(other_director, other_clinic)) == ("weekly", "none")


def test_without_a_mail_server_the_page_says_so(clinic, director, settings):
    settings.EMAIL_HOST = ""
    page = browser(director).get("/account/")
    assert "いまの設定では、このサービスはメールを送りません。" in shows(page)
    assert "/account/reminders/" not in [form.action for form in forms(page)]


def test_the_sample_clinic_offers_no_mail(edition):
    page = browser(sample.visitor()).get("/account/")
    assert "期限のお知らせメール" not in shows(page)
