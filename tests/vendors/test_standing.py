"""Where a system stands with its disclosures, what comes next, and that the overview's price does not grow."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.sheets import accepted, begun, submitted, system_of, treated
from tests.web import at_most
from vendors.choices import DisclosureKind
from vendors.models import Disclosure, DisclosureRequest, RiskTreatment, System
from vendors.overview import overview_of
from vendors.standing import Sheet, Standing, standings

TODAY = date(2026, 11, 22)
NEEDS = {"MDS": "mds", "SDS": "sds"}
WHOLE = {
    "impact": "partly",
    "risk": "r",
    "treatment": "reduce",
    "measure": "m",
    "explanation": "e",
}


def link(days: int = 3, **ended) -> DisclosureRequest:
    """A link that lasts until `days` from today."""
    until = datetime(2026, 11, 22, 3, tzinfo=UTC) + timedelta(days=days)
    return DisclosureRequest(expires_at=until, **ended)


def sheet(pk: int = 1, state: str = "accepted", kind: str = "MDS", answer: str = "yes", **fields) -> Sheet:
    if state == "accepted":
        fields = {"holds_confirmed_on": TODAY} | fields
    found = Disclosure(pk=pk, state=state, kind=kind, source="link", **fields)
    return Sheet(found, {"R-1": answer} if kind in NEEDS else {})


def standing(*sheets: Sheet, need: str = "mds", treatments: dict | None = None) -> Standing:
    """The first that a system with these sheets has."""
    return standings(System(location="external", disclosure_need=need), sheets, treatments or {}, TODAY)[0]


ENDED = datetime(2026, 11, 1, tzinfo=UTC)


# The kinds


@pytest.mark.parametrize(
    ("need", "location", "has", "kinds"),
    [
        ("mds", "external", [], ["MDS"]),
        ("both", "external", [], ["MDS", "SDS"]),
        ("none", "external", [], []),
        ("none", "external", ["SPEC"], ["SPEC"]),
        ("mds", "external", ["SPEC", "SDS"], ["MDS", "SDS", "SPEC"]),
        ("", "external", [], ["SDS"]),
        ("", "in_house", [], ["MDS"]),
    ],
)
def test_a_system_has_a_standing_for_each_kind_that_it_needs_or_has(need, location, has, kinds):
    system = System(location=location, disclosure_need=need)
    found = standings(system, [sheet(n, kind=kind) for n, kind in enumerate(has, 1)], {}, TODAY)
    assert [each.kind for each in found] == kinds


def test_a_standing_without_a_sheet_is_未依頼():
    found = standing()
    told = (found.state_text, found.verdict, found.sheet, found.late_text, found.next_step, found.is_accepted)
    assert told == ("未依頼", None, None, "", "事業者に依頼する", False)


def test_a_filed_paper_has_a_name_and_no_verdict():
    found = standing(sheet(kind="SPEC"), need="none")
    assert (found.kind, found.kind_name, found.verdict) == (
        DisclosureKind.SPEC,
        "サービス仕様適合開示書",
        None,
    )


@pytest.mark.parametrize(
    ("state", "text"),
    [("asked", "依頼済"), ("answering", "回答中"), ("submitted", "提出"), ("returned", "差戻し"),
     ("accepted", "確認済")],
)  # fmt: skip
def test_each_state_has_its_word(state, text):
    assert standing(sheet(state=state)).state_text == text


# Which sheet counts


@pytest.mark.parametrize("state", ["asked", "answering", "returned"])
def test_what_is_not_handed_in_has_no_verdict_whatever_stands_on_it(state):
    found = standing(sheet(state=state, request=link()))
    assert (found.verdict.words, found.conformity) == (f"まだ確認できない（{found.state_text}）", {})


def test_a_new_request_leaves_what_was_handed_in_standing():
    held, asked = sheet(1), sheet(2, "asked", answer="no", request=link())
    found = standing(asked, held)
    assert (found.sheet.pk, found.renewal.pk, found.request) == (1, 2, asked.disclosure.request)
    assert (found.state_text, found.verdict.words) == ("確認済", "すべて「はい」か「対象外」")


def test_the_newest_that_was_handed_in_counts():
    found = standing(sheet(2, "submitted", answer="no"), sheet(1))
    assert (found.sheet.pk, found.renewal, found.verdict.words) == (2, None, "いいえ1件のうち説明済み0件")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "いいえ1件は、すべて説明済み"),
        ({"checked_for_id": 5}, "いいえ1件は、すべて説明済み"),
        ({"checked_for_id": 6}, "いいえ1件は、すべて説明済み"),
        ({"checked_for_id": 4}, "いいえ1件のうち説明済み0件"),
        ({"risk": ""}, "いいえ1件のうち説明済み0件"),
    ],
    ids=["no sheet", "this sheet", "a later sheet", "an earlier sheet: 要確認", "incomplete"],
)
def test_a_record_explains_only_what_it_was_looked_at_beside(fields, words):
    record = RiskTreatment(**WHOLE | fields)
    assert standing(sheet(5, answer="no"), treatments={"R-1": record}).verdict.words == words


# Late, ended, next


@pytest.mark.parametrize(
    ("days", "text"),
    [(3, ""), (0, ""), (-1, "回答期限を1日過ぎています"), (-30, "回答期限を30日過ぎています")],
)
@pytest.mark.parametrize("state", ["asked", "answering", "returned"])
def test_what_is_overdue_says_so_in_words(state, days, text):
    assert standing(sheet(state=state, request=link(days))).late_text == text


@pytest.mark.parametrize("state", ["submitted", "accepted"])
def test_what_came_is_not_late(state):
    assert standing(sheet(state=state, request=link(-9))).late_text == ""


def test_what_the_clinic_copies_has_no_deadline():
    assert standing(sheet(state="answering")).late_text == ""


@pytest.mark.parametrize(
    ("state", "ended", "text"),
    [
        ("asked", {}, ""),
        ("asked", {"revoked_at": ENDED}, "リンクは取り消されています"),
        ("returned", {"closed_at": ENDED}, "新しいリンクを、まだ作っていません"),
        ("submitted", {"closed_at": ENDED}, ""),
    ],
)
def test_a_sheet_that_nobody_can_answer_says_why(state, ended, text):
    found = standing(sheet(state=state, request=link(-9 if ended else 9, **ended)))
    assert (found.link_text, found.late_text) == (text, "")


@pytest.mark.parametrize(("ago", "holds"), [(0, True), (364, True), (365, True), (366, False), (800, False)])
def test_a_disclosure_holds_for_365_days_after_its_check(ago, holds):
    assert standing(sheet(holds_confirmed_on=TODAY - timedelta(days=ago))).still_holds is holds


@pytest.mark.parametrize(
    ("sheets", "step"),
    [
        ([sheet(state="asked", request=link())], ""),
        ([sheet(state="asked", request=link(-1))], "期限を延ばして依頼し直す"),
        ([sheet(state="asked", request=link(revoked_at=ENDED))], "新しいリンクを作る"),
        ([sheet(state="returned", request=link(closed_at=ENDED))], "新しいリンクを作る"),
        ([sheet(state="answering")], ""),
        ([sheet(state="submitted")], "回答を確認する"),
        ([sheet()], ""),
        ([sheet(answer="no")], "リスク評価・対応を書く"),
        ([sheet(holds_confirmed_on=TODAY - timedelta(days=366))], "今も有効か確かめる"),
        ([sheet(), sheet(2, "asked", request=link())], ""),
        ([sheet(), sheet(2, "asked", request=link(-1))], "期限を延ばして依頼し直す"),
        ([sheet(state="submitted"), sheet(2, "asked", request=link(-1))], "回答を確認する"),
        ([sheet(kind="SPEC")], "事業者に依頼する"),
    ],
)
def test_the_next_step(sheets, step):
    assert standing(*sheets).next_step == step


# The overview


@pytest.fixture
def chart(clinic, director) -> System:
    return system_of(clinic, director)


@pytest.mark.django_db
def test_the_overview_shows_each_system_with_its_own_sheets_and_records(chart, clinic, director):
    held = accepted(chart, director, no=["MDS-06"])
    treated(chart, director, "MDS-06", held)
    other = system_of(clinic, director, "画像", disclosure_need="both")
    submitted(other, director, "SDS", unread=["SDS-01"])
    told = [
        (each.system.name, [(s.kind, s.state_text, s.verdict and s.verdict.words) for s in each.standings])
        for each in overview_of(clinic.pk, TODAY)
    ]
    assert told == [
        ("電子カルテ", [("MDS", "確認済", "いいえ1件は、すべて説明済み")]),
        ("画像", [("MDS", "未依頼", None), ("SDS", "提出", "まだ確認できない（未読取1件）")]),
    ]


@pytest.mark.django_db
def test_the_overview_keeps_what_was_handed_in_when_a_new_link_is_made_and_revoked(chart, clinic, director):
    held = accepted(chart, director)
    made, _ = DisclosureRequest.ask(chart, ["MDS"], by=director)
    made.revoke(by=director)
    found = overview_of(clinic.pk, TODAY)[0].standings[0]
    assert (found.sheet, found.state_text, found.verdict.words) == (
        held,
        "確認済",
        "すべて「はい」か「対象外」",
    )
    assert (found.renewal, found.next_step) == (made.disclosures.get(), "新しいリンクを作る")


@pytest.mark.django_db
def test_a_retired_system_leaves_the_overview(chart, clinic, director):
    accepted(chart, director)
    chart.retire(by=director)
    assert overview_of(clinic.pk, TODAY) == []


@pytest.mark.django_db
def test_another_clinics_systems_are_not_in_the_overview(
    chart, clinic, other_clinic, other_director, director
):
    accepted(system_of(other_clinic, other_director, "よそ"), other_director)
    assert [(each.system, each.standings[0].sheet) for each in overview_of(clinic.pk, TODAY)] == [
        (chart, None)
    ]


@pytest.mark.django_db
def test_a_disclosure_that_is_not_to_be_had_has_its_record(chart, clinic, director):
    chart.specify(1, by=director, disclosure_need="none", unavailable_reason="回線のため")
    record = treated(chart, director, "", None)
    found = overview_of(clinic.pk, TODAY)[0]
    assert (found.is_unavailable, found.missing, found.standings) == (True, record, [])


@pytest.mark.django_db
@pytest.mark.parametrize("systems", [1, 8])
def test_the_overview_costs_five_queries_however_much_there_is(systems, clinic, director):
    for number in range(systems):
        system = system_of(clinic, director, f"系{number}", disclosure_need="both")
        for kind in ("MDS", "SDS"):
            held = accepted(system, director, kind, no=[f"{kind}-0{n}" for n in range(1, 6)])
            begun(system, director, kind, "link")
        treated(system, director, "SDS-01", held)
    with at_most(5):
        found = overview_of(clinic.pk, TODAY)
        words = [
            s.next_step + s.state_text + s.late_text + s.verdict.words for e in found for s in e.standings
        ]
    assert len(words) == 2 * systems
