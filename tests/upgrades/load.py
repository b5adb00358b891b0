"""Stand where a tag stood: its tables at its own migrations, its rows, its files. `python -m tests.upgrades.load <tag>`"""

import base64
import gzip
import json
import sys
from collections import defaultdict
from pathlib import Path

import django
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from tests.upgrades import HERE, OURS


def main(tag: str) -> None:
    django.setup()
    with gzip.open(HERE / f"{tag}.jsonl.gz", "rt", encoding="utf-8") as lines:
        head, *entries = map(json.loads, lines)
    apps = tables_of(head["migrations"])
    rows = defaultdict(list)
    for each in entries:
        if "file" in each:
            put(Path(settings.MEDIA_ROOT) / each["file"], each["content"])
        else:
            rows[each["model"]].append(each["fields"])
    with transaction.atomic():  # foreign keys are looked at when it ends
        for label, fields in rows.items():
            insert(apps.get_model(label), fields)


def tables_of(migrations: dict[str, str]):
    """Migrate to exactly these of ours, and to the newest of the packages; the models as they were then."""
    executor = MigrationExecutor(connection)
    theirs = [leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] not in OURS]
    targets = [*migrations.items(), *theirs]
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


def insert(model, rows: list[dict]) -> None:
    fields = model._meta.concrete_fields
    model._base_manager.bulk_create(
        model(
            **{field.attname: field.to_python(row[field.attname]) for field in fields if field.attname in row}
        )
        for row in rows
    )
    with connection.cursor() as cursor:
        for line in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(line)


def put(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(content))


if __name__ == "__main__":
    main(*sys.argv[1:])
