#!/usr/bin/env python3
"""Where what we install comes from: `supply.py sbom [FILE] | licences | audit [--strict]`, behind make.

Everything is asked of requirements/*.txt (what is locked) and of the installed packages' own metadata.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKED, PAGE = ROOT / "requirements" / "run.txt", ROOT / "docs" / "licences.md"
# An environment of their own: they bring lxml and defusedxml along, and openpyxl takes what it finds.
TOOLS = ROOT / ".venv" / "tools" / "bin" / "python"
_LOCK = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\\n]+?))? *\\?$", re.MULTILINE)
SERVICES = ("pypi", "osv")  # the second is asked where the first knows nothing of our packages

# Fit for a product under MIT that is given away as source; each licence stays with its package.
ALLOWED = {
    *("MIT", "MIT-0", "MIT-CMU", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "PSF-2.0", "MPL-2.0"),
}
_LGPL = "LGPL: used unmodified, as a package of its own that pip can replace; nothing of it is in our source"
# What the metadata leaves open, or what is not on the list, each with what a person found in the package.
READ_BY_US = {
    "brotlicffi": ("MIT", "other Pythons only; says so in its metadata"),
    "colorama": ("BSD-3-Clause", "Windows only; its LICENSE.txt"),
    "tzdata": ("Apache-2.0", "Windows only; says so in its metadata"),
    "fido2": (
        "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
        "its COPYING files: BSD, with parts under the others",
    ),
    "pyrage": ("MIT", "its LICENSE"),
    "pyphen": (
        "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1",
        "three to choose from; we take MPL-1.1, unmodified",
    ),
    "qrcode": (
        "BSD-3-Clause AND MIT",
        "its LICENSE; 'proprietary' in its classifiers may mean the trademark QR Code",
    ),
    "xstatic-bootstrap": ("MIT", "says 'same as Bootstrap', which is MIT"),
    "psycopg": ("LGPL-3.0-only", _LGPL),
    "psycopg-binary": ("LGPL-3.0-only", _LGPL),
}
EXCUSED = {"pyphen", "psycopg", "psycopg-binary"}
_SPOKEN = {"BSD": "BSD-3-Clause", "BSD License": "BSD-3-Clause", "MIT License": "MIT"}
_SPOKEN |= {"Apache Software License": "Apache-2.0"}


@dataclass(frozen=True)
class Locked:
    """A line of a lock file; `where` is its marker, empty for every machine."""

    name: str
    version: str
    where: str = ""


@dataclass(frozen=True)
class Licence:
    """An SPDX expression, and why it is not simply the metadata's; empty where it is."""

    expression: str
    why: str = ""

    @property
    def allowed(self) -> bool:
        """Whether one of the alternatives holds allowed licences only."""
        ways = self.expression.split(" OR ")
        return any(all(each in ALLOWED for each in way.split(" AND ")) for way in ways)


def locked(text: str) -> list[Locked]:
    return [Locked(name, version, where) for name, version, where in _LOCK.findall(text)]


def licence_of(name: str) -> Licence:
    """What a package is under; an empty expression where nothing is said. PackageNotFoundError where it is unknown."""
    if name in READ_BY_US:
        return Licence(*READ_BY_US[name])
    metadata = distribution(name).metadata
    if expression := metadata["License-Expression"]:
        return Licence(expression)
    spoken = [str(metadata["License"] or "")]
    spoken += [
        each.rpartition(" :: ")[2]
        for each in metadata.get_all("Classifier", [])
        if each.startswith("License")
    ]
    known = [_SPOKEN.get(each, each) for each in spoken if _SPOKEN.get(each, each) in ALLOWED]
    return Licence(known[0] if known else "")


def page(packages: Iterable[Locked]) -> str:
    """docs/licences.md."""
    return "\n".join([*_HEAD, *(_row(each) for each in packages), *_FOOT, ""])


def _row(package: Locked) -> str:
    licence = licence_of(package.name)
    return f"| {package.name} | {package.version} | {licence.expression} | {licence.why} |"


_HEAD = [
    "# Licences of what is installed at run time",
    "",
    "Written by `make licences` from `requirements/run.txt` and the packages' own metadata; a test compares the two and",
    "refuses what is not fit for open source. What stands in this repository itself, and fonts and the ministry's text,",
    "is in `NOTICE.md`. The wheels of pillow, psycopg-binary and cryptography bundle C libraries under their own",
    "licences; pip fetches them, we hand none on. Not from pip: Python, Pango, HarfBuzz, fontconfig.",
    "",
    "| package | version | licence (SPDX) | where the metadata does not say it all |",
    "|---|---|---|---|",
]
_FOOT = [
    "",
    "Inside these packages and served to browsers: Bootstrap (MIT, xstatic-bootstrap) and htmx (0BSD, django-htmx).",
]


def bill(made: dict) -> dict:
    """A CycloneDX bill of the lock file, with each licence, and the font that comes with our source."""
    for component in made["components"]:
        if expression := licence_of(component["name"]).expression:
            component["licenses"] = [{"expression": expression}]
    root = made["metadata"]["component"]["bom-ref"]
    made["components"].append(_FONT)
    direct = [each["bom-ref"] for each in made["components"]]
    others = [each for each in made["dependencies"] if each["ref"] != root]
    made["dependencies"] = [{"ref": root, "dependsOn": direct}, {"ref": _FONT["bom-ref"]}, *others]
    return made


_FONT = {
    "bom-ref": "font-biz-udpgothic",
    "type": "file",
    "name": "BIZ UDPGothic",
    "licenses": [{"license": {"id": "OFL-1.1"}}],
    "description": "compliance/print/fonts/, unmodified, Regular and Bold",
}


def sbom(target: Path, tools: Path) -> str:
    """Write the bill; the sentence that says so. SystemExit where a tool failed, or finds the bill invalid."""
    asked = ["cyclonedx_py", "requirements", str(LOCKED), "--pyproject", str(ROOT / "pyproject.toml")]
    whole = bill(json.loads(_done(tools, "-m", *asked, "--output-reproducible", "--short-PURLs")))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _done(tools, "-c", _VALIDATE, str(target))
    return f"SBOM（CycloneDX {whole['specVersion']}、{len(whole['components'])}件）を書きました: {target}"


_VALIDATE = """
import sys
from pathlib import Path
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
sys.exit(JsonStrictValidator(SchemaVersion.V1_6).validate_str(Path(sys.argv[1]).read_text(encoding="utf-8")))
"""


def licences() -> str:
    """Write docs/licences.md; the sentence that says so."""
    packages = locked(LOCKED.read_text(encoding="utf-8"))
    PAGE.write_text(page(packages), encoding="utf-8")
    return f"ライセンスの一覧（{len(packages)}件）を書きました: {PAGE}"


@dataclass(frozen=True)
class Audit:
    """What a service said of the locked packages: how many it knew, which it did not, and what is wrong with them."""

    known: int
    unknown: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def words(self) -> str:
        if self.faults:
            return "\n".join([f"既知の脆弱性が{len(self.faults)}件あります。", *self.faults])
        if not self.known:
            return "脆弱性の情報を提供するサービスに問い合わせできなかったため、確認していません。"
        if self.unknown:
            return (
                f"{self.known}件に既知の脆弱性はありません。確認できなかったもの: {'、'.join(self.unknown)}"
            )
        return f"{self.known}件に既知の脆弱性はありません。"

    def failed(self, *, strict: bool) -> bool:
        """Faults always fail; what could not be asked fails where one insists on an answer."""
        return bool(self.faults) or (strict and (not self.known or bool(self.unknown)))


def read(report: dict) -> Audit:
    """pip-audit's JSON. It counts a package that the service does not know as faultless; we do not."""
    every = report.get("dependencies", [])
    asked = [each for each in every if "skip_reason" not in each]
    faults = [
        f"{each['name']} {each['version']}: {fault['id']}（修正された版: {'、'.join(fault['fix_versions']) or 'なし'}）"
        for each in asked
        for fault in each.get("vulns", [])
    ]
    return Audit(len(asked), tuple(each["name"] for each in every if "skip_reason" in each), tuple(faults))


def audit(tools: Path) -> Audit:
    """The first answer of a service that knows our packages, or that of the last one."""
    answer = Audit(0, (), ())
    for service in SERVICES:
        answer = read(_answer(service, tools))
        if answer.known:
            break
    return answer


def _answer(service: str, tools: Path) -> dict:
    """pip-audit's report; empty where it could not be made."""
    asked = ["pip_audit", "-r", str(LOCKED), "--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    try:
        return json.loads(
            _run(tools, "-m", *asked, "--format", "json", "--vulnerability-service", service).stdout
        )
    except ValueError:
        return {}


def _done(tools: Path, *words: str) -> str:
    """What a tool printed; SystemExit where it failed."""
    done = _run(tools, *words)
    if done.returncode:
        raise SystemExit(f"SBOMを作れませんでした。\n{done.stderr}")
    return done.stdout


def _run(tools: Path, *words: str) -> subprocess.CompletedProcess:
    if not tools.exists():
        raise SystemExit("調べる道具が入っていません。make sbom か make audit で実行してください。")
    return subprocess.run([tools, "-W", "ignore", *words], capture_output=True, text=True, check=False)  # noqa: S603 (fixed words)


def main(words: list[str]) -> Iterator[str]:
    """What the command line asks for, as lines to print; SystemExit 1 where it failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--tools", type=Path, default=TOOLS, help="the Python that has cyclonedx-bom and pip-audit"
    )
    ways = parser.add_subparsers(dest="way", required=True)
    ways.add_parser("sbom").add_argument("file", nargs="?", type=Path, default=ROOT / "build" / "sbom.json")
    ways.add_parser("licences")
    ways.add_parser("audit").add_argument(
        "--strict", action="store_true", help="fail where nobody could be asked"
    )
    asked = parser.parse_args(words)
    if asked.way == "sbom":
        yield sbom(asked.file, asked.tools)
    elif asked.way == "licences":
        yield licences()
    else:
        found = audit(asked.tools)
        yield found.words
        if found.failed(strict=asked.strict):
            raise SystemExit(1)


if __name__ == "__main__":
    try:
        for line in main(sys.argv[1:]):
            print(line)
    except PackageNotFoundError as missing:
        raise SystemExit(f"{missing}が入っていません。先に make test を実行してください。") from None
