"""Tables as xlsx: texts only, nothing that a spreadsheet would run, and the same rows give the same bytes."""

import re
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

LONGEST = 32_767  # characters that a cell of Excel holds
CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads _x0041_ as A
_RUNS = tuple("=+-@＝＋－＠\t\n")
_PLAIN, _HEADING, _QUOTED = 0, 1, 2  # cellXfs below
_FONT = '<sz val="11"/><name val="游ゴシック"/>'
_ALIGNED = '<alignment vertical="top" wrapText="1"/>'
_STYLES = (
    f'<styleSheet xmlns="{_SPREADSHEET}"><fonts count="2"><font>{_FONT}</font><font><b/>{_FONT}</font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3">'
    f'<xf numFmtId="49" fontId="0" xfId="0" applyAlignment="1">{_ALIGNED}</xf>'
    f'<xf numFmtId="49" fontId="1" xfId="0" applyFont="1" applyAlignment="1">{_ALIGNED}</xf>'
    f'<xf numFmtId="49" fontId="0" xfId="0" quotePrefix="1" applyAlignment="1">{_ALIGNED}</xf>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    """An xlsx of {title: rows}; the first row of each sheet is its heading. Every cell is a text."""
    titles = _titles(list(sheets))
    parts = {
        "[Content_Types].xml": _content_types(len(titles)),
        "_rels/.rels": _relations(["officeDocument"], ["xl/workbook.xml"]),
        "xl/workbook.xml": _book(titles),
        "xl/_rels/workbook.xml.rels": _relations(
            ["worksheet"] * len(titles) + ["styles"],
            [f"worksheets/sheet{n}.xml" for n in range(1, len(titles) + 1)] + ["styles.xml"],
        ),
        "xl/styles.xml": _STYLES,
    }
    for number, rows in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = _sheet(rows)
    return _zipped(parts)


def cell_text(value) -> str:
    """What a cell holds of a value: no control characters, LF line ends, no more than Excel takes."""
    text = "" if value is None else str(value)
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:LONGEST]


def _titles(wanted: list[str]) -> list[str]:
    """Names that Excel takes for sheets: 31 characters, some forbidden, none twice."""
    titles: list[str] = []
    for number, each in enumerate(wanted, 1):
        title = re.sub(r"[\[\]:*?/\\]", "・", cell_text(each).replace("\n", " ")).strip(" '")[:31]
        taken = not title or title.lower() in {other.lower() for other in titles}
        titles.append(f"{title[:24]} {number}".strip() if taken else title)
    return titles


def _sheet(rows: list[list[str]]) -> str:
    width = max((len(row) for row in rows), default=0)
    columns = "".join(f'<col min="{n}" max="{n}" width="32" customWidth="1"/>' for n in range(1, width + 1))
    lines = "".join(_row(number, row) for number, row in enumerate(rows, 1))
    return (
        f'<worksheet xmlns="{_SPREADSHEET}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"{f'<cols>{columns}</cols>' if columns else ''}<sheetData>{lines}</sheetData></worksheet>"
    )


def _row(number: int, row: list[str]) -> str:
    cells = "".join(_cell(f"{_column(at)}{number}", value, number == 1) for at, value in enumerate(row))
    return f'<row r="{number}">{cells}</row>'


def _cell(place: str, value, heading: bool) -> str:
    text = cell_text(value)
    style = _QUOTED if text.lstrip(" 　").startswith(_RUNS) else _HEADING if heading else _PLAIN
    words = escape(_ESCAPE.sub("_x005F_", text))
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>'


def _column(at: int) -> str:
    """A for 0, Z for 25, AA for 26."""
    return (_column(at // 26 - 1) if at >= 26 else "") + chr(65 + at % 26)


def _book(titles: list[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{n}" r:id="rId{n}"/>' for n, title in enumerate(titles, 1)
    )
    return f'<workbook xmlns="{_SPREADSHEET}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>'


def _relations(kinds: list[str], targets: list[str]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(zip(kinds, targets, strict=True), 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _content_types(sheets: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {"workbook.xml": f"{kind}.sheet.main+xml", "styles.xml": f"{kind}.styles+xml"}
    parts |= {f"worksheets/sheet{n}.xml": f"{kind}.worksheet+xml" for n in range(1, sheets + 1)}
    lines = "".join(f'<Override PartName="/xl/{p}" ContentType="{t}"/>' for p, t in parts.items())
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    default = f'<Default Extension="rels" ContentType="{rels}"/>'
    return f'<Types xmlns="{_PACKAGE}/content-types">{default}{lines}</Types>'


def _zipped(parts: dict[str, str]) -> bytes:
    """A ZIP without a clock in it."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        for path, text in parts.items():
            entry = ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, 0o600 << 16, 3
            archive.writestr(entry, _HEAD + text)
    return file.getvalue()
