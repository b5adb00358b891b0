"""What the commands say of a backup, in plain Japanese."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from compliance.audit import SITE, Verdict
from compliance.backup.manifest import Manifest

MEBIBYTE = 1024 * 1024
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
SHOWN = 5  # names


def contents(manifest: Manifest) -> Iterator[str]:
    """When it was made and what is in it, line by line."""
    made = timezone.localtime(datetime.fromisoformat(manifest.created_at))
    database = DATABASES.get(manifest.database, manifest.database)
    yield f"  作成日時　: {made:%Y年%m月%d日 %H:%M:%S}（製品 {manifest.version}、{database}）"
    yield f"  医療機関　: {len(manifest.clinics)}件{_named(manifest.clinics)}"
    rows = sum(member.rows for member in manifest.tables.values())
    yield f"  データ　　: {len(manifest.tables)}の表に{rows:,}行"
    size = sum(member.size for member in manifest.files.values())
    yield f"  ファイル　: {len(manifest.files):,}件（{size / MEBIBYTE:,.1f}MB）"
    entries = sum(head.sequence for head in manifest.chains)
    yield f"  操作記録　: {entries:,}件（鍵の照合値 {manifest.key}）"
    yield from troubles(manifest)


def troubles(manifest: Manifest) -> Iterator[str]:
    """What was wrong already when it was made."""
    if manifest.lost:
        yield f"  【注意】作成したときに、なかったファイルがあります: {'、'.join(manifest.lost)}"
    if manifest.changed:
        yield f"  【注意】作成したときに、中身が変わっていたファイルがあります: {'、'.join(manifest.changed)}"


def trail(verdicts: list[Verdict]) -> Iterator[str]:
    """Whether 操作記録 is whole, chain by chain where it is not."""
    broken = [verdict for verdict in verdicts if verdict.faults]
    if not broken:
        yield "操作記録は、すべて連続しています。"
    for verdict in broken:
        of = "サイト全体" if verdict.clinic_id == SITE else f"医療機関（番号{verdict.clinic_id}）"
        yield f"【注意】{of}の操作記録: {'。'.join(map(str, verdict.faults))}。"


def _named(names: list[str]) -> str:
    if not names:
        return ""
    return f"（{'、'.join(names[:SHOWN])}{' など' * (len(names) > SHOWN)}）"
