"""manage.py verify_audit: every chain by name, what is wrong in a sentence, and an exit code."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from compliance.audit import AuditEntry, Head, heads, record
from compliance.models import Clinic
from tests.tampering import alter, chain_of, remove

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def midori() -> Clinic:
    record(None, None, "test.do", "")
    return chain_of(Clinic.objects.create(name="みどり台内科クリニック", code="midori01"), 5)


@pytest.fixture
def sakura() -> Clinic:
    return chain_of(Clinic.objects.create(name="さくら通り歯科医院", code="sakura01"), 2)


def verify(*words: str) -> tuple[int, list[str]]:
    """(exit code, lines)"""
    said = StringIO()
    try:
        call_command("verify_audit", *words, stdout=said)
    except SystemExit as end:
        return end.code, said.getvalue().splitlines()
    return 0, said.getvalue().splitlines()


def test_whole_chains_are_told_one_by_one(midori, sakura):
    assert verify() == (
        0,
        [
            "サイト全体：1件の記録は連続しています。",
            "みどり台内科クリニック（midori01）：5件の記録は連続しています。",
            "さくら通り歯科医院（sakura01）：2件の記録は連続しています。",
            "3件の記録を調べました。異常はありません。",
        ],
    )


def test_the_broken_entry_and_the_cut_end_are_named(midori, sakura):
    alter(midori, 3, target="別の項目")
    remove(sakura, 2)
    code, said = verify()
    assert (code, said[0], said[3][:29]) == (
        1,
        "サイト全体：1件の記録は連続しています。",
        "3件の記録のうち、2件に異常があります。控え（バックアップ",
    )
    assert said[1:3] == [
        "みどり台内科クリニック（midori01）：3番の記録が、書き換えられたか、ほかから持ち込まれています。",
        "さくら通り歯科医院（sakura01）：記録は1番で終わっていますが、控えには2番まであります（2番までの末尾が失われています）。",
    ]


def test_one_chain_alone(midori, sakura):
    remove(sakura, 2)
    assert verify("--clinic", "midori01")[0] == 0
    assert verify("--clinic", "site")[1][0] == "サイト全体：1件の記録は連続しています。"
    assert verify("--clinic", "sakura01")[0] == 1


def test_a_deleted_clinics_chain_is_known_by_its_number(midori):
    number = midori.pk
    midori.delete()
    line = f"削除された医療機関（番号{number}）：5件の記録は連続しています。"
    assert verify("--clinic", str(number))[1][0] == line


def test_a_head_from_a_backup_or_a_paper_is_compared(midori, trail):
    last = trail(midori)[-1]
    named = [
        f"midori01:5:{last.digest}",
        f"midori01:5:{last.digest[:16].upper()}",
        f"{midori.pk}:5:{last.digest}",
    ]
    assert [verify("--head", each)[0] for each in named] == [0, 0, 0]
    remove(midori, 5)
    heads.forget(midori.pk)
    heads.advance(Head.of(trail(midori)[-1]))
    assert [verify("--head", each)[0] for each in named] == [1, 1, 1]
    assert verify()[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--clinic", "nowhere1"], "There is no clinic nowhere1."),
        (["--head", "nowhere1:5:" + "0" * 64], "There is no clinic nowhere1."),
        (["--head", "midori01:5:short"], "is no head; one looks like"),
        (["--head", "midori01"], "is no head; one looks like"),
    ],
)
def test_what_is_not_there_is_said(midori, words, said):
    with pytest.raises(CommandError, match=said):
        call_command("verify_audit", *words)


def test_after_a_restore_the_ends_are_stated_anew_and_that_is_recorded(midori, sakura, trail):
    remove(midori, 4, 5)
    assert verify("--restate") == (
        0,
        [
            "控えを作り直しました：1件",
            "サイト全体：1件の記録は連続しています。",
            "みどり台内科クリニック（midori01）：4件の記録は連続しています。",
            "さくら通り歯科医院（sakura01）：2件の記録は連続しています。",
            "3件の記録を調べました。異常はありません。",
        ],
    )
    assert trail(midori)[-1].action == "audit.restate"
    assert AuditEntry.objects.filter(action="audit.restate").count() == 1
