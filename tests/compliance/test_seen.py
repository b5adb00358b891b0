"""When a session was last seen is noted, but nobody is kept from reading because it could not be."""

import errno

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.exceptions import SessionInterrupted
from django.test import RequestFactory

from compliance.sessions import note_seen
from compliance.views import bad_request

pytestmark = pytest.mark.django_db


class Refusing(SessionStore):
    """A store as Django's, over a database that refuses because of `why`."""

    why: Exception | None = None

    def save(self, must_create=False):
        raise UpdateError from self.why


def seen_in(session: SessionStore) -> SessionStore:
    request = RequestFactory().get("/")
    request.session = session
    note_seen(request, 1000.0)
    return session


@pytest.fixture
def kept() -> SessionStore:
    session = SessionStore()
    session.create()
    return session


def test_it_is_written_down_at_once_and_not_again_at_the_end(kept):
    session = seen_in(SessionStore(kept.session_key))
    assert (SessionStore(kept.session_key)["seen"], session.modified) == (1000.0, False)


def test_a_full_disk_keeps_nobody_from_reading():
    session = Refusing()
    session.why = OSError(errno.ENOSPC, "No space left on device")
    assert (seen_in(session)["seen"], session.modified) == (1000.0, False)


def test_a_session_that_was_ended_elsewhere_is_still_to_be_said():
    assert seen_in(Refusing()).modified is True


@pytest.mark.parametrize(("why", "status"), [(OSError(errno.ENOSPC, "full"), 507), (None, 400)])
def test_a_session_that_cannot_be_kept_is_no_bad_request_where_the_disk_is_full(why, status):
    interrupted = SessionInterrupted()
    interrupted.__context__ = UpdateError()
    interrupted.__context__.__cause__ = why
    assert bad_request(RequestFactory().get("/"), interrupted).status_code == status
