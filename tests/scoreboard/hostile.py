"""Files meant to hurt: seeded damage to a good workbook, and files that pretend to be another kind."""

import io
import random
import struct
import zipfile

from compliance.files import TYPES
from tests.vendors.workbook.books import part, replaced
from tests.vendors.workbook.test_workbook_hostile import GOOD, READ, REFUSED, SHEET, in_rows, lying

# Made here without holding in memory what they unpack to: the memory of a reader is measured beside that of its parent.
LARGE = {"zip bomb", "directory that lies"}
MADE_BY_HAND = {name: made for name, (made, _) in REFUSED.items() if name not in LARGE} | READ
MEBIBYTE = 1024 * 1024
NAMES = [
    "回答.xlsx",
    "../../etc/passwd.xlsx",
    "a\x00b.xlsx",
    "回答.XLSX",
    "　.xlsx",
    "con.xlsx",
    "‮xslx.xlsx",
    "あ" * 150 + ".xlsx",
]


def workbooks(count: int, rng: random.Random) -> list[tuple[str, bytes]]:
    """(name, content) of that many: those made by hand, then damage of every kind in turn."""
    found = [("回答.xlsx", made()) for made in MADE_BY_HAND.values()]
    while len(found) < count:
        damage = DAMAGES[len(found) % len(DAMAGES)]
        found.append((rng.choice(NAMES), damage(rng)))
    return found


def flipped(rng: random.Random) -> bytes:
    """Bytes of the archive changed."""
    content = bytearray(GOOD)
    for _ in range(rng.randint(1, 40)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return bytes(content)


def flipped_within(rng: random.Random) -> bytes:
    """Bytes of one part changed, in an archive that is sound."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        name = rng.choice(archive.namelist())
    content = bytearray(part(GOOD, name))
    for _ in range(rng.randint(1, 30)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return replaced(GOOD, {name: bytes(content)})


def cut(rng: random.Random) -> bytes:
    return GOOD[: rng.randrange(1, len(GOOD))]


def with_large(name: str, kind: bytes, mebibytes: int, before: bytes = b"", after: bytes = b"") -> bytes:
    """The good workbook with a part that unpacks to so much."""
    stream = io.BytesIO(replaced(GOOD, {name: None}))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as large:
        large.write(before)
        for _ in range(mebibytes):
            large.write(kind * (MEBIBYTE // len(kind)))
        large.write(after)
    return stream.getvalue()


def swollen(rng: random.Random) -> bytes:
    """A part that unpacks to 5-100 MiB."""
    name = rng.choice(
        ["xl/media/image1.png", "xl/theme/theme1.xml", "xl/styles.xml", "docProps/app.xml", SHEET]
    )
    return with_large(name, rng.choice([b"\0", b" ", b"A", b"<x>"]), rng.randint(5, 100))


def swollen_and_lying(rng: random.Random) -> bytes:
    """A cell of 30-60 MiB in a part that says it is small."""
    before, after = part(GOOD, SHEET).split(b"</sheetData>")
    cell = b'<row r="9"><c r="A9" t="inlineStr"><is><t>', b"</t></is></c></row></sheetData>"
    made = with_large(SHEET, b"A", rng.randint(30, 60), before + cell[0], cell[1] + after)
    return lying(made, SHEET, 4_000)


def nested(rng: random.Random) -> bytes:
    """Elements within elements."""
    depth = rng.randint(1_000, 60_000)
    return in_rows(b"<row>" * depth + b"</row>" * rng.choice([0, depth]))


def many_attributes(rng: random.Random) -> bytes:
    made = b" ".join(b'a%d="%d"' % (number, number) for number in range(rng.randint(500, 20_000)))
    return in_rows(b"<row " + made + b"/>")


def far_cells(rng: random.Random) -> bytes:
    cells = (
        f"{rng.choice(['XFD', 'A', 'ZZZZ', ''])}{rng.choice([1048576, 0, -1, 10**12])}" for _ in range(300)
    )
    made = "".join(
        f'<row r="{rng.choice([1, 10**9, -5])}"><c r="{cell}"><v>1e308</v></c></row>' for cell in cells
    )
    return in_rows(made.encode())


def entities(rng: random.Random) -> bytes:
    """Entities, from inside and from elsewhere, in one of the parts, in one of four encodings."""
    targets = ['SYSTEM "file:///etc/passwd"', 'SYSTEM "http://127.0.0.1:9/x"', '"&b;&b;&b;&b;&b;&b;"']
    text = f'<!DOCTYPE x [<!ENTITY b "b"><!ENTITY a {rng.choice(targets)}>]><worksheet>&a;</worksheet>'
    name = rng.choice([SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "_rels/.rels"])
    return replaced(GOOD, {name: text.encode(rng.choice(["utf-8", "utf-16", "utf-16-be", "utf-32"]))})


def lost_part(rng: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        names = archive.namelist()
    return replaced(GOOD, dict.fromkeys(rng.sample(names, rng.randint(1, len(names)))))


def lying_sizes(rng: random.Random) -> bytes:
    """Sizes in the zip's directory that are not so."""
    content = bytearray(GOOD)
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<II", content, at + 20, rng.randrange(2**32), rng.randrange(2**32))
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


def strange_texts(rng: random.Random) -> bytes:
    """Sound XML with what nobody types."""
    texts = [
        "&#x202E;",
        "_x0000_",
        "=cmd|'/c calc'!A1",
        "&#xFFFD;" * 400,
        "1" * 5000,
        "はい" * 3000,
        "&lt;script>",
    ]
    made = "".join(
        f'<row r="{row}"><c r="A{row}" t="str"><v>{rng.choice(texts)}</v></c>'
        f'<c r="C{row}" t="{rng.choice(["str", "b", "e", "n", "zz"])}"><v>{rng.choice(texts)}</v></c></row>'
        for row in range(30, 90)
    )
    return in_rows(made.encode())


DAMAGES = [flipped, flipped_within, cut, swollen, swollen_and_lying, nested, many_attributes, far_cells, entities,
           lost_part, lying_sizes, strange_texts]  # fmt: skip
# What a file may begin with, and what it may call itself
HEADS = [b"", b"MZ\x90\x00", b"#!/bin/sh\n", b"<html><script>alert(1)</script>", b"<svg onload=alert(1)>", b"\x7fELF",
         b"Rar!\x1a\x07", b"GIF89a", b"\x1f\x8b\x08", b"<?php system($_GET[0]);"]  # fmt: skip
EXTENSIONS = [
    *TYPES,
    "exe",
    "html",
    "svg",
    "js",
    "php",
    "xlsm",
    "zip",
    "lnk",
    "",
    "pdf.exe",
    "PDF ",
    "p\u0000df",
]


def others(count: int, rng: random.Random) -> list[tuple[str, bytes]]:
    """(name, content) of files whose kind, name and content do not fit together: none may be taken."""
    found = []
    while len(found) < count:
        extension = rng.choice(EXTENSIONS)
        head = rng.choice(HEADS)
        body = head + rng.randbytes(rng.choice([0, 0, 7, 300, 70_000])) if head else b""
        found.append((f"{rng.choice(['保守契約書', '../../x', '.', 'a' * 240, 'あ;ls'])}.{extension}", body))
    return found


def multipart(fields: dict, name: str, content: bytes) -> tuple[bytes, str]:
    """(body, content type) of a form with a file, its name as it is: Django's own client would clean it."""
    edge = "----edge-7f3a"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    ]
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{quoted}"\r\n\r\n'
    body = "".join([*parts, head]).encode() + content + f"\r\n--{edge}--\r\n".encode()
    return body, f"multipart/form-data; boundary={edge}"
