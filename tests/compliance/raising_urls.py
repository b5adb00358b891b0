"""The product's pages, and two that break with what their visitor typed. For test_log_canaries.py alone."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from compliance.urls import handler400, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler404", "handler500", "urlpatterns"]


@csrf_exempt
@login_not_required
def broken(request, word):
    typed = [word, *request.GET.values(), *request.POST.values()]
    try:
        raise ValueError(f"no such word: {typed}")
    except ValueError as error:
        raise KeyError(*typed) from error


@login_not_required
def missing(request, word):
    raise Http404(word)


urlpatterns = [*urlpatterns, path("broken/<str:word>/", broken), path("missing/<str:word>/", missing)]
