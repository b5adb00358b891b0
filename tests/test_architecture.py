"""How the house is built, asked of the sources themselves."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
APPS = ("compliance", "vendors", "checklist")
SOURCES = [
    path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts
]
VIEWS = [path for path in SOURCES if path.name.endswith("views.py") or path.parent.name == "views"]
INLINE = {
    "style": re.compile(r"""<[^>]*\sstyle\s*=""", re.IGNORECASE),
    "script": re.compile(r"<script(?![^>]*\ssrc\s*=)", re.IGNORECASE),
    "handler": re.compile(r"<[^>]*\s(?:on[a-z]+|hx-on[:\w-]*)\s*=", re.IGNORECASE),
    "address": re.compile(r"""=\s*["']?\s*javascript:""", re.IGNORECASE),
}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports, inside functions too."""
    nodes = list(ast.walk(tree(path)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {
        each.split(".")[0]
        for each in plain | {n.module for n in nodes if isinstance(n, ast.ImportFrom) if n.module}
    }


def strings(path: Path) -> list[str]:
    return [n.value for n in ast.walk(tree(path)) if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def functions(path: Path) -> list[tuple[str, int]]:
    """(name, lines without decorators) of a module's functions and methods"""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [(n.name, n.end_lineno - n.lineno + 1) for n in ast.walk(tree(path)) if isinstance(n, kinds)]


def queries(path: Path) -> set[str]:
    """What follows each manager: "Clinic.objects.real"; a manager that is handed on stands alone."""
    module = tree(path)
    above = {child: node for node in ast.walk(module) for child in ast.iter_child_nodes(node)}
    managers = [
        n
        for n in ast.walk(module)
        if isinstance(n, ast.Attribute) and n.attr.endswith(("objects", "_manager"))
    ]
    return {ast.unparse(above[n] if isinstance(above[n], ast.Attribute) else n) for n in managers}


def inline(html: str) -> list[str]:
    return [kind for kind, pattern in INLINE.items() if pattern.search(html)]


@pytest.mark.parametrize(
    ("app", "above"), [("compliance", {"vendors", "checklist"}), ("vendors", {"checklist"})]
)
def test_imports_point_one_way(app, above):
    upward = {name(path): imported(path) & above for path in SOURCES if name(path).startswith(f"{app}/")}
    assert {path: apps for path, apps in upward.items() if apps} == {}


@pytest.mark.parametrize(("app", "above"), [("compliance", "vendors|checklist"), ("vendors", "checklist")])
def test_no_string_names_an_app_above_but_in_urls_and_settings(app, above):
    named = re.compile(rf"^({above})[./](?!toml)")  # checklist.toml is a file of the guideline
    elsewhere = [path for path in SOURCES if name(path).startswith(f"{app}/")]
    elsewhere = [
        path for path in elsewhere if name(path) not in {"compliance/urls.py", "compliance/settings.py"}
    ]
    assert [
        f"{name(path)}: {text}" for path in elsewhere for text in strings(path) if named.match(text)
    ] == []


def test_views_ask_for_nothing_outside_the_members_scope():
    asked = {f"{name(path)}: {query}" for path in VIEWS for query in queries(path)}
    assert {each for each in asked if not each.endswith(".objects.visible_to")} == set()


def test_no_function_is_longer_than_50_lines():
    assert [f"{name(p)}: {f} {n}" for p in SOURCES for f, n in functions(p) if n > 50] == []


def test_no_function_of_a_views_module_is_longer_than_20_lines():
    assert [f"{name(p)}: {f} {n}" for p in VIEWS for f, n in functions(p) if n > 20] == []


def test_no_module_is_longer_than_350_lines():
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {path: length for path, length in lengths.items() if length > 350} == {}


def test_templates_need_no_inline_style_or_script():
    templates = sorted((ROOT / "templates").rglob("*.html"))
    found = {name(path): inline(path.read_text(encoding="utf-8")) for path in templates}
    assert {path: kinds for path, kinds in found.items() if kinds} == {}


MADE_UP = re.compile(r"(status|level)-\w+")  # their ends come from values
CSS_CLASS = re.compile(r"\.([a-z][\w-]*)")


@pytest.mark.parametrize(
    "sheet",
    ["static/site.css", "static/report.css", "compliance/print/print.css", "compliance/print/guide.css"],
)
def test_every_class_of_a_style_sheet_is_used(sheet):
    css = re.sub(r"/\*.*?\*/|\{[^{}]*\}", "", (ROOT / sheet).read_text("utf-8"), flags=re.DOTALL)
    users = [*SOURCES, *(ROOT / "templates").rglob("*.html"), *(ROOT / "static").glob("*.js")]
    words = {word for path in users for word in re.findall(r"[\w-]+", path.read_text("utf-8"))}
    assert [each for each in sorted(set(CSS_CLASS.findall(css)) - words) if not MADE_UP.fullmatch(each)] == []


@pytest.mark.parametrize(
    ("html", "kinds"),
    [
        ('<p class="x">style="no" onclick="no"</p>', []),
        ('<script defer src="/static/a.js"></script>', []),
        ('<p class="x" style="color:red">', ["style"]),
        ("<script>go()</script>", ["script"]),
        ('<script type="module">go()</script>', ["script"]),
        ("<a\n onclick='go()'>", ["handler"]),
        ('<a hx-on:click="go()">', ["handler"]),
        ('<a href="javascript:go()">', ["address"]),
    ],
)
def test_inline_style_and_script_are_noticed(html, kinds):
    assert inline(html) == kinds
