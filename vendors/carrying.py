"""A new edition of the guideline: the disclosures and risk records come over as far as the conversion table keeps them."""

from compliance import editions
from compliance.models import Clinic, GuidelineEdition, User
from vendors.choices import SHEETS
from vendors.models import Disclosure, RiskTreatment


def to_carry(clinic_id: int, old: GuidelineEdition) -> list[Disclosure]:
    """The newest handed-in sheets of an edition."""
    current = Disclosure.objects.filter(clinic=clinic_id, edition=old, kind__in=SHEETS).current()
    return [each for each in current.select_related("system", "edition") if not each.is_with_vendor]


def carry_over(clinic: Clinic, old: GuidelineEdition, new: GuidelineEdition, *, by: User) -> None:
    """Inside the transaction that takes the clinic from one edition to another."""
    for sheet in to_carry(clinic.pk, old):
        sheet.clinic = clinic
        sheet.carry_over(new, by=by)
    RiskTreatment.carry_over(clinic.pk, old, new, editions.between(old.code, new.code).rows)
