"""What this app has looked at, in the order in which it is told: values from settings and database into checks."""

import sqlite3
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import sample

from django.conf import settings
from django.db import connection
from django.utils import timezone

from compliance import audit, env, policies
from compliance.audit import AuditEntry, checking, triggers
from compliance.doctor import Check, Found, configured, database, disk, pdf, services
from compliance.files import StoredFile
from compliance.health import missing_migrations
from compliance.orphans import orphans

FONTS = Path(__file__).resolve().parents[1] / "print" / "fonts"
SAMPLE = 20  # stored files, and …
MOST_CHAINS = 100  # … chains: doctor is quick, `verify_audit` reads all


def checks() -> Iterator[Check]:
    """Those of this installation: a SQLite file and a PostgreSQL server have different troubles."""
    production, bind = settings.PRODUCTION, env.text("BIND", env.HERE)
    hosts, behind = settings.ALLOWED_HOSTS, bool(settings.SECURE_PROXY_SSL_HEADER)
    yield Check("使い方", partial(configured.mode, production, settings.DEBUG, bind))
    yield Check("秘密鍵", partial(configured.secret, production, settings.SECRET_KEY))
    yield Check("アドレス", partial(configured.address, production, settings.PUBLIC_URL, hosts))
    yield Check("プロキシ", partial(configured.proxy, production, behind, settings.TRUSTED_PROXIES, bind))
    yield Check("文字", partial(pdf.fonts, FONTS))
    yield Check("Pango", pdf.pango)
    yield Check("PDF", pdf.page)
    yield Check("画面の部品", partial(services.static_files, Path(settings.STATIC_ROOT)))
    folders = [settings.VAR_DIR, Path(settings.MEDIA_ROOT), Path(tempfile.gettempdir())]
    yield Check("書き込み", partial(disk.writable, folders))
    yield Check("空き容量", partial(disk.space, folders))
    yield Check("ファイルの権限", private)
    yield Check("メール", mail)
    yield Check("バックアップ", backups)
    yield from of_sqlite() if connection.vendor == "sqlite" else of_postgresql()
    yield Check("データベースの形", up_to_date, asks_database=True)
    yield Check("時計", clock, asks_database=True)
    yield Check("待ち行列", queue, asks_database=True)
    yield Check("操作記録の保護", lambda: services.triggers(triggers.missing()), asks_database=True)
    yield Check("操作記録", chains, asks_database=True)
    yield Check("保管ファイル", kept_files, asks_database=True)
    yield Check("余分なファイル", lambda: disk.spare([each.size for each in orphans()]), asks_database=True)


def of_sqlite() -> Iterator[Check]:
    file = database_file()
    yield Check("SQLite", partial(database.sqlite_version, sqlite3.sqlite_version_info))
    yield Check("置き場所", lambda: disk.local(file, Path("/proc/mounts").read_text()))
    yield Check("SQLiteの設定", lambda: database.sqlite_settings(raw()), asks_database=True)
    yield Check("データベースの中身", lambda: database.sqlite_sound(file, raw()), asks_database=True)


def of_postgresql() -> Iterator[Check]:
    yield Check(
        "PostgreSQL", lambda: database.postgresql_version(raw().info.server_version), asks_database=True
    )
    yield Check("仕切り", lambda: database.walls(policies.missing(), policies.bypassed()), asks_database=True)


def database_file() -> Path | None:
    """SQLite's; None on PostgreSQL."""
    return Path(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None


def raw():
    """The driver's own connection."""
    connection.ensure_connection()
    return connection.connection


def private() -> Found:
    keys = [settings.VAR_DIR / name for name in ("secret-key", "audit-key")]
    named = (env.text(f"{name}_FILE") for name in ("SECRET_KEY", "AUDIT_KEY", "BACKUP_PASSPHRASE"))
    lent = [Path(path) for path in named if path]
    file = database_file()
    return disk.private(keys, lent, [file] if file else [])


def mail() -> Found:
    return services.mail(settings.EMAIL_HOST, settings.EMAIL_PORT, settings.DEFAULT_FROM_EMAIL)


def backups() -> Found:
    return disk.backups(Path(settings.BACKUP_DIR) if settings.BACKUP_DIR else None, timezone.now())


def up_to_date() -> Found:
    cache = settings.CACHES["default"]
    table = cache["LOCATION"] if cache["BACKEND"].endswith("DatabaseCache") else ""
    return database.up_to_date(missing_migrations(), table, connection.introspection.table_names())


def clock() -> Found:
    newest = AuditEntry.objects.order_by("-at").values_list("at", flat=True).first()
    now, theirs = timezone.localtime(), database.of_database()
    return database.clock(now, theirs, timezone.localtime(newest) if newest else None)


def queue() -> Found:
    now = timezone.now()
    in_database = settings.TASKS["default"]["BACKEND"].endswith("DatabaseBackend")
    return services.queue(in_database, services.oldest_waiting(now) if in_database else None, now)


def chains() -> Found:
    return services.chains(audit.check(each) for each in some(checking.chains(), MOST_CHAINS))


def some(chains: list[int], most: int) -> list[int]:
    """All of few, another choice of many each time."""
    return sorted(sample(chains, min(most, len(chains))))


def kept_files() -> Found:
    newest = StoredFile.objects.kept().order_by("-pk")[: SAMPLE // 2]
    others = StoredFile.objects.kept().order_by("?")[: SAMPLE // 2]
    files = {each.pk: each for each in [*newest, *others]}.values()
    return disk.kept((each.pk, Path(settings.MEDIA_ROOT) / each.path, each.sha256) for each in files)
