"""Builders of workbooks as vendors send them. One `Line` is one question; a layout turns lines into a sheet."""

import io
import re
import zipfile
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from compliance.guideline import read as read_guideline
from vendors.workbook import catalogue

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = Path(__file__).parent / "samples"
ROWS = catalogue(read_guideline(ROOT / "fixtures" / "guideline-7.0").rows)
TEXTS = {(row.form, number): row.question for row in ROWS for number in row.numbers}
MDS_TITLE = "製造業者による医療情報セキュリティ開示書（MDS）チェックリスト"
SDS_TITLE = "サービス事業者による医療情報セキュリティ開示書（SDS）チェックリスト"
MARKS = {"はい": 0, "いいえ": 1, "対象外": 2}


def question(number: str, form: str = "MDS") -> str:
    return TEXTS.get((form, number), "（別紙に含まれない項目）")


# Enough clear lines around the one that a test looks at.
def plain_lines(form: str = "MDS", answer: str = "はい") -> list[tuple]:
    numbers = ("3", "4.1.2", "6", "16.3", "28") if form == "MDS" else ("7", "17.1.2", "72", "105.1", "100")
    return [(number, question(number, form), answer, "") for number in numbers]


def single(
    sheet: Worksheet, lines: list[tuple], title: str = MDS_TITLE, head=("項番", "項目", "回答", "備考")
):
    """番号 | 質問 | 回答 | 備考, from row 4 on; the lines from row 5 on."""
    sheet["A1"] = title
    for column, text in enumerate(head, start=1):
        sheet.cell(4, column, text)
    for row, line in enumerate(lines, start=5):
        for column, value in enumerate(line, start=1):
            sheet.cell(row, column, value)
    return sheet


def triple(sheet: Worksheet, lines: list[tuple], title: str = MDS_TITLE, mark: str = "○"):
    """番号 | 質問 | はい | いいえ | 対象外 | 備考, from row 4 on. An answer may be a tuple of three cells."""
    sheet["A1"] = title
    for column, text in enumerate(("番号", "質問", "はい", "いいえ", "対象外", "備考"), start=1):
        sheet.cell(4, column, text)
    for row, (number, asked, answer, remark) in enumerate(lines, start=5):
        marks = answer if isinstance(answer, tuple) else marked(answer, mark)
        for column, value in enumerate((number, asked, *marks, remark), start=1):
            sheet.cell(row, column, value)
    return sheet


def marked(answer: str, mark: str) -> tuple:
    return tuple(mark if MARKS.get(answer) == place else None for place in range(3))


def book(*names: str) -> tuple[Workbook, list[Worksheet]]:
    made = Workbook()
    made.remove(made.active)
    return made, [made.create_sheet(name) for name in names]


def content(made: Workbook) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def one_sheet(lines: list[tuple], layout=single, name: str = "Sheet1", **options) -> bytes:
    made, (sheet,) = book(name)
    layout(sheet, lines, **options)
    return content(made)


def replaced(original: bytes, changed: dict[str, bytes | None]) -> bytes:
    """The same .xlsx with parts replaced, added, or (None) taken out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(original)) as source, zipfile.ZipFile(stream, "w", 8) as target:
        parts = {name: source.read(name) for name in source.namelist()} | changed
        for name, part in parts.items():
            if part is not None:
                target.writestr(name, part)
    return stream.getvalue()


def part(original: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(original)) as source:
        return source.read(name)


def opened(original: bytes) -> Workbook:
    return load_workbook(io.BytesIO(original))


def as_excel_saves(original: bytes) -> bytes:
    """The same book with its texts in xl/sharedStrings.xml, in runs and with furigana, as Excel itself saves them."""
    texts: list[str] = []

    def moved(found: re.Match) -> str:
        texts.append(
            f"<si><r><t>{found[2][:1]}</t></r><r><t>{found[2][1:]}</t></r><rPh><t>フリガナ</t></rPh></si>"
        )
        return f'{found[1]} t="s"><v>{len(texts) - 1}</v></c>'

    inline = re.compile(
        r'(<c r="\w+"(?: s="\d+")?) t="inlineStr"><is><t(?: xml:space="preserve")?>([^<]*)</t></is></c>'
    )
    changed: dict[str, bytes | None] = {}
    with zipfile.ZipFile(io.BytesIO(original)) as source:
        for name in source.namelist():
            if name.startswith("xl/worksheets/sheet"):
                changed[name] = inline.sub(moved, source.read(name).decode()).encode()
    rels = part(original, "xl/_rels/workbook.xml.rels")
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    added = b'<Relationship Id="rId99" Type="' + kind + b'" Target="sharedStrings.xml"/></Relationships>'
    changed["xl/_rels/workbook.xml.rels"] = rels.replace(b"</Relationships>", added)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    changed["xl/sharedStrings.xml"] = f'<sst xmlns="{main}">{"".join(texts)}</sst>'.encode()
    return replaced(original, changed)
