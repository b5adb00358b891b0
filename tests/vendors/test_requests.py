"""提出依頼: one link at a time, its token told once, closed by 提出, by revoking, by time and by a newer link."""

import hashlib
import json
from contextlib import suppress
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import serializers
from django.utils import timezone

from tests.sheets import SIGNER, accepted, begun, row, submitted, system_of
from vendors.models import Disclosure, DisclosureRequest, Submission, System
from vendors.models.disclosures import Closed

pytestmark = pytest.mark.django_db


@pytest.fixture
def chart(clinic, director) -> System:
    return system_of(clinic, director)


@pytest.fixture
def ask(chart, director):
    """ask("MDS", …): a new link and its token."""
    return lambda *kinds, **more: DisclosureRequest.ask(chart, kinds or ["MDS"], by=director, **more)


def opens(token: str, later: timedelta = timedelta()) -> DisclosureRequest | None:
    return DisclosureRequest.objects.of_token(token, timezone.now() + later)


# The link


def test_only_the_hash_of_a_token_is_anywhere_in_the_database(ask):
    made, token = ask()
    rows = [row for model in apps.get_models() for row in model._default_manager.all()]
    stored = serializers.serialize("json", rows)
    assert made.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert (made.token_hash in stored, token in stored, len(token) >= 43) == (True, False, True)


def test_two_links_have_nothing_in_common(ask, clinic, director):
    made, token = ask()
    other, second = DisclosureRequest.ask(system_of(clinic, director, "画像"), ["MDS"], by=director)
    assert len({made.code, other.code, token, second, made.token_hash, other.token_hash}) == 6


@pytest.mark.parametrize(
    ("wanted", "days"), [({}, 14), ({"days": 1}, 1), ({"days": 31}, 31), ({"days": 90}, 31)]
)
def test_a_link_lasts_14_days_or_as_wanted_and_never_more_than_31(wanted, days, ask):
    before = timezone.now()
    made, token = ask(**wanted)
    lasts = timedelta(days=days)
    assert before + lasts <= made.expires_at <= timezone.now() + lasts
    assert (opens(token), opens(token, lasts)) == (made, None)


def test_looking_at_a_link_uses_nothing_up(ask):
    made, token = ask()
    assert [opens(token) for _ in range(3)] == [made] * 3
    assert DisclosureRequest.objects.get().opened_at is None


def test_opening_is_told_once(ask, trail, clinic):
    _, token = ask()
    for _ in range(2):
        opens(token).open()
    told = [entry for entry in trail(clinic) if entry.action == "request.open"]
    assert [(entry.actor_name, entry.actor_id) for entry in told] == [("事業者（株式会社カルテ）", None)]
    assert opens(token).opened_at is not None


@pytest.fixture(params=["wrong", "expired", "revoked", "used up", "retired", "replaced"])
def dead_token(request, ask, chart, director) -> str:
    """A token that opens nothing, for each reason there is."""
    made, token = ask()
    match request.param:
        case "wrong":
            return token[:-1] + ("A" if token[-1] != "A" else "B")
        case "expired":
            DisclosureRequest.objects.update(expires_at=timezone.now())
        case "revoked":
            made.revoke(by=director)
        case "used up":
            made.submit(**SIGNER)
        case "retired":
            chart.retire(by=director)
        case "replaced":
            ask()
    return token


def test_a_dead_link_opens_nothing_whatever_it_died_of(dead_token):
    assert opens(dead_token) is None


@pytest.mark.parametrize("dead_token", ["expired", "revoked", "retired", "replaced"], indirect=True)
def test_a_dead_link_submits_nothing(dead_token):
    made = DisclosureRequest.objects.earliest("pk")
    with pytest.raises(Closed):
        made.submit(**SIGNER)
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("token", ["", "x", "あ" * 43, "\x00", "a" * 10_000])
def test_what_is_no_token_opens_nothing(token, ask):
    ask()
    assert opens(token) is None


def test_revoking_is_told_once(ask, director, trail, clinic):
    made, _ = ask()
    for _ in range(2):
        made.revoke(by=director)
    assert [entry.action for entry in trail(clinic)].count("request.revoke") == 1


def test_a_link_of_one_system_ends_not_that_of_another(ask, clinic, director):
    other, token = DisclosureRequest.ask(system_of(clinic, director, "画像"), ["MDS"], by=director)
    ask()
    assert opens(token) == other


@pytest.mark.django_db(transaction=True)
def test_of_two_links_made_at_once_one_lives(chart, director, in_threads):
    tokens = in_threads(2, lambda _: DisclosureRequest.ask(chart, ["MDS"], by=director)[1])
    assert sorted(opens(token) is None for token in tokens) == [False, True]
    assert Disclosure.objects.count() == 1


# Its sheets


def test_asking_begins_a_sheet_of_each_kind(ask):
    made, _ = ask("MDS", "SDS")
    found = {
        sheet.kind: (sheet.state, sheet.source, sheet.answers.count()) for sheet in made.disclosures.all()
    }
    assert found == {"MDS": ("asked", "link", 41), "SDS": ("asked", "link", 58)}


def test_asking_again_keeps_what_is_answered_so_far(ask):
    first, _ = ask()
    sheet = first.disclosures.get()
    row(sheet, "MDS-01").record(1, by="x", answer="no", remark="途中")
    again, _ = ask()
    assert (again.disclosures.get(), row(sheet, "MDS-01").remark, first.disclosures.count()) == (
        sheet,
        "途中",
        0,
    )


def test_a_returned_sheet_goes_out_under_the_new_link(ask, chart, director):
    sheet = submitted(chart, director)
    sheet.return_({"MDS-01": "?"}, by=director)
    made, _ = ask()
    assert (made.disclosures.get(), made.disclosures.get().state) == (sheet, "returned")


@pytest.mark.parametrize("move", [submitted, accepted])
def test_a_sheet_that_is_handed_in_stays_and_a_new_one_begins(move, ask, chart, director):
    held = move(chart, director)
    made, _ = ask()
    assert made.disclosures.get() != held
    assert (Disclosure.objects.get(pk=held.pk).state, Disclosure.objects.get(pk=held.pk).request) == (
        held.state,
        None,
    )


def test_what_the_clinic_began_to_copy_goes_to_the_vendor_without_its_clause(ask, chart, director):
    sheet = begun(chart, director, source="terms")
    Disclosure.objects.filter(pk=sheet.pk).update(source_place="約款 第12条")
    made, _ = ask()
    taken = made.disclosures.get()
    assert (taken, taken.source, taken.source_place) == (sheet, "link", "")


def test_the_audit_entry_names_sheets_and_days(ask, trail, clinic):
    ask("MDS", "SDS", days=7)
    entry = trail(clinic)[-1]
    assert (entry.action, entry.detail) == ("request.ask", {"kinds": ["MDS", "SDS"], "days": 7})


# 提出


def test_submitting_hands_in_every_sheet_and_closes_the_link(ask, trail, clinic):
    made, token = ask("MDS", "SDS")
    found = made.submit(**SIGNER)
    assert [(each.disclosure.kind, each.company, each.name, each.email) for each in found] == [
        ("SDS", *SIGNER.values()),
        ("MDS", *SIGNER.values()),
    ]
    assert (opens(token), set(Disclosure.objects.values_list("state", flat=True))) == (None, {"submitted"})
    assert trail(clinic)[-1].actor_name == "株式会社カルテ 見本 一郎（事業者）"


def test_a_second_submit_is_closed_and_changes_nothing(ask):
    made, _ = ask()
    made.submit(**SIGNER)
    with pytest.raises(Closed):
        DisclosureRequest.objects.get().submit(**{**SIGNER, "name": "別人"})
    assert Submission.objects.get().name == "見本 一郎"


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_once_have_one_effect(ask, in_threads, trail, clinic):
    ask("MDS", "SDS")

    def act(number: int) -> str:
        try:
            return str(len(DisclosureRequest.objects.get().submit(**{**SIGNER, "name": f"{number}"})))
        except Closed:
            return "closed"

    assert sorted(in_threads(2, act)) == ["2", "closed"]
    assert (Submission.objects.count(), len({each.name for each in Submission.objects.all()})) == (2, 1)
    assert [entry.action for entry in trail(clinic)].count("disclosure.submit") == 2


@pytest.mark.django_db(transaction=True)
def test_submitting_while_it_is_revoked_is_one_or_the_other(ask, director, in_threads):
    ask()

    def act(number: int) -> None:
        made = DisclosureRequest.objects.get()
        with suppress(Closed):
            made.submit(**SIGNER) if number else made.revoke(by=director)

    in_threads(2, act)
    sheet = Disclosure.objects.get()
    assert (sheet.state, Submission.objects.count()) in [("submitted", 1), ("asked", 0)]


def test_the_trail_holds_no_token(ask, trail, clinic):
    made, token = ask(email="support@karte.example")
    made.submit(**SIGNER)
    said = json.dumps(
        [[e.action, e.target, e.actor_name, e.detail] for e in trail(clinic)], ensure_ascii=False
    )
    assert ("request.ask" in said, token in said, made.token_hash in said) == (True, False, False)
