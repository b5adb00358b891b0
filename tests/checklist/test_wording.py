"""The report's own sentences say the counts as they are."""

from types import SimpleNamespace

import pytest

from checklist.wording import summary, task

NONE = {"done": 0, "open": 0, "na": 0, "ask": 0, "none": 0, "total": 52}
LINE = {"overdue_days": 0, "gaps": []}
LATE, GAP = LINE | {"overdue_days": 7}, LINE | {"gaps": ["確認日"]}


def said(counts: dict, todo: list = (), determination: dict | None = None) -> list[str]:
    return [each["text"] for each in summary(NONE | counts, list(todo), determination)]


def test_an_empty_round_is_said_to_be_empty():
    assert said({"none": 52}) == [
        "遵守項目52項目は、すべて未回答です。",
        "本編の対象かどうかの判断は、まだ記録していません。",
    ]


def test_a_full_round_is_said_to_be_full():
    assert said({"done": 52})[0] == "遵守項目52項目は、すべて実施済です。"


def test_statuses_of_no_item_are_left_out():
    expected = "遵守項目52項目のうち、40項目は実施済、7項目は未実施または対応中、5項目は未回答です。"
    assert said({"done": 40, "open": 7, "none": 5})[0] == expected


@pytest.mark.parametrize(
    ("todo", "sentence"),
    [
        ([], "目標日を過ぎた対応も、記入の足りない項目もありません。"),
        ([LINE, LATE], "目標日を過ぎた対応が1件あります。記入の足りない項目はありません。"),
        ([GAP, GAP], "記入の足りない項目が2件あります。目標日を過ぎた対応はありません。"),
        ([LATE, GAP], "目標日を過ぎた対応が1件、記入の足りない項目が1件あります。"),
    ],
)
def test_what_is_late_or_missing_is_counted(todo, sentence):
    assert said({"done": 52}, todo)[1] == sentence


def test_an_outdated_determination_is_said_to_be_one():
    words = {"label": "本編の対象", "out_of_date": True}
    assert (
        said({"done": 52}, [], words)[2] == "対象判断は「本編の対象」ですが、そのあとに登録が変わっています。"
    )


def test_what_is_bold_stands_in_its_sentence():
    for each in summary(
        NONE | {"done": 40, "none": 12}, [LATE, GAP], {"label": "未判断", "out_of_date": False}
    ):
        assert [part for part in each["emphasis"] if part not in each["text"]] == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": "open", "plan": "一覧を作る", "gaps": []}, "一覧を作る"),
        (
            {"status": "open", "plan": "一覧を作る", "gaps": ["担当", "目標日"]},
            "一覧を作る（担当・目標日が未記入）",
        ),
        ({"status": "open", "plan": "", "gaps": ["やること"]}, "やることを記入する"),
        ({"status": "ask", "ask_whom": "甲野", "gaps": []}, "甲野に確かめる"),
        ({"status": "ask", "ask_whom": "", "gaps": ["聞く相手"]}, "聞く相手を記入する"),
        ({"status": "done", "gaps": ["確認日"]}, "確認日を記入する"),
    ],
)
def test_what_is_to_be_done_is_said_as_a_task(answer, words):
    assert task(SimpleNamespace(**answer)) == words
