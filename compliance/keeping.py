"""保管しているファイル: what a clinic keeps, what uses it, and what may go."""

from dataclasses import dataclass

from compliance.file_uses import Use, uses_of
from compliance.files import StoredFile
from compliance.models import Clinic


@dataclass(frozen=True)
class Kept:
    """A file and its uses."""

    file: StoredFile
    uses: list[Use]

    @property
    def reasons(self) -> list[str]:
        """Why it must stay, each once."""
        return list(dict.fromkeys(use.keeps for use in self.uses if use.keeps))

    @property
    def may_go(self) -> bool:
        return not self.reasons


def kept_files(clinic: Clinic) -> list[Kept]:
    """All that a clinic keeps, the largest first."""
    uses = uses_of(clinic)
    files = StoredFile.objects.kept().filter(clinic=clinic).largest_first()
    return [Kept(each, uses[each.pk]) for each in files]
