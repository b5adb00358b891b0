"""What uses a stored file, and why it must stay. Each app contributes its own uses; this module knows none of them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from compliance.models import Clinic


@dataclass(frozen=True)
class Use:
    """One thing that refers to a file: in words, its page, and why the file must stay (empty: it may go)."""

    words: str
    path: str = ""
    keeps: str = ""


Source = Callable[["Clinic"], Iterator[tuple[int, Use]]]
_SOURCES: list[Source] = []


def contributes(source: Source) -> Source:
    """An app's uses of a clinic's files, as (file id, Use), in a fixed number of queries."""
    _SOURCES.append(source)
    return source


def uses_of(clinic: "Clinic") -> defaultdict[int, list[Use]]:
    """{file id: its uses}; a file that nothing refers to has none."""
    found = defaultdict(list)
    for source in _SOURCES:
        for file_id, use in source(clinic):
            found[file_id].append(use)
    return found
