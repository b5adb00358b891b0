"""Fresh log-in before what counts: who is asked, and what was typed on the way."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import get_resolver
from django.utils import timezone

from checklist.models import Assessment, Confirmation, Report
from checklist.sample import CODE, visitor
from compliance.access import BUTTON, FORM
from compliance.models import Clinic, Invitation, Membership, TypedInput
from tests.conftest import PASSWORD
from tests.web import HTMX, at, browser, form_with, having, shows, tree
from vendors.models import DisclosureRequest, System

pytestmark = pytest.mark.django_db


def stale(user, minutes: float = 16):
    """A browser of somebody who proved who they are that long ago."""
    client = browser(REMOTE_ADDR="192.0.2.7")
    client.post("/login/", {"login": user.email, "password": PASSWORD})
    if "proved" not in client.session:  # no password of theirs is known here
        client.force_login(user)
    session = client.session
    session["proved"] -= minutes * 60
    session.save()
    return client


def proves(client, sent, password: str = PASSWORD):
    """Type the password where `sent` leads; what comes then."""
    assert sent.url.startswith("/reauthenticate/?next=")
    page = client.get(sent.url)
    return client.post(sent.url, form_with(page, "password") | {"password": password})


@pytest.fixture
def chart(clinic, director) -> System:
    return System.register(clinic, by=director, name="電子カルテ", vendor_name="甲", location="external")


@pytest.fixture
def clerks(clinic, clerk) -> Membership:
    return clinic.memberships.get(user=clerk)


def views(resolver=None):
    for pattern in (resolver or get_resolver()).url_patterns:
        yield from views(pattern) if hasattr(pattern, "url_patterns") else [pattern]


def test_what_asks_for_a_fresh_log_in_is_declared():
    assert {each.name: each.callback.fresh for each in views() if getattr(each.callback, "fresh", "")} == {
        **dict.fromkeys(("confirm", "people", "person", "ask"), FORM),
        **dict.fromkeys(("issue", "remove_person", "reset_link", "revoke_invitation"), BUTTON),
        **dict.fromkeys(("require_second_factor", "revoke_request"), BUTTON),
    }


@pytest.mark.parametrize(
    ("minutes", "expected"), [(14.9, 200), (15, 302), (60 * 11, 302), (-4, 200), (-6, 302)]
)
def test_fifteen_minutes_are_fresh_and_the_future_is_not(minutes, expected, clinic, director):
    assert stale(director, minutes).get(at("confirm", clinic)).status_code == expected


def test_a_session_that_has_never_proved_anything_is_asked(clinic, director):
    client = browser(director)
    session = client.session
    del session["proved"]
    session.save()
    assert client.get(at("confirm", clinic)).url.startswith("/reauthenticate/")


@pytest.mark.parametrize("name", ["confirm", "person", "ask"])
def test_the_page_of_a_form_asks_first_so_that_its_post_comes_in_time(name, clinic, director, chart, clerks):
    ids = {"person": {"pk": clerks.pk}, "ask": {"pk": chart.pk}}.get(name, {})
    client, path = stale(director), at(name, clinic, **ids)
    assert proves(client, client.get(path)).url == path
    assert client.get(path).status_code == 200


def test_a_page_that_anybody_reads_asks_nobody_to_read_it(clinic, director, reader):
    assert [stale(user).get(at("people", clinic)).status_code for user in (director, reader)] == [200, 200]


def test_who_may_not_is_told_so_and_not_asked(clinic, reader, clerks):
    client = stale(reader)
    found = [client.post(at("people", clinic)), client.get(at("confirm", clinic))]
    assert [each.status_code for each in found] == [403, 403]


def test_an_invitation_that_comes_too_late_is_shown_again_and_then_made(clinic, director):
    client, path = stale(director), at("people", clinic)
    typed = form_with(client.get(path), "email") | {"email": "new@midori.example", "role": "viewer"}
    back = proves(client, client.post(path, typed)).url
    assert (back, Invitation.objects.count()) == (f"{path}?kept=1", 0)
    page = client.get(back)
    form = form_with(page, "email")
    assert (form.fields["email"], form.fields["role"]) == (["new@midori.example"], ["viewer"])
    assert "さきほど入力していた内容です" in shows(page)
    assert client.post(path, form.fields).status_code == 200
    assert [each.email for each in Invitation.objects.all()] == ["new@midori.example"]


def test_a_role_that_comes_too_late_is_shown_again_and_then_saved(clinic, director, clerks):
    client, path = browser(director), at("person", clinic, pk=clerks.pk)
    form = form_with(client.get(path), "role")
    back = proves(late := stale(director), late.post(path, form | {"role": "admin"})).url
    assert Membership.objects.get(pk=clerks.pk).role == "editor"
    form = form_with(late.get(back), "role")
    assert (form.fields["role"], form.fields["was"]) == (["admin"], ["editor"])
    assert late.post(path, form.fields).status_code == 302
    assert Membership.objects.get(pk=clerks.pk).role == "admin"


def test_a_confirmation_that_comes_too_late_is_shown_again_and_then_made(clinic, director):
    path = at("confirm", clinic)
    form = form_with(browser(director).get(path), "examiner")
    late = stale(director)
    back = proves(late, late.post(path, form | {"examiner": "丁寧 花子", "safety_officer": "緑川"})).url
    assert Confirmation.objects.count() == 0
    form = form_with(late.get(back), "examiner")
    assert form.fields["examiner"] == ["丁寧 花子"]
    assert late.post(path, form.fields).status_code == 302
    assert Confirmation.objects.get().examiner == "丁寧 花子"


def test_a_link_that_comes_too_late_is_asked_for_again_and_then_made(clinic, director, chart, settings):
    settings.PUBLIC_URL = "https://tenken.example"
    path = at("ask", clinic, pk=chart.pk)
    form = form_with(browser(director).get(path), "kinds")
    late = stale(director)
    back = proves(late, late.post(path, form | {"kinds": ["SDS"], "email": "v@karte.example"})).url
    assert DisclosureRequest.objects.count() == 0
    form = form_with(late.get(back), "kinds")
    assert (form.fields["kinds"], form.fields["email"]) == (["SDS"], ["v@karte.example"])
    assert late.post(path, form.fields).status_code == 200
    assert DisclosureRequest.objects.count() == 1


def test_a_wrong_password_brings_nobody_through(clinic, director, clerks):
    client = stale(director)
    sent = client.post(at("remove_person", clinic, pk=clerks.pk))
    assert proves(client, sent, "wrong-password-1").status_code == 200
    assert Membership.objects.filter(pk=clerks.pk).exists()
    assert client.post(at("remove_person", clinic, pk=clerks.pk)).url.startswith("/reauthenticate/")


def test_what_a_button_wanted_is_done_once_the_person_has_proved(clinic, director, clerks):
    client = stale(director)
    sent = client.post(at("remove_person", clinic, pk=clerks.pk))
    assert Membership.objects.filter(pk=clerks.pk).exists()
    assert proves(client, sent).url == at("people", clinic)
    assert not Membership.objects.filter(pk=clerks.pk).exists()


def test_a_report_is_issued_with_the_parts_that_were_chosen(clinic, director, confirmed, monkeypatch):
    monkeypatch.setattr("checklist.issuing.pdf", lambda html, **_: b"%PDF-")
    made = confirmed(Assessment.objects.get(clinic=clinic))
    client = stale(director)
    sent = client.post(at("issue", clinic, pk=made.pk), {"preset": "todo"})
    assert Report.objects.count() == 0
    assert proves(client, sent).url == at("report", clinic, number=Report.objects.get().number)
    assert Report.objects.get().preset == "todo"


def test_a_link_is_revoked_and_a_new_password_allowed_after_the_question(clinic, director, chart, clerks):
    asked, _ = DisclosureRequest.ask(chart, ["SDS"], by=director)
    client = stale(director)
    proves(client, client.post(at("revoke_request", clinic, pk=asked.pk)))
    assert DisclosureRequest.objects.get().revoked_at is not None
    client = stale(director)
    page = proves(client, client.post(at("reset_link", clinic, pk=clerks.pk)))
    assert "/welcome/" in page.content.decode()


def test_what_is_too_long_to_be_kept_is_not_lost_either(clinic, director):
    client, path = stale(director), at("people", clinic)
    typed = form_with(client.get(path), "email") | {"email": "x" * 70_000, "role": "viewer"}
    page = proves(client, client.post(path, typed))
    assert (page.status_code, form_with(page, "email").fields["email"]) == (422, ["x" * 70_000])


def test_htmx_is_led_to_the_question_as_a_whole_page(clinic, director):
    client, path = stale(director), at("people", clinic)
    typed = form_with(client.get(path), "email") | {"email": "new@midori.example", "role": "viewer"}
    response = client.post(path, typed, headers=HTMX)
    assert (response.status_code, TypedInput.objects.count()) == (204, 1)
    assert response.headers["HX-Redirect"].startswith("/reauthenticate/?next=")


def test_the_key_of_the_session_changes_and_the_list_shows_one(clinic, director):
    client = stale(director)
    before = client.session.session_key
    proves(client, client.get(at("confirm", clinic)))
    assert client.session.session_key not in {before, None}
    thief = browser()
    thief.cookies["sessionid"] = before
    assert thief.get(at("clinic_home", clinic)).url.startswith("/login/")
    assert shows(client.get("/account/")).count("いま使っている端末") == 1


def test_a_code_proves_as_a_password_does(clinic, director):
    TOTP.activate(director, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(director)
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    client = stale(director)
    page = client.get(client.get(at("confirm", clinic)).url)
    others = [a.get("href") for a in tree(page).iter("a") if "/second-factor/" in a.get("href", "")]
    assert len(others) == 1
    assert client.post(others[0], {"code": code}).url == at("confirm", clinic)
    assert client.get(at("confirm", clinic)).status_code == 200


def test_a_code_is_offered_by_name_and_without_a_second_factor_nothing_is(clinic, director):
    client = stale(director)
    page = client.get(client.get(at("confirm", clinic)).url)
    assert having(tree(page), class_="plain-links") == []
    TOTP.activate(director, "JBSWY3DPEHPK3PXP")
    page = client.get(client.get(at("confirm", clinic)).url)
    assert "認証アプリのコードか、回復コードで確かめる" in shows(page)


def test_the_samples_visitor_has_no_password_and_is_not_asked(edition):
    client = stale(visitor())
    sample = Clinic.objects.get(code=CODE)
    found = [client.get(at(name, sample)).status_code for name in ("confirm", "people")]
    typed = form_with(client.get(at("people", sample)), "email") | {"email": "x@example.jp", "role": "viewer"}
    assert [*found, client.post(at("people", sample), typed).status_code] == [200, 200, 200]


def test_logging_in_anew_is_fresh_and_begins_the_hours_again(clinic, director):
    client = browser(director)
    session = client.session
    session.update({"proved": 1.0, "began": timezone.now().timestamp() - 11 * 3600})
    session.save()
    client.force_login(director)
    assert client.get(at("confirm", clinic)).status_code == 200
    began = timezone.datetime.fromtimestamp(client.session["began"], tz=timezone.get_current_timezone())
    assert timezone.now() - began < timedelta(minutes=1)
