"""What the pages weigh, served as `make run` serves them: gunicorn, static files compressed and named by content."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.journey

ROOT = Path(__file__).resolve().parents[2]
KB = 1000
MENU = ["ホーム", "対象判断", "システムと事業者", "自己点検", "全52項目を表で見る", "確認と確定", "印刷"]


@pytest.fixture
def served(tmp_path, manage) -> str:
    """The address of the product on an empty machine, as make run starts it."""
    assert manage("prepare").returncode == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "gunicorn", "--config", "compliance/gunicorn.py", "compliance.wsgi"]
    environment = {
        "PATH": os.environ["PATH"],
        "VAR_DIR": str(tmp_path),
        "BIND": place,
        "WEB_CONCURRENCY": "1",
    }
    server = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603 (our own)
    wait_for(place)
    yield f"http://{place}"
    server.terminate()
    server.wait(20)


def wait_for(place: str) -> None:
    host, port = place.split(":")
    for _ in range(200):
        try:
            return socket.create_connection((host, int(port))).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise TimeoutError(place)


def test_the_first_visit_transfers_less_than_250_kb(sits_down, served):
    visitor = sits_down(at=served)
    transferred = []
    network = visitor.page.context.new_cdp_session(visitor.page)
    network.on("Network.loadingFinished", lambda loaded: transferred.append(loaded["encodedDataLength"]))
    network.send("Network.enable")
    visitor.goes("/")
    visitor.sees("はじめに")
    visitor.page.wait_for_load_state("networkidle")
    assert len(transferred) >= 5  # page, two stylesheets, two scripts
    assert sum(transferred) < 250 * KB


def test_no_page_of_the_filled_clinic_has_150_kb_of_html(sits_down, served):
    visitor = sits_down(at=served)
    visitor.goes("/")
    visitor.presses("記入済みの見本を見る")
    sizes = {}
    for link in MENU:
        visitor.follows(link)
        visitor.page.wait_for_load_state()
        sizes[link] = len(visitor.page.request.get(visitor.page.url).body())
    assert len(set(sizes.values())) == len(MENU)
    assert {link: size for link, size in sizes.items() if size >= 150 * KB} == {}
