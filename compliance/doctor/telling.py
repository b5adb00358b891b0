"""What was found, in lines."""

from compliance.doctor import Found, State

MARKS = {State.OK: "○", State.WARN: "△", State.BAD: "×"}


def told(title: str, found: Found) -> str:
    """One line, and one more for what to do."""
    return f"{MARKS[found.state]} {title}: {found.says}" + (f"\n    → {found.do}" if found.do else "")


def summed_up(states: list[State]) -> str:
    if not states.count(State.BAD) + states.count(State.WARN):
        return "直すところはありません。"
    return f"×（直してください） {states.count(State.BAD)}件、△（注意） {states.count(State.WARN)}件"
