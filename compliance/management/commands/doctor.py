import os
import sys

from django.core.management.base import BaseCommand

from compliance.doctor import State
from compliance.doctor.asking import examined
from compliance.doctor.telling import summed_up, told


class Command(BaseCommand):
    help = "Look over this installation and say in plain words what is wrong; exit code 1 where something is."
    requires_system_checks = ()

    def handle(self, **options) -> None:
        os.environ.setdefault("PGCONNECT_TIMEOUT", "10")  # seconds; else a silent server is waited for
        states = []
        for title, found in examined():
            states.append(found.state)
            self.stdout.write(told(title, found))
            self.stdout.flush()
        self.stdout.write(f"\n{summed_up(states)}")
        if State.BAD in states:
            sys.exit(1)
