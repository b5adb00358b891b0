"""One signed-in browser: cookies, forms as a browser sends them."""

import http.client
import time
from collections.abc import Collection
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlencode

SECONDS = 60  # more than any answer may take


@dataclass(frozen=True)
class Answer:
    """A response and the time from the request's first byte to the response's last."""

    ms: float
    body: bytes
    status: int = 200


class Browser:
    def __init__(self, port: int, cookies: dict[str, str]):
        self.host = f"127.0.0.1:{port}"
        self.cookies = dict(cookies)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)

    def get(self, path: str) -> Answer:
        return self.send("GET", path, None, {})

    def post(self, path: str, fields: list[tuple[str, str]], expected: Collection[int] = (200,)) -> Answer:
        """Submit a form as htmx does. RuntimeError where the answer has another status than those."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://{self.host}",
            "HX-Request": "true",
            "HX-Target": "answer",
            "HX-Current-URL": f"http://{self.host}{path}",
        }
        return self.send("POST", path, urlencode(fields).encode(), headers, expected)

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict, expected: Collection[int] = (200,)
    ) -> Answer:
        self.connection.close()
        self.connection.connect()  # gunicorn gives a connection up with its answer
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        started = time.perf_counter()
        self.connection.request(method, path, body, {**headers, "Cookie": cookies})
        response = self.connection.getresponse()
        content = response.read()
        ended = time.perf_counter()
        if response.status not in expected:
            raise RuntimeError(
                f"{method} {path}: {response.status}\n{content[:2000].decode(errors='replace')}"
            )
        self.take_cookies(response)
        return Answer((ended - started) * 1000, content, response.status)

    def take_cookies(self, response: http.client.HTTPResponse) -> None:
        for header in response.headers.get_all("Set-Cookie") or []:
            name, _, value = header.split(";")[0].partition("=")
            self.cookies[name] = value


class Fields(HTMLParser):
    """What a browser would send of the page's form #answer, without a button."""

    def __init__(self):
        super().__init__()
        self.inside = False
        self.found: list[tuple[str, str]] = []
        self.textarea: str | None = None

    def handle_starttag(self, tag: str, attrs) -> None:
        given = dict(attrs)
        self.inside = given.get("id") == "answer" if tag == "form" else self.inside
        if not self.inside or "name" not in given:
            return
        if tag == "textarea":
            self.textarea = given["name"]
            self.found.append((self.textarea, ""))
        elif tag == "input" and (given.get("type") != "radio" or "checked" in given):
            self.found.append((given["name"], given.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.textarea = None
        elif tag == "form":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.found[-1] = (self.textarea, data.removeprefix("\n"))


def fields_of(html: bytes) -> dict[str, str]:
    parser = Fields()
    parser.feed(html.decode())
    return dict(parser.found)
