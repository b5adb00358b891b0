"""Files that no row tells of: a write that was killed half way, or whose row never came. And rows without their bytes."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from compliance.files import StoredFile

SETTLED = 24 * 60 * 60  # s: what is younger may belong to a save that is still on its way


@dataclass(frozen=True)
class Orphan:
    path: Path
    size: int  # bytes

    def delete(self) -> None:
        self.path.unlink(missing_ok=True)


def orphans(older_than: float = SETTLED) -> list[Orphan]:
    """Files under MEDIA_ROOT without a row, `older_than` seconds; run it where all clinics are seen."""
    known = set(StoredFile.objects.kept().values_list("path", flat=True))
    latest, root = time.time() - older_than, Path(settings.MEDIA_ROOT)
    return [
        Orphan(path, found.st_size)
        for path in _files(root)
        if path.relative_to(root).as_posix() not in known and (found := path.stat()).st_mtime <= latest
    ]


def bereft() -> list[StoredFile]:
    """Kept files whose bytes are not here: a clinic would find its evidence gone."""
    root = Path(settings.MEDIA_ROOT)
    kept = StoredFile.objects.kept().select_related("clinic").order_by("clinic", "pk")
    return [file for file in kept if not (root / file.path).is_file()]


def _files(root: Path) -> Iterator[Path]:
    return (path for path in sorted(root.rglob("*")) if path.is_file())
