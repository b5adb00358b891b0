"""操作記録 in words: every action of the source has some, values read as people say them, earlier answers are rebuilt."""

import ast
import re
from datetime import date

import pytest
from django.utils import timezone

from checklist.history import EMPTY, WORDS, Change, blank, lines_of, past_answers, told
from compliance.audit import AuditEntry
from tests.test_architecture import SOURCES, tree
from vendors.models import Agreement, Boundary, Certification, ExternalStorage, System

SHOWN = {"10-9": "10⑨", "7-5": "7⑤"}
PAPERS, SHEETS = (Agreement, Certification), (Boundary, ExternalStorage)


def entry(action: str, target: str = "10-9", detail: dict | None = None, sequence: int = 1) -> AuditEntry:
    return AuditEntry(clinic_id=1, sequence=sequence, at=timezone.now(), actor_name="事務 はな子", action=action,
                      target=target, detail=detail or {})  # fmt: skip


def written_actions() -> set[str]:
    """Every text of the source that looks like an action where an entry is made, or is handed on to be one."""
    found = set()
    for path in SOURCES:
        module = tree(path)
        if "audit" not in path.read_text("utf-8") or path.name == "history.py":
            continue
        texts = [
            n.value for n in ast.walk(module) if isinstance(n, ast.Constant) and isinstance(n.value, str)
        ]
        found |= {
            text for text in texts if re.fullmatch(r"[a-z_]+\.[a-z_]+", text) and _is_passed(module, text)
        }
    return found


def _is_passed(module: ast.Module, text: str) -> bool:
    """As an argument of record(…), or of a method that records what it is given."""
    calls = [n for n in ast.walk(module) if isinstance(n, ast.Call)]
    names = {"record", "_note", "_list"}
    mine = [c for c in calls if getattr(c.func, "attr", getattr(c.func, "id", "")) in names]
    return any(isinstance(a, ast.Constant) and a.value == text for c in mine for a in c.args)


def named_by_model() -> set[str]:
    """f"{model_name}.register" and the like of vendors/models/particulars.py."""
    papers = {f"{m._meta.model_name}.{verb}" for m in PAPERS for verb in ("register", "describe", "remove")}
    return papers | {f"{m._meta.model_name}.describe" for m in SHEETS}


def test_every_action_of_the_source_has_words():
    assert (written_actions() | named_by_model()) - set(WORDS) == set()
    assert len(written_actions()) > 40


def test_actions_made_of_names_are_only_where_they_are_known():
    made = {path.name for path in SOURCES if re.search(r'f"\{[^}]*model_name\}\.', path.read_text("utf-8"))}
    assert made == {"particulars.py"}


def test_words_name_the_item_as_it_is_printed():
    each = told(entry("answer.record", detail={"status": ["none", "done"]}), SHOWN)
    assert (each.words, each.who) == ("10⑨の回答を変えました", "事務 はな子")
    assert each.changes == [Change("対応状況", "未回答", "実施済")]


def test_an_action_of_tomorrow_is_told_all_the_same():
    assert told(entry("thing.do", "何か", {"x": [1, 2], "token": "abc"}), {}).words == "記録しました：何か"
    assert told(entry("thing.do", "何か", {"x": [1, 2], "token": "abc"}), {}).changes == []


@pytest.mark.parametrize(
    ("action", "detail", "change"),
    [
        ("answer.record", {"due_on": [None, "2027-03-31"]}, Change("目標日", EMPTY, "令和9年3月31日")),
        ("answer.record", {"plan": ["頼む", ""]}, Change("やること", "頼む", EMPTY)),
        ("agreement.describe", {"renews": [False, True]}, Change("自動更新", "いいえ", "はい")),
        ("agreement.register", {"kind": "contract"}, Change("種類", None, "契約書")),
        ("system.describe", {"vendor": ["甲", "乙"]}, Change("委託先事業者", "甲", "乙")),
        ("evidence.attach", {"item": "7-5"}, Change("遵守項目", None, "7⑤")),
        ("evidence.describe", {"items": [["10-9"], ["10-9", "7-5"]]}, Change("遵守項目", "10⑨", "10⑨、7⑤")),
        ("evidence.register", {"items": ["10-9", "7-5"]}, Change("遵守項目", None, "10⑨、7⑤")),
        ("confirmation.reopen", {"why": "直すため"}, Change("理由", None, "直すため")),
        ("request.ask", {"kinds": ["MDS", "SDS"], "days": 30}, Change("種類", None, "MDS、SDS")),
        ("member.role", {"role": ["viewer", "editor"]}, Change("役割", "閲覧者", "記入担当")),
        ("clinic.second_factor", {"required": True}, Change("管理担当に求める", None, "はい")),
        ("clinic.describe", {"phone": ["", "03-1"]}, Change("電話番号", EMPTY, "03-1")),
    ],
)
def test_values_are_read_as_people_say_them(action, detail, change):
    assert told(entry(action, "x", detail), SHOWN).changes == [change]


def test_hashes_ids_and_the_empty_are_not_told():
    detail = {"sha256": "a" * 64, "edition": "7.0", "note": "", "token_hash": "b"}
    assert told(entry("evidence.register", "x", detail), {}).changes == []


# Earlier answers


def test_the_entries_played_give_each_state_newest_first():
    entries = [
        entry("answer.record", detail={"status": ["none", "open"], "plan": ["", "頼む"]}, sequence=4),
        entry("answer.record", detail={"due_on": [None, "2027-03-31"]}, sequence=7),
        entry("answer.record", detail={"status": ["open", "done"], "confirmed_on": [None, "2026-11-01"]}, sequence=9),
    ]  # fmt: skip
    past = past_answers(entries, SHOWN)
    assert [each.told.entry.sequence for each in past] == [9, 7, 4]
    assert past[2].state == blank() | {"status": "open", "plan": "頼む"}
    assert past[1].state == past[2].state | {"due_on": date(2027, 3, 31)}
    assert past[0].state == past[1].state | {"status": "done", "confirmed_on": date(2026, 11, 1)}


def test_a_state_is_told_without_its_blanks():
    state = blank() | {"status": "open", "plan": "頼む", "due_on": date(2027, 3, 31)}
    assert lines_of(state) == [
        ("対応状況", "未実施・対応中"),
        ("やること", "頼む"),
        ("目標日", "令和9年3月31日"),
    ]


@pytest.mark.django_db
def test_what_really_happens_is_told_in_japanese(clinic, director, trail, answer):
    System.register(clinic, by=director, name="電子カルテ", vendor_name="株式会社カルテ", location="external")
    answer("7-5").record(1, by=director, status="na", reason="使っていない")
    words = [told(each, SHOWN).words for each in trail(clinic)]
    assert words == [
        "「みどり台内科クリニック」の利用を始めました",
        "令和8年度の自己点検を始めました",
        "事業者「株式会社カルテ」を登録しました",
        "システム「電子カルテ」を登録しました",
        "7⑤の回答を変えました",
    ]
    labels = [c.label for each in trail(clinic) for c in told(each, SHOWN).changes]
    assert [each for each in labels if each.isascii()] == []
