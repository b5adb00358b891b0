"""gunicorn's settings behind `make run`; BIND and WEB_CONCURRENCY override the first two."""

import gc
import logging
import os
import sys
from pathlib import Path

# This file is read before gunicorn looks for modules in the working directory.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from compliance import env, logs

bind = env.text("BIND", env.HERE)
workers = env.number("WEB_CONCURRENCY", 2)
threads = 4
worker_class = "gthread"
# A worker takes a connection only when a thread is free, and gives it up with the answer. Otherwise the first worker
# awake takes all connections and keeps them, and the other processors stand still.
worker_connections = threads
keepalive = 0
timeout = 60
preload_app = True
accesslog = None  # compliance.tracing writes a line that holds no path
logging.captureWarnings(True)
logconfig_dict = logs.config(as_json=env.flag("LOG_JSON"))
loglevel = "warning"
control_socket_disable = True


def on_starting(server) -> None:
    """Import every view before the first request, so that nobody waits for it."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
    django.setup()
    __import__("compliance.urls")


def when_ready(server) -> None:
    """What is imported stays for good: collecting it again costs time, and unshares memory after the fork."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
