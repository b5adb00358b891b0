"""A made-up next edition: fixtures/guideline-7.0 with every kind of change, and the table that leads to it."""

import re
import shutil
import tomllib
from pathlib import Path

from checklist.loading import load
from compliance import editions
from compliance.models import GuidelineEdition

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
CODE = "8.0-made-up"
# Beside these every item and row is unchanged, under its own code.
ITEMS = [
    {"old": ["1.2-1"], "new": ["1.2-1"], "change": "reworded", "keep": True},
    {
        "old": ["11-1"],
        "new": ["11-1"],
        "change": "reworded",
        "keep": False,
        "why": "求めることが増えました。",
    },
    {"old": ["7-1"], "new": ["7-1", "7-7"], "change": "split", "keep": True},
    {"old": ["4.1-1", "4.1-2"], "new": ["4.1-1"], "change": "merged", "keep": True},
    {"old": ["6-3"], "new": [], "change": "deleted", "keep": False},
    {"old": [], "new": ["8-4"], "change": "new", "keep": False},
    {"old": ["10-9"], "new": ["10-10"], "change": "unchanged", "keep": True},
    {"old": ["10-10"], "new": ["10-9"], "change": "unchanged", "keep": True},
]
ROWS = [
    {"old": ["MDS-02"], "new": ["MDS-02"], "change": "reworded", "keep": True},
    {"old": ["MDS-03"], "new": ["MDS-03"], "change": "reworded", "keep": False},
    {"old": ["MDS-04"], "new": [], "change": "deleted", "keep": False},
    {"old": ["MDS-05"], "new": ["MDS-43"], "change": "unchanged", "keep": True},
    {"old": [], "new": ["MDS-42"], "change": "new", "keep": False},
]


def shelve(root: Path) -> Path:
    """Both editions in a folder for settings.GUIDELINES."""
    shutil.copytree(FIXTURES / "source", root / "source")
    first = Path(shutil.copytree(FIXTURES / "guideline-7.0", root / "guideline-7.0"))
    second = Path(shutil.copytree(first, root / "guideline-8.0"))
    _edit(second / "edition.toml", _name)
    _edit(second / "checklist.toml", _items)
    _edit(second / "disclosure.toml", _rows)
    (second / "conversion.toml").write_text(_table(first), encoding="utf-8")
    return root


def load_next() -> GuidelineEdition:
    """The made-up edition, loaded beside the first; settings.GUIDELINES is a shelf with both."""
    load(editions.guideline(CODE).as_dict())
    return GuidelineEdition.objects.get(code=CODE)


def _edit(path: Path, change) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def _name(text: str) -> str:
    text = text.replace('code = "7.0-maintenance"', f'code = "{CODE}"')
    text = text.replace('number = "第7.0版"', 'number = "第8.0版"')
    return text.replace("notified_on = 2026-06-29", "notified_on = 2027-06-30")


def _items(text: str) -> str:
    blocks = _Blocks(text, "item", "code")
    blocks.reword("1.2-1", "体制を整えること", "体制を整え、毎年見直すこと")
    blocks.reword("11-1", "こと", "ことと、その記録を残すこと")
    blocks.copy("7-1", 'code = "7-7"\nshown = "7⑦"')
    blocks.drop("4.1-2")
    blocks.drop("6-3")
    blocks.copy("8-3", 'code = "8-4"\nshown = "8④"')
    blocks.swap("10-9", "10-10")
    return blocks.text


def _rows(text: str) -> str:
    blocks = _Blocks(text, "row", "id")
    blocks.reword("MDS-02", "備えているか", "備え、記録しているか")
    blocks.reword("MDS-03", "機能があるか", "機能が両方あるか")
    blocks.drop("MDS-04")
    blocks.copy("MDS-41", 'id = "MDS-42"')
    blocks.copy("MDS-05", 'id = "MDS-43"')
    blocks.drop("MDS-05")
    return blocks.text


class _Blocks:
    """The [[item]] or [[row]] blocks of a TOML file, by their code."""

    def __init__(self, text: str, table: str, key: str):
        self.head, *blocks = re.split(rf"(?m)^(?=\[\[{table}\]\]$)", text)
        self.key = key
        self.blocks = {re.search(rf'^{key} = "(.+)"$', each, re.M)[1]: each for each in blocks}

    @property
    def text(self) -> str:
        return self.head + "".join(self.blocks.values())

    def reword(self, code: str, old: str, new: str) -> None:
        assert old in self.blocks[code]
        self.blocks[code] = self.blocks[code].replace(old, new)

    def copy(self, code: str, name: str) -> None:
        """The block once more at the end of the file, under another name and with another text."""
        again = re.sub(
            rf"^{self.key} = .+\n(shown = .+\n)?", f"{name}\n", self.blocks[code], count=1, flags=re.M
        )
        new = re.search(r'"(.+)"', name)[1]
        self.blocks[new] = again

    def drop(self, code: str) -> None:
        del self.blocks[code]

    def swap(self, one: str, other: str) -> None:
        names = {
            code: re.search(r"^code = .+\nshown = .+$", self.blocks[code], re.M)[0] for code in (one, other)
        }
        first = self.blocks[one].replace(names[one], names[other])
        second = self.blocks[other].replace(names[other], names[one])
        self.blocks[one], self.blocks[other] = second, first


def _table(first: Path) -> str:
    codes = {
        "item": [
            each["code"] for each in tomllib.loads((first / "checklist.toml").read_text("utf-8"))["item"]
        ],
        "row": [each["id"] for each in tomllib.loads((first / "disclosure.toml").read_text("utf-8"))["row"]],
    }
    lines = ['from = "7.0-maintenance"']
    for kind, steps in (("item", ITEMS), ("row", ROWS)):
        told = {code for step in steps for code in step["old"]}
        same = [
            {"old": [code], "new": [code], "change": "unchanged", "keep": True}
            for code in codes[kind]
            if code not in told
        ]
        lines += [_step(kind, step) for step in (*same, *steps)]
    return "\n".join(lines)


def _step(kind: str, step: dict) -> str:
    why = f'why = "{step["why"]}"\n' if "why" in step else ""
    keep = str(step["keep"]).lower()
    return f'\n[[{kind}]]\nold = {step["old"]}\nnew = {step["new"]}\nchange = "{step["change"]}"\nkeep = {keep}\n{why}'
