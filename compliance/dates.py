"""Japanese dates: eras, fiscal years, and reading what people type. Pure."""

import re
import unicodedata
from datetime import date

# (name, letter, first day); newest first
ERAS = [
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
]
_ERA = re.compile(
    r"^(令和|平成|昭和|[RHS])\.?(\d{1,2}|元)[年./-](\d{1,2})[月./-](\d{1,2})日?$", re.IGNORECASE
)
_WESTERN = re.compile(r"^(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?$")
HOW_TO = "例：2026-11-05、2026/11/5、R8.11.5、令和8年11月5日"


def iso(moment: date | None) -> str:
    """2026-11-05, or nothing; of a datetime with its time."""
    return moment.isoformat() if moment else ""


def era_year(day: date) -> tuple[str, str]:
    """(era, year in the era) of a day, the first year as 元: ("令和", "元"). ValueError before 昭和."""
    for name, _, first in ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return name, "元" if year == 1 else str(year)
    raise ValueError(f"{day} is before the eras known here")


def wareki(day: date) -> str:
    """令和8年11月5日"""
    era, year = era_year(day)
    return f"{era}{year}年{day.month}月{day.day}日"


def both_calendars(day: date) -> str:
    """令和8年11月5日（2026年11月5日）"""
    return f"{wareki(day)}（{day.year}年{day.month}月{day.day}日）"


def fiscal_year(day: date) -> int:
    """The year in which the fiscal year (April-March) of a day begins."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_label(year: int) -> str:
    """令和8年度 for 2026. A fiscal year is named after the era of its last day's year or its own 1 April."""
    era, count = era_year(date(year, 5, 1))
    return f"{era}{count}年度"


def fiscal_year_end(year: int) -> date:
    return date(year + 1, 3, 31)


def parse_date(typed: str) -> date:
    """The day somebody typed: ISO, 2026/11/5, R8.11.5, 令和8年11月5日, full-width too.

    ValueError with a Japanese sentence that says what to do.
    """
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed))
    if match := _WESTERN.match(text):
        return _day(*(int(part) for part in match.groups()))
    if match := _ERA.match(text):
        return _era_day(*match.groups())
    raise ValueError(f"日付として読めません。{HOW_TO} のように入力してください。")


def _era_day(era: str, year: str, month: str, day: str) -> date:
    name, _, first = next(each for each in ERAS if era.upper() in each[:2])
    found = _day(first.year + (1 if year == "元" else int(year)) - 1, int(month), int(day))
    if found < ERAS[-1][2] or era_year(found)[0] != name:
        raise ValueError(f"{name}にその日付はありません。元号と年を確かめてください。")
    return found


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"{year}年{month}月{day}日は暦にありません。日付を確かめてください。") from None
