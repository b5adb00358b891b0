"""A chain that was altered, thinned out, moved about or cut is found, and the first broken entry is named."""

import pytest
from django.db import connection

from compliance.audit import AuditEntry, Head, broken_links, check, check_all, heads, restate
from compliance.audit.checking import links
from compliance.models import Clinic
from tests.tampering import alter, chain_of, entry, remove, renumber, untriggered

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(director, django_capture_on_commit_callbacks) -> Clinic:
    """A clinic with five entries and nothing else."""
    with django_capture_on_commit_callbacks(execute=True):
        return chain_of(Clinic.objects.create(name="みどり台内科クリニック"), 5, director)


def found(clinic: Clinic, *named: Head) -> list[str]:
    return [str(each) for each in check(clinic.pk, named).faults]


def test_an_untouched_chain_holds(chain):
    verdict = check(chain.pk)
    assert (verdict.entries, verdict.last, verdict.faults, verdict.lacks_heads) == (5, 5, (), False)


def test_a_clinic_without_entries_holds():
    clinic = Clinic.objects.create(name="さくら通り歯科医院")
    assert (check(clinic.pk).entries, check(clinic.pk).faults) == (0, ())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "test.other"),
        ("target", "別の項目"),
        ("detail", {"step": 4}),
        ("actor_id", 99),
        ("actor_name", "別の人"),
        ("at", "2020-01-01T00:00:00Z"),
        ("previous", "0" * 64),
        ("digest", "0" * 64),
    ],
)
def test_an_edited_entry_is_named(chain, column, value):
    alter(chain, 3, **{column: value})
    assert found(chain) == ["3番の記録が、書き換えられたか、ほかから持ち込まれています"]
    assert broken_links(chain.pk) == ([3, 4] if column == "digest" else [3])


def test_an_entry_sealed_with_another_key_is_named_and_so_is_its_successor(chain, settings):
    forged, key = entry(chain, 3).get(), settings.AUDIT_KEY
    settings.AUDIT_KEY, forged.target = settings.SECRET_KEY, "別の項目"
    alter(chain, 3, target=forged.target, digest=forged.seal())
    settings.AUDIT_KEY = key
    assert found(chain) == ["3番の記録が、書き換えられたか、ほかから持ち込まれています"]
    assert broken_links(chain.pk) == [3, 4]


def test_deleted_entries_are_named_by_their_numbers(chain):
    remove(chain, 2, 3)
    assert found(chain) == ["2番から3番までの記録がありません"]


def test_a_deleted_beginning_is_named(chain):
    remove(chain, 1)
    assert found(chain) == ["1番から1番までの記録がありません"]


def test_a_deleted_entry_is_found_though_the_rest_is_renumbered(chain):
    remove(chain, 3)
    renumber(chain, (4, 3), (5, 4))
    assert found(chain) == [
        "3番にあるのは、もとは4番だった記録です（並べ替え）",
        "記録は4番で終わっていますが、控えには5番まであります（5番までの末尾が失われています）",
    ]


def test_reordered_entries_are_named(chain):
    renumber(chain, (3, 99), (4, 3), (99, 4))
    assert found(chain) == ["3番にあるのは、もとは4番だった記録です（並べ替え）"]
    assert broken_links(chain.pk) == [3, 4, 5]


def test_an_entry_put_in_between_is_named(chain):
    strange = entry(chain, 2).get()
    renumber(chain, (5, 6))
    strange.pk, strange.sequence = None, 5
    strange.save()
    assert broken_links(chain.pk) == [5, 6]
    assert found(chain) == [
        "5番にあるのは、もとは2番だった記録です（並べ替え）",
        "5番の記録が、控えと違います",
    ]


def test_an_entry_that_was_given_a_far_number_is_named(chain):
    renumber(chain, (5, 2_000_000_000))
    assert found(chain) == [
        "2000000000番にあるのは、もとは5番だった記録です（並べ替え）",
        "5番の記録が、控えと違います",
    ]


def test_two_entries_of_one_number_are_named_where_the_table_lets_them(chain):
    entries = list(AuditEntry.objects.in_chain(chain.pk))
    other = entry(chain, 2).get()
    other.target = "別の項目"
    other.digest = other.seal()
    unsound = [link for link in links([*entries[:2], other, *entries[2:]]) if not link.is_sound]
    assert [str(link.fault(6)) for link in unsound] == [
        "2番の記録が2つあります",
        "3番の記録が、その前の記録とつながっていません",
    ]


def test_a_chain_that_forked_with_the_right_key_is_named(chain):
    """As two databases that were merged: each entry's seal is right, and it follows another one."""
    other = entry(chain, 3).get()
    other.target = "別の項目"
    alter(chain, 3, target=other.target, digest=other.seal())
    assert found(chain) == ["4番の記録が、その前の記録とつながっていません"]


def test_a_cut_end_is_named_by_its_stated_head(chain):
    remove(chain, 4, 5)
    assert found(chain) == [
        "記録は3番で終わっていますが、控えには5番まであります（5番までの末尾が失われています）"
    ]
    assert broken_links(chain.pk) == []


def test_a_cut_end_is_named_by_a_head_from_elsewhere(chain, trail):
    printed = Head(chain.pk, 5, trail(chain)[4].digest[:16])
    assert found(chain, printed) == []
    remove(chain, 4, 5)
    heads.forget(chain.pk)
    heads.advance(Head.of(trail(chain)[2]))
    assert found(chain) == []
    assert found(chain, printed) == [
        "記録は3番で終わっていますが、控えには5番まであります（5番までの末尾が失われています）"
    ]


def test_a_head_of_another_digest_or_another_clinic(chain):
    assert found(chain, Head(chain.pk, 4, "0" * 16)) == ["4番の記録が、控えと違います"]
    assert found(chain, Head(chain.pk + 1, 4, "0" * 16)) == []


def test_a_lost_head_is_named(chain):
    heads.forget(chain.pk)
    assert found(chain) == ["最後の記録（5番）の控えのファイルがありません"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite takes any text in any column")
@pytest.mark.parametrize(
    ("column", "named"),
    [
        ("at", "3番の記録が読めません"),
        ("sequence", "3番から3番までの記録がありません"),
        ("detail", "3番の記録が、書き換えられたか、ほかから持ち込まれています"),
        ("digest", "3番の記録が、書き換えられたか、ほかから持ち込まれています"),
    ],
)
def test_an_entry_that_cannot_be_read_is_named(chain, column, named):
    with untriggered(), connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(
            f"UPDATE compliance_auditentry SET {column} = 'nonsense' WHERE clinic_id = %s AND sequence = 3",  # noqa: S608 (ours)
            [chain.pk],
        )
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    assert found(chain)[0] == named


def test_another_clinics_chain_is_not_blamed(chain, other_clinic):
    remove(chain, 3)
    assert broken_links(other_clinic.pk) == []
    verdicts = {each.clinic_id: [fault.kind for fault in each.faults] for each in check_all()}
    assert (verdicts[chain.pk], verdicts[other_clinic.pk]) == (["missing"], ["unstated"])


def test_every_chain_is_looked_at_also_where_only_its_head_is_left(chain):
    heads.advance(Head(chain.pk + 1, 3, "0" * 64))
    named = Head(chain.pk + 2, 4, "0" * 64)
    assert [(each.clinic_id, [str(f)[:12] for f in each.faults]) for each in check_all([named])] == [
        (chain.pk, []),
        (chain.pk + 1, ["記録は0番で終わっていま"]),
        (chain.pk + 2, ["記録は0番で終わっていま"]),
    ]


# Restated


def test_restating_takes_the_end_as_the_table_has_it_and_tells_so(
    chain, trail, django_capture_on_commit_callbacks
):
    remove(chain, 4, 5)
    with django_capture_on_commit_callbacks(execute=True):
        assert [verdict.clinic_id for verdict in restate()] == [chain.pk]
    told = trail(chain)[-1]
    assert (told.sequence, told.action, told.target, told.actor_name) == (4, "audit.restate", "3番", "サーバ")
    assert told.detail == {
        "found": ["記録は3番で終わっていますが、控えには5番まであります（5番までの末尾が失われています）"]
    }
    assert (found(chain), heads.stated(chain.pk)) == ([], Head.of(told))


def test_restating_leaves_alone_what_fits(chain, trail):
    assert restate() == []
    assert len(trail(chain)) == 5


def test_restating_heals_no_altered_entry(chain, django_capture_on_commit_callbacks):
    alter(chain, 3, target="別の項目")
    heads.forget(chain.pk)
    with django_capture_on_commit_callbacks(execute=True):
        restate()
    assert found(chain) == ["3番の記録が、書き換えられたか、ほかから持ち込まれています"]


def test_only_the_named_chain_is_restated(chain):
    heads.advance(Head(chain.pk + 1, 3, "0" * 64))
    assert restate(chain.pk) == []
    assert chain.pk + 1 in heads.stated_chains()


def test_the_head_of_a_chain_that_is_not_there_is_forgotten_and_the_site_is_told(chain):
    heads.advance(Head(chain.pk + 1, 3, "0" * 64))
    assert [verdict.clinic_id for verdict in restate()] == [chain.pk + 1]
    told = AuditEntry.objects.filter(clinic_id=0).latest("sequence")
    assert (told.action, told.target) == ("audit.restate", f"医療機関（番号{chain.pk + 1}）の全部")
    assert (heads.stated_chains(), AuditEntry.objects.filter(clinic_id=chain.pk + 1).count()) == (
        {chain.pk},
        0,
    )
