"""What could not be done, said on a page of its own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from compliance.renderer import RenderingFailed


class SayWhy:
    """A PDF that could not be made is no server error: the page says why, and nothing is lost."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, RenderingFailed):
            return None
        return render(request, "compliance/not_rendered.html", {"why": str(exception)}, status=503)
