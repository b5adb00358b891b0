"""Upgrades from every tag: its filled tables and files as <tag>.jsonl.gz, its migrations' hashes as <tag>.toml.

`python -m tests.upgrades.make v0.6` makes both of the code it runs on; do it once when the tag is set, and keep them.
"""

from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OURS = ("compliance", "vendors", "checklist")
# Tables of packages that hold what people have entered; each is loaded at its newest migration.
THEIRS = ("account", "mfa", "usersessions")
KEY = "of-no-worth-it-seals-the-states-in-tests-upgrades"


def tags() -> list[str]:
    return sorted(path.name.removesuffix(".jsonl.gz") for path in HERE.glob("*.jsonl.gz"))
