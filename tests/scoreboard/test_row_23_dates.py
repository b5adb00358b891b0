"""Every day from 1989 to 2100: out as 和暦 and back, and in its 年度."""

from datetime import date, timedelta

from compliance.dates import (
    both_calendars,
    fiscal_year,
    fiscal_year_end,
    fiscal_year_label,
    parse_date,
    wareki,
)

FIRST, LAST = date(1989, 1, 1), date(2100, 12, 31)
LETTERS = {"昭和": "S", "平成": "H", "令和": "R"}


def ways_of_writing(day: date) -> list[str]:
    """As a person may type it: 令和8年11月5日, R8.11.5, full-width, both Western forms."""
    era, rest = wareki(day)[:2], wareki(day)[2:]
    short = LETTERS[era] + rest.replace("年", ".").replace("月", ".").replace("日", "")
    western = [
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    ]
    return [wareki(day), short, short.translate(FULL_WIDTH), *western]


FULL_WIDTH = str.maketrans("0123456789.SHR", "０１２３４５６７８９．ＳＨＲ")


def is_wrong(day: date) -> bool:
    year = fiscal_year(day)
    in_its_year = date(year, 4, 1) <= day <= fiscal_year_end(year) == date(year + 1, 3, 31)
    named = fiscal_year_label(year).removesuffix("年度") == wareki(date(year, 5, 1)).partition("年")[0]
    read = all(parse_date(typed) == day for typed in ways_of_writing(day))
    return not (in_its_year and named and read and both_calendars(day).startswith(wareki(day)))


def test_every_day_comes_back_and_lies_in_its_fiscal_year(score):
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    score(len(days), sum(map(is_wrong, days)))
