"""The filled sample clinic: realistic, never stale, never a real clinic, and gone without a trace when deleted."""

import json
import re
import tomllib
from collections import Counter
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.utils import timezone
from openpyxl import load_workbook

from checklist import sample, sample_registers
from checklist.choices import Outcome, Status
from checklist.confirming import confirm, seen_digest
from checklist.forms import AnswerForm
from checklist.letters import letter_to
from checklist.models import Answer, ApplicabilityDetermination, Assessment, Confirmation, Evidence
from checklist.parts import KEYS
from checklist.printing import report_html
from checklist.rounds import Round
from checklist.snapshot import canonical, snapshot_of
from compliance.audit import SITE, broken_links
from compliance.choices import Permission
from compliance.dates import fiscal_year, fiscal_year_end, wareki
from compliance.files import StoredFile
from compliance.forms import ClinicForm
from compliance.models import AuditEntry, Clinic, Membership, User
from vendors.forms.register import ComponentForm, SystemForm, VendorForm
from vendors.forms.review import TreatForm
from vendors.guideline_texts import contract_points
from vendors.models import (
    Agreement,
    Component,
    Disclosure,
    DisclosureAnswer,
    DisclosureRow,
    ExternalStorage,
    RiskTreatment,
    System,
    Vendor,
)
from vendors.overview import overview_of

FILLED = tomllib.loads(sample.FILE.read_text("utf-8"))
REGISTERS = tomllib.loads(sample_registers.FILE.read_text("utf-8"))
TODAY = date(2026, 11, 22)


@pytest.fixture
def seeded(edition) -> Clinic:
    return sample.seed(timezone.localdate())


def of(clinic: Clinic) -> dict[str, int]:
    """Rows of the clinic by table, but for the audit trail; tables without any are left out."""
    models = [
        model for model in apps.get_models() if any(f.attname == "clinic_id" for f in model._meta.fields)
    ]
    counts = {
        m.__name__: m.objects.filter(clinic_id=clinic.pk).count() for m in models if m is not AuditEntry
    }
    return {name: count for name, count in counts.items() if count}


def lines(clinic: Clinic, today: date) -> Round:
    return Round.of(Assessment.objects.get(clinic=clinic), today)


def test_its_report_reads_the_same_once_it_is_frozen(seeded):
    """A 確定版 is kept as canonical JSON, whose objects are sorted by their keys: order must stand in lists."""
    snapshot = snapshot_of(Assessment.objects.get(clinic=seeded), timezone.localdate())
    frozen = json.loads(canonical(snapshot))
    assert report_html(frozen, keys=KEYS) == report_html(snapshot, keys=KEYS)


def test_half_of_the_52_items_is_answered(seeded):
    round_ = lines(seeded, timezone.localdate())
    counts = {"done": 21, "open": 3, "na": 2, "ask": 2, "none": 24, "todo": 6}
    assert (round_.counts, round_.answered, round_.total) == (counts, 26, 52)


def test_one_done_item_lacks_its_day_and_one_plan_is_overdue(seeded):
    round_ = lines(seeded, timezone.localdate())
    assert [(line.shown, line.answer.gaps) for line in round_.incomplete] == [("10④", ["確認日"])]
    assert [line.shown for line in round_.lines if line.is_overdue] == ["3②"]


def test_what_needs_no_answer_is_said_of_conditional_items_only(seeded):
    exempt = lines(seeded, timezone.localdate()).with_status(Status.NOT_APPLICABLE)
    assert [(line.shown, line.may_be_exempt) for line in exempt] == [("7⑤", True), ("7⑥", True)]


def test_going_on_leads_to_the_item_after_the_last_saved(seeded):
    assert lines(seeded, timezone.localdate()).next_line.shown == "7③"


def test_five_systems_four_vendors_ten_sheets_and_twelve_risk_records(seeded):
    assert of(seeded) == {
        "Agreement": 5,
        "Answer": 52,
        "ApplicabilityDetermination": 1,
        "Assessment": 1,
        "Boundary": 1,
        "Certification": 2,
        "Component": 10,
        "Disclosure": 10,
        "DisclosureAnswer": 495,
        "Evidence": 5,
        "EvidenceItem": 11,
        "ExternalStorage": 1,
        "Membership": 2,
        "RiskTreatment": 12,
        "StoredFile": 2,
        "Submission": 10,
        "System": 5,
        "Vendor": 4,
    }


def test_the_kept_determination_asks_a_vendor_about_one_server_of_five(seeded):
    kept = ApplicabilityDetermination.objects.get(clinic=seeded)
    assert kept.outcome == Outcome.ASK_VENDOR
    assert Counter(server["answer"] for server in kept.judgement["servers"]) == {"yes": 4, "unclear": 1}


def test_the_letter_goes_to_the_vendor_of_that_server_only(seeded):
    letters = {}
    for vendor in Vendor.objects.filter(clinic=seeded):
        systems = list(System.objects.filter(clinic=seeded, vendor=vendor).listed())
        letters[vendor.name] = letter_to(vendor, systems, seeded)
    assert letters.pop("サンプル通信株式会社") is None
    assert letters["株式会社サンプルメディカル"]["servers"] == [
        {"product": "サンプルPACS 3.1（医用画像管理システム）", "name": "画像バックアップ用NAS（機械室）"}
    ]


def test_it_names_the_machines_that_the_ledger_counts(seeded):
    here = Component.objects.filter(clinic=seeded).exclude(name__startswith="事業者のクラウド")
    count = sum(component.quantity for component in here)
    assert f"院内の機器{count}台" in Answer.objects.get(clinic=seeded, item__code="7-2").note


@pytest.mark.parametrize(
    "today",
    [TODAY, date(2026, 3, 31), date(2026, 4, 1), date(2027, 4, 5), date(2027, 1, 1), date(2028, 2, 29)],
)
def test_its_days_lie_in_the_fiscal_year_and_none_that_confirms_in_the_future(edition, today):
    year = fiscal_year(today)
    answers = Answer.objects.filter(clinic=sample.seed(today))
    confirmed = [answer.confirmed_on for answer in answers if answer.confirmed_on]
    due = [answer.due_on for answer in answers if answer.due_on]
    assert Assessment.objects.get().fiscal_year == year
    assert all(date(year, 4, 1) <= day <= today for day in confirmed)
    assert all(day <= fiscal_year_end(year) for day in due)
    assert sum(day < today for day in due) == 1


def test_its_days_follow_the_day_of_seeding(edition):
    sample.seed(TODAY)
    answer = Answer.objects.get(item__code="3-2")
    assert answer.due_on == TODAY - timedelta(days=9)


@pytest.mark.parametrize("entry", FILLED["answer"], ids=lambda entry: entry["item"])
def test_the_form_would_take_each_answer(entry):
    form = AnswerForm(sample._declared(entry, timezone.localdate()))
    assert form.errors == {}


def test_the_forms_would_take_clinic_systems_and_vendors(seeded):
    forms = [ClinicForm(FILLED["clinic"])]
    for each in FILLED["system"]:
        system = System(location=each["location"])
        forms += [SystemForm(each, target=system)]
        forms += [
            ComponentForm({"quantity": 1, **part}, target=Component(system=system))
            for part in each["component"]
        ]
    forms += [VendorForm(each, target=Vendor.objects.get(name=each["name"])) for each in FILLED["vendor"]]
    assert [form.errors for form in forms if form.errors] == []


def test_the_forms_would_take_each_risk_record():
    records = [
        TreatForm({name: each.get(name) for name in RiskTreatment.FIELDS}) for each in REGISTERS["risk"]
    ]
    assert [form.errors for form in records if form.errors] == []


def test_every_row_that_the_sample_names_is_in_that_sheet(edition):
    lists = ("na", "blank", "no", "remark", "unread")
    named = [
        (each["kind"], set().union(*(each.get(name, ()) for name in lists))) for each in REGISTERS["sheet"]
    ]
    known = {
        kind: {row.code for row in DisclosureRow.objects.of_sheet(edition, kind)} for kind in ("MDS", "SDS")
    }
    assert [rows - known[kind] for kind, rows in named if rows - known[kind]] == []


def test_its_disclosures_stand_in_different_places(seeded):
    today = timezone.localdate()
    told = {
        (each.system.name, standing.kind): (standing.state_text, standing.verdict.words, standing.next_step)
        for each in overview_of(seeded.pk, today)
        for standing in each.standings
    }
    chart, images, network, booking, tests = dict.fromkeys(name for name, _ in told)
    explained = "いいえ{}件は、すべて説明済み"
    assert told == {
        (chart, "MDS"): ("確認済", explained.format(3), ""),
        (chart, "SDS"): ("確認済", explained.format(1), ""),
        (images, "MDS"): (
            "提出",
            "まだ確認できない（未読取1件）。いいえ2件は、すべて説明済み",
            "回答を確認する",
        ),
        (images, "SDS"): ("確認済", "いいえ2件のうち説明済み1件", "リスク評価・対応を書く"),
        (network, "MDS"): ("確認済", "約款に記載のない1件は、すべて説明済み", ""),
        (network, "SDS"): ("確認済", "約款に記載のない1件は、すべて説明済み", ""),
        (booking, "MDS"): ("確認済", "すべて「はい」か「対象外」", ""),
        (booking, "SDS"): ("確認済", explained.format(1), ""),
        (tests, "MDS"): ("確認済", "いいえ2件のうち説明済み1件", "今も有効か確かめる"),
        (tests, "SDS"): ("確認済", "いいえ1件のうち説明済み0件", "今も有効か確かめる"),
    }


def test_its_evidence_backs_items_of_the_catalogue_and_two_papers_open(seeded):
    papers = Evidence.objects.filter(clinic=seeded).in_use().listed()
    known = set(Answer.objects.filter(clinic=seeded).values_list("item__code", flat=True))
    assert [each for paper in papers for each in paper.items if each not in known] == []
    books = {
        each.file.name: load_workbook(BytesIO(each.file.content())).active for each in papers if each.file
    }
    assert {name: book.max_row for name, book in books.items()} == {
        "職員研修の受講記録.xlsx": 6,
        "機器の台帳.xlsx": 9,
    }
    listed = sum(int(row[2]) for row in list(books["機器の台帳.xlsx"].values)[1:])
    assert f"院内の機器{listed}台" in Answer.objects.get(clinic=seeded, item__code="7-2").note
    assert [paper for paper in papers if paper.is_expired(timezone.localdate())] == []


def test_what_decides_yes_is_among_the_contracts_of_that_system(seeded):
    yes = Component.objects.filter(clinic=seeded, kind="server", update_bearer="vendor").exclude(document="")
    kept = {(each.system_id, each.title) for each in Agreement.objects.filter(clinic=seeded)}
    assert len(yes) == 4
    assert [each.document for each in yes if (each.system_id, each.document) not in kept] == []


def test_one_contract_has_run_out_and_the_others_have_not(seeded):
    today = timezone.localdate()
    late = [each.title for each in Agreement.objects.filter(clinic=seeded) if each.is_expired(today)]
    assert late == ["機器保守契約書（令和5年10月1日）"]


def test_a_paper_has_one_date_wherever_it_is_named(seeded):
    titled = [*Agreement.objects.filter(clinic=seeded), *Evidence.objects.filter(clinic=seeded)]
    days = {}
    for each in titled:
        if found := re.search(r"（(令和.+?日)）", each.title):
            day = each.concluded_on if isinstance(each, Agreement) else each.dated_on
            days[each.title] = (wareki(day), found[1])
    assert len(days) == 4
    assert {title: both for title, both in days.items() if both[0] != both[1]} == {}


def test_whoever_is_in_charge_is_named_in_one_way(seeded):
    named = [*Answer.objects.filter(clinic=seeded), *RiskTreatment.objects.filter(clinic=seeded)]
    assert {each.owner for each in named} - {""} == {"院長 岩﨑 直子", "事務 山田 花子"}


def test_whatever_is_reduced_says_who_and_by_when(seeded):
    reduced = RiskTreatment.objects.filter(clinic=seeded, treatment="reduce")
    assert reduced.count() == 7
    assert [str(each) for each in reduced if not (each.owner and (each.due_on or each.done_on))] == []


def test_the_two_factors_of_a_log_in_are_told_alike_everywhere(seeded):
    told = dict(System.objects.filter(clinic=seeded).values_list("name", "login_two_factor"))
    assert Counter(told.values()) == {"renewal": 2, "unknown": 2, "no": 1}
    images = System.objects.get(clinic=seeded, name="医用画像管理システム")
    said = DisclosureAnswer.objects.filter(disclosure__system=images, row__code__in=["MDS-20", "SDS-46"])
    assert dict(said.values_list("row__code", "answer")) == {"MDS-20": "no", "SDS-46": "na"}
    treated = RiskTreatment.objects.get(system=images, row__code="MDS-20")
    assert (told[images.name], "令和9年度の更新" in treated.measure) == ("renewal", True)


def test_what_is_asked_about_the_contract_is_what_nobody_has_checked(seeded):
    asked = Answer.objects.get(clinic=seeded, item__code="5-4").note
    storage = ExternalStorage.objects.get(clinic=seeded)
    unchecked = [text for number, text in enumerate(contract_points(), 1)
                 if storage.point(number)["state"] != "yes"]  # fmt: skip
    assert (len(unchecked), "匿名化" in unchecked[0], "匿名化" in asked) == (1, True, True)


def test_everybody_of_the_staff_was_trained(seeded):
    names = load_workbook(
        BytesIO(Evidence.objects.get(clinic=seeded, title="職員研修の受講記録").file.content())
    ).active
    trained = Answer.objects.get(clinic=seeded, item__code="5-2")
    assert f"職員{names.max_row - 1}名の全員" in trained.note


def test_deleting_leaves_no_bytes(seeded, django_capture_on_commit_callbacks):
    paths = list(StoredFile.objects.values_list("path", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        sample.delete(by=sample.visitor())
    assert [default_storage.exists(path) for path in paths] == [False, False]


def test_each_answer_says_who_gave_it(seeded):
    given = Answer.objects.filter(clinic=seeded).exclude(status=Status.UNANSWERED)
    assert set(given.values_list("updated_by__name", flat=True)) == {"岩﨑 直子", "山田 花子"}


def test_its_audit_trail_is_whole(seeded, trail):
    actions = Counter(entry.action for entry in trail(seeded))
    assert (actions["answer.record"], actions["system.register"], actions["clinic.found"]) == (28, 5, 1)
    assert broken_links(seeded.pk) == []


def test_seeding_again_changes_nothing(seeded, trail):
    before = of(seeded), len(trail(seeded)), User.objects.count()
    assert sample.seed(timezone.localdate() + timedelta(days=400)) == seeded
    assert (of(seeded), len(trail(seeded)), User.objects.count()) == before


@pytest.mark.django_db(transaction=True)
def test_two_visitors_at_once_get_one_sample(edition, in_threads):
    visitors = in_threads(2, lambda _: sample.visitor().pk)
    assert (len(set(visitors)), Clinic.objects.count()) == (1, 1)


def test_a_seed_that_fails_leaves_nothing(edition, monkeypatch):
    monkeypatch.setattr(Answer, "record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sample.seed(TODAY)
    assert (Clinic.objects.count(), User.objects.count()) == (0, 0)


def test_it_is_no_real_clinic(seeded):
    assert (seeded.code, seeded.is_sample, Clinic.first_start_is_due()) == ("sample", True, True)


def test_a_visitor_is_its_admin_without_a_password(edition):
    visitor = sample.visitor()
    member = visitor.membership_of("sample")
    assert visitor.email.endswith("@sample.invalid")
    assert (visitor.has_usable_password(), member.may(Permission.EDIT_CLINIC)) == (False, True)
    assert sample.visitor() == visitor


def test_deleting_leaves_nothing_but_the_audit_trail(seeded, trail):
    written = len(trail(seeded))
    sample.delete(by=sample.visitor())
    assert (of(seeded), Clinic.objects.count(), User.objects.count()) == ({}, 0, 0)
    assert len(trail(seeded)) == written


def test_deleting_is_told_on_the_sites_chain(seeded):
    visitor = sample.visitor()
    sample.delete(by=visitor)
    entry = AuditEntry.objects.filter(clinic_id=SITE).latest("sequence")
    told = (entry.action, entry.target, entry.actor_id, entry.detail)
    assert told == ("sample.delete", "みどり台内科クリニック", visitor.pk, {"clinic": seeded.pk})
    assert broken_links(SITE) == []


def test_a_confirmed_round_goes_too(seeded):
    today, visitor = timezone.localdate(), sample.visitor()
    round_ = Assessment.objects.get(clinic=seeded)
    facts = {"examiner": "山田 花子", "examined_on": today, "safety_officer": "岩﨑 直子"}
    confirmation = confirm(round_, by=visitor, seen=seen_digest(round_, today), **facts)
    confirmation.reopen(by=visitor, why="9章の確認を続けるため")
    sample.delete(by=visitor)
    assert (Confirmation.objects.count(), of(seeded)) == (0, {})


def test_deleting_spares_other_clinics_and_people_who_belong_to_them(seeded, clinic, director):
    Membership.objects.create(clinic=seeded, user=director, role="viewer")
    before = of(clinic)
    sample.delete(by=sample.visitor())
    assert (of(clinic), list(User.objects.all())) == (before, [director])


def test_deleting_what_is_not_there_does_nothing(director):
    sample.delete(by=director)
    assert not AuditEntry.objects.exists()


def test_it_can_be_made_again(seeded):
    sample.delete(by=sample.visitor())
    again = sample.seed(timezone.localdate())
    assert (again.pk != seeded.pk, of(again)["Answer"]) == (True, 52)


def test_it_keeps_to_the_edition_that_its_files_name(edition, next_edition):
    clinic = sample.seed(timezone.localdate())
    assert (clinic.edition, Assessment.objects.get(clinic=clinic).edition) == (edition, edition)
    assert {sheet.edition for sheet in Disclosure.objects.filter(clinic=clinic)} == {edition}
