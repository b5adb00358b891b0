"""The clinic's systems with their disclosures and risk records, in a fixed number of queries."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from vendors.choices import DECLARED, DisclosureNeed
from vendors.models import Disclosure, DisclosureAnswer, RiskTreatment, System
from vendors.standing import Sheet, Standing, standings


@dataclass(frozen=True)
class SystemStanding:
    """A system, where each of its disclosures stands, and its risk records {row code, "" for none: record}."""

    system: System
    standings: list[Standing]
    treatments: dict[str, RiskTreatment]

    @property
    def is_unavailable(self) -> bool:
        return self.system.need == DisclosureNeed.NONE

    @property
    def missing(self) -> RiskTreatment | None:
        """The risk record of a disclosure that is not to be had."""
        return self.treatments.get("")


def overview_of(clinic_id: int, today: date, systems: list[System] | None = None) -> list[SystemStanding]:
    """Every system in use, in the list's order. At most five queries, however many rows there are."""
    if systems is None:
        systems = list(System.objects.filter(clinic=clinic_id).listed())
    sheets, treatments = newest_sheets(clinic_id), defaultdict(dict)
    for each in RiskTreatment.objects.filter(clinic=clinic_id).in_force().with_row():
        treatments[each.system_id][each.row.code if each.row else ""] = each
    return [_of(system, sheets[system.pk], treatments[system.pk], today) for system in systems]


def newest_sheets(clinic_id: int) -> dict[int, list[Sheet]]:
    """{system id: its sheets that count (Disclosure.objects.current)}, in two queries."""
    conformity, remarks, sheets = defaultdict(dict), defaultdict(dict), defaultdict(list)
    current = list(Disclosure.objects.filter(clinic=clinic_id).current().select_related("request"))
    for sheet_id, code, answer, remark, why in DisclosureAnswer.objects.said_in(current):
        told = [remark, why] if answer in DECLARED else [remark]  # who has read what the importer could not
        conformity[sheet_id][code], remarks[sheet_id][code] = answer, "\n".join(filter(None, told))
    for each in current:
        sheets[each.system_id].append(Sheet(each, conformity[each.pk], remarks[each.pk]))
    return sheets


def _of(
    system: System, sheets: list[Sheet], treatments: dict[str, RiskTreatment], today: date
) -> SystemStanding:
    return SystemStanding(system, standings(system, sheets, treatments, today), treatments)
