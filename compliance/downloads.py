from urllib.parse import quote

from django.http import HttpResponse

from compliance.tables import CONTENT_TYPE


def as_pdf(content: bytes, filename: str) -> HttpResponse:
    """A PDF to look at or keep, under a Japanese file name."""
    disposition = f"inline; filename=\"report.pdf\"; filename*=UTF-8''{quote(filename)}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def as_json(text: str, filename: str) -> HttpResponse:
    """JSON to keep, byte for byte as it was hashed."""
    disposition = f"attachment; filename=\"snapshot.json\"; filename*=UTF-8''{quote(filename)}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text.encode(), content_type="application/json", headers=headers)


def as_xlsx(content: bytes, filename: str) -> HttpResponse:
    """A workbook to keep, under a Japanese file name."""
    disposition = f"attachment; filename=\"table.xlsx\"; filename*=UTF-8''{quote(filename)}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type=CONTENT_TYPE, headers=headers)
