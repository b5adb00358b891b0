"""One document in 128 is written a second time (compliance.archival); its attachments must be there again."""

from datetime import datetime
from io import BytesIO

from pypdf import PdfReader
from weasyprint import Attachment

from compliance import printing
from compliance.archival import written

AT = datetime.fromisoformat("2026-11-05T09:00:00+09:00")


def in_writings(number: int) -> tuple[int, bytes]:
    """How often a document was written until it was sound, and what came out."""
    asked = []

    def attachments() -> list[Attachment]:
        asked.append(number)
        content = f'{{"number": {number}}}'.encode()
        return [Attachment(string=content, name="snapshot.json", created=AT, modified=AT)]

    document = printing._document(f"<html lang=ja><title>{number}</title><p>{number}</p></html>")
    laid_out = document.render(stylesheets=[printing._style("print.css")], font_config=printing._fonts())
    content = written(laid_out, attachments)
    return len(asked), content


def test_a_document_that_is_written_twice_has_its_attachments():
    tried = ((number, *in_writings(number)) for number in range(2_000))
    number, _, content = next(each for each in tried if each[1] > 1)
    assert PdfReader(BytesIO(content)).attachments == {"snapshot.json": [f'{{"number": {number}}}'.encode()]}
