"""Reading our own workbook back, by the ids in its hidden first column. Pure."""

import re

from vendors.workbook.answering import Said, single
from vendors.workbook.cells import EMPTY, Sheet
from vendors.workbook.facts import value
from vendors.workbook.readings import Header, Row, RowReading
from vendors.workbook.texts import plain

MARK = "disclosure-sheet-1"
TITLES = {
    "MDS": "製造業者による医療情報セキュリティ開示書（MDS）の確認事項",
    "SDS": "サービス事業者による医療情報セキュリティ開示書（SDS）の確認事項",
}
LABELS = {"number": "項番", "question": "確認事項", "answer": "回答", "remark": "備考"}
FACTS = {
    "clinic": "依頼元（医療機関）",
    "system": "医療情報システム",
    "date": "作成日",
    "provider": "事業者名",
    "product": "製品名・サービス名",
    "version": "バージョン",
}
_ID = re.compile(r"([MS]DS)-\d{2,3}")


def heading(sheet: Sheet) -> int:
    """The row whose first cell holds our mark, 0 for a sheet that is not ours."""
    rows = (row for (row, column), cell in sheet.cells.items() if column == 1 and cell.text == MARK)
    return next(rows, 0)


def form(sheet: Sheet) -> str:
    """The form whose ids the sheet holds, under our own labels; "" for none."""
    forms = {found[1] for found in map(_ID.fullmatch, _ids(sheet).values()) if found}
    columns = _columns(sheet)
    return forms.pop() if len(forms) == 1 and columns["number"] and columns["answer"] else ""


def facts(sheet: Sheet) -> Header:
    """What stands beside our own labels."""
    names = {label: name for name, label in FACTS.items() if name not in ("clinic", "system")}
    stated = {
        names[cells[2].text]: value(names[cells[2].text], cells.get(3, EMPTY))
        for row, cells in sheet.rows.items()
        if row < heading(sheet) and 2 in cells and cells[2].text in names
    }
    return Header(**stated)


def row_readings(sheet: Sheet, rows: list[Row]) -> tuple[RowReading, ...]:
    """Every row of the form, by its id; a line whose number was changed or that stands twice is asked."""
    columns = _columns(sheet)
    lines: dict[str, list[int]] = {}
    for row, text in _ids(sheet).items():
        lines.setdefault(text, []).append(row)
    return tuple(_reading(sheet, row, lines.get(row.id, []), columns) for row in rows)


def _ids(sheet: Sheet) -> dict[int, str]:
    top = heading(sheet)
    texts = {row: cell.text for (row, column), cell in sheet.cells.items() if column == 1 and row > top > 0}
    return {row: text for row, text in texts.items() if _ID.fullmatch(text)}


def _columns(sheet: Sheet) -> dict[str, int]:
    """Where our labels stand, 0 for one that was changed."""
    labelled = sheet.rows.get(heading(sheet), {}).items()
    return {name: _column(labelled, label) for name, label in LABELS.items()}


def _column(labelled, label: str) -> int:
    return next((column for column, cell in labelled if plain(cell.text) == label), 0)


def _reading(sheet: Sheet, row: Row, at: list[int], columns: dict[str, int]) -> RowReading:
    said = _said(sheet, row, at, columns)
    remark = sheet.at(at[0], columns["remark"]) if len(at) == 1 else EMPTY
    written = "" if remark.kind in ("formula", "struck") else remark.text
    return RowReading(
        id=row.id,
        form=row.form,
        numbers=row.numbers,
        answer=said.answer,
        remark="\n".join(filter(None, [written, said.note])),
        cell=said.cell,
        why=said.why,
    )


def _said(sheet: Sheet, row: Row, at: list[int], columns: dict[str, int]) -> Said:
    if not at:
        return Said("blank", "", "この項番の行がファイルにありません。")
    places = [sheet.place(each, columns["answer"]) for each in at]
    if len(at) > 1:
        return Said("ask", ", ".join(places), "同じ行が複数あります。どちらか確かめてください。")
    if plain(sheet.at(at[0], columns["number"]).text) != plain(row.shown_number):
        return Said("ask", places[0], "項番が書き換えられているか、行がずれています。確かめてください。")
    return single(sheet.at(at[0], columns["answer"]), places[0])
