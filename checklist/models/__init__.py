from checklist.models.assessment import Answer, Assessment, Frozen
from checklist.models.catalogue import Commentary, Erratum, Flowchart, Footnote, Item, Section
from checklist.models.confirmation import Confirmation
from checklist.models.determination import ApplicabilityDetermination
from checklist.models.evidence import EarlierFile, Evidence, EvidenceItem
from checklist.models.reminder import Reminder
from checklist.models.report import Report

__all__ = [
    "Answer",
    "ApplicabilityDetermination",
    "Assessment",
    "Commentary",
    "Confirmation",
    "EarlierFile",
    "Erratum",
    "Evidence",
    "EvidenceItem",
    "Flowchart",
    "Footnote",
    "Frozen",
    "Item",
    "Reminder",
    "Report",
    "Section",
]
