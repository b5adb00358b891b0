"""Fields: what is accepted, which sentence says what to do, and what stays in the box."""

from datetime import date

import pytest
from django import forms

from compliance.fields import ChoiceField, DateField, TextField, not_in_the_future
from compliance.forms import PasswordField
from compliance.templatetags.house import BUT_FILES, BUT_PASSWORDS, KEPT, kept_words


class Sample(forms.Form):
    name = TextField(required=False)
    note = TextField(rows=3, required=False)
    code = TextField(max_length=10, required=False)
    day = DateField(required=False)


def errors(name: str, typed: str) -> list[str]:
    return Sample({name: typed}).errors.get(name, [])


def cleaned(name: str, typed: str):
    form = Sample({name: typed})
    assert form.errors == {}
    return form.cleaned_data[name]


def box(typed: str | None = None, **initial) -> dict:
    """How the date's box is drawn: its type and what stands in it."""
    form = Sample({"day": typed} if typed is not None else None, initial=initial)
    widget = form["day"].field.widget.get_context("day", form["day"].value(), {})["widget"]
    return {"type": widget["type"], "value": widget["value"]}


# Texts


@pytest.mark.parametrize(("name", "limit"), [("note", 1000), ("name", 100), ("code", 10)])
def test_a_text_of_just_the_limit_is_accepted(name, limit):
    assert cleaned(name, "𠮷" * limit) == "𠮷" * limit


@pytest.mark.parametrize(
    ("name", "length", "sentence"),
    [
        ("note", 1001, "1,000文字までです。1文字減らしてください。"),
        ("note", 2500, "1,000文字までです。1,500文字減らしてください。"),
        ("name", 103, "100文字までです。3文字減らしてください。"),
        ("code", 11, "10文字までです。1文字減らしてください。"),
    ],
)
def test_a_longer_text_is_refused_with_how_much_too_long_it_is(name, length, sentence):
    assert errors(name, "あ" * length) == [sentence]


def test_a_refused_text_stays_in_the_box():
    assert Sample({"note": "あ" * 1001})["note"].value() == "あ" * 1001


def test_a_line_end_counts_as_one_character():
    assert len(cleaned("note", "あ" + "\r\nあ" * 499)) == 999
    assert errors("note", "あ" + "\r\nあ" * 500) == ["1,000文字までです。1文字減らしてください。"]


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_become_one_kind(end):
    assert cleaned("note", f"一行目{end}二行目\t三") == "一行目\n二行目\t三"


@pytest.mark.parametrize(
    "mark", ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\ud800", "\ufffe", "\U0001ffff"]
)
def test_what_cannot_be_printed_is_refused(mark):
    sentence = "画面や紙に出せない文字（制御文字）が入っています。消してから保存してください。"
    assert errors("note", f"前{mark}後") == [sentence]


@pytest.mark.parametrize(
    "text",
    [
        "髙﨑𠮷",
        "葛\U000e0100城",  # a variant chosen by a selector
        "外字\ue000",  # a private character, as hospitals' systems hold
        "\U00031350",  # a kanji newer than Python 3.11's own table
        "👨‍👩‍👧",
        "🫨",  # an emoji newer than Python 3.11's own table
        "A＝Ｂ①㈱",
    ],
)
def test_rare_kanji_and_emoji_are_accepted_as_they_are(text):
    assert cleaned("name", text) == text


def test_blanks_around_a_text_are_dropped():
    assert cleaned("name", " 　院長室　") == "院長室"


# Days


@pytest.mark.parametrize("typed", ["2026-11-05", "2026/11/5", "R8.11.5", "令和8年11月5日", "Ｒ８．１１．５"])
def test_a_day_is_read_however_it_is_written(typed):
    assert cleaned("day", typed) == date(2026, 11, 5)


def test_no_day_is_none():
    assert cleaned("day", "") is None


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1926-12-25", date(1926, 12, 25)),
        ("1926-01-01", date(1926, 1, 1)),
        ("2100-12-31", date(2100, 12, 31)),
    ],
)
def test_the_first_and_last_years_are_accepted(typed, day):
    assert cleaned("day", typed) == day


@pytest.mark.parametrize(("typed", "year"), [("1925-12-31", 1925), ("2101-01-01", 2101), ("0026-11-05", 26)])
def test_a_year_out_of_range_is_refused(typed, year):
    assert errors("day", typed) == [f"{year}年になっています。年を確かめてください。"]


@pytest.mark.parametrize("typed", ["きのう", "R8.13.1", "平成31年5月1日", "昭和元年1月1日", "2026-02-30"])
def test_an_unreadable_day_is_refused_with_one_japanese_sentence(typed):
    (sentence,) = errors("day", typed)
    assert sentence.endswith("ください。")


@pytest.mark.parametrize("typed", ["R8.13.1", "きのう", "20261105", "2026-W45-4", "2026-02-30"])
def test_what_a_date_box_cannot_show_stays_as_text(typed):
    assert box(typed) == {"type": "text", "value": typed}


@pytest.mark.parametrize(
    ("typed", "initial", "value"),
    [
        ("2026-11-05", None, "2026-11-05"),
        (None, date(2026, 11, 5), "2026-11-05"),
        (None, None, None),
        ("", None, ""),
    ],
)
def test_a_day_or_nothing_stands_in_a_date_box(typed, initial, value):
    assert box(typed, day=initial) == {"type": "date", "value": value}


def test_tomorrow_is_not_yet():
    with pytest.raises(forms.ValidationError) as raised:
        not_in_the_future(date(2026, 11, 6), date(2026, 11, 5))
    assert raised.value.messages == ["まだ来ていない日付です。今日までの日付にしてください。"]


@pytest.mark.parametrize("day", [None, date(2026, 11, 5), date(2026, 11, 4)])
def test_today_and_earlier_and_no_day_are_fine(day):
    assert not_in_the_future(day, date(2026, 11, 5)) is None


# Choices


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "外部か院内かを選んでください。"), ("moon", "一覧にない値です。選び直してください。")],
)
def test_a_choice_says_what_to_choose(typed, sentence):
    field = ChoiceField(choices=[("a", "外部"), ("b", "院内")], missing="外部か院内かを選んでください。")
    with pytest.raises(forms.ValidationError) as raised:
        field.clean(typed)
    assert raised.value.messages == [sentence]


# What a refused form says it still holds


class Chosen(forms.Form):
    file = forms.FileField()


class Both(Sample):
    file = forms.FileField(required=False)


class Locked(Sample):
    password = PasswordField()


class Silent(Locked):
    keeps_typed = False


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (Sample, KEPT),
        (Both, KEPT + BUT_FILES),
        (Locked, BUT_PASSWORDS),
        (Silent, ""),
        (Chosen, ""),
        (forms.Form, ""),
    ],
)
def test_the_summary_promises_no_more_than_the_browser_gets_back(form, words):
    assert kept_words(form({})) == words
