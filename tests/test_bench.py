"""The bench's own reckoning: what counts as refused, lost or overwritten."""

import pytest

from tests.bench.ledger import Entry, Save, lost, numbers_of, overwritten

FIRST = Save("甲", "8-1", known="", note="甲1", status=200, ms=10)
BESIDE = Save("乙", "8-1", known="", note="乙1", status=409, ms=20)
SECOND = Save("乙", "8-1", known="甲1", note="乙2", status=200, ms=30)
SAVES = [FIRST, BESIDE, SECOND]
ENTRIES = [Entry("甲", "8-1", "", "甲1"), Entry("乙", "8-1", "甲1", "乙2")]


def test_a_conflict_is_an_answer_and_nothing_is_lost():
    assert numbers_of(SAVES, ENTRIES, {"8-1": "乙2"}) == {
        "p50_ms": 20.0,
        "p95_ms": 29.0,
        "p99_ms": 29.8,
        "saves": 3,
        "conflicts": 1,
        "refused": 0,
        "lost": 0,
        "overwritten": 0,
    }


@pytest.mark.parametrize("status", [0, 422, 429, 500])
def test_any_other_status_is_a_refusal(status):
    refused = Save("甲", "8-3", "", "甲2", status, 10)
    assert numbers_of([*SAVES, refused], ENTRIES, {"8-1": "乙2"})["refused"] == 1


def test_what_was_acknowledged_and_not_recorded_is_lost():
    assert lost(SAVES, ENTRIES[:1], {"8-1": "甲1"}) == ["乙2"]


def test_what_was_recorded_and_does_not_stand_is_lost():
    assert lost(SAVES, ENTRIES, {"8-1": "甲1"}) == ["乙2"]


def test_what_gives_way_to_somebody_who_had_not_seen_it_is_overwritten():
    blind = Save("乙", "8-1", known="", note="乙2", status=200, ms=30)
    assert overwritten([FIRST, blind], ENTRIES) == ["甲1"]
