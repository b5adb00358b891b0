"""Probes: what they say of a process that answers, of a database that does not, and of one that is not ready."""

import pytest
from django.db import connection, connections

from compliance.models import GuidelineEdition
from tests.web import browser

pytestmark = pytest.mark.django_db


def said(path: str, **headers) -> tuple[int, bytes]:
    response = browser().get(path, **headers)
    return response.status_code, response.content


def test_a_process_that_answers_is_healthy_and_ready():
    assert (said("/healthz"), said("/readyz")) == ((200, b"ok\n"), (200, b"ready\n"))


def test_health_asks_the_database_for_nothing(django_assert_num_queries, director):
    client = browser(director)
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_a_database_without_the_guideline_is_not_ready():
    GuidelineEdition.objects.all().delete()
    assert (said("/healthz"), said("/readyz")) == ((200, b"ok\n"), (503, b"not ready\n"))


def test_a_database_behind_the_code_is_not_ready():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'vendors' AND name = '0001_initial'")
    assert said("/readyz") == (503, b"not ready\n")


def test_a_database_that_is_not_there_is_not_ready(tmp_path):
    """The one that tests use stands aside for one that nobody answers at."""
    ours = connections["default"]
    name = str(tmp_path / "none" / "db.sqlite3") if ours.vendor == "sqlite" else "nothing"
    gone = {
        **ours.settings_dict,
        "NAME": name,
        "HOST": "127.0.0.1",
        "PORT": "1",
    }
    connections["default"] = type(ours)(gone, "default")
    try:
        found = said("/healthz"), said("/readyz")
    finally:
        connections["default"] = ours
    assert found == ((200, b"ok\n"), (503, b"not ready\n"))


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_has_no_session_and_is_kept_by_nobody(path):
    response = browser().get(path)
    assert "no-store" in response["Cache-Control"]
    assert (dict(response.cookies), response["X-Frame-Options"]) == ({}, "DENY")
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_only_looks(path):
    client = browser()
    assert [client.head(path).status_code, client.post(path).status_code] == [200, 405]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_that_names_another_host_is_refused(path):
    assert said(path, headers={"host": "elsewhere.example"})[0] == 400


def test_a_probe_needs_no_tls_where_people_do(settings):
    settings.SECURE_SSL_REDIRECT = True
    assert (said("/healthz")[0], said("/login/")[0]) == (200, 301)


def test_probes_are_not_counted():
    assert {said("/healthz")[0] for _ in range(200)} == {200}
