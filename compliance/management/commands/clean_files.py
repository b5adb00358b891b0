from django.core.management.base import CommandError

from compliance.files import MEBIBYTE
from compliance.orphans import bereft, orphans
from compliance.walls import SERVER, ServerCommand, sees_all

PREPARE = "表の持ち主として manage.py prepare を実行してください。"


class Command(ServerCommand):
    help = (
        "Delete files that no row tells of (older than a day), and name kept files whose bytes are missing."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only tell, delete nothing")

    def handle(self, *, dry_run: bool, **options) -> None:
        if not sees_all():
            raise CommandError(f"データベースの役割 {SERVER} になれないため、何もしていません。{PREPARE}")
        found = orphans()
        for each in found:
            self.stdout.write(str(each.path))
            if not dry_run:
                each.delete()
        size = sum(each.size for each in found) / MEBIBYTE
        did = "あります" if dry_run else "消しました"
        self.stdout.write(
            f"どの記録にも属さないファイル：{len(found)}件（{size:.1f}MB）{did if found else ''}".rstrip()
        )
        for lost in bereft():
            self.stdout.write(
                f"中身がありません：{lost.clinic}「{lost}」（{lost.path}）。バックアップから戻してください。"
            )
