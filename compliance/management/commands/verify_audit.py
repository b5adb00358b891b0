import sys
from collections.abc import Iterator

from django.core.management.base import CommandError

from compliance import audit
from compliance.audit.heads import Head
from compliance.models import Clinic
from compliance.walls import ServerCommand

SITE = "site"
AFTERWARDS = (
    "控え（バックアップ）を別の場所に取り、誰がいつデータベースに触れたかを調べてください。"
    "復元のあとなど、理由が分かっているときは --restate で控えを作り直せます。"
)


class Command(ServerCommand):
    help = (
        "Walk every chain of 操作記録 and name the first entry that is altered, missing or moved, and ends that were "
        "cut off. Exit code 1 where something is wrong."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("--clinic", help=f"only this clinic's chain: its code, its number, or {SITE}")
        parser.add_argument(
            "--head",
            dest="heads",
            action="append",
            default=[],
            metavar="CLINIC:NUMBER:DIGEST",
            help="an end that a backup or a paper states; may be repeated",
        )
        parser.add_argument(
            "--restate",
            action="store_true",
            help="after a restore or an explained damage: state the ends anew as the table has them; this is recorded",
        )

    def handle(self, *, clinic: str | None, heads: list[str], restate: bool, **options) -> None:
        named = [head_of(text) for text in heads]
        chain = None if clinic is None else chain_of(clinic)
        if restate:
            restated = audit.restate(chain)
            self.stdout.write(f"控えを作り直しました：{len(restated)}件")
        verdicts = list(audit.check_all(named)) if chain is None else [audit.check(chain, named)]
        names = names_of(verdicts)
        for verdict in verdicts:
            self.stdout.write("\n".join(lines_of(verdict, names[verdict.clinic_id])))
        wrong = sum(bool(verdict.faults) for verdict in verdicts)
        if wrong:
            self.stdout.write(f"{len(verdicts)}件の記録のうち、{wrong}件に異常があります。{AFTERWARDS}")
            sys.exit(1)
        self.stdout.write(f"{len(verdicts)}件の記録を調べました。異常はありません。")


def chain_of(word: str) -> int:
    """The chain of a clinic's code; of a number, where the clinic is gone; or the site's."""
    if word == SITE:
        return audit.SITE
    found = Clinic.objects.filter(code=word).values_list("pk", flat=True).first()
    if found is None and not word.isdigit():
        raise CommandError(f"There is no clinic {word}.")
    return int(word) if found is None else found


def head_of(text: str) -> Head:
    clinic, _, rest = text.partition(":")
    try:
        return Head.read(f"{chain_of(clinic)}:{rest}")
    except ValueError as error:
        raise CommandError(str(error)) from error


def names_of(verdicts: list[audit.Verdict]) -> dict[int, str]:
    clinics = Clinic.objects.in_bulk([verdict.clinic_id for verdict in verdicts])
    names = {verdict.clinic_id: f"削除された医療機関（番号{verdict.clinic_id}）" for verdict in verdicts}
    return (
        names
        | {pk: f"{each.name}（{each.code}）" for pk, each in clinics.items()}
        | {audit.SITE: "サイト全体"}
    )


def lines_of(verdict: audit.Verdict, name: str) -> Iterator[str]:
    if not verdict.faults:
        yield f"{name}：{verdict.entries}件の記録は連続しています。"
    for fault in verdict.faults:
        yield f"{name}：{fault}。"
