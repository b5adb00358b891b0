"""Readers of environment variables: they fail loudly and say what to do."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from compliance import env


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1", True),
        ("true", True),
        (" YES ", True),
        ("On", True),
        ("", False),
        ("0", False),
        ("no", False),
        ("2", False),
    ],
)
def test_a_flag_is_raised_by_a_few_words_only(monkeypatch, value, expected):
    monkeypatch.setenv("FLAG", value)
    assert env.flag("FLAG") is expected


def test_an_unset_flag_is_down(monkeypatch):
    monkeypatch.delenv("FLAG", raising=False)
    assert env.flag("FLAG") is False


@pytest.mark.parametrize(
    ("value", "expected"), [("a, b ,,c", ["a", "b", "c"]), (" , ", ["default"]), ("", ["default"])]
)
def test_words_are_split_at_commas(monkeypatch, value, expected):
    monkeypatch.setenv("WORDS", value)
    assert env.words("WORDS", ["default"]) == expected


@pytest.mark.parametrize(("value", "expected"), [("587", 587), (" 25 ", 25), ("", 465), ("0", 0)])
def test_a_number_is_read_or_the_default(monkeypatch, value, expected):
    monkeypatch.setenv("PORT", value)
    assert env.number("PORT", 465) == expected


@pytest.mark.parametrize("value", ["smtp", "-1", "2.5", "５８７"])
def test_what_is_no_number_is_refused_with_an_example(monkeypatch, value):
    monkeypatch.setenv("PORT", value)
    with pytest.raises(ImproperlyConfigured, match=r"^PORT is .* for example 465$"):
        env.number("PORT", 465)


def test_a_required_value_is_returned_without_blanks(monkeypatch):
    monkeypatch.setenv("SECRET", " x ")
    assert env.required("SECRET", "Make one.") == "x"


@pytest.mark.parametrize("value", ["", "   "])
def test_a_missing_required_value_is_refused_with_a_hint(monkeypatch, value):
    monkeypatch.setenv("SECRET", value)
    with pytest.raises(ImproperlyConfigured, match=r"^SECRET is not set\. Make one\.$"):
        env.required("SECRET", "Make one.")


def test_a_development_key_is_made_once_and_kept_from_others(tmp_path):
    path = tmp_path / "var" / "secret-key"
    key = env.development_key(path)
    assert (len(key) >= 50, path.stat().st_mode & 0o777) == (True, 0o600)
    assert env.development_key(path) == key


def test_two_machines_have_two_development_keys(tmp_path):
    assert env.development_key(tmp_path / "a") != env.development_key(tmp_path / "b")
