"""改善計画: what is still to be done, from items and risk records, by day. Pure."""

from datetime import date


def plan(snapshot: dict) -> list[dict]:
    """[{where, task, owner, due_on, overdue_days}] of a snapshot's 要対応 and open risk measures, earliest first."""
    today = date.fromisoformat(snapshot["today"])
    lines = [_item(line) for line in snapshot["todo"]]
    lines += [_risk(risk, today) for risk in snapshot["risks"] if _is_open(risk)]
    return sorted(lines, key=lambda line: line["due_on"] or "9999")


def _item(line: dict) -> dict:
    kept = {name: line[name] for name in ("task", "owner", "due_on", "overdue_days")}
    return {"where": line["shown"], **kept}


def _is_open(risk: dict) -> bool:
    return bool(risk["gaps"]) or bool(risk["due_on"] and not risk["done_on"])


def _risk(risk: dict, today: date) -> dict:
    waits = risk["due_on"] and not risk["done_on"]
    late = (today - date.fromisoformat(risk["due_on"])).days if waits else 0
    gaps = f"（{'・'.join(risk['gaps'])}が未記入）" if risk["gaps"] else ""
    task = (risk["measure"] or f"{risk['system']}のリスク評価・対応を書く") + gaps
    return {"where": risk["number"], "task": task, "owner": risk["owner"], "due_on": risk["due_on"],
            "overdue_days": max(late, 0)}  # fmt: skip
