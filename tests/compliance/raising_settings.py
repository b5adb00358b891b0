"""The product's own settings, with pages that break, and no need of collected static files."""

from compliance.settings import *  # noqa: F403 (all of them)
from compliance.settings import STORAGES

ROOT_URLCONF = "tests.compliance.raising_urls"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
