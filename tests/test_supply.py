"""Where what we install comes from: the locks, their licences, the bill of materials and the audit."""

import importlib.util
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOL = ROOT / "bin" / "supply.py"
_spec = importlib.util.spec_from_file_location("supply", TOOL)
supply = sys.modules["supply"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(supply)
PACKAGES = supply.locked(supply.LOCKED.read_text(encoding="utf-8"))
NAMES = [each.name for each in PACKAGES]


def known(name: str, *faults: str, fixed: tuple[str, ...] = ("2.0",)) -> dict:
    """A package as pip-audit reports one that the service knows."""
    return {"name": name, "version": "1.0", "vulns": [{"id": each, "fix_versions": fixed} for each in faults]}


def unknown(name: str) -> dict:
    return {
        "name": name,
        "skip_reason": f"Dependency not found on PyPI and could not be audited: {name} (1.0)",
    }


def test_a_lock_is_read_with_its_markers():
    text = "a-b==1.2 \\\n    --hash=sha256:00\n    # via c\nc==3 ; sys_platform == 'win32' \\\n    --hash=sha256:01\n"
    assert supply.locked(text) == [
        supply.Locked("a-b", "1.2"),
        supply.Locked("c", "3", "sys_platform == 'win32'"),
    ]


def test_every_line_of_the_locks_is_read():
    pinned = [line for line in supply.LOCKED.read_text(encoding="utf-8").splitlines() if "==" in line[:80]]
    assert len(PACKAGES) == len([line for line in pinned if not line.startswith((" ", "#"))])


def test_what_runs_here_is_what_is_locked():
    found = {}
    for each in PACKAGES:
        try:
            found[each.name] = version(each.name)
        except PackageNotFoundError:
            found[each.name] = each.version if each.where else "missing"
    assert found == {each.name: each.version for each in PACKAGES}


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("Apache-2.0 OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-2.0-only OR MIT AND MPL-2.0", True),
        ("", False),
    ],
)
def test_an_expression_is_allowed_where_one_of_its_ways_is(expression, allowed):
    assert supply.Licence(expression).allowed is allowed


def test_every_package_has_a_licence_fit_for_open_source():
    assert {name for name in NAMES if not supply.licence_of(name).allowed} == supply.EXCUSED


def test_what_was_read_by_hand_is_still_locked_and_says_why():
    assert set(supply.READ_BY_US) - set(NAMES) == set()
    assert [name for name, (_, why) in supply.READ_BY_US.items() if not why] == []
    assert supply.EXCUSED - set(supply.READ_BY_US) == set()


def test_the_page_of_licences_is_the_one_that_would_be_written_now():
    assert supply.PAGE.read_text(encoding="utf-8") == supply.page(PACKAGES), "run: make licences"


def made_by_the_tool() -> dict:
    """As cyclonedx-py writes a lock file, with what the bill needs of it."""
    parts = [
        {"bom-ref": f"L{n}", "name": each.name, "version": each.version, "type": "library"}
        for n, each in enumerate(PACKAGES)
    ]
    return {
        "specVersion": "1.6",
        "metadata": {"component": {"bom-ref": "root", "name": "iryo-jiko-tenken"}},
        "components": parts,
        "dependencies": [{"ref": "root"}, *({"ref": part["bom-ref"]} for part in parts)],
    }


def test_the_bill_has_a_licence_for_everything_and_the_font():
    made = supply.bill(made_by_the_tool())
    licences = {part["name"]: part["licenses"] for part in made["components"]}
    assert sorted(licences) == sorted([*NAMES, "BIZ UDPGothic"])
    assert licences["django"] == [{"expression": "BSD-3-Clause"}]
    assert licences["BIZ UDPGothic"] == [{"license": {"id": "OFL-1.1"}}]


def test_the_bill_says_that_the_product_depends_on_each_part():
    made = supply.bill(made_by_the_tool())
    references = [part["bom-ref"] for part in made["components"]]
    said = {each["ref"]: each.get("dependsOn", []) for each in made["dependencies"]}
    assert said == {"root": references, **{each: [] for each in references}}
    assert len(made["dependencies"]) == len(references) + 1


@pytest.mark.parametrize("way", ["sbom", "audit"])
def test_without_its_tools_it_says_how_to_get_them(way, tmp_path):
    with pytest.raises(SystemExit, match="make sbom か make audit で実行してください"):
        list(supply.main(["--tools", str(tmp_path / "none"), way]))


@pytest.mark.parametrize(
    ("report", "words", "fails", "fails_strictly"),
    [
        ([known("a"), known("b")], "2件に既知の脆弱性はありません。", False, False),
        (
            [known("a"), unknown("b")],
            "1件に既知の脆弱性はありません。確認できなかったもの: b",
            False,
            True,
        ),
        (
            [unknown("a"), unknown("b")],
            "脆弱性の情報を提供するサービスに問い合わせできなかったため、確認していません。",
            False,
            True,
        ),
        (
            [known("a", "CVE-2099-1"), unknown("b")],
            "既知の脆弱性が1件あります。\na 1.0: CVE-2099-1（修正された版: 2.0）",
            True,
            True,
        ),
        (
            [known("a", "CVE-2099-1", fixed=())],
            "既知の脆弱性が1件あります。\na 1.0: CVE-2099-1（修正された版: なし）",
            True,
            True,
        ),
    ],
)
def test_an_audit_says_what_is_wrong_and_what_nobody_knew(report, words, fails, fails_strictly):
    found = supply.read({"dependencies": report})
    assert (found.words, found.failed(strict=False), found.failed(strict=True)) == (
        words,
        fails,
        fails_strictly,
    )


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "print('no JSON')",
            "脆弱性の情報を提供するサービスに問い合わせできなかったため、確認していません。",
        ),
        (
            'print(\'{"dependencies": [{"name": "a", "version": "1.0", "vulns": []}]}\')',
            "1件に既知の脆弱性はありません。",
        ),
    ],
)
def test_an_audit_reads_what_the_tool_prints(said, words, tmp_path):
    tool = tmp_path / "python"
    tool.write_text(f"#!{sys.executable}\n{said}\n")
    tool.chmod(0o755)
    assert list(supply.main(["--tools", str(tool), "audit"])) == [words]


def test_an_audit_that_reaches_nobody_fails_only_where_one_insists(tmp_path):
    tool = tmp_path / "python"
    tool.write_text("#!/bin/sh\nexit 1\n")
    tool.chmod(0o755)
    assert list(supply.main(["--tools", str(tool), "audit"])) == [supply.Audit(0, (), ()).words]
    with pytest.raises(SystemExit):
        list(supply.main(["--tools", str(tool), "audit", "--strict"]))
