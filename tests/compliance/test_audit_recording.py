"""操作記録: what an entry tells, one chain for each clinic, and writers who meet."""

from datetime import date

import pytest
from django.db import transaction

from checklist.choices import Status
from compliance.audit import SITE, AuditEntry, broken_links, record
from compliance.models import Clinic
from tests.tampering import chain_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(director) -> Clinic:
    """A clinic with five entries and nothing else."""
    return chain_of(Clinic.objects.create(name="みどり台内科クリニック"), 5, director)


def test_an_entry_tells_who_did_what_to_what(clinic, director):
    done = record(director, clinic, "test.do", "10⑨", {"status": ["none", "done"]})
    kept = AuditEntry.objects.get(pk=done.pk)
    assert str(kept) == "test.do 10⑨"
    told = (kept.actor_id, kept.actor_name, kept.action, kept.target, kept.detail)
    assert told == (director.pk, "緑川 院長", "test.do", "10⑨", {"status": ["none", "done"]})


@pytest.mark.django_db(transaction=True)
def test_what_is_told_outside_any_transaction_waits_its_turn_all_the_same(clinic, in_threads, trail):
    in_threads(8, lambda number: record(None, clinic, "test.do", f"{number}"))
    assert [each.sequence for each in trail(clinic)] == [*range(1, len(trail(clinic)) + 1)]


def test_what_the_server_does_by_itself_is_told_of_the_server(clinic):
    done = record(None, clinic, "test.do", "")
    assert (done.actor_id, done.actor_name) == (None, "サーバ")


def test_entries_are_numbered_without_gaps_and_point_at_the_one_before(chain, trail):
    entries = trail(chain)
    assert [each.sequence for each in entries] == [1, 2, 3, 4, 5]
    assert [each.previous for each in entries] == ["", *(each.digest for each in entries[:-1])]


def test_each_clinic_has_a_chain_of_its_own_and_the_site_one(director, chain):
    other = Clinic.objects.create(name="さくら通り歯科医院")
    firsts = [record(director, None, "test.do", ""), record(director, other, "test.do", "")]
    assert [(each.clinic_id, each.sequence, each.previous) for each in firsts] == [
        (SITE, 1, ""),
        (other.pk, 1, ""),
    ]
    assert record(director, chain, "test.do", "").sequence == 6


def test_whatever_is_told_reads_back_as_it_was_sealed(chain, director):
    told = {
        "day": [None, date(2026, 11, 5)],
        "status": Status.DONE,
        "who": director,
        "n": {"a": (1, 2.5, True, "𠮷")},
    }
    done = record(director, chain, "test.do", "x" * 300, told)
    assert broken_links(chain.pk) == []
    assert AuditEntry.objects.get(pk=done.pk).detail == {
        "day": [None, "2026-11-05"], "status": "done", "who": "緑川 院長", "n": {"a": [1, 2.5, True, "𠮷"]}
    }  # fmt: skip


def test_the_seal_is_made_with_the_audit_key_and_no_other(chain, trail, settings):
    entry = trail(chain)[0]
    settings.SECRET_KEY = "another one"
    assert entry.seal() == entry.digest
    settings.AUDIT_KEY = "another one"
    assert entry.seal() != entry.digest


def test_an_entry_is_undone_with_the_change_it_tells_of(chain, director, trail):
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 (the error is what undoes the entry)
        record(director, chain, "test.do", "")
        raise RuntimeError
    assert [each.sequence for each in trail(chain)] == [1, 2, 3, 4, 5]


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_neither_fork_the_chain_nor_leave_gaps(in_threads, trail):
    clinic = Clinic.objects.create(name="みどり台内科クリニック")

    def write(writer: int) -> None:
        for number in range(10):
            with transaction.atomic():
                record(None, clinic, "test.write", f"{writer}-{number}")

    in_threads(8, write)
    assert [each.sequence for each in trail(clinic)] == list(range(1, 81))
    assert len({each.target for each in trail(clinic)}) == 80
    assert broken_links(clinic.pk) == []
