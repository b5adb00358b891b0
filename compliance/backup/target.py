"""Where a backup goes: nothing may be there that it would replace or mix with."""

import shutil
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from compliance.audit import heads
from compliance.backup import Refused
from compliance.backup.manifest import Manifest
from compliance.walls import as_server

PEOPLE = {"Clinic": "医療機関", "User": "利用者", "AuditEntry": "操作記録", "StoredFile": "保管ファイル"}
_ELSEWHERE = "復元は空のところにだけ行います。新しいデータベースと、空の VAR_DIR を用意してください。"


def require_empty() -> None:
    """Refused where a clinic, a person, an entry of 操作記録 or a file is here already."""
    require_empty_tables()
    if any(each.is_file() for each in Path(settings.MEDIA_ROOT).rglob("*")):
        raise Refused(f"復元先のフォルダ {settings.MEDIA_ROOT} にファイルがあります。{_ELSEWHERE}")
    if heads.stated_chains():
        raise Refused(
            f"復元先のフォルダ {settings.AUDIT_HEADS} に、別の操作記録の控えがあります。{_ELSEWHERE}"
        )


def require_empty_tables() -> None:
    with as_server():
        standing = set(connection.introspection.table_names())
        for name, words in PEOPLE.items():
            model = apps.get_model("compliance", name)
            if model._meta.db_table in standing and model._base_manager.exists():
                raise Refused(f"復元先のデータベースに、すでに{words}があります。{_ELSEWHERE}")


def require_space(manifest: Manifest) -> None:
    """Refused where the disk would certainly not take it."""
    needed = sum(member.size for _, member in manifest.members)
    there = Path(settings.MEDIA_ROOT)
    there.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(there).free < needed:
        raise Refused(
            f"復元には{needed // 1024**2 + 1:,}MBほどいりますが、{there} の空きが足りません。"
            "空きを増やしてから、もう一度実行してください。"
        )


def clear() -> None:
    """Drop the product's tables, empty as they are: the backup's own state is built in their place."""
    end = " CASCADE" if connection.vendor == "postgresql" else ""
    ours = {
        *connection.introspection.django_table_names(),
        MigrationRecorder.Migration._meta.db_table,
        *_caches(),
    }
    with connection.cursor() as cursor:
        for table in sorted(ours & {*connection.introspection.table_names(cursor)}):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}{end}")


def _caches() -> set[str]:
    return {each._table for each in caches.all(initialized_only=False) if isinstance(each, DatabaseCache)}
