"""要対応: one list from items, risk records, findings, disclosures and ends of papers; on the page and as a workbook."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from checklist.models import Assessment, Evidence
from checklist.snapshot import snapshot_of
from checklist.todo import HEAD, todo
from tests.sheets import submitted, system_of
from tests.web import at, at_most, browser, shows, tree
from vendors.models import Agreement, System

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 5)


@pytest.fixture
def busy(clinic, director, answer):
    """A late plan, a later one, a system without disclosures, an expired contract and an expired paper."""
    late = {"plan": "業者に頼む", "owner": "院長", "due_on": TODAY - timedelta(days=2)}
    answer("9-1").record(1, by=director, status="open", **late)
    answer("8-1").record(1, by=director, status="open", plan="整える", due_on=date(2027, 3, 31))
    answer("7-5").record(1, by=director, status="ask", ask_whom="業者")
    system = System.register(clinic, by=director, name="電子カルテ", vendor_name="社", location="external")
    ended = {"expires_on": TODAY - timedelta(days=40)}
    Agreement.register(system.vendor, by=director, kind="contract", title="保守契約書", **ended)
    Evidence.register(clinic, by=director, title="受講記録", place="棚", items=[], **ended)


@pytest.fixture
def found(busy, assessment):
    return todo(snapshot_of(Assessment.objects.get(pk=assessment.pk), TODAY))


def test_the_late_come_first_and_the_undated_last(found):
    days = [each.due_on for each in found if each.due_on]
    assert days == ["2026-09-26", "2026-09-26", "2026-11-03", "2027-03-31"]
    assert [bool(each.due_on) for each in found] == [*[True] * 4, *[False] * (len(found) - 4)]
    assert (found[2].where, found[2].owner, found[2].late_text) == ("9①", "院長", "2日過ぎています")


def test_an_ended_paper_is_overdue_since_its_day(found):
    late = [(each.where, each.late_text) for each in found if each.kind == "期限"]
    assert late == [("社", "40日過ぎています"), ("E-01", "40日過ぎています")]


def test_a_plan_and_a_day_that_is_missing_may_be_closed_but_no_question(found, clinic, director, answer):
    answer("7-1").record(1, by=director, status="done")
    answer("3-1").record(1, by=director, status="na")
    now = todo(snapshot_of(Assessment.objects.get(clinic=clinic), TODAY))
    closing = {each.where: each.closing for each in now if each.kind == "遵守項目"}
    assert closing == {"9①": "close_item", "8①": "close_item", "7①": "close_item", "7⑤": "", "3①": ""}
    assert found[2].key == "item-9-1"


def test_every_source_is_in_it(found):
    assert {each.kind for each in found} == {"遵守項目", "責任者・対象判断", "開示書", "期限"}
    words = " ".join(each.task for each in found)
    for part in (
        "業者に頼む",
        "開示書を、まだ事業者に依頼していません。",
        "「保守契約書」の期限",
        "根拠資料「受講記録」の期限",
    ):
        assert part in words


def test_a_disclosure_that_came_is_to_be_checked(clinic, director, assessment):
    sheet = submitted(system_of(clinic, director), director)
    told = [each for each in todo(snapshot_of(assessment, TODAY)) if each.kind == "開示書"]
    assert [(each.where, each.task, each.url_name, each.args) for each in told] == [
        ("電子カルテ MDS", "提出されましたが、確認していません。", "review", (sheet.pk,))
    ]


def test_nothing_to_do_beyond_the_beginning(assessment):
    kinds = {each.kind for each in todo(snapshot_of(assessment, TODAY))}
    assert kinds == {"責任者・対象判断"}


def test_the_page_leads_to_each_thing(busy, clinic, reader):
    client = browser(reader)
    page = client.get(at("todo", clinic))
    hrefs = [a.get("href") for row in tree(page).iter("td") for a in row.iter("a")]
    assert at("item", clinic, code="9-1") in hrefs
    assert {client.get(href).status_code for href in hrefs} <= {200, 403}
    assert "期限を過ぎたものが" in shows(page)


def test_the_page_takes_as_many_queries_as_a_snapshot(busy, clinic, reader):
    client = browser(reader)
    client.get(at("todo", clinic))
    with at_most(24):
        client.get(at("todo", clinic))


def test_the_workbook_has_the_same_lines(busy, clinic, reader, assessment):
    response = browser(reader).get(at("todo_table", clinic))
    rows = list(load_workbook(BytesIO(response.content)).active.values)
    wanted = todo(snapshot_of(Assessment.objects.get(pk=assessment.pk), timezone.localdate()))
    assert (list(rows[0]), len(rows)) == (HEAD, len(wanted) + 1)
    assert rows[1][2] == wanted[0].task
