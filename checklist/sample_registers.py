"""The sample clinic's disclosures, risk records, contracts and certifications, from fixtures/sample-registers.toml."""

import tomllib
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from compliance.models import Clinic, User
from vendors.choices import Checked, Conformity, DisclosureState, Source
from vendors.models import (
    Agreement,
    Boundary,
    Certification,
    Disclosure,
    DisclosureRow,
    ExternalStorage,
    RiskTreatment,
    System,
    Vendor,
)

FILE = settings.BASE_DIR / "fixtures" / "sample-registers.toml"


def fill_registers(clinic: Clinic, today: date, *, by: User) -> None:
    """Everything that the sample knows of its vendors and systems, as of `today`."""
    sample = tomllib.loads(FILE.read_text("utf-8"))
    systems = {each.name: each for each in System.objects.filter(clinic=clinic)}
    vendors = {each.name: each for each in Vendor.objects.filter(clinic=clinic)}
    for system in systems.values():
        system.describe(system.version, by=by, vendor_name=system.vendor_name, disclosure_need="both")
    sheets = {}
    for entry in sample["sheet"]:
        system = systems[entry["system"]]
        sheets[system.name, entry["kind"]] = _sheet(system, entry, today, by=by)
    for entry in sample["risk"]:
        _treat(systems[entry["system"]], entry, sheets, today, by=by)
    _papers(vendors, systems, sample, today, by=by)
    _particulars(systems, sample, by=by)


def _sheet(system: System, entry: dict, today: date, *, by: User) -> Disclosure:
    """A sheet on the way that its source takes, up to 提出 or 確認済."""
    dated_on = today - timedelta(days=entry["dated_days_ago"])
    fields = {"source_place": entry.get("place", ""), "dated_on": dated_on}
    sheet = Disclosure.begin(system, entry["kind"], by=by, source=entry["source"], **fields)
    _answer(sheet, entry)
    signer = {name: entry[name] for name in ("company", "name", "email")}
    own = entry["source"] in {Source.PAPER, Source.TERMS}
    words = str(by) if own else f"{entry['company']} {entry['name']}（事業者）"
    sheet.submit(by=by if own else words, signer=signer)
    _date_back(sheet, dated_on)
    if entry["accepted"]:
        sheet.accept(by=by)
        held_on = today - timedelta(days=entry.get("holds_days_ago", 10))
        sheet.confirm_holds(by=by, on=held_on)
    return sheet


def _answer(sheet: Disclosure, entry: dict) -> None:
    """はい for every row that the entry does not name."""
    sheet.answers.update(answer=Conformity.YES)
    for answer in (Conformity.NA, Conformity.BLANK):
        sheet.answers.filter(row__code__in=entry.get(answer, [])).update(answer=answer)
    for code, remark in entry.get("no", {}).items():
        sheet.answers.filter(row__code=code).update(answer=Conformity.NO, remark=remark)
    for code, remark in entry.get("remark", {}).items():
        sheet.answers.filter(row__code=code).update(remark=remark)
    for code, words in entry.get("unread", {}).items():
        why, _, cell = words.partition("|")
        sheet.answers.filter(row__code=code).update(answer=Conformity.UNREAD, why=why, cell=cell)


def _date_back(sheet: Disclosure, day: date) -> None:
    """The sample's papers came before today."""
    moment = timezone.make_aware(datetime.combine(day, datetime.min.time().replace(hour=10)))
    sheet.submissions.update(at=moment)
    sheet.move(
        DisclosureState.SUBMITTED, frm=[DisclosureState.SUBMITTED], submitted_at=moment, begun_at=moment
    )


def _treat(system: System, entry: dict, sheets: dict, today: date, *, by: User) -> None:
    row = DisclosureRow.objects.get(edition=sheets[system.name, "MDS"].edition, code=entry["row"])
    record = RiskTreatment.of(system, row)
    fields = {name: entry[name] for name in RiskTreatment.FIELDS if name in entry}
    if "due_in_days" in entry:
        fields["due_on"] = today + timedelta(days=entry["due_in_days"])
    if "done_days_ago" in entry:
        fields["done_on"] = today - timedelta(days=entry["done_days_ago"])
    record.treat(record.version, by=by, disclosure=sheets[system.name, row.kind], **fields)


def _papers(
    vendors: dict[str, Vendor], systems: dict[str, System], sample: dict, today: date, *, by: User
) -> None:
    for model, key in ((Agreement, "agreement"), (Certification, "certification")):
        for entry in sample[key]:
            fields = {
                name: value for name, value in entry.items() if name not in {"vendor", "expires_in_days"}
            }
            if "expires_in_days" in entry:
                fields["expires_on"] = today + timedelta(days=entry["expires_in_days"])
            if "system" in entry:
                fields["system"] = systems[entry["system"]]
            model.register(vendors[entry["vendor"]], by=by, **fields)


def _particulars(systems: dict[str, System], sample: dict, *, by: User) -> None:
    for entry in sample["boundary"]:
        fields = {name: value for name, value in entry.items() if name != "system"}
        Boundary.of(systems[entry["system"]]).describe(0, by=by, **fields)
    for entry in sample["storage"]:
        fields = {name: value for name, value in entry.items() if name not in {"system", "points_checked"}}
        fields["points"] = {
            str(n): {"state": Checked.YES, "clause": "約款 第12条"} for n in entry["points_checked"]
        }
        ExternalStorage.of(systems[entry["system"]]).describe(0, by=by, **fields)
