"""The report with the longest texts everywhere: 52 answers and 99 rows of 別紙, 1,000 characters each."""

import resource

import pytest

from checklist.choices import Status
from checklist.models import Answer
from checklist.parts import PRESETS
from checklist.printing import report_html
from checklist.snapshot import snapshot_of
from compliance import printing, renderer
from tests.papers import TODAY, Printed, bare
from tests.sheets import begun, system_of
from vendors.choices import Conformity

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db]
SECONDS, BYTES, LENGTH = 15, 1024**3, 1000
# Without a blank; without any place to break; with all that makes shaping dear.
KINDS = ["医療情報システムの安全管理", "x", "髙﨑①、「」（）＝=<&>1a。"]


def long(number: int) -> str:
    """1,000 characters that no other place has."""
    return f"{number:03}号" + (KINDS[number % len(KINDS)] * LENGTH)[: LENGTH - 4]


@pytest.fixture
def written(clinic, director, assessment) -> list[str]:
    """The texts: one in each answer, one in each row of both sheets."""
    texts = [long(number) for number in range(52 + 99)]
    left = iter(texts)
    for answer in Answer.objects.of_round(assessment):
        Answer.objects.filter(pk=answer.pk).update(status=Status.DONE, note=next(left), confirmed_on=TODAY)
    system = system_of(clinic, director, disclosure_need="both")
    for kind in ("MDS", "SDS"):
        sheet = begun(system, director, kind)
        for row in sheet.answers.order_by("pk"):
            sheet.answers.filter(pk=row.pk).update(answer=Conformity.NO, remark=next(left))
        sheet.submit(by=director)
    assert list(left) == []
    return texts


def measured(html: str) -> tuple[bytes, float, int]:
    """The PDF as the renderer's limited child makes it; the child's seconds of processor and most bytes of memory."""
    printing.warm_up()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    content = renderer._in_child({"html": html, "draft": False, "attached": []})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return content, seconds, after.ru_maxrss * 1024


def test_the_longest_texts_are_printed_whole_in_time_and_memory(written, assessment, score):
    html = report_html(snapshot_of(assessment, TODAY), keys=PRESETS["all"].parts)
    content, seconds, peak = measured(html)
    printed = Printed(content)
    lost = [text[:4] for text in written if bare(text) not in printed.text]
    print(f"{seconds:.1f} s of processor, {peak / 1024**2:.0f} MiB, {len(printed.pages)} pages", *lost)
    score(sum(map(len, written)), len(lost) + (seconds >= SECONDS) + (peak >= BYTES))
