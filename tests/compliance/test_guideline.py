"""The guideline as data: the shipped files are complete and faithful, and the check would notice if not."""

import hashlib
import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from compliance.guideline import Guideline, GuidelineError, read
from compliance.guideline_check import plain_problems, problems

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
FOLDER = FIXTURES / "guideline-7.0"
SOURCE = (FIXTURES / "source" / "guideline-7.0-maintenance-delegation.txt").read_text(encoding="utf-8")
CONDITIONAL = [
    "1.4-1", "1.4-2", "4.2-4", "5-3", "5-4", "5-5", "6-2", "7-5", "7-6", "9-3", "9-5", "10-6", "10-10",
    "11-1", "11-2",
]  # fmt: skip


@pytest.fixture(scope="module")
def guideline() -> Guideline:
    return read(FOLDER)


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "guideline"))


def item(guideline, code):
    return next(each for each in guideline.items if each.code == code)


def row(guideline, row_id):
    return next(each for each in guideline.rows if each.id == row_id)


def entry(guideline, entry_id):
    return next(each for each in guideline.commentary if each.id == entry_id)


def edited(folder, name, old, new):
    """`folder` read again after one edit; the edit must hit exactly one place."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return read(folder)


def changed(guideline, name, position, **changes):
    """The guideline with one entry of one of its lists replaced."""
    entries = list(getattr(guideline, name))
    entries[position] = replace(entries[position], **changes)
    return replace(guideline, **{name: tuple(entries)})


def faults(guideline):
    """What is wrong beside our own plain words, which are another file and have a test of their own."""
    return [each for each in problems(guideline, SOURCE) if not each.startswith("plain.toml")]


# The shipped files


def test_the_source_is_the_seed_byte_for_byte():
    digest = hashlib.sha256(SOURCE.encode()).hexdigest()
    assert digest == "a3d17e325cc382deeb91cecbf372b9088afe8e1a29aac01a46a327b2c6044c7d"


def test_the_shipped_files_have_no_problem_beside_our_plain_words(guideline):
    assert faults(guideline) == []


def test_every_item_has_its_plain_words(guideline):
    assert list(plain_problems(guideline)) == []


def test_sections_and_leaves(guideline):
    assert [s.code for s in guideline.sections if not s.parent] == [str(n) for n in range(1, 12)]
    assert [s.code for s in guideline.sections if s.leaf] == [
        "1.1", "1.2", "1.3", "1.4", "2", "3", "4.1", "4.2", "4.3", "5", "6", "7", "8", "9", "10", "11",
    ]  # fmt: skip


def test_fifty_two_items_in_their_sections(guideline):
    assert len(guideline.items) == 52
    assert list(Counter(each.section for each in guideline.items).values()) == [
        1, 2, 1, 2, 3, 2, 2, 4, 1, 5, 3, 6, 3, 5, 10, 2,
    ]  # fmt: skip
    assert (guideline.items[0].shown, guideline.items[-1].shown) == ("1.1①", "11②")


def test_as_many_items_as_the_seed_has_tick_boxes(guideline):
    assert SOURCE.count('<input type="checkbox"') == len(guideline.items)


def test_twelve_footnotes_and_their_places(guideline):
    assert {note.number: note.places for note in guideline.footnotes} == {
        1: ("intro-3",), 2: ("1.1-1",), 3: ("1.1-1",), 4: ("3-2",), 5: ("5-3",), 6: ("5-3",), 7: ("5-3",),
        8: ("7-5",), 9: ("10-8",), 10: ("1.1-b",), 11: ("5-f",), 12: ("11-1",),
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "rows", "numbers", "distinct"), [("MDS", 41, 44, 44), ("SDS", 58, 74, 73)])
def test_rows_and_numbers_of_the_annex(guideline, kind, rows, numbers, distinct):
    held = [each for each in guideline.rows if each.kind == kind]
    tokens = [number for each in held for number in each.numbers]
    assert (len(held), len(tokens), len(set(tokens))) == (rows, numbers, distinct)
    assert [each.id for each in held] == [f"{kind}-{n:02}" for n in range(1, rows + 1)]


def test_only_one_row_asks_for_any_of_its_numbers(guideline):
    several = [each for each in guideline.rows if len(each.numbers) > 1]
    assert (len(several), guideline.combine.ours) == (14, True)
    assert [each.numbers for each in several if each.combine == "any"] == [("59", "60", "61", "62", "63")]
    assert {each.combine for each in guideline.rows} == {"all", "any"}


def test_not_applicable_is_conceivable_for_fifteen_items(guideline):
    assert [each.code for each in guideline.items if each.not_applicable == "conditional"] == CONDITIONAL
    assert item(guideline, "1.4-1").condition == "医療情報を第三者に提供していない場合"


def test_only_the_two_factor_items_name_dates(guideline):
    dated = {each.code: [d.on for d in each.dates] for each in guideline.items if each.dates}
    assert dated == {code: [date(2027, 4, 1), date(2028, 3, 31)] for code in ("9-4", "9-5")}


def test_errata_are_told_apart_by_certainty(guideline):
    assert Counter(each.certainty for each in guideline.errata) == {"certain": 25, "likely": 11}


def test_an_item_cut_by_a_page_is_one_sentence(guideline):
    assert item(guideline, "3-2").text == (
        "事業者から技術的対策等の情報（サービス仕様適合開示書、MDS/SDS等）を収集すること。"
    )
    assert item(guideline, "3-2").lines == (79, 86)
    assert "ソフトウェアアップデート等の保守管理を" in item(guideline, "7-3").text


def test_a_flattened_list_is_a_list_again(guideline):
    assert item(guideline, "4.2-1").text == "リスク評価及びリスク管理方針を踏まえて、下記を整備すること。"
    assert [bullet.text for bullet in item(guideline, "4.2-1").bullets] == [
        "情報セキュリティ方針", "医療情報の取扱いや保護に関する方針",
        "医療情報システムの安全管理に関する方針",
    ]  # fmt: skip
    assert len(item(guideline, "5-4").bullets) == 9
    assert len(item(guideline, "5-4").chapter3.bullets) == 8


def test_choices_and_note_of_a_question(guideline):
    factors = row(guideline, "MDS-20")
    assert factors.text == "利用者の認証方式について、下記のうち二要素を組み合わせた認証が可能か？"
    assert [each.text for each in factors.choices] == [
        "記憶 (ID・パスワード等)", "生体認証 (指紋等)", "物理媒体 (IC カード等)",
    ]  # fmt: skip
    assert factors.note.text.startswith("(二要素認証に対応済、")
    assert [each.id for each in guideline.rows if each.choices] == ["MDS-16", "MDS-20", "SDS-40", "SDS-46"]


def test_chapter_3_is_kept_where_its_wording_differs(guideline):
    assert [each.code for each in guideline.items if each.chapter3] == [
        "1.1-1", "1.2-2", "1.3-1", "2-3", "4.2-3", "5-3", "5-4", "7-1", "7-3", "7-5", "8-1", "9-4", "10-1",
        "10-5", "10-9",
    ]  # fmt: skip


def test_bold_words_are_kept_as_emphasis(guideline):
    assert entry(guideline, "3-b").emphasis == (
        "本編では医療機関等において最低限実施すべきことを記載している",
    )
    assert "**" not in "".join(each.text for each in guideline.commentary)


def test_nested_lists_of_the_commentary(guideline):
    assert [bullet.level for bullet in entry(guideline, "5-e").bullets] == [1, 1, 2, 2, 2, 2, 2, 1, 2, 2]
    assert len(entry(guideline, "9-g").bullets) == 3


def test_the_question_of_the_flowchart_leads_to_every_outcome(guideline):
    outcome = {node.id: node.outcome for node in guideline.flowchart.nodes}
    answers = {edge.answer: outcome[edge.target] for edge in guideline.flowchart.edges if edge.answer}
    assert answers == {"yes": "in_scope", "no": "out_of_scope", "unclear": "ask_vendor", "none": "undecided"}


def test_the_export_is_json_with_raw_and_text(guideline):
    exported = json.loads(json.dumps(guideline.as_dict()))
    assert exported == guideline.as_dict()
    assert exported["edition"]["notified_on"] == "2026-06-29"
    assert exported["errata"][0]["from"] == "事業者委ねる"
    assert exported["items"][0]["raw"].startswith("①法令上求められる要件（個人情報保護法 ² 、")
    assert exported["items"][0]["text"].startswith("法令上求められる要件（個人情報保護法、")


# Planted faults


def test_a_repeated_code_is_noticed(guideline):
    doubled = replace(guideline, items=(*guideline.items, guideline.items[-1]))
    found = faults(doubled)
    assert "edition, checklist, commentary.toml: 11-2 stands 2 times" in found
    assert any(each.startswith("edition.toml: counts.items says") for each in found)


def test_commentary_on_an_unknown_item_is_noticed(guideline):
    broken = changed(guideline, "commentary", 0, items=("1.1-1", "12-1"))
    assert faults(broken) == ["commentary.toml: 1.1-a names {'12-1'}, which is no item"]


def test_commentary_that_speaks_of_another_section_only_is_noticed(guideline):
    broken = changed(guideline, "commentary", 0, items=("10-9",))
    assert faults(broken) == ["commentary.toml: 1.1-a does not begin with an item of its section"]


def test_an_erratum_that_does_not_apply_is_noticed(guideline):
    stray = replace(guideline.errata[0], lines=(19,))
    broken = replace(guideline, errata=(*guideline.errata, stray))
    assert faults(broken) == ["errata.toml: (19,) '事業者委ねる' applies 0 times, not once"]


def test_a_missing_erratum_is_noticed(guideline):
    found = faults(replace(guideline, errata=guideline.errata[1:]))
    assert found[0].startswith("edition.toml: intro-3: text should read")


def test_an_altered_text_is_noticed(folder):
    broken = edited(
        folder, "checklist.toml", 'text = "離席時の不正利用防止対策', 'text = "離席時の不正防止対策'
    )
    assert [each[:20] for each in faults(broken)] == ["checklist.toml: 10-2"] * 2


def test_an_altered_raw_is_noticed(folder):
    broken = edited(folder, "commentary.toml", 'raw = "但し、', 'raw = "ただし、')
    assert "commentary.toml: 10-d: raw is not what stands in lines (373,)" in faults(broken)


def test_an_altered_bullet_is_noticed(folder):
    broken = edited(folder, "commentary.toml", 'text = "米国 FedRAMP', 'text = "FedRAMP')
    assert [each[:46] for each in faults(broken)] == ["commentary.toml: 5-e: text should read '米国 Fed"]


def test_a_bullet_that_is_not_in_raw_is_noticed(guideline):
    bullets = (*guideline.edition.introduction[4].bullets[:2],)
    shorter = replace(guideline.edition.introduction[4], bullets=bullets)
    introduction = (*guideline.edition.introduction[:4], shorter, *guideline.edition.introduction[5:])
    broken = replace(guideline, edition=replace(guideline.edition, introduction=introduction))
    assert faults(broken)[0].startswith("edition.toml: intro-5: text should read")


def test_lost_emphasis_is_noticed(guideline):
    position = guideline.commentary.index(entry(guideline, "3-b"))
    assert len(faults(changed(guideline, "commentary", position, emphasis=()))) == 1


def test_a_footnote_mark_in_the_wrong_place_is_noticed(folder):
    broken = edited(folder, "checklist.toml", 'after = "e-文書法"', 'after = "必要な"')
    assert [each[:32] for each in faults(broken)] == ["checklist.toml: 1.1-1: footnotes"]


def test_a_footnote_said_to_stand_elsewhere_is_noticed(guideline):
    broken = changed(guideline, "footnotes", 0, places=("intro-4",))
    assert faults(broken) == ["footnotes.toml: 1 stands at ['intro-3'], not at ('intro-4',)"]


def test_a_lost_commentary_is_noticed_by_its_line(guideline):
    broken = replace(guideline, commentary=guideline.commentary[1:])
    found = faults(broken)
    assert [each[:14] for each in found] == ["seed line 165:"]


def test_content_called_layout_is_noticed(guideline):
    edition = replace(guideline.edition, layout_lines=(*guideline.edition.layout_lines, 174))
    assert faults(replace(guideline, edition=edition)) == [
        "edition.toml: layout line 174 repeats no table head"
    ]


def test_a_lost_row_is_noticed(guideline):
    found = faults(replace(guideline, rows=guideline.rows[:-1]))
    assert "edition.toml: counts.sds_rows says 58, the files hold 57" in found
    assert any(each.startswith("seed line 511:") for each in found)


def test_a_number_that_the_row_does_not_name_is_noticed(guideline):
    broken = changed(guideline, "rows", 0, numbers=("82",))
    assert faults(broken) == ["disclosure.toml: MDS-01 has the numbers ['28'], not ('82',)"]


def test_an_unknown_combining_rule_is_noticed(guideline):
    found = faults(changed(guideline, "rows", 0, combine="any"))
    assert found == ["disclosure.toml: MDS-01 cannot combine its numbers by 'any'"]


def test_a_condition_on_an_item_that_always_applies_is_noticed(guideline):
    found = faults(changed(guideline, "items", 0, condition="必要がない場合"))
    assert found == ["checklist.toml: 1.1-1 needs a condition 「…場合」 if and only if it is conditional"]


def test_a_chapter_3_wording_that_is_left_out_is_noticed(guideline):
    found = faults(changed(guideline, "items", 0, chapter3=None))
    assert found == ["checklist.toml: 1.1-1 needs a chapter3 just where chapter 3 words it differently"]


def test_an_unanswered_way_of_the_flowchart_is_noticed(guideline):
    chart = replace(guideline.flowchart, edges=guideline.flowchart.edges[:-1])
    found = faults(replace(guideline, flowchart=chart))
    assert [each.split(" ")[1] for each in found] == ["all-servers-entrusted", "undecided"]


def test_words_put_into_the_ministrys_mouth_are_noticed(guideline):
    nodes = tuple(replace(node, ours=False, lines=(43,)) for node in guideline.flowchart.nodes)
    found = faults(replace(guideline, flowchart=replace(guideline.flowchart, nodes=nodes)))
    assert "flowchart.toml: undecided is not worded as in lines (43,)" in found


def test_a_further_question_needs_data_only(folder):
    (folder / "flowchart.toml").open("a", encoding="utf-8").write("""
[[node]]
id = "further"
kind = "question"
asks = "further"
text = ["もう一つの問い"]
ours = true
x = 0
y = 0
w = 10
h = 10
""")
    answers = [("yes", "in-scope"), ("no", "out-of-scope"), ("unclear", "ask-vendor"), ("none", "undecided")]
    guideline = read(folder)
    question = guideline.flowchart.edges[1]
    edges = [replace(question, source="further", answer=a, target=to, ours=True) for a, to in answers]
    rerouted = [replace(question, target="further")]
    kept = [edge for edge in guideline.flowchart.edges if edge != question]
    chart = replace(guideline.flowchart, edges=(*kept, *rerouted, *edges))
    assert faults(replace(guideline, flowchart=chart)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"item": "12-1"}, ["plain.toml: 1.1-1 has no plain words", "plain.toml: 12-1 is no item"]),
        ({"gist": ""}, ["plain.toml: 1.1-1 leaves gist, enough or show empty"]),
        ({"enough": ()}, ["plain.toml: 1.1-1 leaves gist, enough or show empty"]),
        ({"show": ("",)}, ["plain.toml: 1.1-1 leaves gist, enough or show empty"]),
        (
            {"reason_example": "いつも"},
            ["plain.toml: 1.1-1 gives a reason_example if and only if it is conditional"],
        ),
    ],
)
def test_faulty_plain_words_are_noticed(guideline, changes, expected):
    assert list(plain_problems(changed(guideline, "plain", 0, **changes))) == expected


# The reader


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('code = "1.1-1"', 'code = "1.1-1"\ncolour = "red"', r"items\[0\]: unknown colour"),
        ('code = "1.1-1"\n', "", r"items\[0\]: missing code"),
        ('code = "1.1-1"', "code = 11", r"items\[0\]\.code: str is needed, not 11"),
        ('code = "1.1-1"\nshown = "1.1①"\n', "code = \n", r"checklist\.toml: "),
    ],
)
def test_a_file_of_another_shape_is_refused_with_its_place(folder, old, new, message):
    with pytest.raises(GuidelineError, match=message):
        edited(folder, "checklist.toml", old, new)


def test_a_missing_file_is_refused(folder):
    (folder / "errata.toml").unlink()
    with pytest.raises(GuidelineError, match=r"errata\.toml"):
        read(folder)


def test_plain_words_may_be_missing_for_the_reader_but_not_for_the_check(folder):
    (folder / "plain.toml").unlink()
    assert len([each for each in problems(read(folder), SOURCE) if each.endswith("has no plain words")]) == 52
