"""The guideline's texts in the database: what answers and snapshots point at. Loaded from fixtures/, never edited."""

from django.db import models

from compliance.models import GuidelineEdition


class Entry(models.Model):
    """One text of an edition. `entry` is the whole fixture entry, raw and text."""

    edition = models.ForeignKey(GuidelineEdition, models.CASCADE, related_name="+")
    code = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    entry = models.JSONField()

    class Meta:
        abstract = True
        ordering = ["edition", "position"]

    def __str__(self) -> str:
        return self.code


class Section(Entry):
    """項目区分: 1 to 11, and 1.1-1.4 and 4.1-4.3 under their parents."""

    class Meta(Entry.Meta):
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="one_section_per_code")]


class Item(Entry):
    """遵守項目. The code "10-9" is shown 10⑨. Plain words (`entry["plain"]`) are ours."""

    class Meta(Entry.Meta):
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="one_item_per_code")]


class Commentary(Entry):
    """解説: a bullet of chapter 3 with the items it speaks of (`entry["items"]`)."""

    class Meta(Entry.Meta):
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="one_commentary_per_code")]


class Footnote(Entry):
    """脚注 1 to 12."""

    class Meta(Entry.Meta):
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="one_footnote_per_code")]


class Erratum(Entry):
    """正誤: where our text departs from the source, and why."""

    class Meta(Entry.Meta):
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="one_erratum_per_code")]


class Flowchart(Entry):
    """判断フローチャート: 図1 as nodes and edges."""

    class Meta(Entry.Meta):
        constraints = [models.UniqueConstraint(fields=["edition", "code"], name="one_flowchart_per_code")]
