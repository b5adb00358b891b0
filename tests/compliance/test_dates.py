"""Eras, fiscal years, and what people type for a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.dates import (
    both_calendars,
    era_year,
    fiscal_year,
    fiscal_year_end,
    fiscal_year_label,
    parse_date,
    wareki,
)

DAY = date(2026, 11, 5)
DATE_LIKE = (
    r"(令和|平成|昭和|[RHSrhs])?\.?([0-9０-９]{0,4}|元)[年./-][0-9０-９]{0,3}[月./-][0-9０-９]{0,3}日?"
)


def refusal(typed: str) -> str:
    with pytest.raises(ValueError) as raised:
        parse_date(typed)
    return str(raised.value)


def test_every_day_from_1989_to_2100_is_read_back_from_its_wareki():
    first, last = date(1989, 1, 8), date(2100, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert len(days) == 40_900
    assert [day for day in days if parse_date(wareki(day)) != day] == []


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 12, 31), "令和元年12月31日"),
        (date(2020, 1, 1), "令和2年1月1日"),
    ],
)
def test_an_era_begins_and_ends_on_its_day(day, words):
    assert wareki(day) == words


def test_a_day_stands_in_both_calendars():
    assert both_calendars(DAY) == "令和8年11月5日（2026年11月5日）"


def test_there_is_no_era_before_showa():
    with pytest.raises(ValueError):
        era_year(date(1926, 12, 24))


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-05", "2026-11-5", "2026/11/05", "2026.11.5", "2026年11月5日", "２０２６年１１月５日", "２０２６／１１／５",
        "R8.11.5", "r8.11.5", "R8/11/5", "R08-11-05", "R.8.11.5", "Ｒ８．１１．５", "令和8年11月5日", "令和８年１１月５日",
        " 令和 8年 11月 5日 ", "令和8年11月5日\n", "㋿8年11月5日",
    ],
)  # fmt: skip
def test_a_day_is_read_in_any_usual_way_of_writing(typed):
    assert parse_date(typed) == DAY


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("R元.5.1", date(2019, 5, 1)),
        ("R1.5.1", date(2019, 5, 1)),
        ("H31.4.30", date(2019, 4, 30)),
        ("平成元年1月8日", date(1989, 1, 8)),
        ("S64.1.7", date(1989, 1, 7)),
        ("昭和元年12月25日", date(1926, 12, 25)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_the_borders_of_eras_are_read(typed, day):
    assert parse_date(typed) == day


@pytest.mark.parametrize(
    ("typed", "era"),
    [
        ("平成31年5月1日", "平成"),
        ("H32.1.1", "平成"),
        ("R1.4.30", "令和"),
        ("令和元年1月1日", "令和"),
        ("R0.5.1", "令和"),
        ("昭和64年1月8日", "昭和"),
        ("昭和元年12月24日", "昭和"),
        ("S0.1.1", "昭和"),
    ],
)
def test_a_day_outside_its_era_is_refused_in_words(typed, era):
    assert refusal(typed) == f"{era}にその日付はありません。元号と年を確かめてください。"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-02-29", "2026年2月29日"),
        ("2026-13-1", "2026年13月1日"),
        ("2026-4-31", "2026年4月31日"),
        ("2026-1-0", "2026年1月0日"),
        ("0000-01-01", "0年1月1日"),
        ("R8.2.30", "2026年2月30日"),
    ],
)
def test_an_impossible_day_is_refused_in_words(typed, day):
    assert refusal(typed) == f"{day}は暦にありません。日付を確かめてください。"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "きのう",
        "11/5",
        "5.11.2026x",
        "2026",
        "20261105",
        "8年11月5日",
        "M45.7.30",
        "R8.11",
        "令和八年十一月五日",
    ],
)
def test_what_is_no_day_is_refused_with_examples(typed):
    assert refusal(typed).startswith("日付として読めません。例：2026-11-05、")


@settings(database=None, derandomize=True, max_examples=300, deadline=None)
@given(st.text(max_size=30) | st.from_regex(DATE_LIKE, fullmatch=True))
def test_whatever_is_typed_is_a_day_or_a_sentence(typed):
    try:
        assert isinstance(parse_date(typed), date)
    except ValueError as error:
        assert str(error).endswith("。")  # noqa: PT017 (either outcome is right)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2026, 3, 31), 2025),
        (date(2026, 4, 1), 2026),
        (date(2026, 12, 31), 2026),
        (date(2027, 1, 1), 2026),
        (date(2027, 3, 31), 2026),
        (date(2027, 4, 1), 2027),
    ],
)
def test_a_fiscal_year_runs_from_april_to_march(day, year):
    assert fiscal_year(day) == year


def test_a_fiscal_year_ends_on_31_march_of_the_next_year():
    assert fiscal_year_end(2026) == date(2027, 3, 31)


@pytest.mark.parametrize(
    ("year", "label"), [(1989, "平成元年度"), (2018, "平成30年度"), (2019, "令和元年度"), (2026, "令和8年度")]
)
def test_a_fiscal_year_has_its_label(year, label):
    assert fiscal_year_label(year) == label
