"""翌年度: what begins, what comes along as 前回（要確認）, and what a new edition does to all of it."""

from datetime import date

import pytest
from django.utils import timezone

from checklist.catalogue import catalogue_of
from checklist.changes import changes
from checklist.choices import AssessmentState, Status
from checklist.confirming import ChangedSince, confirm, seen_digest
from checklist.earlier import beside, taken_over
from checklist.facts import judgement_of
from checklist.findings import contradictions, findings
from checklist.models import (
    Answer,
    ApplicabilityDetermination,
    Assessment,
    Confirmation,
    Evidence,
    Frozen,
)
from checklist.register_facts import facts_of
from checklist.rounds import Round
from checklist.simulation import simulate
from checklist.snapshot import snapshot_of
from checklist.succession import Outdated, begin_next, may_withdraw, next_of, withdraw
from checklist.tables import tables_of
from compliance.conversion import Change
from compliance.models import AuditEntry, Clinic
from compliance.tenancy import Conflict
from tests.sheets import accepted, begun, row, system_of, treated
from tests.web import at_most
from vendors.choices import Conformity, DisclosureState
from vendors.models import Disclosure, RiskTreatment, System

pytestmark = pytest.mark.django_db
DONE = {
    "status": Status.DONE,
    "confirmed_on": date(2026, 11, 5),
    "note": "台帳で見た",
    "evidence_place": "青ファイル",
}


@pytest.fixture
def today(assessment):
    """The first day of the year after the clinic's first round."""
    return date(assessment.fiscal_year + 1, 4, 1)


@pytest.fixture
def declare(answer, director):
    """declare("10-9", **fields): saved by the director."""

    def put(code: str, **fields) -> None:
        found = answer(code)
        found.record(found.version, by=director, **(dict.fromkeys(Answer.DECLARED, "") | DAYLESS | fields))

    return put


DAYLESS = {"confirmed_on": None, "due_on": None, "status": Status.UNANSWERED}


@pytest.fixture
def follow(assessment, director, today):
    """follow(): the next round, begun on the first day of the next year."""

    def begin() -> Assessment:
        newest = Assessment.objects.filter(clinic=assessment.clinic).current()
        return begin_next(next_of(newest, today), by=director)

    return begin


def of(round_: Assessment, code: str) -> Answer:
    return Answer.objects.filter(clinic=round_.clinic_id).current(code)


# When a round may begin


def newest(assessment) -> Assessment:
    return Assessment.objects.filter(clinic=assessment.clinic).current()


def test_a_round_of_this_year_that_is_open_has_no_next(assessment):
    assert next_of(newest(assessment), date(assessment.fiscal_year, 11, 5)) is None


def test_with_the_new_year_the_next_round_is_due(assessment, edition, today):
    wanted = next_of(newest(assessment), today)
    assert (wanted.fiscal_year, wanted.edition, wanted.is_early) == (
        assessment.fiscal_year + 1,
        edition,
        False,
    )
    assert wanted.switches is False


def test_a_round_left_for_years_is_followed_by_this_years(assessment):
    assert next_of(newest(assessment), date(2031, 5, 1)).fiscal_year == 2031


def test_a_confirmed_round_may_be_followed_early(assessment, confirmed):
    confirmed(assessment)
    wanted = next_of(newest(assessment), date(assessment.fiscal_year, 11, 5))
    assert (wanted.fiscal_year, wanted.is_early) == (assessment.fiscal_year + 1, True)


def test_there_is_no_round_beyond_the_next_years(assessment, confirmed, follow):
    confirmed(assessment)
    begun_ = follow()
    assert next_of(newest(begun_), date(assessment.fiscal_year, 11, 5)) is None


def test_a_new_edition_begins_a_round_within_the_year(assessment, next_edition):
    wanted = next_of(newest(assessment), date(assessment.fiscal_year, 11, 5))
    assert (wanted.fiscal_year, wanted.edition, wanted.switches) == (
        assessment.fiscal_year,
        next_edition,
        True,
    )


# Beginning it


def test_every_answer_begins_unanswered_with_the_one_before_beside_it(declare, follow):
    declare("1.1-1", **DONE)
    begun_ = follow()
    assert [a.status for a in begun_.answers.all()] == [Status.UNANSWERED] * 52
    earlier = beside(of(begun_, "1.1-1"))
    assert [a.note for a in earlier.answers] == ["台帳で見た"]
    assert (earlier.change, earlier.keep, earlier.words) == (Change.UNCHANGED, True, "実施済")


def test_the_lines_of_a_round_know_what_was_declared_before(declare, follow, today):
    declare("1.1-1", **DONE)
    lines = {line.code: line for line in Round.of(follow(), today).lines}
    assert lines["1.1-1"].earlier.words == "実施済"
    assert lines["1.2-1"].earlier.words == "未回答"


def test_the_first_round_has_nothing_beside_it(assessment, answer, today):
    assert beside(of(assessment, "1.1-1")) is None
    assert [line.earlier for line in Round.of(assessment, today).lines] == [None] * 52


def test_what_is_taken_over_leaves_the_day_to_be_checked_anew(declare, follow):
    declare("1.1-1", **DONE)
    copied = taken_over(beside(of(follow(), "1.1-1")).only)
    assert copied == {"status": "done", "note": "台帳で見た", "evidence_place": "青ファイル",
                      "plan": "", "owner": "", "due_on": "", "reason": "", "ask_whom": ""}  # fmt: skip


def test_an_open_round_ends_unconfirmed_and_takes_no_more_answers(assessment, answer, director, follow):
    late = answer("1.1-1")
    follow()
    assessment.refresh_from_db()
    assert assessment.state == AssessmentState.CLOSED
    with pytest.raises(Frozen):
        late.record(late.version, by=director, status=Status.DONE)


def test_a_confirmed_round_stays_confirmed_and_is_not_reopened(assessment, confirmed, director, follow):
    standing = confirmed(assessment)
    follow()
    with pytest.raises(Frozen):
        standing.reopen(by=director, why="やり直す")
    assessment.refresh_from_db()
    assert assessment.state == AssessmentState.CONFIRMED


def test_beginning_twice_begins_one_round(assessment, director, today):
    wanted = next_of(newest(assessment), today)
    assert begin_next(wanted, by=director).pk == begin_next(wanted, by=director).pk
    assert Assessment.objects.filter(clinic=assessment.clinic).count() == 2


def test_two_people_who_begin_at_once_begin_one_round(
    transactional_db, assessment, director, today, in_threads
):
    wanted = next_of(newest(assessment), today)
    in_threads(2, lambda _: begin_next(wanted, by=director))
    assert Assessment.objects.filter(clinic=assessment.clinic).count() == 2


def test_systems_evidence_and_risk_records_stay(clinic, director, follow):
    system = system_of(clinic, director)
    treated(system, director, "MDS-06", accepted(system, director, no=["MDS-06"]))
    Evidence.register(clinic, by=director, title="契約書", place="青ファイル", items=["1.3-1"])
    follow()
    assert list(System.objects.filter(clinic=clinic).listed()) == [system]
    assert [each.items for each in Evidence.objects.filter(clinic=clinic)] == [["1.3-1"]]
    assert list(RiskTreatment.objects.of_system(system)) == ["MDS-06"]


def test_the_versions_of_a_year_are_numbered_on_over_a_new_edition(
    assessment, confirmed, director, next_edition
):
    first = confirmed(assessment)
    begun_ = begin_next(next_of(newest(assessment), timezone.localdate()), by=director)
    assert (first.number, confirmed(begun_).number, begun_.fiscal_year) == (1, 2, assessment.fiscal_year)
    assert Confirmation.objects.of_year(begun_).count() == 2


# Taking it back


def test_a_round_begun_by_mistake_is_taken_back(assessment, director, follow):
    begun_ = follow()
    withdraw(newest(begun_), by=director)
    assert list(Assessment.objects.filter(clinic=assessment.clinic)) == [assessment]
    assert newest(assessment).state == AssessmentState.OPEN
    assert AuditEntry.objects.latest("pk").action == "assessment.withdraw"


def test_a_round_with_an_answer_is_not_taken_back(director, follow):
    begun_ = follow()
    found = of(begun_, "1.1-1")
    found.record(found.version, by=director, status=Status.UNSURE)
    assert may_withdraw(newest(begun_)) is False
    with pytest.raises(Frozen):
        withdraw(newest(begun_), by=director)
    assert Assessment.objects.count() == 2


def test_the_first_round_is_not_taken_back(assessment, director):
    with pytest.raises(Frozen):
        withdraw(newest(assessment), by=director)


def test_a_switch_to_a_new_edition_is_not_taken_back(assessment, director, next_edition, follow):
    assert may_withdraw(newest(follow())) is False


# A new edition


def test_answers_follow_the_conversion_table(declare, follow, next_edition):
    for code in ("1.2-1", "11-1", "7-1", "4.1-1", "4.1-2", "6-3", "10-9", "10-10"):
        declare(code, **(DONE | {"note": code}))
    begun_ = follow()
    notes = {code: [a.note for a in beside(of(begun_, code)).answers]
             for code in ("1.2-1", "11-1", "7-1", "7-7", "4.1-1", "8-4", "10-9", "10-10")}  # fmt: skip
    assert notes == {"1.2-1": ["1.2-1"], "11-1": ["11-1"], "7-1": ["7-1"], "7-7": ["7-1"],
                     "4.1-1": ["4.1-1", "4.1-2"], "8-4": [], "10-9": ["10-10"], "10-10": ["10-9"]}  # fmt: skip
    assert of(begun_, "6-3") is None
    assert [code for code in notes if beside(of(begun_, code)).only] == [
        "1.2-1",
        "7-1",
        "7-7",
        "10-9",
        "10-10",
    ]


def test_the_clinic_works_with_the_edition_of_its_newest_round(
    assessment, clinic, director, edition, next_edition, follow
):
    assert Clinic.objects.get(pk=clinic.pk).edition == edition
    assert begun(system_of(clinic, director), director).edition == edition
    follow()
    now = Clinic.objects.get(pk=clinic.pk)
    assert now.edition == next_edition
    assert begun(system_of(now, director, "検査"), director).edition == next_edition


def test_evidence_speaks_of_what_its_items_became(clinic, director, follow, next_edition):
    paper = Evidence.register(
        clinic, by=director, title="台帳", place="青", items=["7-1", "6-3", "10-9", "4.1-2"]
    )
    follow()
    assert Evidence.objects.get(pk=paper.pk).items == ["10-10", "4.1-1", "7-1", "7-7"]


def test_findings_follow_the_item_they_are_about(clinic, director, follow, next_edition, today):
    begun_ = follow()
    found = of(begun_, "10-10")
    found.record(found.version, by=director, status=Status.DONE, confirmed_on=today)
    round_ = Round.of(newest(begun_), today)
    facts = facts_of(clinic.pk, today)
    accepted(system_of(clinic, director), director, no=["MDS-06"])
    beside_ = contradictions(round_, findings(facts_of(clinic.pk, today)))
    assert facts.systems == []
    assert [(line.code, finding.item) for line, finding in beside_] == [("10-10", "10-9")]


# Disclosures and a new edition


def test_a_disclosure_comes_over_row_by_row(clinic, director, follow, next_edition):
    old = accepted(system_of(clinic, director), director, no=["MDS-02", "MDS-05"])
    follow()
    new = Disclosure.objects.get(carried_from=old)
    said = {
        each.row.code: each.answer for each in new.answers.select_related("row").order_by("row__position")
    }
    assert len(said) == 41
    assert [said[code] for code in ("MDS-01", "MDS-02", "MDS-43")] == ["yes", "no", "no"]
    assert [code for code, answer in said.items() if answer == Conformity.BLANK] == ["MDS-03", "MDS-42"]
    assert (new.edition, new.state, new.holds_confirmed_on) == (next_edition, DisclosureState.SUBMITTED, None)
    assert {each.row.edition for each in new.answers.select_related("row__edition")} == {next_edition}


def test_the_earlier_disclosure_stays_as_it_was(clinic, director, follow, next_edition):
    old = accepted(system_of(clinic, director), director, no=["MDS-04"])
    before = list(old.answers.order_by("pk").values())
    follow()
    assert list(old.answers.order_by("pk").values()) == before
    assert Disclosure.objects.get(pk=old.pk).state == DisclosureState.ACCEPTED


def test_a_risk_record_moves_to_the_row_that_takes_over(clinic, director, follow, next_edition):
    system = system_of(clinic, director)
    sheet = accepted(system, director, no=["MDS-03", "MDS-05"])
    treated(system, director, "MDS-03", sheet)
    treated(system, director, "MDS-05", sheet)
    follow()
    carried = Disclosure.objects.get(carried_from=sheet)
    records = RiskTreatment.objects.of_system(system)
    assert [(code, each.explains(carried)) for code, each in records.items()] == [("MDS-43", True)]
    assert RiskTreatment.objects.filter(system=system).count() == 2


def test_what_a_vendor_submits_after_the_switch_comes_over_at_once(clinic, director, follow, next_edition):
    sheet = begun(system_of(clinic, director), director)
    follow()
    sheet = Disclosure.objects.get(pk=sheet.pk)
    sheet.submit(by=director)
    new = Disclosure.objects.get(carried_from=sheet)
    assert (new.edition, row(new, "MDS-01").answer) == (next_edition, "yes")


# Before switching


def test_the_simulation_counts_and_writes_nothing(assessment, clinic, declare, director, next_edition, today):
    for code in ("1.1-1", "11-1", "6-3", "4.1-2"):
        declare(code, **DONE)
    sheet = accepted(system_of(clinic, director), director, no=["MDS-03"])
    record = treated(sheet.system, director, "MDS-03", sheet)
    entries = AuditEntry.objects.count()
    now = newest(assessment)
    found = simulate(next_of(now, today), Round.of(now, today))
    assert found.counts == [
        ("そのまま", 46),
        ("文が変わった", 2),
        ("分かれた", 2),
        ("まとまった", 1),
        ("新しい", 1),
        ("なくなった", 1),
    ]
    assert found.row_counts == [("そのまま", 96), ("文が変わった", 2), ("新しい", 1), ("なくなった", 1)]
    assert (found.beside, found.dropped) == (2, 2)
    assert [(each.disclosure, each.kept, each.open) for each in found.sheets] == [(sheet, 39, 2)]
    assert found.risks_left == [record]
    assert [each.change for each in found.moved if each.new is None] == [Change.DELETED]
    assert (AuditEntry.objects.count(), Assessment.objects.count(), Disclosure.objects.count()) == (
        entries,
        1,
        1,
    )


# The difference between rounds


def compared(round_: Assessment, today: date) -> dict:
    now = newest(round_)
    return changes(Round.of(now, today), catalogue_of(now.previous.edition))


def test_changes_are_told_by_kind(declare, follow, director, today):
    for code in ("1.1-1", "1.2-1", "1.2-2", "1.3-1"):
        declare(code, **DONE)
    begun_ = follow()
    for code, fields in {
        "1.1-1": DONE | {"confirmed_on": today},
        "1.2-1": {"status": Status.OPEN, "plan": "作り直す"},
        "1.2-2": DONE | {"note": "別の棚"},
    }.items():
        found = of(begun_, code)
        found.record(found.version, by=director, **fields)
    found = compared(begun_, today)
    kinds = {each["code"]: each["kind"] for each in found["lines"]}
    assert [kinds[code] for code in ("1.1-1", "1.2-1", "1.2-2", "1.3-1")] == [
        "same",
        "changed",
        "written",
        "unanswered",
    ]
    assert found["counts"] == {"changed": 1, "written": 1, "unanswered": 49, "new": 0, "same": 1, "gone": 0}
    line = next(each for each in found["lines"] if each["code"] == "1.2-1")
    assert [(side["label"], side["facts"][0]) for side in (*line["before"], line["after"])] == [
        ("実施済", ["確認日", "令和8年11月5日"]), ("未実施・対応中（担当・目標日が未記入）", ["やること", "作り直す"]),
    ]  # fmt: skip


def test_changes_to_a_new_edition_name_what_was_reworded_new_or_gone(follow, next_edition, today):
    found = compared(follow(), today)
    said = {
        each["code"]: (each["reworded"], [side["shown"] for side in each["before"]])
        for each in found["lines"]
    }
    assert said["1.2-1"] == ("文が変わった", ["1.2①"])
    assert said["7-7"] == ("分かれた", ["7①"])
    assert said["4.1-1"] == ("まとまった", ["4.1①", "4.1②"])
    assert said["10-10"] == ("", ["10⑨"])
    assert said["8-4"] == ("新しい", [])
    assert [each["shown"] for each in found["gone"]] == ["6③"]
    assert found["counts"]["new"] == 1


def test_the_first_round_has_no_changes(assessment, today):
    assert changes(Round.of(assessment, today), None) is None


# What happens between a page and its press


def test_a_form_of_the_earlier_round_meets_a_conflict_in_the_new_one(
    declare, answer, director, follow, next_edition
):
    declare("10-9", **DONE)
    untouched, touched = answer("10-10").version, answer("10-9").version
    begun_ = follow()
    for code, version in {"10-10": untouched, "10-9": touched}.items():
        with pytest.raises(Conflict):
            of(begun_, code).record(version, by=director, status=Status.DONE)
    assert set(begun_.answers.values_list("status", flat=True)) == {Status.UNANSWERED}


def test_a_round_reopened_since_the_page_was_shown_is_not_ended(assessment, confirmed, director):
    standing = confirmed(assessment)
    wanted = next_of(newest(assessment), date(assessment.fiscal_year, 11, 5))
    standing.reopen(by=director, why="直す")
    with pytest.raises(Outdated):
        begin_next(wanted, by=director)
    assert [each.state for each in Assessment.objects.filter(clinic=assessment.clinic)] == [
        AssessmentState.OPEN
    ]


def test_nothing_begins_after_a_round_that_was_taken_back(assessment, director, follow):
    begun_ = follow()
    wanted = next_of(newest(begun_), date(begun_.fiscal_year + 1, 4, 1))
    withdraw(newest(begun_), by=director)
    with pytest.raises(Outdated):
        begin_next(wanted, by=director)
    assert list(Assessment.objects.filter(clinic=assessment.clinic)) == [assessment]


def test_taking_back_twice_takes_back_one_round(assessment, director, follow):
    stale = newest(follow())
    withdraw(newest(assessment), by=director)
    again = follow()
    with pytest.raises(Frozen):
        withdraw(stale, by=director)
    assert [each.state for each in Assessment.objects.newest_first()] == [
        AssessmentState.OPEN,
        AssessmentState.CLOSED,
    ]
    assert newest(assessment) == again
    assert AuditEntry.objects.filter(action="assessment.withdraw").count() == 1


def test_a_round_that_is_followed_is_not_taken_back(assessment, director, follow):
    stale = newest(follow())
    begin_next(next_of(stale, date(stale.fiscal_year + 1, 4, 1)), by=director)
    with pytest.raises(Frozen):
        withdraw(stale, by=director)
    assert Assessment.objects.filter(clinic=assessment.clinic).count() == 3


def test_a_round_that_was_left_meanwhile_is_not_confirmed(assessment, director, today):
    seen = seen_digest(assessment, timezone.localdate())
    begin_next(next_of(newest(assessment), today), by=director)
    names = {"examiner": "事務", "safety_officer": "院長", "examined_on": timezone.localdate()}
    with pytest.raises(ChangedSince):
        confirm(assessment, by=director, seen=seen, **names)
    assert Confirmation.objects.count() == 0


def test_a_paper_that_was_opened_before_the_switch_meets_a_conflict(clinic, director, follow, next_edition):
    paper = Evidence.register(clinic, by=director, title="台帳", place="青", items=["10-9"])
    follow()
    with pytest.raises(Conflict):
        paper.describe(paper.version, by=director, items=["10-9", "7-1"])
    assert Evidence.objects.get(pk=paper.pk).items == ["10-10"]


def test_what_a_new_edition_makes_of_a_papers_items_is_on_record(
    clinic, director, follow, next_edition, trail
):
    Evidence.register(clinic, by=director, title="台帳", place="青", items=["6-3", "10-9"])
    Evidence.register(clinic, by=director, title="名簿", place="青", items=["1.1-1"])
    follow()
    told = [(each.target, each.detail) for each in trail(clinic) if each.action == "evidence.describe"]
    assert told == [("台帳", {"items": [["10-9", "6-3"], ["10-10"]]})]


# What reads the new edition


def test_an_item_that_the_earlier_round_did_not_have_is_new(assessment, answer, follow, today):
    answer("1.1-1").delete()
    line = next(each for each in compared(follow(), today)["lines"] if each["code"] == "1.1-1")
    assert (line["kind"], line["before"]) == ("new", [])


def test_only_what_the_status_prints_counts_as_written(declare, follow, director, today):
    declare("1.1-1", **DONE)
    found = of(follow(), "1.1-1")
    found.record(found.version, by=director, **(DONE | {"plan": "前に書いた計画"}))
    line = next(
        each for each in compared(newest(found.assessment), today)["lines"] if each["code"] == "1.1-1"
    )
    assert line["kind"] == "same"


def test_two_rounds_of_a_year_are_told_apart_by_their_edition(assessment, director, next_edition):
    begun_ = begin_next(next_of(newest(assessment), timezone.localdate()), by=director)
    found = compared(begun_, timezone.localdate())
    year = str(assessment)
    assert (found["before"], found["after"]) == (f"{year}（第7.0版）", f"{year}（第8.0版）")


def test_the_tension_follows_its_item(clinic, director, follow, next_edition):
    system_of(clinic, director, vendor_name="")
    begun_ = follow()
    kept = judgement_of(
        catalogue_of(begun_.edition), list(System.objects.filter(clinic=clinic).listed())
    ).as_dict()
    ApplicabilityDetermination.keep(clinic, begun_.edition, kept, by=director)
    tension = snapshot_of(newest(begun_), timezone.localdate())["determination"]["tension"]
    assert (tension["item"]["code"], tension["commentary"]["id"]) == ("10-9", "10-j")


def test_an_inspection_topic_shows_every_part_of_an_item_that_was_split(clinic, follow, next_edition):
    begun_ = follow()
    topics = [
        topic
        for area in snapshot_of(newest(begun_), timezone.localdate())["inspection"]["areas"]
        for topic in area["topics"]
    ]
    touched = [[item["code"] for item in topic["items"]] for topic in topics]
    assert [codes for codes in touched if "7-1" in codes or "7-7" in codes] == [
        codes for codes in touched if {"7-1", "7-7"} <= set(codes)
    ]


def test_an_inspection_topic_shows_the_item_that_its_own_was_merged_into(clinic, follow, next_edition):
    areas = snapshot_of(newest(follow()), timezone.localdate())["inspection"]["areas"]
    topics = [[item["code"] for item in topic["items"]] for area in areas for topic in area["topics"]]
    assert topics.count(["4.1-1"]) == 1


@pytest.mark.parametrize("switches", [False, True])
def test_the_snapshot_of_a_later_round_costs_15_queries(switches, clinic, director, follow, today, request):
    if switches:
        request.getfixturevalue("next_edition")
    for number in range(4):
        system = system_of(clinic, director, f"系{number}", vendor_name=f"社{number}")
        treated(system, director, "MDS-06", accepted(system, director, no=["MDS-06"]))
        Evidence.register(clinic, by=director, title=f"資料{number}", place="青", items=["1.1-1"])
    loaded = newest(follow())
    loaded.clinic = clinic
    catalogue_of(loaded.edition), catalogue_of(loaded.previous.edition)
    with at_most(15):
        snapshot_of(loaded, today)


def test_everything_that_is_exported_names_the_new_editions_rows(
    clinic, director, follow, next_edition, today
):
    system = system_of(clinic, director)
    sheet = accepted(system, director, no=["MDS-05"])
    treated(system, director, "MDS-05", sheet)
    begun(system, director, source="link")
    loaded = newest(follow())
    snapshot = snapshot_of(loaded, today)
    table = tables_of(snapshot)["別紙"]
    texts = {row.code: row.text for row in next_edition.disclosure_rows.all()}
    assert {line[2]: line[4] for line in table[1:]} == {
        code: text for code, text in texts.items() if code.startswith("MDS")
    }
    assert [(risk["row"], risk["to_check"]) for risk in snapshot["risks"]] == [("MDS-43", False)]
