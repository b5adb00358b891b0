"""前回との比較: what became of each item from one round to the next. Values in, values out; ready for JSON."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from checklist.catalogue import Catalogue
from checklist.choices import Status
from checklist.models import Answer, Assessment
from checklist.rounds import Line, Round
from compliance.conversion import Change
from compliance.dates import wareki

# What became of an item: (key, label), in the order of the page.
KINDS = (
    ("changed", "状況が変わった"),
    ("written", "書いたことだけが変わった"),
    ("unanswered", "まだ答えていない"),
    ("new", "前回にはない項目"),
    ("same", "前回と同じ"),
)
# What is compared besides the status; days and people change from year to year and say nothing.
_WRITTEN = ("evidence_place", "note", "plan", "reason", "ask_whom")


def changes(round_: Round, before: Catalogue | None) -> dict | None:
    """Keys: before, after (the rounds' names), lines (one per item, see _line), gone, counts {kind: n}.

    `before` is the catalogue of the round before. None in a clinic's first round.
    """
    if before is None:
        return None
    lines = [_line(line, before.by_code) for line in round_.lines]
    led = {code for line in round_.lines for code in line.earlier.origin.codes}
    gone = [_text(item) for item in before.items if item["code"] not in led]
    counts = Counter(line["kind"] for line in lines)
    return {
        **_names(round_.assessment),
        "lines": lines,
        "gone": gone,
        "counts": {key: counts[key] for key, _ in KINDS} | {"gone": len(gone)},
    }


def _names(after: Assessment) -> dict[str, str]:
    """Two rounds of one year are told apart by their edition."""
    before = after.previous
    if before.fiscal_year != after.fiscal_year:
        return {"before": str(before), "after": str(after)}
    return {"before": before.name_with_edition, "after": after.name_with_edition}


def _line(line: Line, before: Mapping[str, dict]) -> dict:
    """Keys: code, shown, text, kind, reworded, before, after: [[shown, label, facts]], newest side a single one."""
    earlier = line.earlier
    return {
        **_text(line.item),
        "kind": _kind(line.answer, earlier.answers),
        "reworded": "" if earlier.change == Change.UNCHANGED else earlier.change.label,
        "before": [_side(before[code]["shown"], each) for code, each in earlier.told.items()],
        "after": _side(line.shown, line.answer),
    }


def _text(item: Mapping) -> dict:
    return {name: item[name] for name in ("code", "shown", "text")}


def _kind(answer: Answer, earlier: tuple[Answer, ...]) -> str:
    if not earlier:
        return "new"
    if answer.status == Status.UNANSWERED:
        return "unanswered"
    if any(each.status != answer.status for each in earlier):
        return "changed"
    names = [name for name in Answer.PRINTED[answer.status] if name in _WRITTEN]
    written = [[getattr(each, name) for name in names] for each in (*earlier, answer)]
    return "same" if all(each == written[0] for each in written) else "written"


def _side(shown: str, answer: Answer) -> dict:
    """What one round says of an item: its number there, status, and what is written for that status."""
    return {"shown": shown, "status": answer.status, "label": answer.state_text, "facts": facts(answer)}


def facts(answer: Answer) -> list[list[str]]:
    """[[label, text]] of what the answer's status prints."""
    return [_fact(answer, name) for name in Answer.PRINTED[answer.status] if getattr(answer, name)]


def _fact(answer: Answer, name: str) -> list[str]:
    value = getattr(answer, name)
    return [Answer._meta.get_field(name).verbose_name, wareki(value) if isinstance(value, date) else value]
