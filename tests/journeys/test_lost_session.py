"""A session or the network ends in the middle of a form: what was typed is not lost."""

import pytest

from tests.conftest import PASSWORD
from tests.journeys.steps import Person, WithoutJavaScript

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("hands", [Person, WithoutJavaScript])
@pytest.mark.parametrize("button", ["保存", "保存して次へ"], ids=["save", "next"])
def test_an_answer_is_not_lost_with_the_session(sits_down, director, clinic, answer, hands, button):
    at_work = sits_down(director, hands)
    at_work.opens("item", clinic.code, "8-1")
    at_work.chooses("わからない")
    at_work.types("聞く相手", "あおぞらメディカル")
    at_work.loses_the_session()
    at_work.presses(button)
    at_work.logs_in(director.email, PASSWORD)
    at_work.sees("さきほど入力していた内容です", "まだ保存されていません")
    at_work.finds("聞く相手", "あおぞらメディカル")
    assert answer("8-1").ask_whom == ""
    at_work.presses("保存")
    at_work.sees("保存済")
    assert (answer("8-1").status, answer("8-1").ask_whom) == ("ask", "あおぞらメディカル")


def test_a_row_of_the_table_is_not_lost_with_the_session(sits_down, director, clinic, answer):
    at_work = sits_down(director)
    at_work.opens("items", clinic.code)
    at_work.answers_in_the_table("8①")
    at_work.chooses("わからない")
    at_work.types("聞く相手", "あおぞらメディカル")
    at_work.loses_the_session()
    at_work.presses("保存")
    at_work.logs_in(director.email, PASSWORD)
    at_work.sees("さきほど入力していた内容です")
    at_work.finds("聞く相手", "あおぞらメディカル")
    at_work.presses("保存")
    at_work.sees("保存済")
    assert answer("8-1").ask_whom == "あおぞらメディカル"


def test_a_new_system_is_not_lost_with_the_session(sits_down, director, clinic):
    at_work = sits_down(director)
    at_work.opens("new_system", clinic.code)
    at_work.types("医療情報システム", "電子カルテシステム")
    at_work.chooses("外部保存")
    at_work.loses_the_session()
    at_work.presses("保存")
    at_work.logs_in(director.email, PASSWORD)
    at_work.sees("さきほど入力していた内容です")
    at_work.finds("医療情報システム", "電子カルテシステム")
    at_work.presses("保存")
    at_work.sees("「電子カルテシステム」を登録しました。")


def test_without_a_connection_nothing_typed_is_lost(sits_down, director, clinic, answer, faults):
    at_work = sits_down(director)
    at_work.opens("item", clinic.code, "8-1")
    at_work.chooses("わからない")
    at_work.types("聞く相手", "あおぞらメディカル")
    at_work.page.context.set_offline(True)
    at_work.presses("保存")
    at_work.sees("保存できません。", "入力は残っています。")
    at_work.page.context.set_offline(False)
    at_work.presses("保存")
    at_work.sees("保存済")
    assert answer("8-1").ask_whom == "あおぞらメディカル"
    assert all("htmx:" in fault for fault in faults)
    faults.clear()  # the console may speak of a lost connection
