"""What people type does not stand in the log: a real gunicorn, everything that can go wrong, its whole output."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil
import pytest

from tests.bench.server import ROOT, end, free_port, wait_for

TOKEN = "Zk3vQ9fT-canary-token-8mXw_2LpR7bNc4YdHs6GtJ1e"
EMAIL = "canary.hanako@midori-naika.example"
CLINIC = "カナリア台内科クリニック"
PASSWORD = "canary-no-kumasan-88"
HOST = "tenken.example.jp"
CANARIES = (TOKEN, EMAIL, CLINIC, PASSWORD)
SPELLED = {
    each
    for word in CANARIES
    for each in (word, quote(word), quote(word, safe=""), ascii(word)[1:-1], repr(word.encode())[2:-1])
}
PARTS = ("canary", "Canary", "カナリア", "%E3%82%AB", r"\u30ab", r"\xe3\x82\xab")
PRODUCTION = {
    "PRODUCTION": "1",
    "SECRET_KEY": "zq4Wc7nTgR0bYvK2mJxH9sLpD5fE8aUi3oMhVtBkXyNrGwCeQ1",
    "AUDIT_KEY": "Hk3rT8vXz1LbNqYw6CmPf0JdSgUe4RaVo9ZiEtKxMhBn2QyWc7",
    "ALLOWED_HOSTS": HOST,
    "PUBLIC_URL": f"https://{HOST}",
    "BEHIND_PROXY": "1",
}
PROXIED = {"Host": HOST, "X-Forwarded-Proto": "https"}


class Site:
    """A running server, and what it has written."""

    def __init__(self, process: subprocess.Popen, port: int, log: Path):
        self.process, self.port, self.log, self.statuses = process, port, log, []

    def ask(
        self, method: str, path: str, body: dict | None = None, **headers: str
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {**PROXIED, "Content-Type": "application/x-www-form-urlencoded", **headers}
        connection.request(method, path, urlencode(body) if body else None, sent)
        response = connection.getresponse()
        response.text = response.read().decode()
        connection.close()
        return response

    def raw(self, sent: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            connection.sendall(sent)
            return connection.recv(65536)

    def written(self) -> str:
        return self.log.read_text("utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """An installation of its own, on SQLite."""
    made = tmp_path_factory.mktemp("canaries") / "var"
    for words in (["migrate", "-v", "0"], ["createcachetable"]):
        command = [sys.executable, "manage.py", *words]
        environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(made)}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)  # noqa: S603 (our own)
    return made


@pytest.fixture(scope="module", params=["", "1"], ids=["lines", "json"])
def site(request, folder, tmp_path_factory):
    """gunicorn as in production, after everything below has been typed into it."""
    folder = shutil.copytree(folder, tmp_path_factory.mktemp("served") / "var")  # with no log-in counted yet
    port, log = free_port(), folder / f"log-{request.param}.txt"
    names = {
        "VAR_DIR": str(folder),
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": "1",
        "LOG_JSON": request.param,
    }
    names |= {"DJANGO_SETTINGS_MODULE": "tests.compliance.raising_settings", "PATH": os.environ["PATH"]}
    gunicorn = [
        str(Path(sys.executable).parent / "gunicorn"),
        "--config",
        "compliance/gunicorn.py",
        "compliance.wsgi",
    ]
    with log.open("wb") as out:
        process = subprocess.Popen(gunicorn, cwd=ROOT, env=PRODUCTION | names, stdout=out, stderr=out)  # noqa: S603 (our own)
        try:
            wait_for(process, port, log)
            site = Site(process, port, log)
            type_canaries(site)
            yield site
        finally:
            end(process)


def type_canaries(site: Site) -> None:
    """Each canary into each place where something goes wrong; `statuses` says what came of it."""
    for word in CANARIES:
        typed, shown = {"login": word, "password": word, "q": word}, quote(word, safe="")
        query = urlencode({"q": word})
        asked = [
            ("GET", f"/nothing/{shown}/?{query}", None, {}),
            ("GET", f"/missing/{shown}/", None, {}),
            ("GET", f"/broken/{shown}/?{query}", None, {"Cookie": f"sessionid={shown}"}),
            ("POST", f"/broken/{shown}/", typed, {"User-Agent": shown}),
            ("GET", f"/r/{shown}/", None, {"Referer": f"https://{HOST}/{shown}"}),
            ("POST", f"/r/{shown}/", typed, {"Referer": f"https://{HOST}/{shown}"}),
            ("POST", f"/welcome/MQ/{shown}/", typed, {"Referer": f"https://elsewhere.example/{shown}"}),
            ("POST", "/login/", typed, {"Origin": f"https://{shown}.example"}),
            ("GET", f"/c/{shown}/items/", None, {}),
            ("GET", "/login/", None, {"Host": f"{shown}.example"}),
            ("GET", "/login/", None, {"X-Request-ID": shown}),
        ]  # fmt: skip
        site.statuses.append(
            [site.ask(method, path, body, **more).status for method, path, body, more in asked]
        )
        site.statuses[-1].append(refused_log_in(site, word))
        site.raw(f"GET /{shown} HTTP/9.{shown}\r\nHost: {shown}\r\n\r\n".encode())
        site.raw(f"{shown} / HTTP/1.1\r\nHost: {HOST}\r\n{shown}\r\n\r\n".encode())


def refused_log_in(site: Site, word: str) -> int:
    """A log-in as the page sends it, by somebody who does not exist."""
    page = site.ask("GET", "/login/")
    token = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    cookie = page.headers["Set-Cookie"].partition(";")[0]
    typed = {"login": EMAIL, "password": word, "csrfmiddlewaretoken": token}
    return site.ask("POST", "/login/", typed, Cookie=cookie, Referer=f"https://{HOST}/login/").status


def test_everything_went_wrong_as_it_was_meant_to(site):
    found = [404, 404, 500, 500, 404, 404, 403, 403, 404, 400, 200, 200]
    a_code = [*found[:8], 302, *found[9:]]  # what could be a clinic's code asks to log in first
    assert site.statuses == [a_code if word in {TOKEN, PASSWORD} else found for word in CANARIES]


def test_nothing_that_was_typed_stands_in_the_log(site):
    written = site.written()
    assert [word for word in sorted(SPELLED) if word in written] == []
    assert [word for word in PARTS if word in written.replace("test_log_canaries", "")] == []


def test_the_log_tells_all_the_same_what_happened(site):
    written = site.written()
    assert written.count("KeyError") == written.count("ValueError") == 2 * len(CANARIES)
    assert "tests/compliance/raising_urls.py:" in written
    for kind in (
        "django.request",
        "django.security.csrf",
        "django.security.DisallowedHost",
        "Invalid request",
    ):
        assert kind in written


def test_each_request_left_one_line_with_the_id_of_its_answer(site):
    before = site.written().splitlines()
    found = site.ask("GET", "/help/").headers["X-Request-ID"]
    lines = [line for line in site.written().splitlines()[len(before) :] if found in line]
    assert len(lines) == 1
    assert "help" in lines[0]


def test_a_traceback_carries_the_id_of_the_answer_too(site):
    found = site.ask("GET", "/broken/x/").headers["X-Request-ID"]
    heads = [line for line in site.written().splitlines() if found in line]
    assert sorted("django.request" in line for line in heads) == [False, True]


def test_lines_for_programs_are_json(site):
    lines = site.written().splitlines()
    if site.log.name == "log-1.txt":
        assert {type(json.loads(line)) for line in lines} == {dict}
    else:
        assert [line for line in lines if line.startswith("{")] == []


def test_a_worker_that_was_killed_is_told(site):
    worker = psutil.Process(site.process.pid).children()[0]
    worker.send_signal(signal.SIGKILL)
    worker.wait(20)
    assert site.ask("GET", "/healthz").status == 200
    assert f"Worker (pid:{worker.pid}) was sent SIGKILL!" in site.written()
