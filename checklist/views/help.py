from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from checklist.guide import guide_pdf
from checklist.terms import by_row, in_latin
from compliance.downloads import as_pdf


@login_not_required
def help_page(request: HttpRequest) -> HttpResponse:
    """/help/: how to use it, marks, what to do when something goes wrong, whom to ask."""
    return render(request, "checklist/help.html", {"contact": settings.CONTACT})


@login_not_required
def terms(request: HttpRequest) -> HttpResponse:
    """/help/terms/: 用語, in our words."""
    return render(request, "checklist/terms.html", {"rows": by_row(), "latin": in_latin()})


@login_not_required
def guide(request: HttpRequest) -> HttpResponse:
    """/help/guide.pdf: the two pages to lay beside the keyboard."""
    return as_pdf(guide_pdf(), "使い方の案内.pdf")
