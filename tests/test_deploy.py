"""What is handed to whoever runs a server: proxies, services, the environment, and the pages about them."""

import ast
import re
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.test_architecture import ROOT, SOURCES, tree

DEPLOY, RUNNING = ROOT / "deploy", ROOT / "docs" / "running.md"
CADDYFILES = sorted(DEPLOY.glob("Caddyfile.*"))
UNITS = sorted((DEPLOY / "systemd").glob("tenken-*.*"))
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
EXAMPLE = (DEPLOY / "environment.example").read_text("utf-8")
READERS = {"flag", "text", "number", "words", "required", "secret", "required_secret", "proxies"}
KEY = "zq4Wc7nTgR0bYvK2mJxH9sLpD5fE8aUi3oMhVtBkXyNrGwCeQ1"


def directives(path: Path) -> str:
    """A Caddyfile without its comments."""
    return re.sub(r"(^|\s)#.*", "", path.read_text("utf-8"))


def unit(path: Path) -> ConfigParser:
    """A unit; of a name that is written twice the last counts here, which no test asks for."""
    parser = ConfigParser(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str
    parser.read_string(path.read_text("utf-8"))
    return parser


# The environment


def name_read(call: ast.Call) -> set[str]:
    """The variable that a call asks the environment for; with the name of its file where it is a secret."""
    what = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    of = ast.unparse(call.func.value) if what else ""
    asks = (of == "env" and what in READERS) or (of == "os.environ" and what == "get")
    if not (asks and call.args and isinstance(call.args[0], ast.Constant)):
        return set()
    name = call.args[0].value
    return {name, f"{name}_FILE"} if what in {"secret", "required_secret"} else {name}


def read_by_the_product() -> set[str]:
    calls = (node for path in SOURCES for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    named = {name for call in calls for name in name_read(call)}
    return named | set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "bin" / "nightly").read_text("utf-8")))


def in_the_example() -> set[str]:
    return set(re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def filled_in(**values: str) -> dict[str, str]:
    """The example as a process gets it."""
    lines = (line.partition("=") for line in EXAMPLE.splitlines() if re.match(r"[A-Z_]+=", line))
    return {name: values.get(name, value) for name, _, value in lines}


def test_the_example_names_what_the_product_reads_and_nothing_else():
    assert in_the_example() == read_by_the_product()


def test_the_page_names_what_the_product_reads_and_nothing_else():
    table = RUNNING.read_text("utf-8").split("## Settings", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)} == read_by_the_product()


def test_the_example_as_it_comes_starts_nothing(manage, tmp_path):
    done = manage("check", **filled_in(VAR_DIR=str(tmp_path)))
    assert (done.returncode, "SECRET_KEY is not set. " in done.stderr) == (1, True)


def test_the_example_with_its_secrets_passes_djangos_deployment_check(manage, tmp_path):
    environment = filled_in(SECRET_KEY=KEY, AUDIT_KEY=KEY[::-1], VAR_DIR=str(tmp_path))
    done = manage("check", "--deploy", "--fail-level", "WARNING", **environment)
    assert (done.returncode, done.stderr) == (0, "")


# The proxies


def test_there_is_a_proxy_for_a_lan_and_one_for_a_hosting_body():
    assert [path.name for path in CADDYFILES] == ["Caddyfile.hosting", "Caddyfile.lan"]


@pytest.mark.parametrize("path", CADDYFILES, ids=lambda path: path.name)
def test_a_caddyfile_writes_no_access_log(path):
    assert re.findall(r"^\s*log\b", directives(path), re.MULTILINE) == []


@pytest.mark.parametrize("path", CADDYFILES, ids=lambda path: path.name)
def test_a_caddyfile_keeps_the_defaults_of_tls(path):
    weaker = r"protocols|ciphers|curves|tls_insecure|auto_https|http://|insecure"
    assert re.findall(weaker, directives(path)) == []


def test_a_hosting_body_has_a_public_certificate():
    internal = {path.name: "tls internal" in directives(path) for path in CADDYFILES}
    assert internal == {"Caddyfile.hosting": False, "Caddyfile.lan": True}


@pytest.mark.parametrize("path", CADDYFILES, ids=lambda path: path.name)
def test_a_proxy_lets_a_file_of_the_largest_size_through(path):
    limit = int(re.search(r"max_size (\d+)MB", directives(path))[1])
    assert limit > 20 * 1.05  # what is a little too large is told by the product, in words


def test_only_the_proxy_speaks_to_the_application():
    upstreams = {re.search(r"reverse_proxy (\S+)", directives(path))[1] for path in CADDYFILES}
    assert (upstreams, filled_in()["BIND"]) == ({"127.0.0.1:8000"}, "127.0.0.1:8000")


# The services

SANDBOX = {
    "User": "tenken",
    "ProtectSystem": "strict",
    "ReadWritePaths": "/var/lib/tenken",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "PrivateDevices": "true",
    "NoNewPrivileges": "true",
    "CapabilityBoundingSet": "",
    "EnvironmentFile": "/etc/tenken/environment",
}


def test_every_service_is_shut_in():
    common = unit(DEPLOY / "systemd" / "tenken-.service.d" / "10-sandbox.conf")["Service"]
    assert {name: common.get(name) for name in SANDBOX} == SANDBOX


def test_no_service_lets_itself_out():
    lets = {s.name: set(SANDBOX) & set(unit(s)["Service"]) - {"ReadWritePaths"} for s in SERVICES}
    assert lets == {f"tenken-{each}.service": set() for each in ("backup", "remind", "web", "worker")}


def test_the_services_cannot_see_the_history_of_the_source():
    common = unit(DEPLOY / "systemd" / "tenken-.service.d" / "10-sandbox.conf")["Service"]
    assert common["InaccessiblePaths"] == "-/opt/tenken/.git"


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_has_an_end_to_its_memory_and_processes(path):
    assert {"MemoryMax", "TasksMax"} <= set(unit(path)["Service"])


def test_each_timer_has_its_service():
    timers = {path.stem for path in UNITS if path.suffix == ".timer"}
    assert (timers, timers - {path.stem for path in SERVICES}) == ({"tenken-backup", "tenken-remind"}, set())


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_a_service_starts_what_the_source_has(path):
    started = unit(path)["Service"]["ExecStart"].split()
    own = started[0].removeprefix("/opt/tenken/")
    assert own in {".venv/bin/python", ".venv/bin/gunicorn", "bin/nightly"}
    assert own != "bin/nightly" or (ROOT / own).stat().st_mode & 0o111 == 0o111
    if "manage.py" in started:
        command = started[started.index("manage.py") + 1]
        assert command == "db_worker" or [p for p in SOURCES if p.name == f"{command}.py"] != []


# The page


@pytest.mark.parametrize("value", ["ab\\cd", '"quoted"', "it's"])
def test_a_value_that_systemd_would_read_otherwise_is_refused(tmp_path, value):
    (tmp_path / "environment").write_text(f"# it's a comment\nNAME={value}\n")
    script = (
        (ROOT / "bin" / "site")
        .read_text("utf-8")
        .replace("/etc/tenken/environment", f"{tmp_path}/environment")
    )
    command = ["/bin/bash", "-c", script, str(ROOT / "bin" / "site"), "help"]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 (our own)
    assert (done.returncode, "NAME has a backslash or a quotation mark" in done.stderr) == (1, True)


def test_every_check_of_the_doctor_stands_on_the_page():
    titles = set()
    for path in (path for path in SOURCES if "doctor" in path.as_posix()):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Check":
                titles |= {node.args[0].value} if isinstance(node.args[0], ast.Constant) else set()
    table = RUNNING.read_text("utf-8").split("## When doctor says", 1)[1].split("\n## ", 1)[0]
    rows = {name for row in re.findall(r"^\| (.+?) \|", table, re.MULTILINE) for name in row.split("・")}
    assert (titles - rows, rows - titles - {"doctor's line", "---"}) == (set(), {"設定"})


def test_every_file_that_the_page_names_is_there():
    page = RUNNING.read_text("utf-8")
    named = {each.rstrip("/") for each in re.findall(r"`((?:deploy|bin|docs)/[\w./-]+)`", page)}
    assert [each for each in sorted(named) if not (ROOT / each).exists()] == []
    assert len(named) >= 6


def test_every_command_that_the_page_names_exists():
    named = set(re.findall(r"manage\.py ([a-z_]+)", RUNNING.read_text("utf-8")))
    ours = {path.stem for path in SOURCES if path.parent.name == "commands"}
    assert named - ours - {"db_worker", "migrate", "check", "clearsessions"} == set()
