"""リスク評価・対応: of one system and row, what it still lacks, to whom it belongs when two write, and 要確認."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from compliance.tenancy import Conflict
from tests.sheets import COMPLETE, accepted, begun, system_of, treated
from vendors.models import DisclosureRow, RiskTreatment, System

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
LABELS = {
    "impact": "起きたときの影響",
    "risk": "起こりうること",
    "treatment": "対応の方針",
    "measure": "当院で行うこと",
    "explanation": "立入検査での説明",
}


@pytest.fixture
def chart(clinic, director) -> System:
    return system_of(clinic, director)


@pytest.fixture
def sheet(chart, director):
    return accepted(chart, director, no=["MDS-06"])


def of(system: System, code: str) -> RiskTreatment:
    return RiskTreatment.of(system, DisclosureRow.objects.get(code=code) if code else None)


@pytest.mark.parametrize("empty", LABELS)
def test_a_record_says_what_it_lacks(empty):
    record = RiskTreatment(**COMPLETE | {empty: ""})
    assert (record.gaps, record.is_complete) == ([LABELS[empty]], False)


def test_a_record_that_can_be_explained_lacks_nothing():
    assert (RiskTreatment(**COMPLETE).gaps, RiskTreatment(**COMPLETE).is_complete) == ([], True)


@pytest.mark.parametrize(
    ("fields", "is_open"),
    [
        ({}, False),
        ({"risk": ""}, True),
        ({"due_on": date(2027, 1, 1)}, True),
        ({"due_on": date(2026, 1, 1)}, True),
        ({"due_on": date(2026, 1, 1), "done_on": date(2026, 2, 1)}, False),
        ({"done_on": date(2026, 2, 1)}, False),
        ({"risk": "", "done_on": date(2026, 2, 1)}, True),
    ],
)
def test_unfinished_or_planned_is_要対応(fields, is_open):
    assert RiskTreatment(**COMPLETE | fields).is_open(TODAY) is is_open


def test_looking_for_a_record_makes_none(chart, sheet):
    record = of(chart, "MDS-06")
    assert (record.pk, record.version, record.system, RiskTreatment.objects.count()) == (None, 0, chart, 0)


def test_a_record_is_saved_with_its_writer_and_told(chart, sheet, clerk, trail, clinic):
    record = of(chart, "MDS-06")
    record.treat(0, by=clerk, disclosure=sheet, **COMPLETE)
    kept = RiskTreatment.objects.get()
    assert (kept.system, kept.row.code, kept.clinic, kept.version) == (chart, "MDS-06", clinic, 1)
    assert (kept.updated_by, kept.checked_for, kept.measure) == (clerk, sheet, "VPN機器で止める。")
    assert (trail(clinic)[-1].action, trail(clinic)[-1].actor_name) == ("risk.treat", "事務 はな子")
    assert trail(clinic)[-1].detail["risk"] == ["", COMPLETE["risk"]]


def test_the_same_save_again_has_one_effect(chart, sheet, director, trail, clinic):
    treated(chart, director, "MDS-06", sheet)
    of(chart, "MDS-06").treat(
        0, by=director, disclosure=sheet, **COMPLETE
    )  # the double click of the first save
    assert (RiskTreatment.objects.get().version, [e.action for e in trail(clinic)].count("risk.treat")) == (
        1,
        1,
    )


def test_a_stale_save_is_a_conflict_that_shows_what_stands(chart, sheet, director):
    treated(chart, director, "MDS-06", sheet)
    of(chart, "MDS-06").treat(1, by=director, disclosure=sheet, **COMPLETE | {"risk": "先"})
    with pytest.raises(Conflict) as conflict:
        of(chart, "MDS-06").treat(1, by=director, disclosure=sheet, **COMPLETE | {"risk": "後"})
    assert (conflict.value.current.risk, RiskTreatment.objects.get().risk) == ("先", "先")


@pytest.mark.parametrize("code", ["MDS-06", ""])
def test_the_second_of_two_first_saves_is_a_conflict(code, chart, sheet, director):
    mine, theirs = of(chart, code), of(chart, code)
    theirs.treat(0, by=director, disclosure=None, **COMPLETE | {"risk": "先"})
    with pytest.raises(Conflict) as conflict:
        mine.treat(0, by=director, disclosure=None, **COMPLETE | {"risk": "後"})
    assert (conflict.value.current.risk, RiskTreatment.objects.get().risk) == ("先", "先")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", ["MDS-06", ""])
def test_two_first_saves_at_once_keep_one_and_tell_the_other(code, chart, sheet, director, in_threads):
    def act(number: int) -> str:
        try:
            of(chart, code).treat(0, by=director, disclosure=None, **COMPLETE | {"risk": f"{number}"})
        except Conflict as conflict:
            return f"conflict with {conflict.current.risk}"
        return f"{number}"

    said = in_threads(2, act)
    kept = RiskTreatment.objects.get().risk
    assert sorted(said) == sorted([kept, f"conflict with {kept}"])


@pytest.mark.parametrize("code", ["MDS-06", ""])
def test_the_database_itself_holds_one_record_for_each_row(code, chart, sheet, director):
    treated(chart, director, code, None)
    record = of(chart, code)
    record.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        record.save(force_insert=True)


def test_two_systems_have_a_record_of_one_row_each(chart, clinic, director):
    other = system_of(clinic, director, "画像")
    treated(chart, director, "MDS-06", None, risk="甲")
    treated(other, director, "MDS-06", None, risk="乙")
    treated(chart, director, "", None, risk="丙")
    found = {code: each.risk for code, each in RiskTreatment.objects.of_system(chart).items()}
    assert found == {"MDS-06": "甲", "": "丙"}


def test_a_record_comes_along_to_the_next_disclosure_as_要確認(chart, sheet, director):
    record = treated(chart, director, "MDS-06", sheet)
    following = begun(chart, director, no=["MDS-06"])
    told = [(record.needs_check(each), record.explains(each)) for each in (sheet, following, None)]
    assert told == [(False, True), (True, False), (False, True)]


def test_saving_it_beside_the_next_disclosure_settles_that_without_any_change(chart, sheet, director):
    treated(chart, director, "MDS-06", sheet)
    following = begun(chart, director, no=["MDS-06"])
    again = treated(chart, director, "MDS-06", following)
    assert (again.version, again.checked_for, again.explains(following), again.explains(sheet)) == (
        2,
        following,
        True,
        True,
    )


def test_an_incomplete_record_explains_nothing(chart, sheet, director):
    assert treated(chart, director, "MDS-06", sheet, explanation="").explains(sheet) is False
