from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from compliance.models import Clinic

PRODUCT = "医療情報システム自己点検"


def site(request: HttpRequest) -> dict:
    """What every page's frame needs; the member is set by access.clinic_page."""
    return {
        "product": PRODUCT,
        "member": getattr(request, "member", None),
        "may_start": SimpleLazyObject(Clinic.first_start_is_due),
    }
