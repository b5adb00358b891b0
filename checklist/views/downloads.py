from urllib.parse import quote

from django.http import HttpResponse


def as_pdf(content: bytes, filename: str) -> HttpResponse:
    """A PDF to look at or keep, under a Japanese file name."""
    disposition = f"inline; filename=\"report.pdf\"; filename*=UTF-8''{quote(filename)}"
    headers = {"Content-Disposition": disposition, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
