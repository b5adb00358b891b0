from vendors.models.answers import DisclosureAnswer
from vendors.models.disclosures import Disclosure
from vendors.models.particulars import Agreement, Boundary, Certification, ExternalStorage
from vendors.models.register import Component, System, Vendor
from vendors.models.requests import DisclosureRequest
from vendors.models.rows import DisclosureRow
from vendors.models.submissions import Submission
from vendors.models.treatments import RiskTreatment
from vendors.models.uploads import WorkbookUpload

__all__ = [
    "Agreement",
    "Boundary",
    "Certification",
    "Component",
    "Disclosure",
    "DisclosureAnswer",
    "DisclosureRequest",
    "DisclosureRow",
    "ExternalStorage",
    "RiskTreatment",
    "Submission",
    "System",
    "Vendor",
    "WorkbookUpload",
]
