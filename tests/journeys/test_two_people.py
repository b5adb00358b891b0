"""Two people at the same thing: the second is told, sees both texts and loses nothing."""

import pytest

from tests.journeys import job
from tests.journeys.steps import Person, WithoutJavaScript

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("hands", [Person, WithoutJavaScript])
def test_two_people_answer_one_item(sits_down, clerk, director, clinic, answer, hands):
    first, second = sits_down(clerk, hands), sits_down(director, hands)
    for person in (first, second):
        person.opens("item", clinic.code, "8-1")
    first.chooses("未実施・対応中")
    first.types("やること", "連絡先の一覧を作る")
    first.presses("保存")
    first.sees("保存済")
    second.chooses("未実施・対応中")
    second.types("やること", "訓練の日を決める")
    if not hands.SCRIPTS:  # with scripts the choice alone has told already
        second.presses("保存")
    second.sees("ほかの人が先に保存しました", "まだ保存していません", "事務 はな子さん", "連絡先の一覧を作る")
    second.finds("やること", "訓練の日を決める")
    assert answer("8-1").plan == "連絡先の一覧を作る"
    second.types("やること", "連絡先の一覧を作り、訓練の日を決める")
    second.presses("保存")
    second.sees("保存済")
    assert answer("8-1").plan == "連絡先の一覧を作り、訓練の日を決める"


def test_two_people_change_one_row_of_the_table(sits_down, clerk, director, clinic, answer):
    first, second = sits_down(clerk), sits_down(director)
    for person in (first, second):
        person.opens("items", clinic.code)
        person.answers_in_the_table("8①")
    first.chooses("わからない")
    first.types("聞く相手", "あおぞらメディカル")
    first.presses("保存")
    first.sees("保存済")
    second.chooses("わからない")
    second.types("聞く相手", "医師会")
    second.sees("ほかの人が先に保存しました", "あおぞらメディカル")
    second.finds("聞く相手", "医師会")
    second.types("聞く相手", "あおぞらメディカルと医師会")
    second.presses("保存")
    second.sees("保存済")
    assert answer("8-1").ask_whom == "あおぞらメディカルと医師会"


@pytest.mark.parametrize("hands", [Person, WithoutJavaScript])
def test_two_people_describe_the_clinic(sits_down, director, clinic, hands):
    first, second = sits_down(director, hands), sits_down(director, hands)
    for person, address in ((first, "青葉県みなと市1-2"), (second, "青葉県みなと市3-4")):
        person.opens("clinic", clinic.code)
        person.types("所在地", address)
    first.presses("保存")
    first.sees("医療機関の情報を保存しました。")
    second.presses("保存")
    second.sees("ほかの人が先に保存しました", "青葉県みなと市1-2")
    second.finds("所在地", "青葉県みなと市3-4")
    second.presses("保存")
    second.sees("医療機関の情報を保存しました。")
    clinic.refresh_from_db()
    assert clinic.address == "青葉県みなと市3-4"


def test_what_is_confirmed_is_what_was_seen(sits_down, clerk, director, clinic):
    """An answer that comes between reading and confirming is shown first."""
    second = sits_down(director)
    second.opens("confirm", clinic.code)
    second.types("医療情報システム安全管理責任者", "緑川 院長")
    first = sits_down(clerk)
    first.opens("item", clinic.code, "8-1")
    job.answers(first, "実施済")
    first.presses("保存")
    first.sees("保存済")
    second.presses("この内容で確定する")
    second.sees("表示のあとで内容が変わりました", "まだ確定していません", "52項目中1項目が回答済みです。")
    second.finds("医療情報システム安全管理責任者", "緑川 院長")
    second.presses("この内容で確定する")
    second.sees("第1版として確定しました。")
