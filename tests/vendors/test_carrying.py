"""A new edition and the registers: what counts from then on, what stays what it was, and what still arrives late."""

import pytest
from django.urls import reverse
from django.utils import timezone

from checklist.models import Assessment
from checklist.succession import begin_next, next_of
from tests.sheets import COMPLETE, accepted, begun, row, submitted, system_of, treated
from vendors.choices import Conformity, DisclosureState, Source
from vendors.comparing import compared
from vendors.models import Disclosure, DisclosureRequest, DisclosureRow, RiskTreatment, Submission, System
from vendors.models.disclosures import Closed
from vendors.overview import overview_of
from vendors.reviewing import review_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(clinic, director) -> System:
    return system_of(clinic, director)


@pytest.fixture
def switch(clinic, director, next_edition):
    """switch(): the clinic takes the made-up edition."""

    def take() -> None:
        newest = Assessment.objects.filter(clinic=clinic).current()
        begin_next(next_of(newest, timezone.localdate()), by=director)

    return take


def stands(system: System):
    """Where the system's MDS stands."""
    return overview_of(system.clinic_id, timezone.localdate())[0].standings[0]


def carried(sheet: Disclosure) -> Disclosure:
    return Disclosure.objects.get(carried_from=sheet)


def read(sheet: Disclosure) -> Disclosure:
    return Disclosure.objects.with_answers().get(pk=sheet.pk)


# What counts


def test_a_sheet_that_the_vendor_still_has_is_waited_for_after_the_switch(system, director, switch):
    old = accepted(system, director)
    waiting = begun(system, director, source=Source.LINK)
    switch()
    now = stands(system)
    assert (now.sheet, now.renewal, now.waiting) == (carried(old), waiting, waiting)


def test_what_it_says_then_takes_the_place_of_the_earlier_sheet(system, director, switch):
    accepted(system, director, no=["MDS-01"])
    waiting = begun(system, director, source=Source.LINK)
    switch()
    Disclosure.objects.get(pk=waiting.pk).submit(by="事業者")
    now = stands(system)
    assert (now.sheet, now.renewal, now.conformity["MDS-01"]) == (carried(waiting), None, Conformity.YES)


def test_while_the_new_sheet_is_returned_the_earlier_editions_does_not_count(system, director, switch):
    old = accepted(system, director, no=["MDS-04"])
    switch()
    new = carried(old)
    new.return_({"MDS-03": "お答えください"}, by=director)
    now = stands(system)
    assert (now.sheet, dict(now.conformity), now.waiting) == (new, {}, new)


def test_a_sheet_of_a_page_opened_before_the_switch_has_the_new_editions_rows(
    system, director, switch, next_edition
):
    stale = System.objects.select_related("clinic__edition").get(pk=system.pk)
    switch()
    assert begun(stale, director).edition == next_edition


def test_what_is_submitted_from_a_page_opened_before_the_switch_comes_over(
    system, director, switch, next_edition
):
    stale = begun(system, director)
    assert stale.clinic.edition != next_edition
    switch()
    stale.submit(by=director)
    assert carried(stale).edition == next_edition


def test_a_sheet_asked_for_again_after_the_switch_is_the_one_that_waits(system, director, switch):
    accepted(system, director)
    waiting = begun(system, director, source=Source.LINK)
    switch()
    request_, _ = DisclosureRequest.ask(System.objects.get(pk=system.pk), ["MDS"], by=director)
    assert list(request_.disclosures.all()) == [waiting]


# What stays what it was


def test_a_sheet_that_came_over_takes_no_further_step(system, director, switch):
    old = submitted(system, director)
    switch()
    stale = Disclosure.objects.get(pk=old.pk)
    for step in (
        lambda: stale.accept(by=director),
        lambda: stale.return_({"MDS-01": "?"}, by=director),
    ):
        with pytest.raises(Closed):
            step()
    assert Disclosure.objects.get(pk=old.pk).state == DisclosureState.SUBMITTED


def test_its_page_leads_to_the_one_that_took_over(system, director, switch, client, clinic):
    old = submitted(system, director)
    switch()
    client.force_login(director)
    text = client.get(reverse("review", args=[clinic.code, old.pk])).text
    assert reverse("review", args=[clinic.code, carried(old).pk]) in text
    assert reverse("return_rows", args=[clinic.code, old.pk]) not in text
    assert "確認済にする" not in text


def test_an_earlier_sheets_page_shows_the_records_of_its_own_rows(system, director, switch, next_edition):
    old = accepted(system, director, no=["MDS-03", "MDS-05"])
    left = treated(system, director, "MDS-03", old)
    switch()
    new_row = DisclosureRow.objects.get(edition=next_edition, code="MDS-03")
    other = RiskTreatment.of(system, new_row)
    other.treat(0, by=director, disclosure=carried(old), **(COMPLETE | {"risk": "新しい行のこと"}))
    shown = {each.row.code: each.treatment for each in review_of(read(old), timezone.localdate()).no}
    assert shown == {"MDS-03": left, "MDS-05": None}
    now = {each.row.code: each.treatment for each in review_of(read(carried(old)), timezone.localdate()).rows}
    assert now["MDS-03"] == other


def test_what_is_typed_for_a_row_of_the_earlier_edition_is_kept(system, director, switch, client, clinic):
    old = accepted(system, director, no=["MDS-05"])
    record = treated(system, director, "MDS-05", old)
    switch()
    client.force_login(director)
    url = reverse("treat", args=[clinic.code, old.pk, "MDS-05"])
    response = client.post(url, COMPLETE | {"risk": "開いたままの画面から", "version": record.version})
    assert response.status_code == 302
    assert "開いたままの画面から" in client.get(response.headers["Location"]).text


def test_a_submission_keeps_the_day_on_which_the_vendor_signed(system, director, switch):
    old = submitted(system, director)
    signed = Submission.objects.get(disclosure=old)
    switch()
    taken = Submission.objects.get(disclosure=carried(old))
    assert (taken.at, taken.name) == (signed.at, signed.name)


def test_answers_are_compared_within_an_edition_alone(system, director, switch):
    old = accepted(system, director, no=["MDS-05"])
    switch()
    assert compared(read(carried(old))).earlier is None
    later = submitted(System.objects.get(pk=system.pk), director, no=["MDS-01"])
    found = compared(read(later))
    assert found.earlier.disclosure == carried(old)
    assert {each.row.code for each in found.differences} == {"MDS-01", "MDS-03", "MDS-42", "MDS-43"}


def test_answers_to_another_edition_are_not_offered_again(system, director, switch):
    sheet = begun(system, director, source=Source.LINK)
    sheet.submit(by="事業者", signer={"company": "株式会社カルテ", "name": "一郎", "email": ""})
    switch()
    found = Submission.to_reuse(begun(System.objects.get(pk=system.pk), director, source=Source.LINK))
    assert found.disclosure == carried(sheet)


def test_every_record_is_still_there(system, director, switch):
    sheet = accepted(system, director, no=["MDS-03", "MDS-04", "MDS-06"])
    for code in ("MDS-03", "MDS-04", "MDS-06"):
        treated(system, director, code, sheet)
    switch()
    assert list(RiskTreatment.objects.of_system(system)) == ["MDS-06"]
    assert [each.row.code for each in RiskTreatment.objects.filter(system=system)] == [
        "MDS-03",
        "MDS-04",
        "MDS-06",
    ]


def test_rows_that_are_answered_after_the_switch_are_those_of_the_new_edition(system, director, switch):
    old = accepted(system, director)
    switch()
    assert {row(carried(old), code).answer for code in ("MDS-03", "MDS-42")} == {Conformity.BLANK}
