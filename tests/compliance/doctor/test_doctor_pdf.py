"""Fonts in a copied folder, Pango taken away, a page through the renderer's own process."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from compliance.doctor import checks, pdf

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder(tmp_path) -> Path:
    return shutil.copytree(checks.FONTS, tmp_path / "fonts")


def test_our_fonts_are_there():
    assert pdf.fonts(checks.FONTS).state == "ok"


@pytest.mark.parametrize("name", pdf.FONTS)
def test_a_missing_font_is_named(folder, name):
    (folder / name).unlink()
    found = pdf.fonts(folder)
    assert (found.state, found.says) == ("bad", f"文字のファイル {name} がありません（{folder}）。")


def test_a_cut_off_font_is_no_font(folder):
    font = folder / pdf.FONTS[1]
    font.write_bytes(font.read_bytes()[:100])
    assert pdf.fonts(folder).says == f"文字のファイル {font.name} が壊れています。"


def test_a_text_is_no_font(folder):
    (folder / pdf.FONTS[0]).write_text("gone")
    assert pdf.fonts(folder).state == "bad"


def test_a_font_that_cannot_be_read_is_named(folder):
    (folder / pdf.FONTS[0]).unlink()
    (folder / pdf.FONTS[0]).mkdir()
    assert pdf.fonts(folder).says.startswith(f"文字のファイル {pdf.FONTS[0]} を読めません")


def asked(words: str, **environment: str) -> str:
    """What a fresh process prints."""
    done = subprocess.run(  # noqa: S603 (our own)
        [sys.executable, "-c", words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


PANGO = "from compliance.doctor import pdf; found = pdf.pango(); print(found.state, found.says)"


def test_pango_tells_its_version():
    assert asked(PANGO).startswith("ok Pango 1.")


def test_without_pango_no_pdf_is_promised(tmp_path):
    for name in ("libpango-1.0.so.0", "libpango-1.0.so", "libpango-1.0-0"):
        (tmp_path / name).write_text("no library")
    said = asked(PANGO, LD_LIBRARY_PATH=str(tmp_path)).splitlines()[-1]
    assert said == "bad PDFを組む部品（Pango）を読み込めません。PDFを作れません。"


def test_a_page_is_really_made():
    assert pdf.page().state == "ok"


def test_a_page_that_cannot_be_made_says_so(tmp_path):
    (tmp_path / "libpango-1.0.so.0").write_text("no library")
    words = "from compliance.doctor import pdf; found = pdf.page(); print(found.state, found.says)"
    said = asked(words, LD_LIBRARY_PATH=str(tmp_path)).splitlines()[-1]
    assert said.startswith("bad ためしのPDFを作れませんでした。")
