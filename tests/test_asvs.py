"""docs/asvs.md: whole, and true where it names a test; and what it claims that no other test looks at."""

import ast
import json
import re
import string
from pathlib import Path

import pytest
from django.contrib.auth import password_validation
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ValidationError

from compliance.models import User
from tests.compliance.test_settings import PRODUCTION, say
from tests.conftest import PASSWORD
from tests.test_architecture import ROOT, SOURCES, name, tree
from tests.web import addresses, browser, furnish, undone
from tests.web import tree as page_of

TABLE = ROOT / "docs" / "asvs.md"
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (met|not applicable|not met) \| (.+) \|$", re.MULTILINE)
ROWS = {number: (state, said) for number, _, state, said in ROW.findall(TABLE.read_text("utf-8"))}
# Level 1 of ASVS 5.0.0: section and numbers, as in the project's own CSV file.
LEVEL_1 = (
    "1.2:1,2,3,4,5 1.3:1,2 1.5:1 2.1:1 2.2:1,2 2.3:1 3.2:1,2 3.3:1 3.4:1,2 3.5:1,2,3 4.1:1 4.4:1 5.2:1,2 5.3:1,2 "
    "6.1:1 6.2:1,2,3,4,5,6,7,8 6.3:1,2 6.4:1,2 7.2:1,2,3,4 7.4:1,2 8.1:1 8.2:1,2 8.3:1 9.1:1,2,3 9.2:1 "
    "10.4:1,2,3,4,5 11.3:1,2 11.4:1 12.1:1 12.2:1,2 13.4:1 14.2:1 14.3:1 15.1:1 15.2:1 15.3:1"
)
SCRIPTS = sorted((ROOT / "static").glob("*.js"))
RUNS_TEXT = (
    r"eval|exec|compile|os\.(system|popen)|(pickle|marshal)\.loads?|(.*\.)?(objects\.(raw|extra)|RawSQL)"
)
BROKEN = r"hashlib\.(new|md5|sha1)|md5|sha1|.*\b(Cipher|Fernet|AES)\b.*"


def wanted() -> list[str]:
    parts = (section.split(":") for section in LEVEL_1.split())
    return [f"{section}.{number}" for section, numbers in parts for number in numbers.split(",")]


def defined(path: Path) -> set[str]:
    return {node.name for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)}


def anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


# The table


def test_the_table_holds_each_requirement_of_level_1_once_and_in_order():
    found = [number for number, *_ in ROW.findall(TABLE.read_text("utf-8"))]
    assert (found, len(found)) == (wanted(), 70)


def test_every_test_that_the_table_names_exists():
    named = {each for _, said in ROWS.values() for each in re.findall(r"`(tests/[\w/.]+)::(\w+)`", said)}
    files = {path: defined(ROOT / path) if (ROOT / path).exists() else set() for path, _ in named}
    assert sorted(f"{path}::{test}" for path, test in named if test not in files[path]) == []
    assert len(named) > 40


def test_every_heading_that_the_table_points_to_exists():
    links = {each for _, said in ROWS.values() for each in re.findall(r"\]\(([\w./]*)#([\w-]+)\)", said)}
    wrong = [f"{p}#{a}" for p, a in links if a not in anchors((TABLE.parent / p) if p else TABLE)]
    assert (wrong, len(links)) == ([], 4)


def test_what_is_met_names_a_test_or_a_document():
    met = {number: said for number, (state, said) in ROWS.items() if state == "met"}
    assert [n for n, said in met.items() if "::" not in said and "](" not in said] == []


def test_the_sum_above_the_table_is_right():
    states = [state for state, _ in ROWS.values()]
    counts = ", ".join(f"{states.count(each)} {each}" for each in ("met", "not applicable", "not met"))
    assert f"\n{counts}. " in TABLE.read_text("utf-8")


# Sources


def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


def called(pattern: str) -> list[tuple[str, str]]:
    """Where something is called whose whole dotted name is like this."""
    names = ((name(path), ast.unparse(call.func)) for path in SOURCES for call in calls(path))
    return [(where, what) for where, what in names if re.fullmatch(pattern, what)]


def test_our_sources_run_no_text_as_code_or_command():
    shells = [name(p) for p in SOURCES for c in calls(p) for k in c.keywords if k.arg == "shell"]
    assert (called(RUNS_TEXT), shells) == ([], [])


def test_no_module_that_meets_what_is_typed_writes_sql():
    """Elsewhere ruff (S608) asks about each statement that is put together."""
    speaks = {where for where, _ in called(r".*\.(cursor|executemany)")}
    assert [where for where in speaks if re.search(r"views|forms|fields", where)] == []
    assert "compliance/counting.py" in speaks


def test_our_sources_choose_no_cipher_and_no_broken_hash():
    assert (called(BROKEN), len(called(r"hashlib\.sha256")) > 3) == ([], True)


def test_our_scripts_write_no_markup_and_run_no_text():
    found = {
        script.name: re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function",
            script.read_text(),
        )
        for script in SCRIPTS
    }
    assert {script: words for script, words in found.items() if words} == {}
    assert len(found) >= 3


def test_our_scripts_store_nothing_and_leave_pasting_alone():
    words = r"localStorage|sessionStorage|indexedDB|document\.cookie|caches\.|[\"']paste[\"']|onpaste"
    found = {script.name: re.findall(words, script.read_text()) for script in SCRIPTS}
    assert {script: each for script, each in found.items() if each} == {}
    assert len(found) >= 3


# Answers


@pytest.mark.django_db
@pytest.mark.usefixtures("quick_pdf")
def test_every_answer_names_its_type_asks_for_tls_and_is_for_no_other_site(settings, clinic, director):
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    ids, told = furnish(clinic, director), {}
    for each in addresses():
        with undone():
            visit = browser(director).get(
                each.path(ids), secure=True, headers={"Origin": "https://evil.example"}
            )
            told[each.name] = (visit.status_code, visit.headers)
    types = {name: of.get("Content-Type", "") for name, (status, of) in told.items() if status == 200}
    assert [
        n for n, kind in types.items() if not re.fullmatch(r"[a-z]+/[\w.+-]+(; charset=\S+)?", kind)
    ] == []
    assert [
        n for n, kind in types.items() if kind.startswith("text/") and "; charset=utf-8" not in kind
    ] == []
    for header, wanted in {
        "Strict-Transport-Security": "max-age=31536000",
        "Access-Control-Allow-Origin": "",
    }.items():
        said = {of.get(header, "").partition(";")[0] for _, of in told.values()}
        assert (header, said) == (header, {wanted})


def test_production_asks_browsers_for_tls_for_a_year(manage):
    asked = "s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS"
    assert manage(*say(asked), **PRODUCTION).stdout == f"{365 * 24 * 3600} True\n"


# Passwords and sessions


@pytest.mark.parametrize(
    "password", ["kamakurabori", "山田さんの診療所は駅のそばです", "   kawa   umi   ", "x7" * 64]
)
def test_a_long_password_of_any_characters_is_taken(password):
    assert password_validation.validate_password(password) is None


@pytest.mark.parametrize("password", ["mori-kuma-8", "password1234", "qwertyuiop12"])
def test_a_short_or_common_password_is_refused(password):
    with pytest.raises(ValidationError):
        password_validation.validate_password(password)


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["Kawa to umi 34 ", " Kawa to umi 34", "kawa to umi 34", "Kawa to umi 3"])
def test_a_password_counts_exactly_as_it_was_typed(other):
    User.objects.create_user("kawa@midori.example", "Kawa to umi 34", name="川")

    def logs_in(password: str) -> int:
        return browser().post("/login/", {"login": "kawa@midori.example", "password": password}).status_code

    assert (logs_in(other), logs_in("Kawa to umi 34")) == (200, 302)


@pytest.mark.django_db
def test_password_fields_are_masked_and_known_to_password_managers(director):
    log_in = page_of(browser().get("/login/"))
    fields = {
        e.get("name"): (e.get("type"), e.get("autocomplete")) for e in log_in.iter("input") if e.get("id")
    }
    assert fields == {"login": ("email", "email"), "password": ("password", "current-password")}
    changing = page_of(browser(director).get("/password/"))
    asked = [e for e in changing.iter("input") if "password" in (e.get("name") or "")]
    assert [(e.get("type"), e.get("autocomplete")) for e in asked] == [
        ("password", "current-password"),
        ("password", "new-password"),
        ("password", "new-password"),
    ]


@pytest.mark.django_db
def test_a_new_installation_has_nobody_who_can_log_in(edition):
    assert list(User.objects.values_list("email", flat=True)) == []


@pytest.mark.django_db
def test_session_keys_are_long_and_never_the_same():
    keys = {SessionStore()._get_new_session_key() for _ in range(200)}
    letters = set(string.ascii_lowercase + string.digits)  # 36 ** 32: 165 bits
    assert (len(keys), {len(key) for key in keys}, set("".join(keys)) <= letters) == (200, {32}, True)


@pytest.mark.django_db
def test_whoever_proves_again_who_they_are_goes_on_under_a_new_key(director):
    client = browser()
    client.post("/login/", {"login": director.email, "password": PASSWORD})
    before = client.cookies["sessionid"].value
    assert client.post("/reauthenticate/", {"password": PASSWORD}).status_code == 302
    assert (client.cookies["sessionid"].value != before, SessionStore().exists(before)) == (True, False)


def test_the_table_is_read_as_it_is_written():
    assert json.dumps(ROWS["4.4.1"]) == '["not applicable", "there are no WebSockets"]'
