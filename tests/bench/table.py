"""What was measured against what must be reached: on the terminal and as JSON."""

import json
import os
import platform
import sqlite3
from pathlib import Path

import django

LIMITS = {
    "page_all_items": {"ms": 35, "queries": 12, "ratio": 2},
    "page_item": {"ms": 20, "queries": 12, "ratio": 2},
    "save_item": {"ms": 12, "queries": 8, "ratio": 8},
    "report_pdf": {"ms": 2000, "rss_mb": 300, "ratio": 1.6},
    "report_binder": {"ms": 3200, "rss_mb": 300, "ratio": 1.6},
    "page_vendor": {"ms": 30, "queries": 10},
    "save_vendor_answer": {"ms": 12, "queries": 8},
    "page_review": {},
    "read_workbook": {"ms": 500, "rss_mb": 150},
}
NUMBERS = ("ms", "queries", "bytes", "rss_mb", "reference_ms", "ratio")
HEAD = ("", "clinic", "ms", "≤", "queries", "≤", "bytes", "rss MB", "≤", "reference ms", "ratio", "≤", "")


def worse_of(clinics: dict[str, dict]) -> dict[str, dict]:
    """Of each number the worst clinic's; the reference is the one that the ratio was made with."""
    measures = next(iter(clinics.values()))
    return {name: worst([clinic[name] for clinic in clinics.values()]) for name in measures}


def worst(rows: list[dict]) -> dict:
    found = {number: max(row[number] for row in rows) for number in NUMBERS}
    return found | {"reference_ms": max(rows, key=lambda row: row["ratio"])["reference_ms"]}


def over(name: str, row: dict) -> list[str]:
    """The numbers beyond their limit."""
    return [number for number, limit in LIMITS[name].items() if row[number] > limit]


def write(path: Path, clinics: dict, worse: dict) -> None:
    made = {
        "python": platform.python_version(),
        "django": django.__version__,
        "sqlite": sqlite3.sqlite_version,
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "load": [round(each, 2) for each in os.getloadavg()],
    }
    content = {**worse, "limits": LIMITS, "clinics": clinics, "made": made}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")


def show(clinics: dict[str, dict], worse: dict[str, dict]) -> str:
    """One line for each measure and clinic, the worse of them last with the verdict."""
    lines = [HEAD]
    for name, row in worse.items():
        lines += [cells(name, where, numbers[name]) for where, numbers in clinics.items()]
        lines += [cells(name, "worse", row, verdict(name, row))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join([*(aligned(line, widths) for line in lines), *notes(clinics)])


def notes(clinics: dict[str, dict]) -> list[str]:
    """What the numbers above leave open."""
    said = []
    for where, measures in clinics.items():
        for page in (each for each in measures.values() if "worst_ms" in each):
            said.append(
                f"{where}: the page with most queries, {page['url']}, takes {page['worst_ms']:.1f} ms"
            )
        for report in (measures[name] for name in ("report_pdf", "report_binder") if name in measures):
            said.append(
                f"{where}: {report['pages']} pages; Chromium from the HTML's text to a PDF with tags and bookmarks takes "
                f"{report['reference_from_html_ms']:.0f} ms, ratio {report['ratio_from_html']:.2f}"
            )
    if os.getloadavg()[1] > os.cpu_count():
        said.append(
            f"The machine is busy (load {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores): its times are too long."
        )
    return said


def verdict(name: str, row: dict) -> str:
    beyond = over(name, row)
    return f"over: {', '.join(beyond)}" if beyond else "ok"


def cells(name: str, where: str, row: dict, verdict: str = "") -> tuple[str, ...]:
    limits = {number: f"{limit:g}" for number, limit in LIMITS[name].items()}
    return (
        *(name, where, f"{row['ms']:.1f}", limits.get("ms", "")),
        *(str(row["queries"]), limits.get("queries", ""), f"{row['bytes']:,}"),
        *(f"{row['rss_mb']:.0f}", limits.get("rss_mb", "")),
        *(f"{row['reference_ms']:.1f}", f"{row['ratio']:.2f}", limits.get("ratio", ""), verdict),
    )


def aligned(line: tuple[str, ...], widths: list[int]) -> str:
    """Words to the left, numbers to the right."""
    last = len(line) - 1
    pads = [
        cell.ljust(width) if place in {0, 1, last} else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(line, widths, strict=True))
    ]
    return "  ".join(pads).rstrip()
