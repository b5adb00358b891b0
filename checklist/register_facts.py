"""What the registers of vendors and systems hold, as the values that the findings' rules take."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Flag, auto

from vendors.choices import Checked, Conformity, DisclosureNeed, Location, TwoFactor
from vendors.models import (
    Agreement,
    Boundary,
    Certification,
    Component,
    ExternalStorage,
    RiskTreatment,
    System,
)
from vendors.overview import SystemStanding, overview_of
from vendors.standing import Standing

CONTRACT_POINTS = 9  # 5④
TWO_FACTOR_ROWS = {"MDS-20", "SDS-46"}  # MDS 4.1, SDS 17.1: はい includes 対応予定 (seed L417, L496)


BOUNDARY_FIELDS = ("counterpart", "roles", "subcontractors", "logs", "written_in")
STORAGE_FIELDS = ("policy", "backup", "credibility", "place", "domestic_law")


@dataclass(frozen=True)
class StorageFacts:
    gaps: tuple[str, ...]
    missing_points: int
    unknown_points: int


@dataclass(frozen=True)
class SystemRegister:
    """One system with all that is registered of it and its vendor."""

    name: str
    vendor: str
    location: str
    is_unavailable: bool
    unavailable_reason: str
    login_two_factor: str
    two_factor_declared: bool
    standings: Sequence[Standing]
    treatments: Mapping[str, RiskTreatment]
    components: Sequence[Component]
    boundary: Mapping[str, str]
    boundary_gaps: Sequence[str]
    storage: StorageFacts | None
    storage_words: Mapping[str, str]
    certifications: Sequence[Certification]
    agreements: Sequence[Agreement]

    @property
    def two_factor_text(self) -> str:
        return TwoFactor(self.login_two_factor).label

    @property
    def servers_in_house(self) -> list[Component]:
        if self.location != Location.IN_HOUSE:
            return []
        return [each for each in self.components if each.counts_as_server]


@dataclass(frozen=True)
class Facts:
    systems: Sequence[SystemRegister]
    today: date


class Part(Flag):
    """What a rule looks at besides the systems and their components."""

    NOTHING = 0
    SHEETS = auto()
    AGREEMENTS = auto()
    CERTIFICATIONS = auto()
    BOUNDARIES = auto()
    STORAGE = auto()
    EVERYTHING = SHEETS | AGREEMENTS | CERTIFICATIONS | BOUNDARIES | STORAGE


def facts_of(
    clinic_id: int, today: date, parts: Part = Part.EVERYTHING, systems: list[System] | None = None
) -> Facts:
    """What the rules look at, in at most nine queries; two, and one to three for each of `parts`."""
    if systems is None:
        systems = list(System.objects.filter(clinic=clinic_id).listed())
    if Part.SHEETS in parts:
        overview = overview_of(clinic_id, today, systems)
    else:
        overview = [SystemStanding(each, [], {}) for each in systems]
    papers = {
        Certification: _by_vendor(Certification, clinic_id, Part.CERTIFICATIONS in parts),
        Agreement: _by_vendor(Agreement, clinic_id, Part.AGREEMENTS in parts),
    }
    sheets = {
        Boundary: _by_system(Boundary, clinic_id, Part.BOUNDARIES in parts),
        ExternalStorage: _by_system(ExternalStorage, clinic_id, Part.STORAGE in parts),
    }
    return Facts([_register(each, papers, sheets) for each in overview], today)


def _by_vendor(model, clinic_id: int, wanted: bool) -> dict[int, list]:
    found = defaultdict(list)
    for each in model.objects.filter(clinic=clinic_id) if wanted else ():
        found[each.vendor_id].append(each)
    return found


def _by_system(model, clinic_id: int, wanted: bool) -> dict[int, object]:
    return {each.system_id: each for each in model.objects.filter(clinic=clinic_id)} if wanted else {}


def _register(each: SystemStanding, papers: Mapping, sheets: Mapping) -> SystemRegister:
    system = each.system
    boundary = sheets[Boundary].get(system.pk) or Boundary()
    storage = sheets[ExternalStorage].get(system.pk)
    agreements = [a for a in papers[Agreement][system.vendor_id] if a.system_id in {None, system.pk}]
    return SystemRegister(
        name=system.name,
        vendor=system.vendor_name,
        location=system.location,
        is_unavailable=system.need == DisclosureNeed.NONE,
        unavailable_reason=system.unavailable_reason,
        login_two_factor=system.login_two_factor,
        two_factor_declared=any(_declares_two_factor(standing) for standing in each.standings),
        standings=each.standings,
        treatments=each.treatments,
        components=system.components.all(),
        boundary=_words(boundary, BOUNDARY_FIELDS),
        boundary_gaps=boundary.gaps,
        storage=_storage(storage),
        storage_words=_words(storage, STORAGE_FIELDS) if storage else {},
        certifications=papers[Certification][system.vendor_id],
        agreements=agreements,
    )


def _words(row, names: Sequence[str]) -> dict[str, str]:
    """{label: text} of what is filled in."""
    texts = {
        name: getattr(row, f"get_{name}_display", lambda name=name: getattr(row, name))() for name in names
    }
    return {row._meta.get_field(name).verbose_name: text for name, text in texts.items() if text}


def _declares_two_factor(standing: Standing) -> bool:
    """The vendor says はい where it means 対応済みまたは対応予定."""
    return any(standing.conformity.get(code) == Conformity.YES for code in TWO_FACTOR_ROWS)


def _storage(storage: ExternalStorage | None) -> StorageFacts | None:
    if storage is None:
        return None
    states = [storage.point(number)["state"] for number in range(1, CONTRACT_POINTS + 1)]
    return StorageFacts(tuple(storage.gaps), states.count(Checked.NO), states.count(Checked.UNKNOWN))
