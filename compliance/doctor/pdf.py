"""Whether PDFs can be made here: our fonts, Pango, and a page to prove it."""

from pathlib import Path

from compliance.doctor import Found, bad, ok
from compliance.os_words import in_words
from compliance.renderer import RenderingFailed, pdf

FAMILY = "BIZ UDPGothic"
FONTS = ("BIZUDPGothic_400Regular.ttf", "BIZUDPGothic_700Bold.ttf")
OLDEST_PANGO = 14400  # 1.44, as WeasyPrint asks
_AGAIN = "配布されたものから、もう一度取り出してください。"
_INSTALL = (
    "libpangoft2-1.0-0 と libharfbuzz-subset0 を入れてください（Debian・Ubuntuでは apt install で入ります）。"
)


def fonts(folder: Path) -> Found:
    """Our two font files in `folder`, readable and what their names say."""
    for name in FONTS:
        try:
            family = _family(folder / name)
        except FileNotFoundError:
            return bad(f"文字のファイル {name} がありません（{folder}）。", _AGAIN)
        except OSError as error:
            return bad(
                f"文字のファイル {name} を読めません（{in_words(error)}）。", "権限を確かめてください。"
            )
        if family != FAMILY:
            return bad(f"文字のファイル {name} が壊れています。", _AGAIN)
    return ok(f"印刷に使う文字（{FAMILY}）があります。")


def _family(path: Path) -> str:
    """The family that a font file names; empty where it is no font."""
    from fontTools.ttLib import TTFont, TTLibError

    with path.open("rb") as file:
        try:
            return TTFont(file)["name"].getDebugName(1) or ""
        except (TTLibError, KeyError, AssertionError):
            return ""


def pango() -> Found:
    try:
        from weasyprint.text.ffi import pango as library
    except OSError:
        return bad("PDFを組む部品（Pango）を読み込めません。PDFを作れません。", _INSTALL)
    number = library.pango_version()
    words = f"{number // 10000}.{number // 100 % 100}.{number % 100}"
    if number < OLDEST_PANGO:
        return bad(f"Pango {words} は古すぎます。", "1.44以上のものがあるOSに上げてください。")
    return ok(f"Pango {words} があります。")


def page() -> Found:
    """One page through the renderer's own process, as a report goes."""
    html = (
        '<html lang="ja"><head><title>点検</title></head><body><h1>点検</h1><p>①□✓ 医療情報</p></body></html>'
    )
    try:
        size = len(pdf(html))
    except RenderingFailed as failed:
        return bad(
            f"ためしのPDFを作れませんでした。{failed}",
            "上の「文字」「Pango」と、サーバの記録を確かめてください。",
        )
    return ok(f"ためしに1ページのPDFを作れました（{size // 1024 + 1}KB）。")
