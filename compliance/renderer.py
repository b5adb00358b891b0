"""PDFs made in a process of their own: a warm parent that forks a limited child for each document.

`python -m compliance.renderer` is that parent. It reads jobs from its standard input and answers on its standard
output, each as a length of eight bytes and that many bytes of JSON or PDF.
"""

import json
import os
import resource
import signal
import struct
import subprocess
import sys
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from compliance.logs import outline

SECONDS = 30  # of the processor: a busy machine must not count against the document
WALL = 2 * SECONDS  # for one that stands still
BYTES = 1024**3
ROOT = Path(__file__).resolve().parents[1]
_ONE_AT_A_TIME = Lock()
_parent: subprocess.Popen | None = None


class RenderingFailed(Exception):
    """The document took too long, too much memory, or broke; the sentence says which."""


@dataclass(frozen=True)
class Attached:
    """A file inside the PDF; `at` is the ISO moment that its entry carries."""

    name: str
    description: str
    content: bytes
    at: str


def pdf(html: str, *, draft: bool = False, attached: Sequence[Attached] = ()) -> bytes:
    """As `compliance.printing.pdf`, in a limited child; RenderingFailed where it did not make it."""
    files = [asdict(each) | {"content": b64encode(each.content).decode()} for each in attached]
    job = json.dumps({"html": html, "draft": draft, "attached": files}).encode()
    with _ONE_AT_A_TIME:
        try:
            answer = _answer(_standing(), job)
        except OSError:
            raise RenderingFailed("PDFを作る処理が止まりました。もう一度行ってください。") from None
    if not answer.startswith(b"%PDF"):
        raise RenderingFailed(answer.decode())
    return answer


def _standing() -> subprocess.Popen:
    """The warm parent of this process, started when it is first needed."""
    global _parent
    if _parent is None or _parent.poll() is not None:
        command = [sys.executable, "-m", "compliance.renderer"]
        _parent = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 (our own)
    return _parent


def _answer(parent: subprocess.Popen, job: bytes) -> bytes:
    """What the parent makes of the job. Who leaves before it answers ends it: the next must not get this answer."""
    try:
        _send(parent.stdin, job)
        return _receive(parent.stdout)
    except BaseException:
        parent.kill()
        parent.wait()
        with suppress(OSError):  # what it never read
            parent.stdin.close()
        parent.stdout.close()
        raise


def _send(pipe: BinaryIO, message: bytes) -> None:
    pipe.write(struct.pack(">Q", len(message)) + message)
    pipe.flush()


def _receive(pipe: BinaryIO) -> bytes:
    """The next whole message; OSError where the other side is gone."""
    return _exactly(pipe, struct.unpack(">Q", _exactly(pipe, 8))[0])


def _exactly(pipe: BinaryIO, count: int) -> bytes:
    read = pipe.read(count)
    if len(read) < count:
        raise OSError("the other side is gone")
    return read


# The parent's side


def serve() -> None:
    """Take jobs until the web server's end of the pipe closes. Never more than one child at a time."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints goes to the log, not between the answers
    from compliance import printing

    printing.warm_up()
    while True:
        try:
            job = json.loads(_receive(sys.stdin.buffer))
        except OSError:
            return
        _send(answers, _in_child(job))


def _in_child(job: dict) -> bytes:
    """Fork, render there, and take what it wrote: a PDF, or a sentence."""
    with tempfile.TemporaryFile() as out:
        child = os.fork()
        if child == 0:
            _render(job, out)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        return out.read() if status == 0 else _why(status).encode()


def _render(job: dict, out: BinaryIO) -> None:
    """In the child: limited in time and memory; it never returns."""
    from compliance import printing

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(WALL)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))  # SIGXCPU comes first, then SIGKILL
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    code = 1
    try:
        attached = [Attached(**{**each, "content": b64decode(each["content"])}) for each in job["attached"]]
        out.write(printing.pdf(job["html"], draft=job["draft"], attached=attached))
        out.flush()
        code = 0
    except (MemoryError, SystemError):  # CPython itself may lose the first and then raise the second
        code = 2
    except Exception as error:
        # Into the server's log; the page says only that it failed.
        print(*outline(error), sep="\n", file=sys.stderr)
    finally:
        os._exit(code)


def _why(status: int) -> str:
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if ended_by in {signal.SIGALRM, signal.SIGXCPU}:
        seconds = WALL if ended_by == signal.SIGALRM else SECONDS
        return (
            f"PDFの作成が{seconds}秒で終わらなかったため、止めました。"
            "長い文を短くするか、「要対応だけ」など少ない内容を選んで作ってください。"
        )
    # GLib ends so where it is given no memory; SIGKILL: the machine itself ran out of it.
    if ended_by in {signal.SIGTRAP, signal.SIGABRT, signal.SIGKILL} or (
        os.WIFEXITED(status) and os.WEXITSTATUS(status) == 2
    ):
        return "PDFの作成に使えるメモリを超えたため、止めました。「要対応だけ」など少ない内容を選んで作ってください。"
    return "PDFを作れませんでした。もう一度行い、続くときは、サーバの管理者に知らせてください。"


if __name__ == "__main__":
    serve()
