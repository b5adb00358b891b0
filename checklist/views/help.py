from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def help_page(request: HttpRequest) -> HttpResponse:
    """/help/: how to use it, words, marks, what happens to the records, whom to ask."""
    return render(request, "checklist/help.html")
