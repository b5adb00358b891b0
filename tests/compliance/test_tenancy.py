"""What every clinic's table shares: the scope, and versions that let nobody be overwritten unseen."""

from datetime import date

import pytest

from checklist.models import Answer
from compliance.models import Clinic
from compliance.tenancy import Conflict, version_in
from vendors.models import Vendor

pytestmark = pytest.mark.django_db


def row(clinic: Clinic) -> Clinic:
    return Clinic.objects.get(pk=clinic.pk)


def standing(clinic: Clinic) -> tuple[int, str]:
    """(version, phone) in the database"""
    found = row(clinic)
    return found.version, found.phone


# Versions


def test_a_change_from_the_current_version_is_written_and_told(clinic):
    assert clinic.change(1, phone="045-000-0001", name=clinic.name) == {"phone": ["", "045-000-0001"]}
    assert standing(clinic) == (2, "045-000-0001")
    assert (clinic.version, clinic.phone) == (2, "045-000-0001")


def test_a_change_from_a_stale_version_is_a_conflict_with_the_row_that_stands(clinic):
    mine = row(clinic)
    clinic.change(1, phone="045-000-0001")
    with pytest.raises(Conflict) as conflict:
        mine.change(1, phone="045-000-0002")
    assert (conflict.value.current.version, conflict.value.current.phone) == (2, "045-000-0001")
    assert standing(clinic) == (2, "045-000-0001")
    assert (mine.version, mine.phone) == (1, "")


@pytest.mark.parametrize("version", [0, 2, 99])
def test_a_version_that_never_was_is_a_conflict(clinic, version):
    with pytest.raises(Conflict):
        clinic.change(version, phone="045-000-0001")
    assert standing(clinic) == (1, "")


def test_the_same_values_again_write_nothing_and_keep_the_version(clinic, django_assert_num_queries):
    clinic.change(1, phone="045-000-0001")
    with django_assert_num_queries(0):
        assert clinic.change(2, phone="045-000-0001") == {}
    assert standing(clinic) == (2, "045-000-0001")


def test_a_form_sent_twice_has_one_effect(clinic):
    for _ in range(2):
        row(clinic).change(1, phone="045-000-0001")
    assert standing(clinic) == (2, "045-000-0001")


def test_stamps_are_written_with_a_change_only(clinic):
    stamp = {"safety_officer_since_on": date(2026, 4, 1)}
    assert clinic.change(1, stamp, phone="") == {}
    assert row(clinic).safety_officer_since_on is None
    assert clinic.change(1, stamp, phone="1") == {"phone": ["", "1"]}
    assert row(clinic).safety_officer_since_on == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("typed", "version"),
    [("3", 3), ("", 0), ("x", 0), ("-1", 0), ("²", 0), ("３", 0), ("1.0", 0), ("9" * 10, 0)],
)
def test_a_posted_version_is_a_number_or_stale(typed, version):
    assert version_in({"version": typed}) == version


def test_a_missing_version_is_stale():
    assert version_in({}, "version-1.1-1") == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_editors_at_once_exactly_one_wins_each_version(clinic, director, in_threads, trail):
    rounds = 60

    def edit(version: int, editor: int) -> bool:
        try:
            row(clinic).describe(version, by=director, phone=f"{version}-{editor}")
        except Conflict:
            return False
        return True

    for version in range(1, rounds + 1):
        won = in_threads(2, lambda editor, version=version: edit(version, editor))
        assert sorted(won) == [False, True]
        assert standing(clinic) == (version + 1, f"{version}-{won.index(True)}")
    assert len([each for each in trail(clinic) if each.action == "clinic.describe"]) == rounds


# Scope


def test_only_what_belongs_to_the_members_clinic_is_visible(clinic, other_clinic, director, both, member):
    for each in (clinic, other_clinic):
        Vendor.objects.create(clinic=each, name=f"{each.name}の事業者")
    assert [v.clinic for v in Vendor.objects.visible_to(member(director, clinic))] == [clinic]
    assert [v.clinic for v in Vendor.objects.visible_to(member(both, other_clinic))] == [other_clinic]


def test_a_person_of_two_clinics_sees_one_at_a_time(clinic, other_clinic, both, member):
    seen = Answer.objects.visible_to(member(both, clinic))
    assert {answer.clinic_id for answer in seen} == {clinic.pk}
    assert (seen.count(), Answer.objects.count()) == (52, 104)
