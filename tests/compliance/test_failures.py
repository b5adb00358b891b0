"""The page for what the machine could not do: it says so, keeps what was typed, and asks the database for nothing."""

import sqlite3

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import RequestFactory

from compliance.failures import page, said
from compliance.troubles import AWAY, BUSY, FULL, trouble_of
from compliance.views import server_error
from tests.web import form_with, having, tree, words

TYPED = {"typed_by": "proof", "version": "3", "note": "<b>書いた文</b>", "items": ["7-5", "8-1"], "empty": ""}


def full() -> OperationalError:
    cause = sqlite3.OperationalError()
    cause.sqlite_errorcode = sqlite3.SQLITE_FULL
    error = OperationalError()
    error.__cause__ = cause
    return error


def posted(fields: dict):
    return RequestFactory().post("/c/sample/items/7-5/?filter=none", fields)


@pytest.mark.parametrize(("trouble", "status"), [(FULL, 507), (AWAY, 503), (BUSY, 503)])
def test_the_page_says_what_happened_and_what_to_do(trouble, status):
    response = page(posted(TYPED), trouble)
    alert = words(having(tree(response), role="alert")[0])
    assert (response.status_code, alert) == (status, trouble.why + trouble.then)


def test_what_was_typed_can_be_sent_once_more_from_the_page():
    response = page(posted(TYPED), FULL)
    form = form_with(response, "note")
    assert form.action == "/c/sample/items/7-5/?filter=none"
    kept = {name: values for name, values in form.fields.items() if name != "csrfmiddlewaretoken"}
    assert kept == {
        "typed_by": ["proof"],
        "version": ["3"],
        "note": ["<b>書いた文</b>"],
        "items": ["7-5", "8-1"],
        "empty": [""],
    }
    assert [words(each) for each in tree(response).find(".//form").iter("li")] == [
        "<b>書いた文</b>",
        "7-5",
        "8-1",
    ]


def test_what_the_form_alone_needs_is_sent_again_and_not_shown():
    codes = {"version-MDS-01": "2-8f3a11c2", "answer-MDS-01": "yes", "turn": "3"}
    response = page(posted(TYPED | codes | {"remark-MDS-01": "次の版で"}), FULL)
    assert {*codes} <= {*form_with(response, "note").fields}
    shown = [words(each) for each in tree(response).find(".//form").iter("li")]
    assert shown == ["<b>書いた文</b>", "7-5", "8-1", "次の版で"]


def test_a_password_is_never_shown_again():
    response = page(posted({"login": "a@example.jp", "password": "himitsu-no-kotoba"}), FULL)
    assert tree(response).find(".//form") is None
    assert "himitsu" not in response.content.decode()


def test_a_page_that_was_only_looked_at_says_that_it_does_not_open():
    response = page(RequestFactory().get("/c/sample/"), AWAY)
    assert words(tree(response).find(".//h1")) == "いまは開けません"


def test_a_fault_of_our_own_is_not_explained_away():
    assert said(posted(TYPED), ValueError()) is None
    assert server_error(posted(TYPED)).status_code == 500


def test_what_breaks_outside_any_view_is_said_too():
    try:
        raise full()
    except OperationalError:
        response = server_error(posted(TYPED))
    assert response.status_code == 507


@pytest.mark.django_db
def test_a_database_that_holds_no_further_page_says_so():
    if connection.vendor != "sqlite":
        pytest.skip("max_page_count is SQLite's")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            with pytest.raises(DatabaseError) as raised:
                cursor.execute("CREATE TABLE too_much AS SELECT hex(randomblob(100000)) AS content")
            assert trouble_of(raised.value) is FULL
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")
