"""Files meant to hurt, and files that are something else: each ends in a sentence, soon, in little memory."""

import io
import resource
import struct
import time
import zipfile
import zlib

import pytest
from openpyxl import Workbook

from tests.vendors.workbook.books import ROWS, book, content, one_sheet, part, plain_lines, replaced, triple
from vendors.workbook import read_safely

GOOD = one_sheet(plain_lines(), triple, name="MDS")
SHEET = "xl/worksheets/sheet1.xml"
DOCTYPE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


def with_prologue(name: str, prologue: bytes) -> bytes:
    xml = part(GOOD, name)
    start = xml.index(b"?>") + 2 if xml.startswith(b"<?xml") else 0
    return replaced(GOOD, {name: xml[:start] + prologue + xml[start:]})


def in_rows(rows: bytes) -> bytes:
    return replaced(GOOD, {SHEET: part(GOOD, SHEET).replace(b"</sheetData>", rows + b"</sheetData>")})


def merged(regions: bytes) -> bytes:
    merges = b"</sheetData><mergeCells>" + regions + b"</mergeCells>"
    return replaced(GOOD, {SHEET: part(GOOD, SHEET).replace(b"</sheetData>", merges)})


def bomb() -> bytes:
    return replaced(GOOD, {"xl/media/image1.png": b"\0" * (100 * 1024 * 1024)})


def lying(original: bytes, name: str, size: int) -> bytes:
    """The same file, whose directory and local header say that a part unpacks to `size` bytes."""
    found = bytearray(original)
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        header = 46 if signature == b"PK\x01\x02" else 30
        at = found.find(signature)
        while at >= 0:
            if found[at + header : at + header + len(name)] == name.encode():
                struct.pack_into("<I", found, at + offset, size)
            at = found.find(signature, at + 4)
    return bytes(found)


def lying_bomb() -> bytes:
    rows = b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b"A" * (60 * 1024 * 1024) + b"</t></is></c></row>"
    return lying(in_rows(rows), SHEET, 4_000)


def relationship(kind: str, target: str) -> bytes:
    head = b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    return (
        head
        + f'<Relationship Id="rId77" Type="http://x/{kind}" Target="{target}" TargetMode="External"/>'.encode()
        + b"</Relationships>"
    )


def encrypted_entry() -> bytes:
    found = bytearray(GOOD)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = found.find(signature)
        while at >= 0:
            found[at + offset] |= 1
            at = found.find(signature, at + 4)
    return bytes(found)


def lzma_compressed() -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(GOOD)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as target,
    ):
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return stream.getvalue()


def zipped(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr(name, b"x")
    return stream.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
REFUSED = {
    "zip bomb": (bomb, "大きすぎる"),
    "directory that lies": (lying_bomb, "壊れている"),
    "more than 200 parts": (
        lambda: replaced(GOOD, {f"xl/media/{i}.png": b"x" for i in range(250)}),
        "大きすぎる",
    ),
    "more than 2 MiB": (lambda: GOOD + b"\0" * (2 * 1024 * 1024), "2MB"),
    "macros": (lambda: replaced(GOOD, {"xl/vbaProject.bin": b"x"}), "マクロ"),
    "old macros": (lambda: replaced(GOOD, {"xl/macrosheets/sheet1.xml": b"<x/>"}), "マクロ"),
    "external link": (lambda: replaced(GOOD, {"xl/externalLinks/externalLink1.xml": b"<x/>"}), "リンク"),
    "external target": (
        lambda: replaced(
            GOOD, {"xl/worksheets/_rels/sheet1.xml.rels": relationship("image", "http://evil.example/")}
        ),
        "リンク",
    ),
    "data connection": (lambda: replaced(GOOD, {"xl/connections.xml": b"<x/>"}), "リンク"),
    "embedded object": (lambda: replaced(GOOD, {"xl/embeddings/oleObject1.bin": b"x"}), "埋め込み"),
    "ActiveX": (lambda: replaced(GOOD, {"xl/activeX/activeX1.bin": b"x"}), "埋め込み"),
    "external entity in a sheet": (lambda: with_prologue(SHEET, DOCTYPE), "DTD"),
    "external entity in the book": (lambda: with_prologue("xl/workbook.xml", DOCTYPE), "DTD"),
    "billion laughs in the styles": (lambda: with_prologue("xl/styles.xml", LAUGHS), "DTD"),
    "DTD in UTF-16": (
        lambda: replaced(
            GOOD, {SHEET: ("<!DOCTYPE x [<!ENTITY e 'x'>]><worksheet>&e;</worksheet>").encode("utf-16")}
        ),
        "DTD",
    ),
    "encrypted book": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "暗号化"),
    "encrypted entries": (encrypted_entry, "暗号化"),
    "LZMA": (lzma_compressed, "特殊な圧縮"),
    "old Excel": (lambda: OLE + "Workbook".encode("utf-16-le"), ".xls"),
    "old Word": (lambda: OLE + "WordDocument".encode("utf-16-le"), ".doc"),
    "unknown OLE": (lambda: OLE, "古い形式"),
    "cut off": (lambda: GOOD[: len(GOOD) // 2], "壊れている"),
    "one byte changed": (lambda: GOOD[:900] + bytes([GOOD[900] ^ 255]) + GOOD[901:], "壊れている"),
    "XML cut off": (lambda: replaced(GOOD, {SHEET: part(GOOD, SHEET)[:-30]}), "壊れている"),
    "raw control characters": (
        lambda: in_rows(b'<row r="99"><c r="A99" t="str"><v>\x01</v></c></row>'),
        "壊れている",
    ),
    "text that is not there": (
        lambda: in_rows(b'<row r="99"><c r="A99" t="s"><v>99999</v></c></row>'),
        "壊れている",
    ),
    "text counted from the end": (
        lambda: in_rows(b'<row r="99"><c r="A99" t="s"><v>-1</v></c></row>'),
        "壊れている",
    ),
    "date that is none": (
        lambda: in_rows(b'<row r="99"><c r="A99" t="d"><v>2026-99-99</v></c></row>'),
        "壊れている",
    ),
    "impossible cell": (lambda: in_rows(b'<row r="99"><c r="99"><v>1</v></c></row>'), "壊れている"),
    "sheet missing": (lambda: replaced(GOOD, {SHEET: None}), "壊れている"),
    "empty": (lambda: b"", "空です"),
    "PDF renamed": (lambda: b"%PDF-1.7\n" + b"x" * 900, "PDF"),
    "Word": (lambda: zipped("word/document.xml"), ".docx"),
    "PowerPoint": (lambda: zipped("ppt/presentation.xml"), ".pptx"),
    "binary workbook": (lambda: zipped("xl/workbook.bin"), ".xlsb"),
    "OpenDocument": (lambda: zipped("content.xml"), "OpenDocument"),
    "any archive": (lambda: zipped("readme.txt"), ".zip"),
    "CSV": (lambda: "項番,回答\n4.1,はい\n".encode("cp932"), "CSV"),
    "HTML": (lambda: b"<html><body>MDS</body></html>", "HTML"),
    "noise": (lambda: bytes(range(256)) * 40, "ではありません"),
    "merged to the end": (lambda: merged(b'<mergeCell ref="A100:XFD1048576"/>'), "大きすぎる"),
    "ten thousand merges": (lambda: merged(b'<mergeCell ref="A20:BH200"/>' * 10_000), "大きすぎる"),
    "too many cells": (
        lambda: in_rows(b'<row r="99">' + b'<c r="A99"><v>1</v></c>' * 70_000 + b"</row>"),
        "大きすぎる",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_sentence(name):
    made, words = REFUSED[name]
    file = made()
    started = time.monotonic()
    reading = read_safely(file, ROWS)
    assert (reading.opened, reading.rows, words in reading.says) == ("refused", (), True)
    assert reading.says.endswith("。")
    assert time.monotonic() - started < 10


def answers_of(file: bytes) -> dict[str, str]:
    reading = read_safely(file, ROWS)
    assert reading.opened == "read"
    return {row.numbers[0]: row.answer for row in reading.rows if row.answer != "blank"}


ANSWERS = {"3": "yes", "4.1.2": "yes", "6": "yes", "16.3": "yes", "28": "yes"}
READ = {
    "far cell": lambda: in_rows(b'<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>'),
    "half a million empty rows": lambda: in_rows(b"".join(b'<row r="%d"/>' % i for i in range(100, 500_000))),
    "hidden columns to the end": lambda: replaced(
        GOOD,
        {
            SHEET: part(GOOD, SHEET).replace(
                b"<sheetData>", b'<cols><col min="40" max="99999999" hidden="1"/></cols><sheetData>'
            )
        },
    ),
    "path in a name": lambda: replaced(GOOD, {"../../etc/passwd": b"x", "/abs.xml": b"<x/>"}),
    "hyperlink": lambda: replaced(
        GOOD, {"xl/worksheets/_rels/sheet1.xml.rels": relationship("hyperlink", "https://example.jp/")}
    ),
    "DTD in a part that is not read": lambda: replaced(GOOD, {"xl/theme/theme1.xml": DOCTYPE + b"<x/>"}),
}


@pytest.mark.parametrize("name", READ)
def test_read_all_the_same(name):
    file = READ[name]()
    started = time.monotonic()
    assert answers_of(file) == ANSWERS
    assert time.monotonic() - started < 10


def test_control_characters_are_cleaned():
    lines = [*plain_lines(), ("29", "質問", "はい_x0000__x0007_", "備_x000B_考_x000D__x000A_です")]
    reading = read_safely(one_sheet(lines), ROWS)
    row = next(row for row in reading.rows if row.numbers == ("29",))
    assert (row.answer, row.remark) == ("yes", "備考\nです")


def test_formulas_are_text_or_nothing():
    made, (sheet,) = book("MDS")
    triple(
        sheet, [*plain_lines(), ("29", "質問", ("○", None, None), '=HYPERLINK("http://evil.example","x")')]
    )
    sheet.cell(11, 1, "27")
    sheet.cell(11, 3, "○")
    sheet.cell(11, 6, "=cmd|'/c calc'!A1").data_type = "s"
    rows = {row.numbers: row for row in read_safely(content(made), ROWS).rows}
    assert (rows[("29",)].answer, rows[("29",)].remark) == ("yes", "")
    assert (rows[("27",)].answer, rows[("27",)].remark) == ("yes", "=cmd|'/c calc'!A1")


def test_furigana_is_left_out():
    cell = '<row r="99"><c r="A99" t="inlineStr"><is><r><t>29</t></r><rPh sb="0" eb="1"><t>ニジュウ</t></rPh></is></c>'
    said = '<c r="C99" t="inlineStr"><is><t>○</t></is></c></row>'
    assert answers_of(in_rows((cell + said).encode())) == ANSWERS | {"29": "yes"}


def test_ten_sheets_of_many_rows_end_soon():
    made = Workbook(write_only=True)
    for i in range(10):
        sheet = made.create_sheet(f"MDS{i + 3}")
        sheet.append(("番号", "質問", "はい", "いいえ", "対象外"))
        for row in range(500):
            sheet.append((f"{row % 30}.{row % 7}", "医療情報セキュリティ" * 3, "○", None, None))
    started = time.monotonic()
    assert read_safely(content(made), ROWS).opened in ("choose", "not-a-form", "refused")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "text",
    [
        "1" * 900,
        "。" * 900,
        "(" * 900,
        "備考" * 450,
        "※1" * 450,
        "-" * 900,
        ". " * 450,
        "はい" * 450,
        "1,2 " * 225,
        "□はい" * 225,
    ],
)
def test_long_texts_cost_no_time(text):
    started = time.monotonic()
    strange = text + "x"
    lines = [*plain_lines(), (strange, "質問", "はい", ""), ("29", strange, strange, strange)]
    file = one_sheet([*lines, (strange, strange, strange, strange)] * 40, title=strange, name="MDS")
    assert read_safely(file, ROWS).opened == "read"
    assert time.monotonic() - started < 5


def test_noise_within_a_part_is_refused():
    for seed in range(12):
        xml = bytearray(part(GOOD, SHEET))
        for at in range(seed, len(xml), 97):
            xml[at] = zlib.crc32(bytes([seed, at % 256])) % 256
        assert read_safely(replaced(GOOD, {SHEET: bytes(xml)}), ROWS).opened in (
            "refused",
            "not-a-form",
            "read",
        )


def test_four_hundred_rows_cost_little():
    lines = [
        (f"{i // 6}.{i % 6}", "医療情報の質問の文がここに入ります。" * 3, "はい", "備考" * 20)
        for i in range(400)
    ]
    file = one_sheet(lines, name="SDS")
    started = time.monotonic()
    assert read_safely(file, ROWS).opened == "read"
    took = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"400 rows: {took:.3f} s with process start, largest child of this run {peak} MiB")
    assert took < 5
