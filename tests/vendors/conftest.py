"""A system, and somebody at its vendor's with a link."""

import pytest

from tests.vendors.at_a_link import Vendor
from vendors.models import DisclosureRequest, System


@pytest.fixture
def chart(clinic, director) -> System:
    product = {"product": "みほんカルテ", "product_version": "3.2"}
    return System.register(
        clinic, by=director, name="電子カルテ", vendor_name="株式会社カルテ", location="external", **product
    )


@pytest.fixture
def asks(chart, director):
    """asks("SDS"): a vendor with a new link for these sheets."""
    return lambda *kinds: Vendor(*DisclosureRequest.ask(chart, kinds, by=director))


@pytest.fixture
def vendor(asks) -> Vendor:
    return asks("SDS").begins()
