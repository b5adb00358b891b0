from django.urls import path

from checklist.views import help as help_views
from checklist.views import reports, start

urlpatterns = [
    path("start/", start.first_start, name="first_start"),
    path("start/code/", start.start_code, name="start_code"),
    path("start/sample/", start.open_sample, name="open_sample"),
    path("check/", reports.check, name="check"),
    path("help/", help_views.help_page, name="help"),
    path("help/terms/", help_views.terms, name="terms"),
    path("help/guide.pdf", help_views.guide, name="guide"),
]
