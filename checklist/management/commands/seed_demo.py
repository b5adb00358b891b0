from django.urls import reverse
from django.utils import timezone

from checklist import sample
from checklist.management.commands.prepare import require_ready
from checklist.models import Answer, Assessment
from compliance.models import Clinic
from compliance.walls import ServerCommand
from vendors.models import System, Vendor


class Command(ServerCommand):
    help = "Make the filled sample clinic (code sample) unless it stands already; it has no password."

    def handle(self, **options) -> None:
        require_ready()
        stood = Clinic.objects.filter(code=sample.CODE).exists()
        clinic = sample.seed(timezone.localdate())
        did = "The sample clinic stands already" if stood else "Made the sample clinic"
        self.stdout.write(f"{did}: {contents(clinic)}.\n{way_in(clinic)}")


def contents(clinic: Clinic) -> str:
    """「みどり台内科クリニック, 3 systems, 2 vendors, 26 of 52 items answered」"""
    answers = Answer.objects.of_round(Assessment.objects.filter(clinic=clinic).current())
    answered = sum(answer.is_answered for answer in answers)
    systems, vendors = (model.objects.filter(clinic=clinic).count() for model in (System, Vendor))
    return f"{clinic.name}, {systems} systems, {vendors} vendors, {answered} of {len(answers)} items answered"


def way_in(clinic: Clinic) -> str:
    home = reverse("clinic_home", args=[clinic.code])
    if Clinic.first_start_is_due():
        return f"Look at it from first start, {reverse('first_start')}; it then is at {home}"
    return f"It is at {home}, and entered from first start only, which is over: a real clinic exists."
