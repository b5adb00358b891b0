from checklist.models.assessment import Answer, Assessment, Frozen
from checklist.models.catalogue import Commentary, Erratum, Flowchart, Footnote, Item, Section
from checklist.models.confirmation import Confirmation
from checklist.models.determination import ApplicabilityDetermination

__all__ = [
    "Answer",
    "ApplicabilityDetermination",
    "Assessment",
    "Commentary",
    "Confirmation",
    "Erratum",
    "Flowchart",
    "Footnote",
    "Frozen",
    "Item",
    "Section",
]
