"""The file as a container: what it is, and whether its parts may be opened at all."""

import io
import re
import zipfile
import zlib

FILE_LIMIT = 2 * 1024 * 1024
PARTS_LIMIT = 200
UNPACKED_LIMIT = 20 * 1024 * 1024

_AGAIN = "Excelで開き、「Excelブック（.xlsx）」として保存し直してから、もう一度選んでください。"
BY_HAND = "回答は画面で入力してください。医療機関では、このファイルを受領した資料として添付できます。"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STARTS = (
    (b"%PDF", f"PDFファイルのようです。読み取れるのは、Excelブック（.xlsx）だけです。{BY_HAND}"),
    (
        b"{\\rtf",
        f"リッチテキスト文書のようです。読み取れるのは、Excelブック（.xlsx）だけです。{BY_HAND}",
    ),
    (b"\x89PNG", f"画像ファイルのようです。読み取れるのは、Excelブック（.xlsx）だけです。{BY_HAND}"),
    (
        b"\xff\xd8\xff",
        f"画像ファイルのようです。読み取れるのは、Excelブック（.xlsx）だけです。{BY_HAND}",
    ),
)
_OLE_STREAMS = (
    (
        "EncryptedPackage",
        "パスワードで暗号化されたファイルです。暗号化を解除して保存したものを選んでください。",
    ),
    ("WordDocument", f"古い形式のWord文書（.doc）のようです。{BY_HAND}"),
    ("Workbook", f"古い形式のExcelブック（.xls）のようです。{_AGAIN}"),
    ("Book", f"古い形式のExcelブック（.xls）のようです。{_AGAIN}"),
)
_OTHER_KINDS = (
    ("word/document.xml", f"Word文書（.docx）のようです。{BY_HAND}"),
    ("ppt/presentation.xml", f"PowerPoint文書（.pptx）のようです。{BY_HAND}"),
    ("xl/workbook.bin", f"バイナリ形式のExcelブック（.xlsb）です。{_AGAIN}"),
    ("content.xml", f"OpenDocument形式のファイル（.ods など）のようです。{_AGAIN}"),
)
_DANGERS = (
    (
        re.compile(r"vbaproject|^xl/(macrosheets|dialogsheets)/"),
        "マクロを含むため開きません。マクロのないExcelブック（.xlsx）で保存したものを選んでください。",
    ),
    (
        re.compile(r"^xl/(externallinks|querytables)/|^xl/connections\.xml$"),
        "ほかのファイルや外部データへのリンクを含むため開きません。"
        "リンクを解除し、値だけにしたものを選んでください。",
    ),
    (
        re.compile(r"^xl/(embeddings|activex)/|oleobject"),
        "埋め込みオブジェクトやActiveXを含むため開きません。"
        "それらを取り除き、回答をセルに入力したものを選んでください。",
    ),
)
_EXTERNAL = re.compile(
    rb"<(?:\w+:)?Relationship\b[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE
)
_HYPERLINK = re.compile(rb"\sType\s*=\s*[\"'][^\"']*/hyperlink[\"']")
DAMAGED = "ファイルが壊れているか、途中で切れています。元のファイルがExcelで開けることを確かめて、もう一度選んでください。"
TOO_BIG = (
    "ファイルの中身が大きすぎるため開きません（展開して20MBまで）。"
    "使っていない行やシート、画像を消して保存したものを選んでください。"
)

TOO_BIG_FILE = "ファイルが2MBを超えるため開きません。画像や使っていないシートを消して、保存し直してください。"


class Refused(Exception):
    """The file is not opened; the text is a Japanese sentence for the person who chose it."""


def parts(content: bytes) -> dict[str, bytes]:
    """Every part of an .xlsx by its name, unpacked; Refused for whatever must not be opened."""
    _refuse_by_size_and_kind(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _refuse_by_directory(entries)
            unpacked = {name: archive.read(entry) for name, entry in _named(entries).items()}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, IndexError) as error:
        raise Refused(DAMAGED) from error
    except (RuntimeError, NotImplementedError) as error:
        raise Refused("暗号化または特殊な圧縮がされたファイルです。" + _AGAIN) from error
    _refuse_external(unpacked)
    return unpacked


def _refuse_by_size_and_kind(content: bytes) -> None:
    if not content:
        raise Refused("ファイルが空です。元のファイルを確かめて、もう一度選んでください。")
    if len(content) > FILE_LIMIT:
        raise Refused(TOO_BIG_FILE)
    for start, says in _STARTS:
        if content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(start):
            raise Refused(says)
    if content.startswith(_OLE):
        raise Refused(_ole(content))
    if not content.startswith(b"PK"):
        raise Refused(f"Excelブック（.xlsx）ではありません。CSVやHTML、文書は読み取れません。{BY_HAND}")


def _ole(content: bytes) -> str:
    for stream, says in _OLE_STREAMS:
        if stream.encode("utf-16-le") in content:
            return says
    return f"古い形式か、暗号化されたファイルです。{_AGAIN}"


def _named(entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    named = {entry.filename.replace("\\", "/").lstrip("/"): entry for entry in entries if not entry.is_dir()}
    if len({name.lower() for name in named}) != len([e for e in entries if not e.is_dir()]):
        raise Refused(DAMAGED)
    return named


def _refuse_by_directory(entries: list[zipfile.ZipInfo]) -> None:
    names = {entry.filename.replace("\\", "/").lstrip("/").lower() for entry in entries}
    for part, says in _OTHER_KINDS:
        if part in names:
            raise Refused(says)
    for pattern, says in _DANGERS:
        if any(pattern.search(name) for name in names):
            raise Refused(says)
    # zipfile never unpacks more of a part than its entry says, so the sum bounds what is read.
    if len(entries) > PARTS_LIMIT or sum(entry.file_size for entry in entries) > UNPACKED_LIMIT:
        raise Refused(TOO_BIG)
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise Refused("特殊な圧縮がされたファイルです。" + _AGAIN)
    if "xl/workbook.xml" not in names and "[content_types].xml" not in names:
        raise Refused("圧縮ファイル（.zip）のようです。中のExcelブック（.xlsx）を取り出して選んでください。")


def _refuse_external(unpacked: dict[str, bytes]) -> None:
    """A hyperlink is a text and is never followed; any other outside target would be fetched by Excel."""
    for name, content in unpacked.items():
        if name.lower().endswith(".rels"):
            for found in _EXTERNAL.findall(content):
                if not _HYPERLINK.search(found):
                    raise Refused(_DANGERS[1][1])
