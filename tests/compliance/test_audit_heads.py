"""Where a chain ends, stated outside the table: after the commit, never backwards, and never over a cut."""

import logging

import pytest
from django.db import transaction

from compliance.audit import SITE, Head, check, heads, record
from compliance.models import Clinic
from tests.tampering import alter, chain_of, remove

DIGEST = "0123456789abcdef" * 4
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def chain() -> Clinic:
    """A clinic with five entries and nothing else."""
    return chain_of(Clinic.objects.create(name="みどり台内科クリニック"), 5)


def file_of(clinic: Clinic, settings):
    return settings.AUDIT_HEADS / str(clinic.pk)


def test_the_newest_committed_entry_is_stated(chain, trail, settings):
    last = trail(chain)[-1]
    assert heads.stated(chain.pk) == Head(chain.pk, 5, last.digest)
    assert file_of(chain, settings).read_text() == f"{chain.pk}:5:{last.digest}\n"


def test_the_folder_holds_one_small_file_for_each_chain(chain, settings):
    record(None, None, "test.do", "")
    assert {each.name for each in settings.AUDIT_HEADS.iterdir()} == {"0", str(chain.pk), "lock"}
    assert heads.stated_chains() == {SITE, chain.pk}
    assert settings.AUDIT_HEADS.stat().st_mode & 0o777 == 0o700


def test_what_is_not_committed_is_not_stated(chain):
    with transaction.atomic():
        record(None, chain, "test.do", "")
        transaction.set_rollback(True)
    assert heads.stated(chain.pk).sequence == 5


def test_an_entry_undone_inside_a_transaction_is_not_stated(chain):
    with transaction.atomic():
        record(None, chain, "test.do", "")
        with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012 (the error is what undoes the entry)
            record(None, chain, "test.do", "")
            raise RuntimeError
    assert heads.stated(chain.pk).sequence == 6
    assert check(chain.pk).faults == ()


def test_many_entries_of_one_transaction_are_stated_by_the_last(chain):
    with transaction.atomic():
        chain_of(chain, 4)
    assert heads.stated(chain.pk).sequence == 9


def test_of_two_workers_in_the_wrong_order_the_later_entry_stays(chain):
    for sequence in (8, 6):
        heads.advance(Head(chain.pk, sequence, DIGEST))
    assert heads.stated(chain.pk) == Head(chain.pk, 8, DIGEST)


def test_a_head_that_was_left_behind_catches_up(chain, settings, trail):
    """A process that was killed between commit and file left the one before, or several before."""
    for entry in trail(chain)[:4]:
        file_of(chain, settings).write_text(f"{Head.of(entry)}\n")
        last = record(None, chain, "test.do", "")
        assert heads.stated(chain.pk) == Head.of(last)


@pytest.mark.parametrize("content", [None, "", "\0" * 75])
def test_a_lost_file_is_written_by_the_next_entry(chain, settings, content):
    """Deleted, or left empty by a power cut."""
    file_of(chain, settings).unlink() if content is None else file_of(chain, settings).write_text(content)
    assert [each.kind for each in check(chain.pk).faults] == ["unstated"]
    last = record(None, chain, "test.do", "")
    assert heads.stated(chain.pk) == Head.of(last)


def test_writers_at_once_end_with_the_highest(chain, in_threads):
    def write(writer: int) -> None:
        for number in range(5):
            with transaction.atomic():
                record(None, chain, "test.write", f"{writer}-{number}")

    in_threads(4, write)
    assert heads.stated(chain.pk).sequence == 25
    assert check(chain.pk).faults == ()


@pytest.mark.parametrize("grown", [0, 1, 2, 5])
def test_a_cut_is_not_covered_by_what_is_written_afterwards(chain, grown, caplog):
    witness = heads.stated(chain.pk)
    remove(chain, 4, 5)
    with caplog.at_level(logging.CRITICAL):
        chain_of(chain, grown)
    assert heads.stated(chain.pk) == witness
    kinds = {0: "cut", 1: "cut"}
    assert [each.kind for each in check(chain.pk).faults] == [kinds.get(grown, "differs")]


def test_a_chain_that_was_emptied_is_a_cut_too(chain, caplog):
    remove(chain, 1, 2, 3, 4, 5)
    with caplog.at_level(logging.ERROR):
        record(None, chain, "test.do", "")
    assert heads.stated(chain.pk).sequence == 5
    assert caplog.messages == [
        f"The head of audit chain {chain.pk} does not fit the table; run manage.py verify_audit"
    ]


def test_an_altered_end_is_not_restated(chain, caplog):
    witness = heads.stated(chain.pk)
    alter(chain, 5, digest=DIGEST)
    with caplog.at_level(logging.CRITICAL):
        record(None, chain, "test.do", "")
    assert heads.stated(chain.pk) == witness


@pytest.mark.parametrize("content", ["nonsense", "1:2", f"999:5:{DIGEST}", "\x00\xff"])
def test_a_file_that_says_something_else_is_unreadable_and_stops_nobody(chain, settings, content, caplog):
    file_of(chain, settings).write_text(content, "latin-1")
    with pytest.raises(heads.Unreadable):
        heads.stated(chain.pk)
    with caplog.at_level(logging.CRITICAL):
        record(None, chain, "test.do", "")
    assert file_of(chain, settings).read_text("latin-1") == content
    assert [each.kind for each in check(chain.pk).faults] == ["head_illegible"]


def test_a_folder_that_cannot_be_written_stops_nobody(chain, settings, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    settings.AUDIT_HEADS = tmp_path / "file" / "heads"
    with caplog.at_level(logging.CRITICAL):
        assert record(None, chain, "test.do", "").sequence == 6


def test_a_head_that_cannot_be_written_stops_nobody_and_is_told(chain, settings, caplog):
    """As where the disk is full: the entry is committed, and only its head is not."""
    (settings.AUDIT_HEADS / "lock").unlink()
    (settings.AUDIT_HEADS / "lock").mkdir()
    with caplog.at_level(logging.ERROR):
        assert record(None, chain, "test.do", "").sequence == 6
    assert (heads.stated(chain.pk).sequence, len(caplog.records)) == (5, 1)
    (settings.AUDIT_HEADS / "lock").rmdir()
    assert heads.stated(chain.pk).sequence < record(None, chain, "test.do", "").sequence
    assert (heads.stated(chain.pk).sequence, check(chain.pk).faults) == (7, ())


@pytest.mark.parametrize(
    "text", [f"12:345:{DIGEST}", f" 12:345:{DIGEST[:16]}\n", f"0:1:{DIGEST[:40].upper()}"]
)
def test_a_head_reads_back_as_it_is_written(text):
    assert str(Head.read(text)) == text.strip().lower()


@pytest.mark.parametrize(
    "text",
    ["", "12:345", f"12:345:{DIGEST[:15]}", f"12:345:{DIGEST}0", f"-1:3:{DIGEST}", f"1:3:{DIGEST[:20]}x"],
)
def test_what_is_no_head_is_refused(text):
    with pytest.raises(ValueError, match="is no head"):
        Head.read(text)
