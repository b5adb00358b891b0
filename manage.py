#!/usr/bin/env python
"""Django's command line; works on a fresh clone without any setting."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
    if sys.argv[1:2] == ["doctor"]:  # it has words also for what keeps Django from starting
        from compliance.doctor.before import tell

        tell()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
