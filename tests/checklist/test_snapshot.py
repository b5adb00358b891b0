"""The snapshot: all that a report prints, of this clinic alone, and of that day for ever."""

import hashlib
import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from checklist.catalogue import catalogue_of
from checklist.facts import judgement_of
from checklist.models import Answer, ApplicabilityDetermination, Assessment, Confirmation, Item
from checklist.snapshot import canonical, last_change, sha256, snapshot_of
from compliance.models import GuidelineEdition
from vendors.models import Component, System

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 5)
CANARY = "かなりや"


@pytest.fixture
def snap(assessment):
    """snap(): the snapshot of the draft, everything read afresh."""
    return lambda: snapshot_of(Assessment.objects.get(pk=assessment.pk), TODAY)


def add_system(clinic, by, word: str = "電子カルテ") -> System:
    fields = {
        "name": word,
        "product": f"{word}製品",
        "entrusted_work": f"{word}の運用",
        "location": "external",
    }
    system = System.register(clinic, by=by, vendor_name=f"株式会社{word}", **fields)
    place = {"update_bearer": "vendor", "written_in": "contract", "document": f"{word}保守契約書"}
    for kind in ("server", "terminal", "network"):
        Component.register(system, by=by, kind=kind, name=f"{word}の{kind}", **place)
    return system


def determine(clinic, by) -> ApplicabilityDetermination:
    edition = GuidelineEdition.current()
    judgement = judgement_of(catalogue_of(edition), System.objects.filter(clinic=clinic).listed()).as_dict()
    return ApplicabilityDetermination.keep(clinic, edition, judgement, by=by)


@pytest.fixture
def filled(clinic, director, answer):
    """A clinic with something in every part of the report."""
    clinic.describe(1, by=director, safety_officer="緑川 院長", safety_officer_since_on=date(2026, 4, 1))
    add_system(clinic, director)
    determine(clinic, director)
    answer("1.1-1").record(1, by=director, status="done", confirmed_on=TODAY, evidence_place="青ファイル")
    late = {"plan": "頼む", "owner": "院長", "due_on": TODAY - timedelta(days=2)}
    answer("9-1").record(1, by=director, status="open", **late)
    answer("9-3").record(1, by=director, status="na", reason="院外から接続しない")
    answer("10-9").record(1, by=director, status="ask")


def item(snapshot: dict, code: str) -> dict:
    return next(each for chapter in snapshot["chapters"] for each in chapter["items"] if each["code"] == code)


# What stands in it


def test_a_snapshot_is_plain_json(snap, filled):
    assert json.loads(canonical(snap())) == snap()


def test_the_canonical_text_is_stable_and_has_one_spelling(snap, filled):
    assert canonical(snap()) == canonical(snap()) == canonical(json.loads(canonical(snap())))
    assert canonical({"b": [1, "あ"], "a": None}) == '{"a":null,"b":[1,"あ"]}'
    assert sha256("あ") == hashlib.sha256("あ".encode()).hexdigest()


def test_it_holds_the_clinic_the_round_and_the_edition(snap, filled, clinic, assessment):
    made = snap()
    told = {
        name: made["clinic"][name]
        for name in ("code", "name", "director", "safety_officer_since_on", "phone")
    }
    assert told == {
        "code": clinic.code, "name": "みどり台内科クリニック", "director": "緑川 院長",
        "safety_officer_since_on": "2026-04-01", "phone": "",
    }  # fmt: skip
    assert (made["round"], made["today"]) == (
        {"fiscal_year": assessment.fiscal_year, "label": str(assessment)},
        "2026-11-05",
    )
    assert (made["edition"]["number"], made["edition"]["notified_on"]) == ("第7.0版", "2026-06-29")
    assert (made["confirmation"], made["history"]) == (None, [])


def test_it_holds_every_item_with_its_words_and_its_answer(snap, filled):
    made = snap()
    assert [len(chapter["items"]) for chapter in made["chapters"]] == [6, 3, 2, 7, 5, 3, 6, 3, 5, 10, 2]
    assert made["counts"] == {
        "done": 1, "open": 1, "na": 1, "ask": 1, "none": 48, "todo": 2, "answered": 3, "total": 52,
    }  # fmt: skip
    first, late = item(made, "1.1-1"), item(made, "9-1")
    assert first["text"] == Item.objects.get(code="1.1-1").entry["text"]
    told = {
        name: first["answer"][name]
        for name in ("status", "label", "confirmed_on", "evidence_place", "gaps", "answered")
    }
    assert told == {
        "status": "done", "label": "実施済", "confirmed_on": "2026-11-05", "evidence_place": "青ファイル",
        "gaps": [], "answered": True,
    }  # fmt: skip
    assert (late["answer"]["due_on"], late["answer"]["overdue_days"]) == ("2026-11-03", 2)
    assert made["chapters"][8]["counts"] == {"done": 0, "open": 1, "na": 1, "ask": 0, "none": 3}


def test_it_holds_what_is_to_be_done_in_its_order(snap, filled):
    todo = snap()["todo"]
    assert [(each["shown"], each["gaps"], each["overdue_days"]) for each in todo] == [
        ("9①", [], 2),
        ("10⑨", ["聞く相手"], 0),
    ]


def test_it_holds_the_systems_with_who_bears_what(snap, filled):
    (system,) = snap()["systems"]
    told = (system["name"], system["vendor"], system["product"], system["location_label"])
    assert told == ("電子カルテ", "株式会社電子カルテ", "電子カルテ製品", "外部保存（クラウドなど）")
    assert [(each["kind_label"], each["bearer_label"], each["place"]) for each in system["components"]] == [
        ("サーバ", "事業者", "電子カルテ保守契約書"),
        ("端末（PC・タブレットなど）", "事業者", "電子カルテ保守契約書"),
        ("ネットワーク機器", "事業者", "電子カルテ保守契約書"),
    ]


def test_it_holds_the_newest_determination(snap, filled, clinic, director):
    made = snap()["determination"]
    told = (made["outcome"], made["label"], made["determined_by"], made["out_of_date"])
    assert told == ("in_scope", "本編の対象", "緑川 院長", False)
    assert [each["server"] for each in made["servers"]] == ["電子カルテのserver"]
    add_system(clinic, director, "予約")
    assert snap()["determination"]["out_of_date"] is True
    determine(clinic, director)
    assert len(snap()["determination"]["servers"]) == 2


def test_without_a_determination_there_is_none_in_it(snap):
    assert snap()["determination"] is None


def test_a_draft_is_as_of_the_clinics_last_change(snap, assessment, answer, director, clinic, trail):
    before = snap()["changed_at"]
    answer("1.1-1").record(1, by=director, status="done")
    assert snap()["changed_at"] == trail(clinic)[-1].at.isoformat() > before


def test_an_older_round_without_a_trail_is_as_of_its_beginning(assessment):
    elsewhere = Assessment(clinic_id=0, begun_at=assessment.begun_at)
    assert last_change(elsewhere) == assessment.begun_at.isoformat()


@pytest.mark.parametrize(
    "change",
    [
        lambda clinic, by: clinic.describe(2, by=by, phone="045-000-0001"),
        lambda clinic, by: add_system(clinic, by, "予約"),
        lambda clinic, by: System.objects.get(clinic=clinic).describe(1, by=by, name="別の名前"),
        lambda clinic, by: Component.objects.filter(clinic=clinic).first().remove(by=by),
        lambda clinic, by: Answer.objects.get(clinic=clinic, item__code="2-1").record(
            1, by=by, status="done"
        ),
    ],
    ids=["clinic", "new system", "renamed system", "removed component", "answer"],
)
def test_any_change_is_another_snapshot(snap, filled, clinic, director, change):
    before = canonical(snap())
    change(clinic, director)
    assert canonical(snap()) != before


# Frozen


def test_a_confirmed_snapshot_stays_when_everything_changes(
    filled, assessment, confirmed, clinic, director, answer
):
    done = confirmed(assessment)
    before, digest = done.snapshot, done.sha256
    done.reopen(by=director, why="続きのため")
    clinic.describe(2, by=director, name="名前を変えた医院", director="別の院長")
    System.objects.get(clinic=clinic).retire(by=director)
    answer("1.1-1").record(2, by=director, status="na", reason="当てはまらない")
    ApplicabilityDetermination.objects.filter(clinic=clinic).delete()
    director.name = "改姓 した人"
    director.save()
    entry = Item.objects.get(code="1.1-1").entry
    Item.objects.filter(code="1.1-1").update(entry={**entry, "text": "言い直した", "plain": {}})
    GuidelineEdition.objects.update(fingerprint="reworded", title="別の題")
    kept = Confirmation.objects.get(pk=done.pk)
    assert kept.snapshot == before
    assert (kept.sha256, sha256(kept.snapshot_text)) == (digest, digest)
    assert item(snapshot_of(Assessment.objects.get(pk=assessment.pk), TODAY), "1.1-1")["text"] == "言い直した"


def test_a_confirmed_snapshot_tells_of_its_confirmation(filled, assessment, confirmed):
    done = confirmed(assessment)
    assert done.snapshot["confirmation"] == {
        "number": 1, "confirmed_at": done.confirmed_at.isoformat(), "confirmed_by": "緑川 院長",
        "examiner": "事務 はな子", "examined_on": timezone.localdate().isoformat(), "safety_officer": "緑川 院長",
    }  # fmt: skip
    assert (done.unanswered, done.snapshot["counts"]["none"]) == (48, 48)
    assert canonical(done.snapshot) == done.snapshot_text


def test_the_next_snapshot_tells_of_the_one_before(filled, assessment, confirmed, director):
    first = confirmed(assessment)
    first.reopen(by=director, why="続きのため")
    (past,) = confirmed(assessment).snapshot["history"]
    told = (
        past["number"],
        past["confirmed_by"],
        past["unanswered"],
        past["reopened_by"],
        past["reopened_why"],
    )
    assert told == (1, "緑川 院長", 48, "緑川 院長", "続きのため")


# Of this clinic alone


@pytest.fixture
def canary(other_clinic, other_director):
    """The other clinic, with its word in every text it can enter."""
    texts = dict.fromkeys(("organization", "address", "phone", "director", "safety_officer"), CANARY)
    other_clinic.describe(1, by=other_director, name=f"{CANARY}医院", **texts)
    add_system(other_clinic, other_director, CANARY)
    determine(other_clinic, other_director)
    words = dict.fromkeys(("note", "evidence_place", "plan", "owner", "reason", "ask_whom"), CANARY)
    for each in Answer.objects.filter(clinic=other_clinic):
        each.record(1, by=other_director, status="open", **words)
    return other_clinic


def test_another_clinics_words_never_stand_in_it(snap, filled, canary):
    theirs = snapshot_of(Assessment.objects.get(clinic=canary), TODAY)
    assert canonical(theirs).count(CANARY) > 300
    assert CANARY not in canonical(snap())


def test_another_clinics_words_never_stand_in_a_confirmed_one(filled, canary, assessment, confirmed):
    confirmed(Assessment.objects.get(clinic=canary))
    assert CANARY not in confirmed(assessment).snapshot_text


# What it costs


def queries(snap) -> int:
    with CaptureQueriesContext(connection) as captured:
        snap()
    return len(captured)


def test_it_costs_the_same_for_1_and_20_systems(
    snap, filled, clinic, director, django_assert_max_num_queries
):
    with django_assert_max_num_queries(16):
        snap()
    before = queries(snap)
    for number in range(19):
        add_system(clinic, director, f"システム{number}")
    assert (len(snap()["systems"]), queries(snap)) == (20, before)


def test_it_costs_the_same_after_1_and_4_confirmations(snap, filled, assessment, confirmed, director):
    def confirm_and_reopen():
        confirmed(assessment).reopen(by=director, why="続きのため")
        assessment.refresh_from_db()

    confirm_and_reopen()
    before = queries(snap)
    for _ in range(3):
        confirm_and_reopen()
    assert (len(snap()["history"]), queries(snap)) == (4, before)
