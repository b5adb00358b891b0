"""Make the state of a tag: the sample, and a clinic of its own with a 確定版, an issued report and a file."""

import base64
import gzip
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.upgrades import HERE, KEY, OURS, ROOT, THEIRS

DIRECTOR, PASSWORD = "director@upgrade.example", "mukashi-no-aikotoba-7"


def main(tag: str) -> None:
    with TemporaryDirectory() as folder:
        os.environ.pop("DATABASE_URL", None)
        os.environ |= {"VAR_DIR": folder, "SECRET_KEY": KEY, "AUDIT_KEY": KEY}
        os.environ["DJANGO_SETTINGS_MODULE"] = "compliance.settings"
        Path(folder, "secret-key").write_text(KEY)
        import django

        django.setup()
        from django.core.management import call_command

        for command in ("prepare", "seed_demo"):
            call_command(command, stdout=open(os.devnull, "w"))  # noqa: PTH123, SIM115 (no path)
        furnish()
        lines = [json.dumps(each, ensure_ascii=False, sort_keys=True, default=plain) for each in state()]
    # Without a name and a time in it, the same state is the same file.
    with (HERE / f"{tag}.jsonl.gz").open("wb") as out, gzip.GzipFile("", "wb", 9, out, 0) as packed:
        packed.write("\n".join(lines).encode())
    (HERE / f"{tag}.toml").write_text(hashes(), "utf-8")


def furnish() -> None:
    from allauth.mfa.totp.internal.auth import TOTP
    from django.utils import timezone

    from checklist.choices import Status
    from checklist.confirming import confirm, seen_digest
    from checklist.founding import found
    from checklist.issuing import issue
    from checklist.models import Answer, Assessment, Evidence
    from compliance.choices import Role
    from compliance.models import Invitation, TypedInput, User
    from compliance.uploads import Upload
    from vendors.models import DisclosureRequest, System

    today = timezone.localdate()
    director = User.objects.create_user(DIRECTOR, PASSWORD, name="更新 院長")
    clinic = found(by=director, name="更新前内科クリニック", director="更新 院長")
    paper = Upload("契約書.pdf", b"%PDF-1.4 as it was before the upgrade")
    Evidence.register(clinic, by=director, title="保守契約書", file=paper, items=["10-9"])
    round_ = Assessment.objects.get(clinic=clinic)
    answer = Answer.objects.get(assessment=round_, item__code="10-9")
    answer.record(answer.version, by=director, status=Status.DONE, confirmed_on=today, note="更新前の記入")
    names = {"examiner": "更新 院長", "safety_officer": "更新 院長", "examined_on": today}
    confirmation = confirm(round_, by=director, seen=seen_digest(round_, today), **names)
    report = issue(confirmation, "todo", by=director)
    if not report.is_issued:
        raise RuntimeError(report.why)
    TOTP.activate(director, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    Invitation.make(clinic, by=director, email="clerk@upgrade.example", role=Role.EDITOR)
    system = System.objects.filter(clinic__is_sample=True).first()
    DisclosureRequest.ask(system, ["SDS"], by=director)
    TypedInput.keep(director.pk, "/c/sample/items/7-1/", {"note": ["入力の途中"]})


def state() -> Iterator[dict]:
    """A head, every row of every table, every file."""
    from django.apps import apps
    from django.conf import settings
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    leaves = MigrationLoader(connection).graph.leaf_nodes()
    yield {"migrations": {app: name for app, name in leaves if app in OURS}, "key": settings.SECRET_KEY}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in OURS + THEIRS and not model._meta.proxy:
            yield from rows_of(model)
    for path in sorted(Path(settings.MEDIA_ROOT).rglob("*")):
        if path.is_file():
            content = base64.b64encode(path.read_bytes()).decode()
            yield {"file": path.relative_to(settings.MEDIA_ROOT).as_posix(), "content": content}


def rows_of(model) -> Iterator[dict]:
    for row in model._base_manager.order_by("pk"):
        fields = {field.attname: field.value_from_object(row) for field in model._meta.concrete_fields}
        yield {"model": model._meta.label, "fields": fields}


def plain(value) -> str:
    """Moments to the microsecond: a chain of 操作記録 seals them."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def hashes() -> str:
    """TOML: each migration of ours with its SHA-256."""
    files = [path for app in OURS for path in sorted((ROOT / app / "migrations").glob("0*.py"))]
    lines = [
        f'"{path.relative_to(ROOT).as_posix()}" = "{hashlib.sha256(path.read_bytes()).hexdigest()}"'
        for path in files
    ]
    return "[migrations]\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(*sys.argv[1:])
