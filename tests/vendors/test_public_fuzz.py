"""Anything sent to a vendor's pages by somebody who holds the link; markup in every text they show."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from tests.test_fuzz import EXAMPLES, KANA, MARKUP, TEXTS, foreign_elements, said
from tests.web import HTMX, tree, undone
from vendors.choices import Conformity
from vendors.exporting import rows_of
from vendors.models import Disclosure, System
from vendors.workbook import Written, write

pytestmark = pytest.mark.django_db
ROW = ("answer-SDS-01", "remark-SDS-01", "version-SDS-01", "mine-SDS-01", "theirs-SDS-01")
FIELDS = {
    "SDS/": [*ROW, "answer-SDS-02", "version-SDS-02", "next"],
    "SDS/rows/SDS-01/": ROW,
    "submit/": ("company", "name", "email"),
    "SDS/upload/": ("file",),
    "SDS/reuse/": ("seen",),
}
RIGHT = {"answer": "yes", "version": "1", "mine": "1", "email": "a@example.jp"}


def book() -> bytes:
    return write(rows_of("SDS"), Written(clinic="院", system="電子カルテ"), {"SDS-01": ("yes", "備考")})


@pytest.fixture
def uploaded(vendor) -> str:
    """The path of a preview that waits."""
    response = vendor.posts("SDS/upload/", {"file": SimpleUploadedFile("a.xlsx", book())})
    return response.url.removeprefix(vendor.home)


def bodies(names):
    """Each field absent, right, or anything, once or twice."""
    right = {name: st.just(RIGHT.get(name.partition("-")[0], "x")) for name in names}
    return st.fixed_dictionaries({name: st.lists(TEXTS | right[name], max_size=2) for name in names})


@pytest.mark.parametrize("path", [*FIELDS, "preview"])
def test_no_body_breaks_a_vendors_form(path, vendor, uploaded):
    names = FIELDS.get(path, ["seen", "sheet", "decide-SDS-01"])
    path, seen = uploaded if path == "preview" else path, set()

    @settings(max_examples=max(EXAMPLES // 16, 5), derandomize=True, deadline=None, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(bodies(names), st.booleans())
    def each(body, in_place):
        with undone():
            response = vendor.posts(path, body, headers=HTMX if in_place else {})
            seen.add(response.status_code)
            assert [sentence for sentence in said(response) if not KANA.search(sentence)] == []

    each()
    assert seen <= {200, 302, 404, 409, 422}


def written(text: str) -> None:
    """Put `text` into all that a vendor's pages show."""
    System.objects.update(name=text[:100], product=text[:100], product_version=text[:50])
    for number, answer in enumerate(Disclosure.objects.get().answers.order_by("pk")):
        answer.answer, answer.remark, answer.why, answer.cell = (
            Conformity.values[number % 5],
            text,
            text,
            text[:100],
        )
        answer.save()


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_text_on_every_page(text, vendor, uploaded):
    written(text)
    pages = [vendor.client.get(vendor.entry)]
    pages += [vendor.gets(path) for path in ("SDS/", "submit/", "SDS/upload/", uploaded)]
    pages.append(vendor.saves("SDS-01", "no", text, stamp="0"))
    pages.append(vendor.posts("submit/", {"company": text, "name": text, "email": text}))
    assert [foreign_elements(page) for page in pages] == [[]] * 7
    assert text in "".join(tree(pages[1]).itertext())
    vendor.posts("submit/", {"company": text[:100], "name": text[:100], "email": "a@example.jp"})
    receipt = vendor.gets("receipt/")
    assert foreign_elements(receipt) == []
    paper = PdfReader(BytesIO(vendor.gets("receipt.pdf").content))
    assert "alert(1)" in "".join(page.extract_text() for page in paper.pages)
