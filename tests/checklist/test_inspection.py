"""The years' editions of what a 立入検査 looks at: read, checked, and laid beside a snapshot. No database."""

import json
from pathlib import Path

import pytest

from checklist.inspection import (
    FOLDER,
    InspectionError,
    current_edition,
    editions,
    inspection_of,
    problems,
    read,
)
from compliance.editions import RULES, guideline

CODES = {item.code for item in guideline(RULES).items}
TOPIC = '[[area.topic]]\nnumber = "1-①"\ntitle = "責任者"\ndirect = ["4.1-2"]\nshow = ["規程"]\n'
HEAD = 'fiscal_year = {year}\nform = "用紙"\nnotice = "目安。"\nhow = ["書く"]\n[[area]]\ntitle = "体制"\n'
# domain.md, "On-site inspection": number → (items, strength)
CROSSWALK = {
    "1-①": "直接 4.1-2", "2-①": "直接 7-1 7-2", "2-②": "一部 2-1 2-2 2-3 6-2 8-3", "2-③": "直接 3-2 10-9",
    "2-④": "直接 9-1", "2-⑤": "直接 9-2 10-7", "2-⑥": "直接 10-5 10-6 7-3", "2-⑦": "", "2-⑧": "",
    "2-⑨": "一部 10-3 6-1", "2-⑩": "直接 9-4 9-5", "2-⑪": "一部 4.2-3", "2-⑫": "弱い 10-5", "2-⑬": "一部 6-2 8-3",
    "3-①": "直接 8-2", "3-②": "直接 8-1 1.2-2", "3-③": "直接 1.2-2", "4-①": "直接 4.1-1 4.2-1",
}  # fmt: skip


def linked(topic) -> str:
    return " ".join(
        [*dict.fromkeys(link.strength for link in topic.links), *(link.item for link in topic.links)]
    )


@pytest.fixture
def file(tmp_path):
    """file(text): an edition's file of its own folder."""

    def write(text: str, name: str = "r8.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


# What is shipped


@pytest.mark.parametrize("edition", editions(), ids=lambda each: str(each.fiscal_year))
def test_every_shipped_edition_is_sound(edition):
    assert problems(edition, CODES) == []


def test_the_edition_of_reiwa_7_is_the_crosswalk():
    edition = next(each for each in editions() if each.fiscal_year == 2025)
    assert {topic.number: linked(topic) for topic in edition.topics} == CROSSWALK
    assert edition.notice == "令和7年度版による目安。現在有効な令和8年度版の文言は収録していません。"


def test_the_newest_edition_is_the_current_one():
    assert current_edition() == editions()[0]
    assert current_edition().fiscal_year == max(each.fiscal_year for each in editions())


def test_a_new_year_is_a_further_file(file):
    folder = file(HEAD.format(year=2025) + TOPIC, "r7.toml").parent
    file(HEAD.format(year=2026) + TOPIC, "r8.toml")
    assert [each.fiscal_year for each in editions(folder)] == [2026, 2025]
    assert current_edition(folder).fiscal_year == 2026


# What is refused


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "fiscal_year"),
        ("fiscal_year = ", "r8.toml"),
        (HEAD.format(year='"R8"') + TOPIC, "fiscal_year"),
        (HEAD.format(year=2026), "topic"),
        (HEAD.format(year=2026) + TOPIC.replace("direct", "strong"), "unknown strong"),
        (HEAD.format(year=2026) + TOPIC.replace('"規程"', ""), "show"),
        (HEAD.format(year=2026) + TOPIC.replace('"規程"', "1"), "show"),
        (HEAD.format(year=2026) + TOPIC.replace('title = "責任者"\n', ""), "title"),
        (HEAD.format(year=2026) + 'topic = ["1-①"]', "number"),
        (HEAD.format(year=2026).replace("目安。", ""), "notice"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_its_name(file, text, why):
    with pytest.raises(InspectionError, match=why) as refused:
        read(file(text))
    assert str(refused.value).startswith("r8.toml: ")


def test_two_files_for_one_year_and_form_are_refused(file):
    file(HEAD.format(year=2026) + TOPIC, "a.toml")
    folder = file(HEAD.format(year=2026) + TOPIC, "b.toml").parent
    with pytest.raises(InspectionError, match="2026"):
        editions(folder)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(InspectionError, match="no edition"):
        editions(tmp_path)


@pytest.mark.parametrize(
    ("topics", "said"),
    [
        (TOPIC, []),
        (TOPIC + TOPIC, ["2026: 1-① stands twice"]),
        (TOPIC.replace("4.1-2", "4.1-9"), ["2026 1-①: 4.1-9 is no item"]),
        (TOPIC + 'weak = ["4.1-2"]\n', ["2026 1-①: 4.1-2 is linked twice"]),
        (
            TOPIC.replace('direct = ["4.1-2"]\n', ""),
            ["2026 1-①: without an item it needs a note that says so"],
        ),
    ],
)
def test_faults_are_named(file, topics, said):
    assert problems(read(file(HEAD.format(year=2026) + topics)), CODES) == said


# Beside a clinic's answers


def item(code: str, **answer) -> dict:
    blank = {"status": "none", "label": "未回答", "gaps": [], "overdue_days": 0, "needs_action": False}
    said = {**blank, "evidence_place": "", "printed": [], **answer}
    return {
        "code": code,
        "known_as": [code],
        "shown": f"［{code}］",
        "text": f"{code}の文",
        "finding": None,
        "answer": said,
    }


def snapshot(*items: dict) -> dict:
    """As much of a snapshot as is looked at, with these items instead of unanswered ones."""
    given = {each["code"]: each for each in items}
    return {"chapters": [{"items": [given.get(code, item(code)) for code in sorted(CODES)]}]}


def topic(found: dict, number: str) -> dict:
    return next(each for area in found["areas"] for each in area["topics"] if each["number"] == number)


def test_each_topic_stands_beside_what_is_declared():
    printed = [["確認日", "令和8年10月1日"], ["根拠の保管場所", "青ファイル"], ["メモ", "長い話"]]
    declared = item("4.1-2", status="done", label="実施済", evidence_place="青ファイル", printed=printed)
    found = inspection_of(snapshot(declared), current_edition())
    (line,) = topic(found, "1-①")["items"]
    assert (line["shown"], line["text"], line["strength"]) == ("［4.1-2］", "4.1-2の文", "直接")
    assert (line["status"], line["label"]) == ("done", "実施済")
    assert line["facts"] == [["確認日", "令和8年10月1日"], ["根拠の保管場所", "青ファイル"]]


def test_a_missing_place_of_the_evidence_is_said():
    found = inspection_of(snapshot(item("8-2", status="done", label="実施済")), current_edition())
    assert topic(found, "3-①")["items"][0]["facts"] == [["根拠の保管場所", "未記入"]]


def test_a_finding_comes_along():
    said = {"words": "開示書がそろっていません。", "lines": [], "contradicts": True}
    found = inspection_of(snapshot({**item("3-2"), "finding": said}), current_edition())
    assert topic(found, "2-③")["items"][0]["finding"] == said


def test_topics_without_an_item_are_named():
    found = inspection_of(snapshot(), current_edition(FOLDER))
    assert found["unlinked"] == ["2-⑦", "2-⑧"]
    assert all(topic(found, each)["items"] == [] and topic(found, each)["note"] for each in found["unlinked"])
    assert found["strengths"][-1][0] == "項目なし"


def test_an_item_that_an_older_snapshot_does_not_have_is_left_out():
    bare = {"chapters": [{"items": [item("7-1")]}]}
    assert [each["code"] for each in topic(inspection_of(bare, current_edition()), "2-①")["items"]] == ["7-1"]


def test_it_is_plain_json():
    found = inspection_of(snapshot(), current_edition())
    assert json.loads(json.dumps(found)) == found
    assert (found["label"], found["notice"]) == ("令和7年度", current_edition().notice)
