"""The commands of whoever runs the server: prepare, create_clinic, seed_demo."""

import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.http import Http404
from django.urls import resolve

from checklist.management.commands import prepare
from checklist.models import Assessment
from compliance.choices import Role
from compliance.links import user_of_link
from compliance.models import AuditEntry, Clinic, GuidelineEdition, Membership, User

NAME, EMAIL = "みなと坂内科クリニック", "Incho@Minato.example"


def said(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def link_in(text: str) -> dict:
    """uid and token of the one-time link in it"""
    return resolve(re.search(r"/welcome/\S+", text)[0]).kwargs


# create_clinic


def test_create_clinic_founds_it_with_a_person_without_password(edition):
    said("create_clinic", NAME, EMAIL, "--person", "岩﨑 直子")
    member = Membership.objects.select_related("user", "clinic").get()
    assert (member.clinic.name, member.role, member.clinic.is_sample) == (NAME, Role.ADMIN, False)
    assert (member.user.email, member.user.name) == ("incho@minato.example", "岩﨑 直子")
    assert not member.user.has_usable_password()
    assert Assessment.objects.get().clinic == member.clinic


def test_its_link_lets_that_person_in_once(edition):
    link = link_in(said("create_clinic", NAME, EMAIL))
    user = user_of_link(**link)
    user.enter(name="岩﨑 直子", password="mori-no-kumasan-8")
    assert User.objects.get().check_password("mori-no-kumasan-8")
    with pytest.raises(Http404):
        user_of_link(**link)


def test_its_link_begins_with_the_public_address(edition, settings):
    settings.PUBLIC_URL = "https://tenken.example.jp"
    assert "https://tenken.example.jp/welcome/" in said("create_clinic", NAME, EMAIL)


def test_its_link_begins_with_this_machine_where_nothing_is_set(edition, settings, monkeypatch):
    settings.PUBLIC_URL = ""
    monkeypatch.setenv("BIND", "0.0.0.0:8123")
    assert "http://127.0.0.1:8123/welcome/" in said("create_clinic", NAME, EMAIL)


def test_a_known_person_gets_a_further_clinic_and_no_link(clinic, director):
    text = said("create_clinic", NAME, director.email.upper(), "--person", "別の 名前")
    assert [each.name for each in director.clinics()] == sorted([clinic.name, NAME])
    assert ("/welcome/" in text, "/login/" in text) == (False, True)
    assert User.objects.get().name == director.name


def test_repeating_it_makes_a_new_link_and_no_second_clinic(edition):
    said("create_clinic", NAME, EMAIL)
    again = said("create_clinic", NAME, EMAIL)
    assert (Clinic.objects.count(), User.objects.count()) == (1, 1)
    assert user_of_link(**link_in(again)) == User.objects.get()


def test_each_link_stands_in_the_audit_trail(edition, trail):
    said("create_clinic", NAME, EMAIL)
    actions = [(entry.action, entry.actor_id is None) for entry in trail(Clinic.objects.get())]
    assert actions[-1] == ("user.link", True)


def test_a_real_clinic_ends_first_start(edition):
    said("create_clinic", NAME, EMAIL)
    assert Clinic.first_start_is_due() is False


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("", EMAIL), "The clinic's name is empty."),
        (("　 ", EMAIL), "The clinic's name is empty."),
        (("み" * 101, EMAIL), "The clinic's name is longer than 100 characters."),
        (("みなと\x07坂", EMAIL), "The clinic's name holds characters that can neither be seen nor printed."),
        (("みなと\n坂", EMAIL), "The clinic's name holds characters that can neither be seen nor printed."),
        (
            ("みなと\udc80坂", EMAIL),
            "The clinic's name holds characters that can neither be seen nor printed.",
        ),
        ((NAME, ""), "The e-mail address is empty."),
        ((NAME, "incho"), "'incho' is not an e-mail address."),
        ((NAME, "a b@minato.example"), "'a b@minato.example' is not an e-mail address."),
        ((NAME, "a" * 250 + "@x.jp"), "The e-mail address is longer than 254 characters."),
        ((NAME, '"\x01"@x.jp'), "The e-mail address holds characters that can neither be seen nor printed."),
        (
            (NAME, EMAIL, "--person", "岩﨑\x00"),
            "The person's name holds characters that can neither be seen nor printed.",
        ),
    ],
)
def test_bad_input_is_refused_in_one_sentence_and_nothing_written(edition, words, sentence):
    with pytest.raises(CommandError) as refusal:
        said("create_clinic", *words)
    assert str(refusal.value) == sentence
    assert [model.objects.count() for model in (User, Clinic, AuditEntry)] == [0, 0, 0]


@pytest.mark.parametrize("words", [("create_clinic", NAME, EMAIL), ("seed_demo",)])
def test_without_the_guideline_they_say_what_to_run_first(edition, words):
    GuidelineEdition.objects.all().delete()
    with pytest.raises(CommandError, match=r"first run: manage\.py prepare"):
        said(*words)
    assert User.objects.count() == 0


def test_on_a_fresh_clone_too(manage):
    ran = manage("seed_demo")
    assert (ran.returncode, ran.stderr) == (
        1,
        "CommandError: The database is not ready; first run: manage.py prepare\n",
    )


# seed_demo


def test_seed_demo_says_what_it_made_and_where(edition):
    first, again = said("seed_demo"), said("seed_demo")
    content = "みどり台内科クリニック, 5 systems, 4 vendors, 26 of 52 items answered."
    assert (
        first
        == f"Made the sample clinic: {content}\nLook at it from first start, /start/; it then is at /c/sample/\n"
    )
    assert again.startswith(f"The sample clinic stands already: {content}\n")


def test_seed_demo_says_so_when_first_start_is_over(clinic):
    assert "first start only, which is over" in said("seed_demo")


# prepare


def test_prepare_readies_a_fresh_clone_and_then_only_looks(manage, tmp_path):
    first = manage("prepare", PUBLIC_URL="https://tenken.example.jp/")
    manifest = tmp_path / "static" / "staticfiles.json"
    made_at = manifest.stat().st_mtime_ns
    again = manage("prepare", PUBLIC_URL="https://tenken.example.jp/")
    assert (first.returncode, first.stderr, first.stdout) == (0, "", again.stdout)
    address, code = first.stdout.splitlines()
    assert address.endswith(" https://tenken.example.jp")
    assert re.search(r"開始コード.* [0-9a-f]{4}(-[0-9a-f]{4}){3}$", code)
    assert manifest.stat().st_mtime_ns == made_at
    served = {
        name for name in json.loads(manifest.read_text())["paths"] if not name.startswith(("account", "mfa"))
    }
    assert {
        "bootstrap/bootstrap.min.css",
        "bootstrap/bootstrap.min.css.map",
        "django_htmx/htmx-2.min.js",
    } <= served
    assert not {name for name in served if "rtl" in name or "grid" in name or "htmx-4" in name}
    assert "26 of 52" in manage("seed_demo").stdout


@pytest.fixture
def static(settings, tmp_path):
    """A folder of sources, and one to collect them in."""
    settings.STATIC_ROOT, source = tmp_path / "collected", tmp_path / "source"
    source.mkdir()
    settings.STATICFILES_DIRS, settings.STATICFILES_FINDERS = (
        [source],
        ["django.contrib.staticfiles.finders.FileSystemFinder"],
    )
    return source


def test_static_files_are_collected_again_when_one_has_changed(static, settings):
    (static / "site.css").write_text("a{}")
    assert [prepare.collect_static(), prepare.collect_static()] == [True, False]
    (static / "site.css").write_text("a{color:red}")
    assert prepare.collect_static() is True
    assert (settings.STATIC_ROOT / "site.css").read_text() == "a{color:red}"


def test_static_files_are_collected_again_when_they_are_gone(static, settings):
    (static / "site.css").write_text("a{}")
    prepare.collect_static()
    (settings.STATIC_ROOT / ".fingerprint").unlink()
    assert prepare.collect_static() is True


def test_the_guideline_is_validated_only_when_it_is_not_the_loaded_one(edition, monkeypatch):
    loads = []
    monkeypatch.setattr(prepare, "call_command", lambda *words, **options: loads.append(words))
    prepare.load_guideline()
    GuidelineEdition.objects.update(fingerprint="another")
    prepare.load_guideline()
    assert loads == [("load_guideline",)]


def test_an_unsound_guideline_is_told_in_one_sentence(edition, settings, tmp_path):
    settings.GUIDELINES = tmp_path
    (tmp_path / "guideline-9").mkdir()
    with pytest.raises(CommandError, match=r"checklist\.toml: "):
        prepare.load_guideline()


def test_the_start_code_is_not_printed_once_a_real_clinic_exists(clinic):
    assert len(list(prepare.greeting())) == 1
