"""Readers of environment variables: they fail loudly and say what to do."""

import subprocess
import sys
from ipaddress import ip_network

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


@pytest.mark.parametrize(("value", "expected"), [("", "here"), (" ", "here"), (" there ", "there")])
def test_an_empty_text_is_its_default(monkeypatch, value, expected):
    monkeypatch.setenv("TEXT", value)
    assert env.text("TEXT", "here") == expected


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


def test_processes_that_begin_at_once_share_one_development_key(tmp_path):
    command = (
        "import sys; from pathlib import Path; from compliance import env;"
        " print(env.development_key(Path(sys.argv[1])))"
    )
    path = tmp_path / "key"
    begun = [
        subprocess.Popen([sys.executable, "-c", command, str(path)], stdout=subprocess.PIPE, text=True)  # noqa: S603 (ours)
        for _ in range(4)
    ]
    keys = {each.communicate(timeout=60)[0].strip() for each in begun}
    assert keys == {path.read_text()}
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_a_secret_may_stand_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("from the file\n")
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "key"))
    assert env.secret("KEY") == "from the file"
    monkeypatch.setenv("KEY", "said at once")
    assert env.secret("KEY") == "said at once"


def test_a_secret_that_is_nowhere_is_empty(monkeypatch):
    monkeypatch.setenv("KEY", " ")
    assert env.secret("KEY") == ""


def test_a_file_of_a_secret_that_cannot_be_read_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ImproperlyConfigured, match=r"^KEY_FILE names .*/nowhere, which cannot be read: "):
        env.secret("KEY")


@pytest.mark.parametrize(("value", "why"), [("", "is not set"), ("the other", "is the same as another key")])
def test_a_required_secret_is_there_and_another(monkeypatch, value, why):
    monkeypatch.setenv("KEY", value)
    with pytest.raises(ImproperlyConfigured, match=rf"^KEY {why}\. Make one\.$"):
        env.required_secret("KEY", "Make one.", other_than="the other")
    monkeypatch.setenv("KEY", "a key")
    assert env.required_secret("KEY", "Make one.", other_than="the other") == "a key"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", 1),
        ("0", 0),
        (" 2 ", 2),
        ("10.0.0.5", [ip_network("10.0.0.5/32")]),
        ("10.0.0.0/8, fd00::/8", [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]),
    ],
)
def test_proxies_are_a_number_or_networks(monkeypatch, value, expected):
    monkeypatch.setenv("TRUSTED", value)
    assert env.proxies("TRUSTED", 1) == expected


@pytest.mark.parametrize("value", ["one", "-1", "10.0.0.5/8", "10.0.0.0/8,", "１"])
def test_what_is_neither_is_said(monkeypatch, value):
    monkeypatch.setenv("TRUSTED", value)
    with pytest.raises(ImproperlyConfigured, match=r"^TRUSTED is .* It takes the number of proxies"):
        env.proxies("TRUSTED")
