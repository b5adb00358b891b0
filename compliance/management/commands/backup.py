from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from compliance.backup import Refused, sealing, words
from compliance.backup.taking import take
from compliance.os_words import in_words


class Command(BaseCommand):
    help = (
        "Write database and files into one file, while the server goes on working. --encrypt takes its passphrase "
        "from BACKUP_PASSPHRASE or BACKUP_PASSPHRASE_FILE. Exit code 2: it stands, but some file was lost or changed before."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, help="without it: a file named after now in BACKUP_DIR"
        )
        parser.add_argument("--encrypt", action="store_true", help="and take the audit key along")

    def handle(self, *, file: Path | None, encrypt: bool, **options) -> None:
        path = file or named_after_now()
        try:
            manifest = take(path, asked_passphrase() if encrypt else "")
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as error:
            why = in_words(error)
            raise CommandError(
                f"{path} に書けませんでした（{why}）。途中のファイルは残していません。"
            ) from error
        self.stdout.write("\n".join([f"バックアップを作りました: {path}", *words.contents(manifest)]))
        if not encrypt:
            self.stdout.write(
                "  暗号化していません。中に利用者の二要素認証の秘密などが入っています。鍵のかかる所に保管してください。\n"
                "  操作記録の鍵は入っていません。鍵（AUDIT_KEY）は別に控えておいてください。"
            )
        if any(words.troubles(manifest)):
            raise CommandError(
                "バックアップはできていますが、失われたファイルがあります。上の【注意】を見てください。",
                returncode=2,
            )


def asked_passphrase() -> str:
    found = sealing.passphrase()
    sealing.require_strong(found)
    return found


def named_after_now() -> Path:
    """<BACKUP_DIR>/tenken-20261105-031500.zip; CommandError where there is no such folder."""
    folder = settings.BACKUP_DIR
    if not folder or not Path(folder).is_dir():
        raise CommandError(
            "バックアップを書くファイルの名前を付けてください。いつも同じフォルダに書くときは、"
            "環境変数 BACKUP_DIR に、すでにあるフォルダを設定してください。"
        )
    return Path(folder) / f"tenken-{timezone.localtime():%Y%m%d-%H%M%S}.zip"
