"""The same day with a browser that runs no scripts."""

import pytest

from tests.journeys import job
from tests.journeys.steps import WithoutJavaScript

pytestmark = pytest.mark.journey


def test_the_whole_job_without_javascript(sits_down):
    director = sits_down(hands=WithoutJavaScript)
    job.starts_a_clinic(director)
    job.registers_a_cloud_system(director)
    job.determines(director)
    job.answers_ten_items(director)
    job.exempts_a_section(director)
    job.changes_a_row(director)
    director.sees("わからない 0", "12項目が回答済みです。")
    job.confirms(director, 1)
    job.has_the_report(director, 1)
    job.reopens(director)
    director.sees("章の一覧")


def test_a_row_of_the_table_opens_by_its_address(sits_down, director, clinic, answer):
    at_work = sits_down(director, WithoutJavaScript)
    at_work.opens("items", clinic.code, query="?status=none")
    at_work.answers_in_the_table("9①")
    assert at_work.page.url.endswith("/items/?status=none&open=9-1#i9-1")
    job.answers(at_work, "実施済")
    at_work.presses("保存")
    at_work.sees("1項目が回答済みです。")
    assert at_work.page.url.endswith("/items/?status=none#i9-1")
    assert answer("9-1").status == "done"
