"""The chart as drawn: what is marked is the path, and the words say the same."""

from pathlib import Path

import pytest

from checklist.applicability import walk
from checklist.flowchart import draw, in_words
from compliance.guideline import read

CHART = read(Path(__file__).resolve().parents[2] / "fixtures" / "guideline-7.0").as_dict()["flowchart"]
NODES, EDGES = CHART["node"], CHART["edge"]


def drawn(answer: str):
    path, taken, _ = walk(CHART, {"all_servers_entrusted": answer})
    return draw(CHART, path, taken)


@pytest.mark.parametrize(
    ("answer", "end"),
    [("yes", "in-scope"), ("no", "out-of-scope"), ("unclear", "ask-vendor"), ("none", "undecided")],
)
def test_the_boxes_and_arrows_of_the_path_are_marked_and_no_others(answer, end):
    drawing, path = drawn(answer), ["start", "all-servers-entrusted", end]
    assert [node["id"] for node, box in zip(NODES, drawing.boxes, strict=True) if box.on_path] == path
    assert [node["id"] for node, box in zip(NODES, drawing.boxes, strict=True) if box.is_end] == [end]
    marked = [
        (edge["from"], edge["to"]) for edge, arrow in zip(EDGES, drawing.arrows, strict=True) if arrow.taken
    ]
    assert marked == [("start", "all-servers-entrusted"), ("all-servers-entrusted", end)]


def test_a_path_as_kept_in_json_is_marked_as_well():
    path, taken, _ = walk(CHART, {"all_servers_entrusted": "yes"})
    assert draw(CHART, list(path), [list(edge) for edge in taken]) == draw(CHART, path, taken)


def test_without_a_path_nothing_is_marked():
    drawing = draw(CHART, [], [])
    assert {(box.on_path, box.is_end) for box in drawing.boxes} == {(False, False)}
    assert {arrow.taken for arrow in drawing.arrows} == {False}


def test_of_two_ways_to_one_end_only_the_one_taken_is_marked():
    question, end = "all-servers-entrusted", "in-scope"
    second = {"from": "start", "to": end, "points": [[0, 0], [9, 0]], "label": "近道"}
    drawing = draw(
        {**CHART, "edge": [*EDGES, second]}, ["start", question, end], [["start", question], [question, end]]
    )
    assert [arrow.label for arrow in drawing.arrows if arrow.taken] == ["", "YES"]


def test_a_path_that_stops_at_a_question_has_no_end():
    drawing = draw(CHART, ["start", "all-servers-entrusted"], [["start", "all-servers-entrusted"]])
    assert [(box.on_path, box.is_end) for box in drawing.boxes[:2]] == [(True, False), (True, False)]


def test_every_line_of_text_stands_inside_its_box():
    for box in draw(CHART, [], []).boxes:
        assert all(box.y < y < box.y + box.h for y, _ in box.lines)
        assert box.x < box.centre < box.x + box.w


def test_the_drawing_holds_the_texts_of_the_chart():
    drawing = draw(CHART, [], [])
    assert [[text for _, text in box.lines] for box in drawing.boxes] == [node["text"] for node in NODES]
    assert [arrow.label for arrow in drawing.arrows] == [edge["label"] for edge in EDGES]
    assert (drawing.width, drawing.height) == (488, 178)


@pytest.mark.parametrize(
    ("points", "path", "head"),
    [
        ([[10, 30], [10, 54]], "M10 30L10 54", "M10 54L6.5 48L13.5 48z"),
        ([[10, 54], [10, 30]], "M10 54L10 30", "M10 30L6.5 36L13.5 36z"),
        ([[10, 78], [50, 78]], "M10 78L50 78", "M50 78L44 74.5L44 81.5z"),
        ([[50, 78], [10, 78]], "M50 78L10 78", "M10 78L16 74.5L16 81.5z"),
        ([[0, 0], [0, 9], [40, 9]], "M0 0L0 9L40 9", "M40 9L34 5.5L34 12.5z"),
    ],
)
def test_an_arrow_points_where_its_edge_leads(points, path, head):
    edge = {"from": "start", "to": "in-scope", "points": points}
    (arrow,) = draw({**CHART, "edge": [edge]}, [], []).arrows
    assert (arrow.path, arrow.head, arrow.label) == (path, head, "")


def test_the_words_name_every_way_and_the_clinics_own():
    words = drawn("no").words
    question = "すべてのサーバのセキュリティアップデート責任を事業者に委託している ※2"
    assert words.startswith(
        "判断フローチャート。医療情報システムのサーバをすべて挙げる ※1から次で" + question
    )
    for label, end in [("YES", "保守委託機関編の対象"), ("NO", "経営管理編企画管理編システム運用編 の対象")]:
        assert f"{question}から{label}で{end}。" in words
    assert words.endswith(
        f"当院の経路は、医療情報システムのサーバをすべて挙げる ※1、{question}、経営管理編企画管理編システム運用編 の対象。"
    )


def test_without_a_path_the_words_speak_of_no_clinic():
    assert "当院" not in in_words(CHART, [])


def test_branches_that_the_ministry_s_figure_does_not_draw_are_marked_as_ours():
    drawing = draw(CHART, [], [])
    assert {"".join(text for _, text in box.lines) for box in drawing.boxes if box.is_added} == {
        "事業者に確認して、もう一度判断する",
        "未判断サーバを入力して判断する",
    }
    assert [arrow.label for arrow in drawing.arrows if arrow.is_added] == ["書かれていない・不明", "未入力"]
