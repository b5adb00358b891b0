"""The few texts of the guideline that the registers quote, as they stand in fixtures/."""

from functools import cache

from compliance import editions


@cache
def _guideline() -> dict:
    return editions.guideline(editions.RULES).as_dict()


def item(code: str) -> dict:
    """A 遵守項目 as a Text with its code and shown code: item("5-4")["bullets"]."""
    return next(each for each in _guideline()["items"] if each["code"] == code)


def commentary(code: str) -> dict:
    """A bullet of the commentary as a Text, shown under the item that it speaks of first."""
    found = next(each for each in _guideline()["commentary"] if each["id"] == code)
    return found | {"shown": f"{item(found['items'][0])['shown']}の解説"}


def contract_points() -> list[str]:
    """What 5④ wants to be in the contract for 外部保存, in its order."""
    return [bullet["text"] for bullet in item("5-4")["bullets"]]


def table_head() -> list[str]:
    """The heads of the guideline's example list of systems (seed L211)."""
    return [cell["text"] for cell in _guideline()["edition"]["example_table"]["head"]]
