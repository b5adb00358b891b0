"""How often somebody may try: counted in the cache that all workers share."""

import time
from collections.abc import Callable
from functools import wraps

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def limited(name: str, times: int, seconds: int) -> Callable:
    """Let a POST through `times` in each span of `seconds` per address; then the page that asks to wait, as 429."""

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
            # The count of a span has its own key: in the cache, counting one more would put its end off.
            span = int(time.time() // seconds)
            key = f"limit:{name}:{request.META.get('REMOTE_ADDR', '')}:{span}"
            if request.method == "POST" and not _counts(key, times, seconds):
                return render(request, "429.html", status=429)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _counts(key: str, times: int, seconds: int) -> bool:
    """Whether one more is within the limit."""
    if cache.add(key, 1, seconds):
        return True
    try:
        return cache.incr(key) <= times
    except ValueError:  # it ran out between the two
        return cache.add(key, 1, seconds)
