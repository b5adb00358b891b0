"""A thousand files meant to hurt, sent as a vendor and as a clinic: each ends in a sentence, soon, in little memory."""

import re
import resource
import time

import pytest
from django.core.cache import cache

from compliance.files import StoredFile
from tests.scoreboard.hostile import multipart, others, workbooks
from tests.scoreboard.seeded import seeded
from tests.vendors.at_a_link import Vendor
from tests.web import at, browser, complaints, having, shows, tree, undone
from vendors.models import Disclosure, DisclosureRequest, System

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db]
SEED, WORKBOOKS, OTHERS = 5, 600, 400
SECONDS, MEGABYTES = 10, 300
SENTENCE = re.compile("[ぁ-ヿ一-鿿].*。")


@pytest.fixture
def vendor(clinic, director) -> Vendor:
    system = System.register(clinic, by=director, name="電子カルテ", vendor_name="社", location="external")
    return Vendor(*DisclosureRequest.ask(system, ["SDS"], by=director)).begins()


def peak(who: int) -> int:
    """The most memory that this process (RUSAGE_SELF) or any ended child of it (RUSAGE_CHILDREN) had, in MB."""
    return resource.getrusage(who).ru_maxrss * 1024 // 1_000_000


def wrong_with_workbook(vendor: Vendor, name: str, content: bytes) -> str:
    """What is wrong with the answer to this upload: it is refused in words, or read and shown before it is taken."""
    body, kind = multipart({}, name, content)
    answer = vendor.posts("SDS/upload/", body, content_type=kind)
    if answer.status_code == 302:
        page = vendor.client.get(answer.url)
        may_go_on = having(tree(page), name="seen") or having(tree(page), name="sheet")
        said = SENTENCE.search(shows(page)) and "別のファイルを選ぶ" in shows(page)
        return "" if page.status_code == 200 and (may_go_on or said) else f"preview {page.status_code}"
    if answer.status_code != 422 or not any(map(SENTENCE.search, complaints(answer))):
        return f"status {answer.status_code}, {complaints(answer)}"
    return ""


def wrong_with_other(client, path: str, form: dict, name: str, content: bytes) -> str:
    """As above; a name that is no name at all ("..") never reaches the form and is refused with a page."""
    body, kind = multipart(form, name, content)
    answer = client.post(path, body, content_type=kind)
    said = complaints(answer) if answer.status_code == 422 else [shows(answer)]
    if answer.status_code not in {400, 422} or not any(map(SENTENCE.search, said)):
        return f"status {answer.status_code}"
    return "taken" if StoredFile.objects.exists() else ""


def judged(files: list[tuple[str, bytes]], act) -> list[str]:
    """What is wrong with each file's end: act(name, content) says it, or it came too late."""
    found = []
    for number, (name, content) in enumerate(files):
        cache.clear()  # how often somebody may try is row 19
        begun = time.monotonic()
        with undone():
            wrong = act(name, content)
        took = time.monotonic() - begun
        wrong = wrong or (f"{took:.1f} s" if took > SECONDS else "")
        found += [f"{number} {name[:40]!r}: {wrong}"] if wrong else []
    return found


def test_workbooks_end_in_a_sentence(vendor, score):
    before = peak(resource.RUSAGE_SELF)
    files = workbooks(WORKBOOKS, seeded(SEED))
    found = judged(files, lambda name, content: wrong_with_workbook(vendor, name, content))
    child = peak(resource.RUSAGE_CHILDREN)
    print(f"largest child {child} MB, own peak {before} MB before", *found, sep="\n")
    assert Disclosure.objects.get().answers.exclude(answer="blank").count() == 0
    score(len(files), len(found) + (child >= MEGABYTES))


def test_other_files_are_refused_in_words(clinic, director, score):
    client, path = browser(director), at("new_evidence", clinic)
    form = {"title": "契約書", "form_token": "token-1"}
    files = others(OTHERS, seeded(SEED))
    found = judged(files, lambda name, content: wrong_with_other(client, path, form, name, content))
    print(*found, sep="\n")
    score(len(files), len(found))
