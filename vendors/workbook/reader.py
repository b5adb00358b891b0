"""A workbook of a vendor into what it says of each row of 別紙. Nothing here guesses a はい or a 対象外."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from vendors.workbook.cells import Sheet
from vendors.workbook.combining import row_readings
from vendors.workbook.container import Refused, parts
from vendors.workbook.facts import completed, form_version, header, opening
from vendors.workbook.questions import Line
from vendors.workbook.readings import FORMS, Header, Reading, Row, RowReading, catalogue, refused
from vendors.workbook.recognising import Found, forms_in, goes_on, mean_likeness
from vendors.workbook.remarks import sheet_of_remarks
from vendors.workbook.sections import is_skipped
from vendors.workbook.sheetml import sheets
from vendors.workbook.texts import plain
from vendors.workbook.titles import looks_like

_SHOWN = {"yes": "はい", "no": "いいえ", "na": "対象外", "blank": "空欄", "unread": "未読取", "ask": "要確認"}
_UNLIKE = 0.15
_SERIAL = "項番ではなく通し番号のようです"


def read(content: bytes, rows: Iterable[Any], form: str | None = None, sheet: str | None = None) -> Reading:
    """What the file says of each row of 別紙 in `rows`; `sheet` is a name out of an earlier reading's choices.

    `rows` are those of both forms, whichever `form` is wanted: else the other one could be taken for it.
    Never raises for anything in `content`. For files of strangers use `read_safely`, which bounds time and memory.
    """
    try:
        book = sheets(parts(content))
    except Refused as error:
        return refused(str(error))
    return _read_book(book, catalogue(rows), form, sheet)


def _read_book(book: list[Sheet], rows: tuple[Row, ...], form: str | None, name: str | None) -> Reading:
    skipped = [sheet for sheet in book if is_skipped(sheet)]
    examples = [f"シート「{sheet.name}」は記入例のようなため、読んでいません。" for sheet in skipped]
    usable = [sheet for sheet in book if sheet not in skipped]
    remarks = sheet_of_remarks(book)
    held = [each for sheet in usable for each in forms_in(sheet, rows, remarks)]
    found = [each for each in held if form in (None, each.form)]
    if name:
        return _named(found, book, rows, name)
    if not found:
        says = _of_another_form(held[0].form) if held else "".join(examples) + looks_like(_titles(usable))
        return Reading(opened="not-a-form", says=says)
    seen = [each for each in found if not each.sheet.hidden]
    did = "は読んでいません" if seen else "を読みました"
    hidden = [f"非表示のシート「{each.sheet.name}」{did}。" for each in found if each.sheet.hidden]
    filled = _joined(_without_unfilled_copies(seen or found))
    return _choose(filled) if _is_open(filled) else _reading(filled, book, rows, [*hidden, *examples])


def _of_another_form(form: str) -> str:
    wanted = next(other for other in FORMS if other != form)
    return f"{form}のファイルのようです。{wanted}のファイルを選んでください。"


def _titles(book: list[Sheet]) -> list[str]:
    seen = [sheet for sheet in book if not sheet.hidden]
    return [text for sheet in seen for text in (sheet.name, *(cell.text for cell in opening(sheet, 15)))]


def _named(found: list[Found], book: list[Sheet], rows: tuple[Row, ...], name: str) -> Reading:
    chosen = _joined([each for each in found if plain(name) in (plain(each.name), plain(each.sheet.name))])
    if chosen:
        return _choose(chosen) if _is_open(chosen) else _reading(chosen, book, rows, [])
    known = next((sheet for sheet in book if plain(sheet.name) == plain(name)), None)
    if known and is_skipped(known):
        says = f"シート「{name}」は記入例のようです。記入例は回答として読みません。"
    elif known:
        says = f"シート「{name}」にMDS/SDSの表が見つかりません。"
    else:
        says = f"シート「{name}」はこのファイルにありません。"
    names = tuple(each.name for each in found)
    more = "次の中から読むシートを選んでください。" if names else looks_like(_titles(book))
    return Reading(opened="choose" if names else "not-a-form", says=says + more, choices=names)


def _without_unfilled_copies(found: list[Found]) -> list[Found]:
    answered = {each.form for each in found if each.is_answered}
    return [each for each in found if each.is_answered or each.form not in answered]


def _joined(found: list[Found]) -> list[Found]:
    """One form that goes on over several sheets is one: no number stands on two, and no product differs."""
    joined: list[Found] = []
    for each in found:
        first = next((other for other in joined if _goes_on(other, each)), None)
        if first:
            joined[joined.index(first)] = replace(first, lines=first.lines + each.lines)
        else:
            joined.append(each)
    return joined


def _goes_on(first: Found, more: Found) -> bool:
    if first.own or more.own or first.form != more.form or len(_products([first, more])) > 1:
        return False
    return goes_on(first.lines, more.lines)


def _products(found: list[Found]) -> set[str]:
    """The products that sheets of a vendor name; ours are of one system, whatever each calls it."""
    return {plain(each.header.product) for each in found if each.header.product and not each.own}


def _is_open(found: list[Found]) -> bool:
    """Whether it takes a person to say what to read: two sheets of one form, or of two products."""
    return len({each.form for each in found}) < len(found) or len(_products(found)) > 1


def _choose(found: list[Found]) -> Reading:
    named = "、".join(f"{each.name}（{each.title or each.header.product or each.form}）" for each in found)
    says = f"1つのファイルに複数の製品または表があります。どれを読むか選んでください：{named}。"
    return Reading(opened="choose", says=says, choices=tuple(each.name for each in found))


def _reading(found: list[Found], book: list[Sheet], rows: tuple[Row, ...], warnings: list[str]) -> Reading:
    ordered = sorted(found, key=lambda each: FORMS.index(each.form))
    readings: list[RowReading] = []
    for each in ordered:
        own = [row for row in rows if row.form == each.form]
        warnings = warnings + _warnings(each, own)
        readings += each.own or row_readings(own, _questioned(list(each.lines), own))
    version = "" if all(each.own for each in ordered) else form_version(book)
    if version and version != "5.0":
        warnings.append(
            f"JAHISの版は{version}のようです。新しい版（5.0）の開示書がないか、確かめてください。"
        )
    return _read(_facts(ordered, book), tuple(readings), list(dict.fromkeys(warnings)), version)


def _facts(found: list[Found], book: list[Sheet]) -> Header:
    """The header of the sheets that were read; a cover fills what they leave out."""
    facts = Header()
    for each in found:
        facts = completed(facts, each.header)
    taken = {each.sheet.name for each in found}
    for sheet in book:
        if sheet.name not in taken and "表紙" in sheet.name and not sheet.hidden:
            facts = completed(facts, header(sheet, 60))
    return facts


def _questioned(lines: list[Line], rows: list[Row]) -> list[Line]:
    """Whole numbers from 1 on, none with a dot, are no numbers of a form, unless the questions say so."""
    numbers = {number for line in lines for number in line.numbering.numbers}
    is_serial = not any("." in number for number in numbers) and {str(i) for i in range(1, 11)} <= numbers
    if not is_serial or mean_likeness(rows, lines) > 0.5:
        return lines
    return [replace(line, numbering=replace(line.numbering, doubt=_SERIAL)) for line in lines]


def _warnings(found: Found, rows: list[Row]) -> list[str]:
    if found.own:
        return ["このサービスが出力した回答用のExcelブックです。"]
    warnings = []
    if mean_likeness(rows, found.lines) < _UNLIKE:
        warnings.append(f"{found.form}の質問の文が別紙とかなり違います。版が違うかもしれません。")
    if found.sheet.has_controls and not found.is_answered:
        warnings.append(
            "チェックボックスなどの部品で回答されているようですが、セルの外にあるため読めません。画面で入力してください。"
        )
    elif not found.is_answered:
        warnings.append(f"{found.form}には回答が1つも書かれていません。")
    return warnings


def _read(facts: Header, rows: tuple[RowReading, ...], warnings: list[str], version: str = "") -> Reading:
    told = [_told(form, [row for row in rows if row.form == form]) for form in FORMS]
    says = "".join([*filter(None, told), *warnings, "取り込む前に、内容を確かめてください。"])
    return Reading(
        opened="read", says=says, header=facts, rows=rows, form_version=version, warnings=tuple(warnings)
    )


def _told(form: str, rows: list[RowReading]) -> str:
    counted = Counter(row.answer for row in rows)
    listed = "、".join(f"{shown}{counted[answer]}" for answer, shown in _SHOWN.items() if counted[answer])
    return f"{form}の{len(rows)}行を読みました（{listed}）。" if rows else ""
