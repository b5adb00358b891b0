"""Snapshots into HTML. Nothing here asks the database, the clock or the network."""

from collections.abc import Sequence

from django.template.loader import render_to_string

from checklist.flowchart import draw
from checklist.parts import PRESETS, Preset, parts_of
from checklist.qr import ADDRESS, content
from checklist.todo import further
from compliance.glyphs import lacking, printable
from compliance.printing import pages_of
from compliance.qr import qr_of

LETTER_DENSITIES = ("", "dense", "dense tight")  # classes of print.css


def report_html(snapshot: dict, sha256: str = "", keys: Sequence[str] = (), issue: dict | None = None) -> str:
    """The 点検報告書 as HTML, from a snapshot alone; `sha256` where it is that of a 確定版.

    `keys` are the chosen parts (the inspection set); `issue` is the number, person and moment of an issued one
    (Report.facts).
    """
    parts = parts_of(keys or PRESETS["inspection"].parts)
    facts = {"sha256": sha256, "chart": _chart(snapshot), "parts": parts, "issue": issue}
    if issue:
        facts["check_at"] = f"{issue['public_url']}{ADDRESS}" if issue["public_url"] else ""
        facts["qr"] = qr_of(
            content(issue["public_url"], issue["number"], sha256), f"照合用のQRコード {issue['number']}"
        )
    return _rendered("report/report.html", {**snapshot, **facts})


def preview_html(snapshot: dict, preset: Preset) -> str:
    """The draft on the screen: the report's own template with links around it and another stylesheet."""
    facts = {"preset": preset, "presets": PRESETS.values(), "parts": parts_of(preset.parts)}
    return printable(_rendered("report/preview.html", {**snapshot, **facts, "chart": _chart(snapshot)}))


def _rendered(template: str, facts: dict) -> str:
    if {"summary", "todo"} & {part.key for part in facts["parts"]}:
        facts = {**facts, "further": further(facts)}
    html = render_to_string(template, facts)
    if codes := lacking(html):  # the legend lists them: what is in these parts, and nothing else
        html = render_to_string(template, {**facts, "lacking": codes})
    return html


BLANK_FORMS = {"checklist": "遵守項目チェックリスト", "MDS": "MDS", "SDS": "SDS", "systems": "システム一覧"}


def blank_html(snapshot: dict, form: str = "checklist") -> str:
    """空欄用紙: one of BLANK_FORMS to fill in by hand; takes the catalogue's part of a snapshot."""
    if form == "checklist":
        return render_to_string("report/blank.html", snapshot)
    rows = {code: row for code, row in snapshot["annex"].items() if code.startswith(form)}
    facts = {"form": form, "title": BLANK_FORMS[form], "rows": rows, "lines": range(14)}
    return render_to_string("report/blank_form.html", {**snapshot, **facts})


def only_vendor(snapshot: dict, vendor: str) -> dict:
    """The snapshot with one vendor's systems alone, and none of the clinic's own answers or risk records."""
    kept = {
        key: [each for each in snapshot[key] if each["vendor"] == vendor] for key in ("systems", "registers")
    }
    kept["registers"] = [_without_our_words(each) for each in kept["registers"]]
    own = [each for each in snapshot["vendors"] if each["name"] == vendor]
    return {**snapshot, **kept, "vendors": own, "risks": [], "todo": [], "plan": [], "for_vendor": vendor}


def _without_our_words(register: dict) -> dict:
    """A system's register without what the clinic thinks of the disclosures: verdicts, risk records, why there is none."""
    sheets = [
        {**sheet, "verdict": "", "rows": [{**row, "risk": ""} for row in sheet["rows"]]}
        for sheet in register["sheets"]
    ]
    return {**register, "sheets": sheets, "unavailable": ""}


def determination_html(snapshot: dict) -> str:
    """The record of the 対象判断 on its own."""
    return render_to_string("report/determination.html", {**snapshot, "chart": _chart(snapshot)})


def letter_html(letter: dict) -> str:
    """One page to a vendor: who is responsible for the updates, and where is it written?

    What is too long is set closer, and then names fewer of the servers, until it fits.
    """
    servers, density = letter["servers"], list(LETTER_DENSITIES)
    while True:
        more = len(letter["servers"]) - len(servers)
        html = render_to_string(
            "report/letter.html", {**letter, "servers": servers, "more": more, "density": density[0]}
        )
        if pages_of(html) == 1 or len(servers) == 1 == len(density):
            return html
        if len(density) > 1:
            density.pop(0)
        else:
            servers = servers[: len(servers) * 2 // 3]


def _chart(snapshot: dict):
    determination = snapshot["determination"] or {"path": [], "taken": []}
    return draw(snapshot["flowchart"], determination["path"], determination["taken"])
