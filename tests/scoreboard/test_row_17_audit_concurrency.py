"""20 writers × 50 entries at once, half of them at one clinic: no fork, no gap, nothing lost."""

from collections import Counter

import pytest
from django.db import transaction

from compliance.audit import SITE, AuditEntry, Head, check_all, heads, record
from compliance.models import Clinic

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db(transaction=True)]
WRITERS, ENTRIES = 20, 50


def chain_of_writer(writer: int, clinics: list[Clinic]) -> Clinic | None:
    """Ten write for the first clinic, four each for two others, two for the site."""
    return clinics[0] if writer < 10 else clinics[1 + writer % 2] if writer < 18 else None


def test_writers_at_once_fork_nothing_and_leave_no_gap(in_threads, score):
    clinics = [Clinic.objects.create(name=f"{name}医院") for name in "甲乙丙"]

    def write(writer: int) -> None:
        for number in range(ENTRIES):
            with transaction.atomic():
                record(None, chain_of_writer(writer, clinics), "test.write", f"{writer}-{number}")

    in_threads(WRITERS, write)
    entries = list(AuditEntry.objects.order_by("clinic_id", "sequence"))
    followed = Counter((each.clinic_id, each.previous) for each in entries)
    forks = sum(count - 1 for count in followed.values())
    lengths = Counter(each.clinic_id for each in entries)
    gaps = sum(max(e.sequence for e in entries if e.clinic_id == of) - count for of, count in lengths.items())
    ends = [heads.stated(of) == Head.of(heads.newest(of)) for of in lengths]
    broken = [fault for verdict in check_all() for fault in verdict.faults]
    wanted = {f"{writer}-{number}" for writer in range(WRITERS) for number in range(ENTRIES)}
    print(f"forks {forks}, gaps {gaps}, broken {broken}, lengths {sorted(lengths.values())}, ends {ends}")
    assert sorted(lengths.values()) == [100, 200, 200, 500]
    assert ({each.target for each in entries}, ends, SITE in lengths) == (wanted, [True] * 4, True)
    score(len(entries), forks + gaps + len(broken))
