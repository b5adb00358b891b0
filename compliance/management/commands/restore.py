from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from compliance.backup import Refused, sealing, words
from compliance.backup.manifest import Manifest
from compliance.backup.restoring import restore
from compliance.os_words import in_words


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty database and an empty VAR_DIR, all or nothing, while the server is stopped. "
        "For an encrypted one name the passphrase in BACKUP_PASSPHRASE or BACKUP_PASSPHRASE_FILE."
    )
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--without-key",
            action="store_true",
            help="restore although the audit key is lost: nobody can tell then whether 操作記録 was altered",
        )

    def handle(self, *, file: Path, without_key: bool, **options) -> None:
        def found(manifest: Manifest) -> None:
            self.stdout.write("\n".join([f"バックアップ: {file}", *words.contents(manifest)]))
            self.stdout.write("照合値はすべて一致しました。復元しています…")
            self.stdout.flush()

        try:
            verdicts = restore(file, sealing.passphrase(), without_key=without_key, say=found)
        except Refused as refusal:
            raise CommandError(f"{refusal}\n復元していません。") from refusal
        except OSError as error:
            why = in_words(error)
            raise CommandError(f"ファイルを書けませんでした（{why}）。復元していません。") from error
        self.stdout.write("\n".join(["復元しました。", *words.trail(verdicts)]))
        if any(verdict.faults for verdict in verdicts):
            raise CommandError(
                "データは復元しましたが、操作記録を確かめられませんでした。上の【注意】を見てください。"
            )
