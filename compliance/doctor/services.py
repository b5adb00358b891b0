"""What stands beside the server: the mail server, the queue's worker, the finished static files, the audit chains."""

import smtplib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.core.mail.backends.smtp import EmailBackend

from compliance.audit import Verdict
from compliance.doctor import Found, bad, ok, warn

WAITS_TOO_LONG = timedelta(minutes=5)
SECONDS = 5  # that a mail server may take to answer


def mail(host: str, port: int, sender: str) -> Found:
    """Connect and log in as for a mail (the other values come from the settings); nothing is sent."""
    if not host:
        return ok("メールの設定はありません。リンクは画面に出るので、なくても使えます。")
    server = EmailBackend(host=host, port=port, timeout=SECONDS)
    try:
        server.open()
    except smtplib.SMTPAuthenticationError:
        return bad(
            f"メールサーバ {host} にログインできません。",
            "EMAIL_HOST_USER と EMAIL_HOST_PASSWORD を確かめてください。",
        )
    except (OSError, smtplib.SMTPException) as error:
        return bad(
            f"メールサーバ {host}:{port} につながりません（{type(error).__name__}）。",
            "EMAIL_HOST・EMAIL_PORT・EMAIL_USE_TLS と、ファイアウォールを確かめてください。",
        )
    finally:
        server.close()
    if sender.endswith("@localhost"):
        return warn(
            f"差出人のアドレスが {sender} です。届かないことがあります。",
            "DEFAULT_FROM_EMAIL に、自分のドメインのアドレスを書いてください。",
        )
    return ok(f"メールサーバ {host} につながります。")


def queue(worker_needed: bool, oldest: datetime | None, now: datetime) -> Found:
    """`oldest`: since when the first waiting task could have been begun; None where none waits."""
    if not worker_needed:
        return ok("点検報告書は、その場で作ります（待ち行列は使っていません）。")
    if oldest and now - oldest > WAITS_TOO_LONG:
        minutes = int((now - oldest).total_seconds() // 60)
        return bad(
            f"点検報告書などの作成が {minutes}分待たされています。待ち行列を処理するプログラムが動いていません。",
            "manage.py db_worker を動かしてください（systemdでは、そのサービスの状態を見てください）。",
        )
    return ok("待ち行列に、長く待っている仕事はありません。")


def oldest_waiting(now: datetime) -> datetime | None:
    from django_tasks_db.models import DBTaskResult

    waiting = DBTaskResult.objects.ready().order_by("enqueued_at").values_list("enqueued_at", "run_after")
    begun = [max(enqueued, after) if after <= now else enqueued for enqueued, after in waiting[:100]]
    return min(begun, default=None)


def static_files(root: Path) -> Found:
    """What collectstatic leaves behind; without its list no page opens."""
    if not (root / "staticfiles.json").is_file():
        return bad(
            f"画面の部品（スタイルなど）の用意ができていません（{root}）。",
            "manage.py prepare を実行してください。",
        )
    return ok("画面の部品（スタイルなど）がそろっています。")


def triggers(missing: Sequence[str]) -> Found:
    if missing:
        return bad(
            f"操作記録の書き換えを止めるしかけ（トリガー）が外れています（{'、'.join(missing)}）。",
            "manage.py prepare を実行すると作り直されます。外した人がいないか、確かめてください。",
        )
    return ok("操作記録は、データベースのしかけで、書き換えや削除から守られています。")


def chains(verdicts: Iterable[Verdict]) -> Found:
    verdicts = list(verdicts)
    broken = [each for each in verdicts if each.faults]
    if broken:
        first = broken[0]
        where = f"医療機関の番号 {first.clinic_id}" if first.clinic_id else "サイト全体の記録"
        return bad(
            f"操作記録がつながっていません（{len(broken)}件。{where}: {first.faults[0]}）。",
            "manage.py verify_audit で詳しく調べてください。今のデータは消さずに残してください。",
        )
    entries = sum(each.entries for each in verdicts)
    return ok(f"操作記録は連続しています（{len(verdicts)}系列、{entries:,}件を調べました）。")
