"""What stands beside the server: mail servers that refuse, a queue nobody works on, triggers and chains that broke."""

import socket
import socketserver
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from checklist.issuing import make_pdf
from compliance import audit, walls
from compliance.audit import AuditEntry, triggers
from compliance.doctor import checks, services

# Mail


class MailServer(socketserver.StreamRequestHandler):
    """Answers as a mail server does; who logs in is refused."""

    timeout = 10  # seconds

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line.split()[0].upper()
            if word == b"EHLO":
                self.wfile.write(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"535 no\r\n")


@contextmanager
def mail_server():
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_no_mail_server_is_fine():
    found = services.mail("", 25, "webmaster@localhost")
    assert (found.state, found.says) == (
        "ok",
        "メールの設定はありません。リンクは画面に出るので、なくても使えます。",
    )


def test_a_mail_server_that_answers_is_fine():
    with mail_server() as port:
        assert services.mail("127.0.0.1", port, "tenken@example.jp").state == "ok"


def test_a_sender_without_a_domain_is_noticed():
    with mail_server() as port:
        assert services.mail("127.0.0.1", port, "webmaster@localhost").state == "warn"


def test_a_mail_server_that_is_not_there_is_named():
    port = closed_port()
    found = services.mail("127.0.0.1", port, "tenken@example.jp")
    assert (found.state, found.says) == (
        "bad",
        f"メールサーバ 127.0.0.1:{port} につながりません（ConnectionRefusedError）。",
    )


def test_a_mail_server_that_refuses_the_password_says_so_without_it(settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "tenken", "secret-of-mail"
    with mail_server() as port:
        found = services.mail("127.0.0.1", port, "tenken@example.jp")
    assert (found.state, found.says) == ("bad", "メールサーバ 127.0.0.1 にログインできません。")
    assert "secret-of-mail" not in found.says + found.do


# The queue


@pytest.fixture
def waiting(settings, db):
    """waiting(minutes): one task of a queue with a worker, that long in it."""
    from django_tasks_db.models import DBTaskResult

    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

    def enqueue(minutes: int) -> None:
        task = make_pdf.enqueue(1, 1)
        since = timezone.now() - timedelta(minutes=minutes)
        DBTaskResult.objects.filter(pk=task.id).update(enqueued_at=since)

    return enqueue


def test_a_queue_without_a_task_is_fine(waiting):
    assert checks.queue().state == "ok"


@pytest.mark.parametrize(("minutes", "state"), [(1, "ok"), (6, "bad")])
def test_a_task_that_waits_too_long_means_that_no_worker_runs(waiting, minutes, state):
    waiting(minutes)
    assert checks.queue().state == state


def test_the_sentence_says_how_long_and_what_to_start(waiting):
    waiting(75)
    found = checks.queue()
    assert found.says.startswith("点検報告書などの作成が 75分待たされています。")
    assert found.do.startswith("manage.py db_worker を動かしてください")


@pytest.mark.django_db
def test_without_a_queue_nothing_waits():
    assert checks.queue().says == "点検報告書は、その場で作ります（待ち行列は使っていません）。"


# 操作記録


@pytest.fixture
def entries(clinic, director):
    """A chain of some entries."""
    clinic.describe(clinic.version, by=director, phone="03-0000-0000")
    return AuditEntry.objects.filter(clinic_id=clinic.pk)


def test_triggers_that_stand_are_fine(db):
    assert services.triggers(triggers.missing()).state == "ok"


def test_a_dropped_trigger_is_named(db):
    name = sorted(triggers.missing() or triggers._wanted())[0]
    with walls.as_owner(), connection.cursor() as cursor:
        on = f" ON {triggers.TABLE}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {name}{on}")
    found = services.triggers(triggers.missing())
    assert (found.state, found.says) == (
        "bad",
        f"操作記録の書き換えを止めるしかけ（トリガー）が外れています（{name}）。",
    )


def test_an_altered_entry_is_found(entries, clinic):
    with walls.as_owner():
        triggers.remove()
        entries.filter(sequence=1).update(actor_name="だれか")
    with walls.as_server():
        found = services.chains([audit.check(clinic.pk)])
    assert found.state == "bad"
    assert found.says.startswith(
        f"操作記録がつながっていません（1件。医療機関の番号 {clinic.pk}: 1番の記録が"
    )


@pytest.mark.django_db(transaction=True)
def test_whole_chains_are_counted(entries, clinic):
    with walls.as_server():
        count = entries.count()
        found = services.chains([audit.check(clinic.pk)])
    assert (found.state, found.says) == ("ok", f"操作記録は連続しています（1系列、{count}件を調べました）。")


# Static files


def test_static_files_must_have_been_collected(tmp_path):
    assert services.static_files(tmp_path).state == "bad"
    (tmp_path / "staticfiles.json").write_text("{}")
    assert services.static_files(tmp_path).state == "ok"


def test_of_many_chains_another_choice_is_looked_at_each_time():
    chains = list(range(1000))
    choices = {tuple(checks.some(chains, 100)) for _ in range(5)}
    assert (len(choices), {len(set(each) & set(chains)) for each in choices}) == (5, {100})
    assert checks.some([3, 1, 2], 100) == [1, 2, 3]
