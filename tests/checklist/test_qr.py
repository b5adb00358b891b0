"""The QR code of an issued report, read back from the printed page as a phone would."""

import subprocess
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from checklist.printing import report_html
from checklist.qr import content
from compliance.printing import pdf
from tests.papers import ISSUE, confirmed, sample_snapshot

pytestmark = pytest.mark.django_db
SHA = "0123456789abcdef" * 4


def cover(public_url: str, folder: Path, *options: str) -> Image.Image:
    """The first page of an issued report as a picture."""
    issue = ISSUE | {"public_url": public_url}
    (folder / "report.pdf").write_bytes(
        pdf(report_html(confirmed(sample_snapshot()), SHA, ("history",), issue))
    )
    command = ["pdftoppm", "-f", "1", "-l", "1", "-singlefile", *options, "report.pdf", "cover"]
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603 (our own)
    return Image.open(next(folder.glob("cover.p*m")))


@pytest.mark.parametrize("public_url", ["", "https://tenken.example.jp"])
@pytest.mark.parametrize("options", [("-r", "150"), ("-r", "100", "-gray"), ("-r", "200", "-mono")], ids=str)
def test_a_reader_finds_the_number_and_the_hash_on_the_printed_page(options, public_url, tmp_path):
    found = zxingcpp.read_barcodes(cover(public_url, tmp_path, *options))
    said = content(public_url, ISSUE["number"], SHA)
    assert [(str(each.format), each.text) for each in found] == [("QR Code", said)]
