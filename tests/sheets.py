"""Hands of the tests about 開示書: systems, sheets as they come in, risk records."""

from compliance.models import User
from vendors.choices import Conformity, Source
from vendors.models import Disclosure, DisclosureRow, RiskTreatment, System

SIGNER = {"company": "株式会社カルテ", "name": "見本 一郎", "email": "ichiro@karte.example"}
COMPLETE = {
    "impact": "partly",
    "risk": "外部からログインされるおそれがある。",
    "treatment": "reduce",
    "measure": "VPN機器で止める。",
    "explanation": "使うときだけ開けています。",
}


def system_of(clinic, by: User, name: str = "電子カルテ", **fields) -> System:
    """A system in the cloud that needs an MDS."""
    wanted = {"vendor_name": "株式会社カルテ", "location": "external", "disclosure_need": "mds"}
    wanted |= {"product": "カルテX", "product_version": "1.0"}
    return System.register(clinic, by=by, name=name, **(wanted | fields))


def begun(system: System, by, kind: str = "MDS", source: str = Source.PAPER, **rows) -> Disclosure:
    """A sheet on which everything is はい but for the rows named: begun(system, by, no=["MDS-06"])."""
    sheet = Disclosure.begin(system, kind, by=by, source=source)
    sheet.answers.update(answer=Conformity.YES)
    for answer, codes in rows.items():
        sheet.answers.filter(row__code__in=codes).update(answer=answer)
    return sheet


def submitted(system: System, by, kind: str = "MDS", source: str = Source.PAPER, **rows) -> Disclosure:
    sheet = begun(system, by, kind, source, **rows)
    sheet.submit(by=by)
    return sheet


def accepted(system: System, by, kind: str = "MDS", source: str = Source.PAPER, **rows) -> Disclosure:
    sheet = submitted(system, by, kind, source, **rows)
    sheet.accept(by=by)
    return sheet


def row(sheet: Disclosure, code: str):
    """The sheet's answer to a row, fresh from the database."""
    return sheet.answers.select_related("row", "disclosure__system", "clinic").get(row__code=code)


def treated(system: System, by, code: str, sheet: Disclosure | None, **fields) -> RiskTreatment:
    """A complete risk record of a row, but for what is said otherwise; "" is that of a missing disclosure."""
    record = RiskTreatment.of(
        system, DisclosureRow.objects.get(edition=system.clinic.edition, code=code) if code else None
    )
    record.treat(record.version, by=by, disclosure=sheet, **(COMPLETE | fields))
    return record
