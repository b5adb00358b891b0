"""Answers that are files, under a Japanese file name."""

from urllib.parse import quote

from django.http import HttpResponse

from compliance.tables import CONTENT_TYPE


def as_pdf(content: bytes, filename: str) -> HttpResponse:
    """A PDF to look at or keep."""
    return _file(content, "application/pdf", f'inline; filename="report.pdf"; filename*={_named(filename)}')


def as_json(text: str, filename: str) -> HttpResponse:
    """JSON to keep, byte for byte as it was hashed."""
    disposition = f'attachment; filename="snapshot.json"; filename*={_named(filename)}'
    return _file(text.encode(), "application/json", disposition)


def as_xlsx(content: bytes, filename: str) -> HttpResponse:
    """A workbook to keep."""
    return _file(content, CONTENT_TYPE, f'attachment; filename="table.xlsx"; filename*={_named(filename)}')


def _file(content: bytes, kind: str, disposition: str) -> HttpResponse:
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=kind, headers=headers)


def _named(filename: str) -> str:
    return f"UTF-8''{quote(filename)}"
