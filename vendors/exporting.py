"""A sheet as a workbook that its vendor, or another clinic's page, can read back."""

from functools import cache

from compliance import editions
from vendors.choices import DECLARED
from vendors.models import Disclosure
from vendors.workbook import Header, Row, Written, catalogue, write


@cache
def rows(edition: str = editions.RULES) -> tuple[Row, ...]:
    """別紙's rows of an edition (its code), as the workbooks take them."""
    return catalogue(editions.guideline(edition).rows)


def rows_of(kind: str, edition: str = editions.RULES) -> list[Row]:
    return [row for row in rows(edition) if row.form == kind]


def filled_workbook(sheet: Disclosure) -> bytes:
    """The sheet with what is answered so far."""
    return _workbook(sheet, {each.row.code: (each.answer, each.remark) for each in sheet.answers.all()})


def submitted_workbook(sheet: Disclosure) -> bytes:
    """The sheet as it was submitted last; what the clinic made of it since is not the vendor's."""
    return _workbook(sheet, sheet.submissions.latest("number").answers)


def _workbook(sheet: Disclosure, said: dict[str, tuple[str, str]]) -> bytes:
    answers = {
        code: (answer if answer in DECLARED else "", remark) for code, (answer, remark) in said.items()
    }
    header = Header(
        date=sheet.dated_on.isoformat() if sheet.dated_on else "",
        provider=sheet.vendor_name,
        product=sheet.product,
        version=sheet.product_version,
    )
    written = Written(clinic=sheet.clinic.name, system=sheet.system.name, header=header)
    return write(rows_of(sheet.kind, sheet.edition.code), written, answers)
