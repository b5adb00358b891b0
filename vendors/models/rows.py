"""確認事項: the rows of 別紙."""

from django.db import models

from compliance.models import GuidelineEdition
from vendors.choices import DisclosureKind


class DisclosureRowQuerySet(models.QuerySet):
    def of_sheet(self, edition: GuidelineEdition, kind: str):
        """The rows of one sheet of an edition, in the document's order."""
        return self.filter(edition=edition, kind=kind).order_by("position")


class DisclosureRow(models.Model):
    """確認事項: one row of 別紙, keyed by an id of ours because its numbers are not unique."""

    edition = models.ForeignKey(GuidelineEdition, models.CASCADE, related_name="disclosure_rows")
    code = models.CharField(max_length=10)
    kind = models.CharField(max_length=4, choices=DisclosureKind.choices)
    position = models.PositiveSmallIntegerField()
    chapter = models.CharField(max_length=5)
    chapter_title = models.CharField(max_length=100)
    numbers = models.JSONField()
    text = models.TextField()
    entry = models.JSONField(help_text="the whole row as in the fixture, raw and text")

    objects = DisclosureRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "code"], name="one_disclosure_row_per_code")
        ]
        ordering = ["edition", "kind", "position"]

    def __str__(self) -> str:
        return self.code

    @property
    def numbers_text(self) -> str:
        """「No.21 / 21.1 / 21.2」"""
        return "No." + " / ".join(self.numbers)
