"""What a reminder tells whom: pure rules over the list 要対応, `today` an argument. The texts stay in the house."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from checklist.todo import Todo
from compliance.choices import Reminders

NEAR = timedelta(days=7)
# What has a number of its own. The others are called after their vendor or system, which a mail does not name.
_NUMBERED = {"遵守項目", "リスク対応"}
_ELSE = "書類・契約・認証"


@dataclass(frozen=True)
class Due:
    """One deadline as a mail may tell it: 「7④」 and a day. `key` names the thing for the machine."""

    where: str
    on: date
    late_days: int
    key: str

    @property
    def mark(self) -> str:
        """What has been told once this was told: the thing, its day, and whether it was past."""
        return f"{self.key} {self.on} {'late' if self.late_days else 'near'}"


@dataclass(frozen=True)
class Digest:
    late: tuple[Due, ...]
    near: tuple[Due, ...]

    @property
    def marks(self) -> list[str]:
        return [each.mark for each in (*self.late, *self.near)]

    def is_news(self, wish: str, told: Collection[str]) -> bool:
        """Weekly whatever is due; else only what has not been told yet. Nothing where nothing is due."""
        fresh = self.marks if wish == Reminders.WEEKLY else set(self.marks) - set(told)
        return wish != Reminders.NONE and bool(fresh)


def digest(found: Iterable[Todo], today: date) -> Digest:
    """What is past its day, and what becomes due within 7 days, earliest first."""
    dues = [_due(each, today) for each in found if each.due_on]
    dues = sorted((each for each in dues if each.on <= today + NEAR), key=lambda each: each.on)
    return Digest(
        tuple(each for each in dues if each.late_days), tuple(each for each in dues if not each.late_days)
    )


def _due(each: Todo, today: date) -> Due:
    day = date.fromisoformat(each.due_on)
    where = each.where if each.kind in _NUMBERED else _ELSE
    return Due(where, day, max((today - day).days, 0), each.key)


def period_of(wish: str, today: date) -> str:
    """What one mail covers: the week (「2026-W47」, Monday to Sunday), or the day."""
    year, week, _ = today.isocalendar()
    return f"{year}-W{week:02d}" if wish == Reminders.WEEKLY else today.isoformat()
