"""契約書, 認証, 責任分界, 外部保存: registered, described and removed with their files, each time with its 操作記録."""

from datetime import date

import pytest
from django.core.files.storage import default_storage

from compliance.files import StoredFile
from compliance.tenancy import Conflict
from compliance.uploads import Upload
from vendors.models import Agreement, Boundary, Certification, ExternalStorage, System

pytestmark = pytest.mark.django_db
FILE, OTHER = Upload("契約書.pdf", b"%PDF-1.4 one"), Upload("契約書2.pdf", b"%PDF-1.4 two")
TODAY = date(2026, 11, 22)


@pytest.fixture
def chart(clinic, director) -> System:
    return System.register(
        clinic, by=director, vendor_name="株式会社みどり", name="電子カルテ", location="external"
    )


@pytest.fixture
def contract(chart, director) -> Agreement:
    return Agreement.register(
        chart.vendor, by=director, kind="contract", title="保守契約書", system=chart, file=FILE
    )


def bytes_kept(clinic) -> int:
    return len(default_storage.listdir(str(clinic.pk))[1])


def last(trail, clinic) -> tuple[str, str, dict]:
    entry = trail(clinic)[-1]
    return entry.action, entry.target, entry.detail


def test_an_agreement_is_registered_with_its_file(contract, clinic, trail):
    assert (contract.file.name, contract.file.content(), contract.file.clinic) == (*FILE, clinic)
    assert last(trail, clinic) == ("agreement.register", "株式会社みどり：保守契約書", {
        "kind": "contract", "title": "保守契約書", "system": "電子カルテ", "file": "契約書.pdf",
    })  # fmt: skip


def test_the_same_form_registers_one_agreement_and_one_file(chart, clinic, director):
    fields = {"by": director, "form_token": "t", "kind": "terms", "title": "約款", "file": FILE}
    first, second = (Agreement.register(chart.vendor, **fields) for _ in range(2))
    assert (first, Agreement.objects.count(), StoredFile.objects.count()) == (second, 1, 1)
    assert bytes_kept(clinic) == 1


def test_a_described_agreement_keeps_its_file_where_there_is_no_new_one(contract, director):
    contract.describe(1, by=director, title="保守契約書（改定）", file=None)
    found = Agreement.objects.get()
    assert (found.title, found.file.name, found.version) == ("保守契約書（改定）", "契約書.pdf", 2)


def test_a_new_file_takes_the_place_of_the_old_one_which_stays_in_store(contract, clinic, director, trail):
    contract.describe(1, by=director, file=OTHER)
    assert Agreement.objects.get().file.name == "契約書2.pdf"
    assert (StoredFile.objects.count(), bytes_kept(clinic)) == (2, 2)
    assert last(trail, clinic)[2] == {"file": ["契約書.pdf", "契約書2.pdf"]}


def test_the_very_same_file_again_changes_nothing(contract, clinic, director, trail):
    before = len(trail(clinic))
    contract.describe(1, by=director, title="保守契約書", file=FILE)
    assert (Agreement.objects.get().version, bytes_kept(clinic), len(trail(clinic))) == (1, 1, before)


def test_a_stale_description_leaves_no_file_behind(contract, clinic, director):
    mine = Agreement.objects.get()
    contract.describe(1, by=director, title="先に保存")
    with pytest.raises(Conflict) as conflict:
        mine.describe(1, by=director, title="後から保存", file=OTHER)
    assert conflict.value.current.title == "先に保存"
    assert (StoredFile.objects.count(), bytes_kept(clinic)) == (1, 1)


def test_a_removed_agreement_is_told_and_its_file_stays_in_store(contract, clinic, director, trail):
    contract.remove(by=director)
    assert (Agreement.objects.count(), StoredFile.objects.count()) == (0, 1)
    assert last(trail, clinic)[:2] == ("agreement.remove", "株式会社みどり：保守契約書")


@pytest.mark.parametrize(
    ("ends", "renews", "expired"),
    [
        (None, False, False),
        (date(2026, 11, 21), False, True),
        (TODAY, False, False),
        (date(2026, 11, 21), True, False),
    ],
)
def test_an_agreement_ends_after_its_last_day_unless_it_renews_itself(ends, renews, expired):
    assert Agreement(expires_on=ends, renews=renews).is_expired(TODAY) is expired


@pytest.mark.parametrize(
    ("kind", "fields", "counts"),
    [
        ("pmark", {}, True),
        ("isms", {"expires_on": date(2026, 11, 21)}, False),
        ("isms", {"expires_on": TODAY}, True),
        ("ismap", {}, True),
        ("ismap_liu", {}, False),
        ("fedramp", {}, True),
        ("fedramp_li", {}, False),
        ("audit", {}, False),
        ("audit", {"auditor": "システム監査技術者試験合格者"}, True),
    ],
)
def test_what_counts_for_5_3(kind, fields, counts):
    assert Certification(kind=kind, **fields).counts(TODAY) is counts


def test_the_first_save_makes_a_boundary_and_the_next_changes_it(chart, clinic, director, trail):
    Boundary.of(chart).describe(0, by=director, counterpart="株式会社みどり")
    assert last(trail, clinic) == ("boundary.describe", "電子カルテ", {"counterpart": ["", "株式会社みどり"]})
    Boundary.of(chart).describe(1, by=director, roles="更新は事業者")
    found = Boundary.objects.get(system=chart)
    assert (found.clinic, found.version, found.gaps) == (clinic, 2, ["書いてある所"])


def test_two_first_saves_of_a_boundary_are_a_conflict(chart, director):
    mine = Boundary.of(chart)
    Boundary.of(chart).describe(0, by=director, counterpart="先")
    with pytest.raises(Conflict) as conflict:
        mine.describe(0, by=director, counterpart="後")
    assert conflict.value.current.counterpart == "先"


def test_a_point_that_nobody_has_looked_for_is_open():
    sheet = ExternalStorage(
        points={"2": {"state": "yes", "clause": "第5条"}, "3": {"state": "no", "clause": ""}}
    )
    assert sheet.point(1) == {"state": "unknown", "clause": ""}
    assert sheet.point(2) == {"state": "yes", "clause": "第5条"}
