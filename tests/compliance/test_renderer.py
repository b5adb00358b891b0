"""PDFs out of a process of their own: the same bytes, limits that end a document and nothing else."""

import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from compliance import renderer
from compliance.printing import pdf as pdf_here
from compliance.renderer import Attached, RenderingFailed, pdf
from tests.papers import MOMENT, Printed

PAGE = '<html lang="ja"><head><title>題</title></head><body><h1>見出し</h1><p>本文①😀</p></body></html>'
STOPPED = "PDFを作る処理が止まりました。もう一度行ってください。"
TOO_LONG = (
    "PDFの作成が{}秒で終わらなかったため、止めました。"
    "長い文を短くするか、「要対応だけ」など少ない内容を選んで作ってください。"
)
TOO_LARGE = (
    "PDFの作成に使えるメモリを超えたため、止めました。「要対応だけ」など少ない内容を選んで作ってください。"
)
FAILED = "PDFを作れませんでした。もう一度行い、続くときは、サーバの管理者に知らせてください。"


def long_page(rows: int) -> str:
    line = "<tr><td>" + "医療情報システムの安全管理。" * 20 + "</td></tr>"
    return PAGE.replace("<p>", f"<table>{line * rows}</table><p>")


# The same as here


@pytest.mark.parametrize("draft", [False, True])
def test_it_gives_the_bytes_that_printing_gives_here(draft):
    attached = [Attached("a.json", "記録", b"\x00\xff{}", MOMENT)]
    content = pdf(PAGE, draft=draft, attached=attached)
    assert content == pdf_here(PAGE, draft=draft, attached=attached)
    assert Printed(content).reader.attachments == {"a.json": [b"\x00\xff{}"]}
    assert (content != pdf_here(PAGE, attached=attached)) is draft


def test_documents_one_after_another_and_at_once_keep_to_themselves(in_threads):
    pages = [PAGE.replace("本文", f"本文{number}番") for number in range(4)]
    expected = [pdf_here(page) for page in pages]
    assert [pdf(page) for page in pages] == expected
    assert in_threads(4, lambda number: pdf(pages[number])) == expected


# What goes wrong


def test_nothing_from_outside_is_fetched_and_the_next_document_is_made():
    style = '<style>@import "http://127.0.0.1:9/x.css";</style>'
    for bad in ('<img src="file:///etc/passwd">', '<img src="http://127.0.0.1:9/x.png">', style):
        with pytest.raises(RenderingFailed) as failure:
            pdf(PAGE.replace("本文", bad))
        assert str(failure.value) == FAILED
    assert pdf(PAGE) == pdf_here(PAGE)


def test_a_parent_that_was_killed_is_replaced():
    pdf(PAGE)
    first = renderer._parent
    first.kill()
    first.wait()
    assert pdf(PAGE) == pdf_here(PAGE)
    assert renderer._parent.pid != first.pid


def test_a_parent_killed_in_the_middle_is_a_failure_and_the_next_call_works():
    pdf(PAGE)
    parent = psutil.Process(renderer._parent.pid)

    def kill_when_busy():
        while not parent.children():
            pass
        for each in (parent, *parent.children()):
            each.kill()

    killer = threading.Thread(target=kill_when_busy)
    killer.start()
    with pytest.raises(RenderingFailed) as failure:
        pdf(long_page(400))
    killer.join()
    assert str(failure.value) == STOPPED
    assert pdf(PAGE) == pdf_here(PAGE)


def test_half_a_document_is_none():
    read, write = os.pipe()
    os.write(write, (1000).to_bytes(8, "big") + b"%PDF-1.7 half")
    os.close(write)
    with os.fdopen(read, "rb") as pipe, pytest.raises(OSError, match="the other side is gone"):
        renderer._receive(pipe)


def test_who_is_interrupted_leaves_no_answer_for_the_next():
    """A worker that is told to stop while it waits: its document must not reach somebody else."""

    def stop(*_):
        raise SystemExit

    pdf(PAGE)
    before = signal.signal(signal.SIGUSR1, stop)
    parent = psutil.Process(renderer._parent.pid)

    def interrupt_when_busy():
        while not parent.children():
            pass
        os.kill(os.getpid(), signal.SIGUSR1)

    interrupter = threading.Thread(target=interrupt_when_busy)
    interrupter.start()
    try:
        with pytest.raises(SystemExit):
            pdf(long_page(200))
    finally:
        interrupter.join()
        signal.signal(signal.SIGUSR1, before)
    assert pdf(PAGE) == pdf_here(PAGE)


def test_a_machine_that_starts_no_process_says_so(monkeypatch):
    monkeypatch.setattr(renderer, "_parent", None)
    for program in ("/bin/false", "/nowhere/python"):
        monkeypatch.setattr(sys, "executable", program)
        with pytest.raises(RenderingFailed) as failure:
            pdf(PAGE)
        assert str(failure.value) == STOPPED


def test_no_process_is_left_behind():
    pdf(PAGE)
    assert psutil.Process(renderer._parent.pid).children() == []


def test_the_parent_ends_with_the_process_that_used_it():
    code = "from compliance import renderer; renderer.pdf('<p>x</p>'); print(renderer._parent.pid)"
    root = Path(renderer.__file__).parents[1]
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)  # noqa: S603 (our own)
    psutil.wait_procs([psutil.Process(int(done.stdout))] if psutil.pid_exists(int(done.stdout)) else [], 10)
    assert not psutil.pid_exists(int(done.stdout))


# Limits. The limited child is forked here, from this process, so that its limits can be small.


@pytest.fixture
def here(monkeypatch):
    """here(html, seconds=…, size=…): what the parent would answer with these limits."""

    def answered(html: str, seconds: int = 30, size: int = resource.RLIM_INFINITY) -> str:
        monkeypatch.setattr(renderer, "SECONDS", seconds)
        monkeypatch.setattr(renderer, "BYTES", size)
        return renderer._in_child({"html": html, "draft": False, "attached": []}).decode("latin-1")

    return lambda *args, **limits: answered(*args, **limits).encode("latin-1")


def test_a_document_within_the_limits_comes_whole(here):
    assert here(PAGE) == pdf_here(PAGE)


def test_a_document_that_takes_too_long_is_ended_and_says_so(here):
    assert here(long_page(3000), seconds=1).decode() == TOO_LONG.format(1)


def test_a_document_that_takes_too_much_memory_is_ended_and_says_so(here):
    used = psutil.Process().memory_info().vms
    assert here(long_page(1200), size=used).decode() == TOO_LARGE


@pytest.mark.parametrize(
    ("ended_by", "says"),
    [
        (signal.SIGALRM, TOO_LONG.format(60)),
        (signal.SIGXCPU, TOO_LONG.format(30)),
        (signal.SIGKILL, TOO_LARGE),
        (signal.SIGTRAP, TOO_LARGE),
        (signal.SIGSEGV, FAILED),
    ],
)
def test_the_sentence_says_what_ended_it(ended_by, says):
    child = os.fork()
    if child == 0:
        signal.signal(ended_by, signal.SIG_DFL) if ended_by != signal.SIGKILL else None
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.kill(os.getpid(), ended_by)
        os._exit(0)
    assert renderer._why(os.waitpid(child, 0)[1]) == says


def test_the_limits_are_those_of_the_scoreboard():
    assert (renderer.SECONDS, renderer.BYTES) == (30, 1024**3)
