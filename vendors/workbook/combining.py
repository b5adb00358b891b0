"""From the lines of a sheet to the rows of 別紙: doubles, doubts, and several numbers in one row. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from vendors.workbook.answering import Said
from vendors.workbook.questions import Line
from vendors.workbook.readings import WORDS, Row, RowReading
from vendors.workbook.texts import likeness

_SHOWN = WORDS | {"blank": "空欄", "unread": "未読取", "ask": "要確認"}
_UNLIKE = 0.1
_OTHER_TEXT = "質問の文が別紙とかなり違うため、見比べてください。"
_NOT_THERE = Said("blank", "", "この項番の行がファイルにありません。")


def row_readings(rows: Iterable[Row], lines: list[Line]) -> tuple[RowReading, ...]:
    """Every row of a form, read from its sheet's lines."""
    return tuple(_row_reading(row, lines) for row in rows)


def _row_reading(row: Row, lines: list[Line]) -> RowReading:
    own = [line for line in lines if set(line.numbering.numbers) == set(row.numbers)]
    if len(row.numbers) == 1:
        # A line of just this number, before one that lists it beside others.
        used = own or [line for line in lines if row.numbers[0] in line.numbering.numbers]
        return _reading(row, _number(row.numbers[0], used or lines), used)
    if own:
        return _reading(row, _settled(own), own)
    by_number = {number: _naming(number, lines) for number in row.numbers}
    used = list(dict.fromkeys(line for found in by_number.values() for line in found))
    return _reading(row, _combined(row, {n: _number(n, found) for n, found in by_number.items()}), used)


def _naming(number: str, lines: list[Line]) -> list[Line]:
    alone = [line for line in lines if line.numbering.numbers == (number,)]
    return alone or [line for line in lines if number in line.numbering.numbers]


def _reading(row: Row, said: Said, lines: list[Line]) -> RowReading:
    strange = any(line.question and likeness(line.question, row.question) < _UNLIKE for line in lines)
    remark = "\n".join(dict.fromkeys(line.remark for line in lines if line.remark and not _is_possible(line)))
    return RowReading(
        id=row.id,
        form=row.form,
        numbers=row.numbers,
        answer=said.answer,
        remark=remark,
        cell=said.cell,
        why=said.why + (_OTHER_TEXT if strange else ""),
    )


def _is_possible(line: Line) -> bool:
    return bool(line.numbering.doubt)


def _number(number: str, lines: list[Line]) -> Said:
    """What is said of one number: by lines that name it without a doubt, else as a question."""
    named = [line for line in lines if number in line.numbering.numbers]
    sure = [line for line in named if not _is_possible(line)]
    return _settled(sure or named)


def _settled(lines: list[Line]) -> Said:
    spoken = [line for line in lines if line.said.answer != "blank"] or lines[:1]
    if not spoken:
        return _NOT_THERE
    places = ", ".join(dict.fromkeys(line.said.cell for line in spoken))
    if len({line.said.answer for line in spoken}) > 1:
        listed = "、".join(f"{line.said.cell}は{_SHOWN[line.said.answer]}" for line in spoken)
        return Said(
            "ask", places, f"同じ項番の行が複数あり、回答が違います（{listed}）。どちらか確かめてください。"
        )
    first = spoken[0]
    if first.numbering.doubt and first.said.answer != "blank":
        shown = _SHOWN[first.said.answer]
        return Said(
            "ask", places, f"{first.numbering.doubt}。回答欄の読み取りは「{shown}」です。確かめてください。"
        )
    return replace(first.said, cell=places)


def _combined(row: Row, said: dict[str, Said]) -> Said:
    """One answer of several numbers; the rule is ours and stands in the catalogue."""
    answers = {each.answer for each in said.values()}
    places = ", ".join(dict.fromkeys(each.cell for each in said.values() if each.cell))
    if answers == {"blank"}:
        return replace(next(iter(said.values())), cell=places)
    answer = _any(answers) if row.combine == "any" else _all(answers)
    listed = "、".join(f"{number}は{_SHOWN[each.answer]}" for number, each in said.items())
    rule = (
        "いずれかが「はい」なら「はい」"
        if row.combine == "any"
        else "すべて「対象外」なら「対象外」、「はい」と「対象外」だけなら「はい」"
    )
    return Said(
        answer, places, f"{listed}。{rule}というこのサービスの決まりで「{_SHOWN[answer]}」としました。"
    )


def _any(answers: set[str]) -> str:
    if "yes" in answers:
        return "yes"
    if answers <= {"no", "na"}:
        return "no" if "no" in answers else "na"
    return "unread" if answers <= {"unread", "blank"} else "ask"


def _all(answers: set[str]) -> str:
    if "no" in answers:
        return "no"
    if answers <= {"yes", "na"}:
        return "yes" if "yes" in answers else "na"
    return "unread" if answers <= {"unread", "blank"} else "ask"
