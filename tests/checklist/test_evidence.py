"""根拠資料: registered once, replaced without loss, taken off and brought back, and its index on paper."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from checklist.models import Assessment, EarlierFile, Evidence, EvidenceItem
from checklist.precheck import precheck
from checklist.printing import report_html
from checklist.snapshot import snapshot_of
from compliance.files import StoredFile
from compliance.tenancy import Conflict
from compliance.uploads import Upload
from tests.web import at_most

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 5)
ONE, TWO = Upload("契約書.pdf", b"%PDF-1.4 one"), Upload("契約書2.pdf", b"%PDF-1.4 two")
FIELDS = {"title": "保守契約書", "place": "青ファイル3", "dated_on": None, "expires_on": None, "note": ""}


@pytest.fixture
def register(clinic, clerk):
    """register(**fields): a paper of the clinic."""

    def act(**fields) -> Evidence:
        given = FIELDS | {"items": ["10-9"]} | fields
        return Evidence.register(clinic, by=clerk, **given)

    return act


def fresh(paper: Evidence) -> Evidence:
    return Evidence.objects.get(pk=paper.pk)


def last(trail, clinic) -> tuple:
    entry = trail(clinic)[-1]
    return entry.action, entry.target, entry.detail


# Verbs


def test_a_place_alone_is_enough(register, clinic, trail):
    paper = register()
    assert (paper.file, paper.items) == (None, ["10-9"])
    assert last(trail, clinic)[:2] == ("evidence.register", "保守契約書")
    assert last(trail, clinic)[2]["items"] == ["10-9"]


def test_neither_file_nor_place_is_refused_by_the_database(register):
    with pytest.raises(IntegrityError), transaction.atomic():
        register(place="")


def test_one_form_registers_one_paper_and_one_file(register, clinic):
    first, second = (register(form_token="t1", file=ONE) for _ in range(2))
    assert first == second
    assert (Evidence.objects.count(), StoredFile.objects.count()) == (1, 1)


def test_a_new_file_takes_the_place_of_the_one_before_and_both_stay(register, clerk, director):
    paper = register(file=ONE)
    before = paper.file
    paper.describe(1, by=director, **FIELDS, items=["10-9"], file=TWO)
    assert (fresh(paper).file.name, fresh(paper).version) == ("契約書2.pdf", 2)
    earlier = EarlierFile.objects.get(evidence=paper)
    assert (earlier.file, earlier.replaced_by) == (before, "緑川 院長")
    assert earlier.file.content() == ONE.content


def test_the_same_file_again_changes_nothing(register, clerk, clinic, trail):
    paper = register(file=ONE)
    entries = len(trail(clinic))
    paper.describe(1, by=clerk, **FIELDS, items=["10-9"], file=ONE)
    assert (fresh(paper).version, len(trail(clinic)), StoredFile.objects.count()) == (1, entries, 1)


def test_other_items_alone_are_a_change(register, clerk, clinic, trail):
    paper = register()
    paper.describe(1, by=clerk, **FIELDS, items=["7-5", "10-9"])
    assert (fresh(paper).items, fresh(paper).version) == (["10-9", "7-5"], 2)
    assert last(trail, clinic)[2] == {"items": [["10-9"], ["10-9", "7-5"]]}


@pytest.mark.parametrize("more", [{"title": "別の名"}, {"items": ["7-5"]}, {"file": TWO}])
def test_a_stale_save_changes_nothing_and_keeps_no_file(register, clerk, more):
    paper, mine = register(file=ONE), None
    mine = fresh(paper)
    paper.describe(1, by=clerk, **FIELDS | {"note": "先"}, items=["10-9"])
    with pytest.raises(Conflict) as conflict:
        mine.describe(1, by=clerk, **FIELDS | {"items": ["10-9"]} | more)
    assert conflict.value.current.note == "先"
    assert (fresh(paper).items, StoredFile.objects.count()) == (["10-9"], 1)


def test_an_item_is_given_a_paper_once(register, clerk, clinic, trail):
    paper = register()
    for _ in range(2):
        paper.attach("7-5", by=clerk)
    assert fresh(paper).items == ["10-9", "7-5"]
    assert [e.action for e in trail(clinic)].count("evidence.attach") == 1
    assert EvidenceItem.objects.filter(clinic=clinic).count() == 2


def test_off_the_list_it_stays_and_comes_back(register, clerk, clinic, trail):
    paper = register(file=ONE)
    for _ in range(2):
        paper.retire(by=clerk)
    assert (list(Evidence.objects.in_use()), list(Evidence.objects.retired())) == ([], [paper])
    assert fresh(paper).file.content() == ONE.content
    for _ in range(2):
        paper.bring_back(by=clerk)
    assert list(Evidence.objects.in_use()) == [paper]
    assert [e.action for e in trail(clinic)][-2:] == ["evidence.retire", "evidence.bring_back"]


def test_a_paper_is_found_by_word_file_and_item(register):
    contract, training = register(file=ONE), register(title="研修の記録", place="緑", items=["4.2-1"])
    found = {
        word: [each.title for each in Evidence.objects.matching(word, codes)]
        for word, codes in {"契約": [], "緑": [], "10⑨": ["10-9"], "ない": []}.items()
    }
    assert found == {"契約": [contract.title], "緑": [training.title], "10⑨": [contract.title], "ない": []}


@pytest.mark.parametrize(("until", "expired"), [(None, False), (TODAY, False), (date(2026, 11, 4), True)])
def test_it_expires_the_day_after_its_end(until, expired):
    assert Evidence(expires_on=until).is_expired(TODAY) is expired


# The index


@pytest.fixture
def snap(assessment):
    return lambda: snapshot_of(Assessment.objects.get(pk=assessment.pk), TODAY)


def test_the_index_has_the_hash_and_what_was_replaced(register, clerk, snap):
    paper = register(file=ONE, items=["10-9", "7-5", "99-1"])
    paper.describe(1, by=clerk, **FIELDS | {"dated_on": TODAY}, items=paper.items, file=TWO)
    register(title="外した物").retire(by=clerk)
    index = snap()["evidence"]
    assert index == [
        {
            "id": paper.pk,
            "number": "E-01",
            "title": "保守契約書",
            "place": "青ファイル3",
            "file": "契約書2.pdf",
            "size": 12,
            "sha256": fresh(paper).file.sha256,
            "dated_on": "2026-11-05",
            "expires_on": "",
            "items": ["7⑤", "10⑨"],
            "replaced": 1,
        }
    ]


def test_another_clinics_evidence_is_not_in_the_index(register, snap, other_clinic, other_director):
    Evidence.register(other_clinic, by=other_director, title="よその", place="棚", items=[])
    assert snap()["evidence"] == []


def test_a_long_index_takes_two_queries(register, assessment):
    from checklist.catalogue import catalogue_of
    from checklist.snapshot_evidence import evidence_index

    for number in range(5):
        register(title=f"{number}", file=Upload(f"{number}.pdf", b"%PDF-" + bytes([number])))
    catalogue = catalogue_of(assessment.edition)
    with at_most(2):
        assert len(evidence_index(assessment.clinic_id, catalogue)) == 5


def test_the_paper_prints_place_hash_and_expiry(register, snap):
    register(file=ONE, expires_on=date(2026, 10, 1))
    html = report_html(snap(), keys=("evidence",))
    for words in ("付4　根拠資料の一覧", "E-01", "保管場所：青ファイル3", "期限切れ", "10⑨"):
        assert words in html
    digest = StoredFile.objects.get().sha256
    assert digest[:8] in html


def test_an_empty_index_and_one_of_before_say_so(snap):
    snapshot = snap()
    assert "根拠資料の登録はありません" in report_html(snapshot, keys=("evidence",))
    del snapshot["evidence"]
    assert "根拠資料の一覧はありませんでした" in report_html(snapshot, keys=("evidence",))


def test_the_items_row_on_paper_names_its_papers(register, snap):
    register()
    register(title="もう1つ")
    assert "根拠資料：E-01、E-02" in report_html(snap(), keys=("checklist",))


def test_a_paper_is_proof_enough_and_an_expired_one_is_noticed(register, snap, answer, clerk):
    answer("10-9").record(1, by=clerk, status="done", confirmed_on=TODAY)

    def points() -> list[str]:
        return [each.words for group in precheck(snap()) for each in group.points]

    missing = "「実施済」ですが、根拠の保管場所が未記入です。"
    assert missing in points()
    register(expires_on=date(2026, 10, 1))
    assert missing not in points()
    assert "根拠資料「保守契約書」の期限（令和8年10月1日）が過ぎています。" in points()
