"""Sessions end; what was typed in them comes back to its writer, once, unsaved."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from compliance.models import TypedInput
from compliance.sessions import KeepTypedInput, NoStore, SessionLimits, keep, kept_input, signed_writer
from compliance.views import BACKEND
from tests.web import at, browser, form_with

pytestmark = pytest.mark.django_db
PATH = "/c/abcdefgh/items/10-9/"
TYPED = {"status": "done", "note": "三行\n書いた"}


@pytest.fixture
def writer(director):
    return director


def posted(writer, path: str = PATH, user=None, **more):
    """A form whose page was made for `writer`, sent without a session."""
    request = RequestFactory().post(path, {**TYPED, "typed_by": signed_writer(writer), **more})
    request.user = user or AnonymousUser()
    return request


def shown_to(user, path: str = PATH, query: str = "?kept=1") -> dict | None:
    request = RequestFactory().get(path + query)
    request.user = user
    kept = kept_input(request)
    return kept and kept.dict()


# What was typed


def test_what_was_typed_comes_back_to_its_writer(writer):
    assert keep(posted(writer)) is True
    assert shown_to(writer) == TYPED


def test_several_values_of_one_name_come_back(writer):
    keep(posted(writer, codes=["1.4-1", "1.4-2"]))
    request = RequestFactory().get(f"{PATH}?kept=1")
    request.user = writer
    assert kept_input(request).getlist("codes") == ["1.4-1", "1.4-2"]


def test_it_is_handed_out_once(writer):
    keep(posted(writer))
    assert (shown_to(writer), shown_to(writer)) == (TYPED, None)


def test_the_newest_is_handed_out_and_the_older_goes_with_it(writer):
    for note in ("前", "後"):
        keep(posted(writer, note=note))
    assert (shown_to(writer)["note"], shown_to(writer)) == ("後", None)


def test_nobody_else_gets_it(writer, stranger):
    keep(posted(writer))
    assert (shown_to(stranger), shown_to(writer)) == (None, TYPED)


def test_it_belongs_to_its_page(writer):
    keep(posted(writer))
    assert (shown_to(writer, "/c/abcdefgh/items/10-8/"), shown_to(writer)) == (None, TYPED)


def test_a_page_that_does_not_ask_for_it_leaves_it_there(writer):
    keep(posted(writer))
    assert (shown_to(writer, query=""), shown_to(writer)) == (None, TYPED)


def test_the_forms_own_machinery_is_not_kept(writer):
    keep(posted(writer, csrfmiddlewaretoken="x"))
    assert shown_to(writer) == TYPED


def test_the_version_of_the_form_is_kept_so_that_it_overwrites_nothing_later(writer):
    keep(posted(writer, version="3"))
    assert shown_to(writer) == TYPED | {"version": "3"}


@pytest.mark.parametrize(("minutes", "expected"), [(59, TYPED), (61, None)])
def test_it_is_kept_for_60_minutes(writer, minutes, expected):
    keep(posted(writer))
    TypedInput.objects.update(at=timezone.now() - timedelta(minutes=minutes))
    assert shown_to(writer) == expected


def test_what_is_too_old_is_deleted_with_the_next_one_kept(writer, stranger):
    keep(posted(writer))
    TypedInput.objects.update(at=timezone.now() - timedelta(minutes=61))
    keep(posted(stranger))
    assert [each.user for each in TypedInput.objects.all()] == [stranger]


def test_ten_pages_are_kept_for_a_person_and_the_oldest_go(writer, stranger):
    keep(posted(stranger, "/0/"))
    for number in range(12):
        keep(posted(writer, f"/{number}/"))
    kept = TypedInput.objects.filter(user=writer).order_by("at").values_list("path", flat=True)
    assert list(kept) == [f"/{number}/" for number in range(2, 12)]
    assert TypedInput.objects.filter(user=stranger).count() == 1


@pytest.mark.parametrize(
    "typed_by",
    ["", "garbage", signing.dumps(1), signing.dumps(1, salt="another")],
    ids=["none", "garbage", "no salt", "another salt"],
)
def test_a_form_that_does_not_prove_its_writer_is_not_kept(writer, typed_by):
    assert keep(posted(writer, typed_by=typed_by)) is False
    assert TypedInput.objects.count() == 0


def test_a_proof_signed_with_another_key_is_refused(writer, settings):
    key, settings.SECRET_KEY = settings.SECRET_KEY, "a guess"
    request = posted(writer)
    settings.SECRET_KEY = key
    assert (keep(request), TypedInput.objects.count()) == (False, 0)


def test_a_proof_older_than_any_session_is_refused(writer, settings):
    request = posted(writer)
    settings.SESSION_ABSOLUTE = timedelta(seconds=-1)
    assert (keep(request), TypedInput.objects.count()) == (False, 0)


def test_a_form_of_somebody_who_is_gone_is_not_kept(stranger):
    request = posted(stranger)
    stranger.delete()
    assert (keep(request), TypedInput.objects.count()) == (False, 0)


@pytest.mark.parametrize(("size", "expected"), [(60 * 1024, True), (64 * 1024, False)])
def test_at_most_64_kilobytes_are_kept(writer, size, expected):
    assert keep(posted(writer, note="x" * size)) is expected
    assert TypedInput.objects.count() == int(expected)


def test_a_character_that_no_database_takes_does_not_lose_the_rest(writer):
    assert keep(posted(writer, note="前\x00後")) is True
    assert shown_to(writer)["status"] == "done"


# The middleware


def passed(middleware, request):
    """The response, and whether the request got as far as a view."""
    views = []
    response = middleware(lambda request: views.append(request) or HttpResponse("view"))(request)
    return response, bool(views)


def test_a_form_without_a_session_leads_to_log_in_and_back(writer):
    response, viewed = passed(KeepTypedInput, posted(writer))
    assert (response.status_code, viewed) == (302, False)
    assert response.headers["Location"] == "/login/?next=%2Fc%2Fabcdefgh%2Fitems%2F10-9%2F%3Fkept%3D1"
    assert shown_to(writer) == TYPED


def test_htmx_is_led_to_log_in_as_a_whole_page(writer):
    request = posted(writer)
    request.META["HTTP_HX_REQUEST"] = "true"
    response, viewed = passed(KeepTypedInput, request)
    assert (response.status_code, viewed) == (204, False)
    assert response.headers["HX-Redirect"].startswith("/login/?next=%2Fc%2F")


@pytest.mark.parametrize("more", [{"auto": "1"}, {"note": "x" * 64 * 1024}], ids=["saves itself", "too long"])
def test_htmx_stays_where_it_is_with_what_is_not_kept(more, writer):
    request = posted(writer, **more)
    request.META["HTTP_HX_REQUEST"] = "true"
    response, viewed = passed(KeepTypedInput, request)
    assert (response.status_code, viewed, TypedInput.objects.count()) == (401, False, 0)


@pytest.mark.parametrize(
    "request_of",
    [
        lambda writer: posted(writer, user=writer),
        lambda writer: posted(writer, typed_by="garbage"),
    ],
    ids=["signed in", "writer unknown"],
)
def test_any_other_form_goes_on_to_its_view(writer, request_of):
    assert passed(KeepTypedInput, request_of(writer))[1] is True
    assert TypedInput.objects.count() == 0


def test_a_form_of_a_page_without_log_in_goes_on_to_its_view(writer):
    assert passed(KeepTypedInput, posted(writer, "/check/"))[1] is True
    assert TypedInput.objects.count() == 0


@pytest.mark.parametrize(("headers", "status"), [({}, 302), ({"HX-Request": "true"}, 204)])
def test_over_http_a_form_of_a_clinics_page_is_kept_and_led_to_log_in(
    headers, status, writer, clinic, answer
):
    path = at("item", clinic, code="7-5")
    proof = form_with(browser(writer).get(path), "typed_by").fields["typed_by"]
    response = browser().post(
        path, {"status": "na", "reason": "使わない", "typed_by": proof}, headers=headers
    )
    where = response.headers.get("HX-Redirect") or response.headers["Location"]
    assert (response.status_code, where) == (status, f"/login/?{urlencode({'next': f'{path}?kept=1'})}")
    assert answer("7-5").status == "none"
    back = browser(writer).get(f"{path}?kept=1")
    assert form_with(back, "reason").fields["reason"] == ["使わない"]


@pytest.fixture
def signed_in(writer):
    """A request in a session that has just begun."""
    request = RequestFactory().get(PATH)
    request.user, request.session = AnonymousUser(), SessionStore()
    login(request, writer, backend=BACKEND)
    return request


def visit(request, minutes: float) -> bool:
    """Is the person still signed in after asking for a page `minutes` after the beginning?"""
    SessionLimits(HttpResponse).limit(request, 1_000_000 + minutes * 60)
    return request.user.is_authenticated


def test_a_session_ends_after_60_idle_minutes(signed_in):
    assert [visit(signed_in, minutes) for minutes in (0, 59, 118, 179)] == [True, True, True, False]
    assert dict(signed_in.session.items()) == {}


@pytest.mark.parametrize(("seconds", "expected"), [(3600, True), (3600.001, False)])
def test_sixty_minutes_to_the_moment_are_still_one_session(seconds, expected, signed_in):
    assert [visit(signed_in, 0), visit(signed_in, seconds / 60)] == [True, expected]


def test_work_within_five_minutes_of_the_last_note_ends_the_session_early_and_never_late(signed_in):
    """What is written at most every 5 minutes may be 5 minutes old: then 55 idle minutes are the least."""
    assert [visit(signed_in, minutes) for minutes in (0, 4.9, 59.9)] == [True, True, True]
    assert [visit(signed_in, minutes) for minutes in (64.8, 124.8)] == [True, False]


@pytest.mark.parametrize("back", [1, 4])
def test_a_clock_that_is_set_back_a_little_changes_nothing(back, signed_in):
    assert [visit(signed_in, minutes) for minutes in (0, 30, 30 - back, 90)] == [True, True, True, True]
    assert visit(signed_in, 151) is False


def test_a_form_that_saves_itself_is_work_and_no_page_asks_by_itself(signed_in, client, clinic, writer):
    """A tab left open sends nothing: saves begin with typing, and no page loads itself or a part again."""
    pages = list((settings.BASE_DIR / "templates").rglob("*.html"))
    repeats = re.compile(r"hx-trigger=\"[^\"]*every|http-equiv=\"?refresh")
    assert [path.name for path in pages if repeats.search(path.read_text("utf-8"))] == []
    client.force_login(writer)
    session = client.session
    session["seen"] -= 59 * 60
    session.save()
    client.post(at("item", clinic, code="7-5"), {"auto": "1"}, headers={"HX-Request": "true"})
    assert timezone.now().timestamp() - client.session["seen"] < 60


def test_a_session_ends_after_12_hours_of_work(signed_in):
    half_hours = range(0, 12 * 60 + 1, 30)
    assert all(visit(signed_in, minutes) for minutes in half_hours)
    assert visit(signed_in, 12 * 60 + 1) is False


@pytest.mark.parametrize("back", [6, 60 * 24 * 400])
def test_a_clock_that_is_set_back_ends_no_session_and_prolongs_none_beyond_its_limits(back, signed_in):
    assert [visit(signed_in, minutes) for minutes in (0, 30)] == [True, True]
    assert [visit(signed_in, minutes - back) for minutes in (30, 80, 141)] == [True, True, False]


def test_a_clock_that_jumps_forward_ends_the_session(signed_in):
    assert [visit(signed_in, minutes) for minutes in (0, 60 * 24 * 400)] == [True, False]


def test_a_page_within_five_minutes_writes_nothing(signed_in):
    visit(signed_in, 0)
    signed_in.session.save()
    signed_in.session.modified = False
    begun = seen_as_stored(signed_in)
    visit(signed_in, 4)
    assert (signed_in.session.modified, seen_as_stored(signed_in)) == (False, begun)
    visit(signed_in, 6)
    assert (signed_in.session.modified, seen_as_stored(signed_in)) == (False, begun + 6 * 60)


def seen_as_stored(request) -> float:
    return type(request.session)(request.session.session_key)["seen"]


def test_somebody_without_a_session_is_not_given_one():
    request = RequestFactory().get("/login/")
    request.user, request.session = AnonymousUser(), SessionStore()
    passed(SessionLimits, request)
    assert dict(request.session.items()) == {}


def test_a_signed_in_page_is_stored_nowhere(writer):
    request = RequestFactory().get(PATH)
    request.user = writer
    response, _ = passed(NoStore, request)
    assert "no-store" in response.headers["Cache-Control"]


def test_a_page_for_everybody_may_be_stored():
    request = RequestFactory().get("/login/")
    request.user = AnonymousUser()
    response, _ = passed(NoStore, request)
    assert "Cache-Control" not in response.headers
