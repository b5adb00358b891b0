"""Is the guideline as data complete and faithful to the ministry's text? Pure: no Django, no files.

A shown text is never trusted: it is derived again from `raw`, and `raw` is found again in the seed's lines.
"""

import re
from collections import Counter
from collections.abc import Iterator

from compliance.guideline import Bullet, Flowchart, Guideline, Item, Node, Text

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
Lines = tuple[int, ...]
SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
NUMBER, CIRCLE, BULLET, NOTE, FOOTNOTE = r"[\d .]+", rf"[{CIRCLED}] ?", r"[・-] ?", r"※\d：", r"[⁰¹²³⁴-⁹]+ "
REFERENCE = re.compile(r" *([⁰¹²³⁴-⁹]+) *")
DEAD_LINK = re.compile(r"\[([^]]*)]\(#\)")
LIST_MARK = re.compile(r"^ *- ")
LEFT_BY_JOIN = "。 "  # what a table cell keeps of a line break
WAYS = {"start": [""], "question": ["no", "none", "unclear", "yes"], "outcome": []}
NO_WORDS = ('<input type="checkbox"/>', "はい/いいえ/対象外")


def problems(guideline: Guideline, source: str) -> list[str]:
    """What is wrong, as sentences that begin with file and id; [] when all is well. `source` is the seed."""
    seed = source.split("\n")
    checks = (
        _repeated_ids(guideline), _counts(guideline), _sections(guideline), _items(guideline),
        _commentary(guideline), _places(guideline), _texts(guideline, seed), _repeats(guideline, seed),
        _coverage(guideline, seed), _errata(guideline, seed), _flowchart(guideline, seed), _rows(guideline),
        plain_problems(guideline),
    )  # fmt: skip
    return [problem for check in checks for problem in check]


def plain_problems(guideline: Guideline) -> Iterator[str]:
    """Items without our plain words, and words without substance or without an item."""
    conditional = {item.code: item.not_applicable == "conditional" for item in guideline.items}
    for code in sorted(conditional.keys() - {plain.item for plain in guideline.plain}):
        yield f"plain.toml: {code} has no plain words"
    for plain in guideline.plain:
        if plain.item not in conditional:
            yield f"plain.toml: {plain.item} is no item"
        elif bool(plain.reason_example) != conditional[plain.item]:
            yield f"plain.toml: {plain.item} gives a reason_example if and only if it is conditional"
        if not all((plain.enough, plain.show, plain.gist, *plain.enough, *plain.show)):
            yield f"plain.toml: {plain.item} leaves gist, enough or show empty"


def _repeated_ids(guideline: Guideline) -> Iterator[str]:
    edition = guideline.edition
    named = [*edition.headings, *edition.introduction, *edition.scope, *guideline.commentary]
    ids = {
        "checklist.toml section": [s.code for s in guideline.sections],
        "footnotes.toml": [f.number for f in guideline.footnotes],
        "plain.toml": [p.item for p in guideline.plain],
        "flowchart.toml": [n.id for n in guideline.flowchart.nodes],
        "disclosure.toml": [r.id for r in guideline.rows],
        # These share one name space, for a footnote's place names any of them.
        "edition, checklist, commentary.toml": [x.id for x in named] + [i.code for i in guideline.items],
    }
    for where, names in ids.items():
        yield from (f"{where}: {name} stands {n} times" for name, n in Counter(names).items() if n > 1)


def _counts(guideline: Guideline) -> Iterator[str]:
    expected = guideline.edition.counts
    leaves = [s.code for s in guideline.sections if s.leaf]
    per_leaf = tuple(sum(i.section == leaf for i in guideline.items) for leaf in leaves)
    kinds = Counter(row.kind for row in guideline.rows)
    mds, sds = ([n for r in guideline.rows if r.kind == kind for n in r.numbers] for kind in ("MDS", "SDS"))
    found = {
        "sections": sum(not s.parent for s in guideline.sections),
        "items": per_leaf,
        "conditional": sum(i.not_applicable == "conditional" for i in guideline.items),
        "footnotes": len(guideline.footnotes),
        "mds_rows": kinds["MDS"],
        "mds_numbers": len(mds),
        "sds_rows": kinds["SDS"],
        "sds_numbers": len(sds),
        "sds_distinct": len(set(sds)),
    }
    for name, count in found.items():
        if count != (due := getattr(expected, name)):
            yield f"edition.toml: counts.{name} says {due}, the files hold {count}"


def _sections(guideline: Guideline) -> Iterator[str]:
    codes = {"", *(s.code for s in guideline.sections)}
    parents = {s.parent for s in guideline.sections}
    for section in guideline.sections:
        if section.parent != section.code.rpartition(".")[0] or section.parent not in codes:
            yield f"checklist.toml: section {section.code} cannot stand under {section.parent!r}"
        if section.leaf == (section.code in parents):
            yield f"checklist.toml: section {section.code} is a leaf if and only if nothing stands under it"


def _items(guideline: Guideline) -> Iterator[str]:
    leaves = {s.code for s in guideline.sections if s.leaf}
    positions = Counter()
    for item in guideline.items:
        positions[item.section] += 1
        if item.section not in leaves:
            yield f"checklist.toml: {item.code} is in no leaf section ({item.section})"
        if item.position != positions[item.section]:
            yield f"checklist.toml: {item.code} stands at {positions[item.section]}, not at {item.position}"
        yield from _item(item)


def _item(item: Item) -> Iterator[str]:
    mark = CIRCLED[item.position - 1 : item.position]
    if (item.code, item.shown) != (f"{item.section}-{item.position}", item.section + mark):
        yield f"checklist.toml: {item.code} ({item.shown}) does not follow from section and position"
    if not item.raw.startswith(mark):
        yield f"checklist.toml: {item.code} does not begin with {mark} in the seed"
    if item.not_applicable not in ("conditional", "warn"):
        yield f"checklist.toml: {item.code} has not_applicable {item.not_applicable!r}"
    if item.condition.endswith("場合") != (item.not_applicable == "conditional"):
        yield f"checklist.toml: {item.code} needs a condition 「…場合」 if and only if it is conditional"


def _commentary(guideline: Guideline) -> Iterator[str]:
    home = {item.code: item.section for item in guideline.items}
    for entry in guideline.commentary:
        if not entry.id.startswith(entry.section + "-"):
            yield f"commentary.toml: {entry.id} does not begin with its section {entry.section}"
        if unknown := set(entry.items) - home.keys():
            yield f"commentary.toml: {entry.id} names {unknown}, which is no item"
        if not entry.items or home.get(entry.items[0]) not in (entry.section, None):
            yield f"commentary.toml: {entry.id} does not begin with an item of its section"


def _places(guideline: Guideline) -> Iterator[str]:
    """Footnotes against the texts that refer to them."""
    found: dict[int, list[str]] = {note.number: [] for note in guideline.footnotes}
    for place, number in _references(guideline):
        if number not in found:
            yield f"{place} refers to footnote {number}, which does not exist"
        found.setdefault(number, []).append(place)
    for note in guideline.footnotes:
        if list(note.places) != found[note.number]:
            yield f"footnotes.toml: {note.number} stands at {found[note.number]}, not at {note.places}"


def _references(guideline: Guideline) -> Iterator[tuple[str, int]]:
    edition = guideline.edition
    named = [(p.id, p) for p in (*edition.introduction, *edition.scope)]
    named += [(item.code, item) for item in guideline.items]
    named += [(i.code, i.chapter3) for i in guideline.items if i.chapter3]
    named += [(entry.id, entry) for entry in guideline.commentary]
    for place, text in named:
        for part in (text, *text.bullets):
            yield from ((place, ref.number) for ref in part.footnotes)
    yield from ((i.code, ref.number) for i in guideline.items for ref in i.chapter3_footnotes)


def _all_texts(guideline: Guideline) -> Iterator[tuple[str, Text, str]]:
    """Every text of the ministry as (file and id, text, the mark it leads with)."""
    edition, table = guideline.edition, guideline.edition.example_table
    for passage in (*edition.headings, *edition.introduction, *edition.scope):
        yield f"edition.toml: {passage.id}", passage, NOTE if passage.mark else ""
    for cells in ((table.title,), table.head, *table.rows, *(head.cells for head in edition.table_heads)):
        yield from (("edition.toml: a table", cell, "") for cell in cells)
    yield from ((f"checklist.toml: section {s.code}", s.title, NUMBER) for s in guideline.sections)
    for item in guideline.items:
        yield f"checklist.toml: {item.code}", item, CIRCLE
        if item.chapter3:
            yield f"checklist.toml: {item.code} chapter3", item.chapter3, CIRCLE
    yield from ((f"commentary.toml: {entry.id}", entry, "") for entry in guideline.commentary)
    yield from ((f"footnotes.toml: {note.number}", note, FOOTNOTE) for note in guideline.footnotes)
    yield from ((f"disclosure.toml: {row.id}", row, "") for row in guideline.rows)
    titles = {row.chapter_title: row for row in guideline.rows}
    yield from ((f"disclosure.toml: chapter of {row.id}", title, NUMBER) for title, row in titles.items())


def _texts(guideline: Guideline, seed: list[str]) -> Iterator[str]:
    for where, text, lead in _all_texts(guideline):
        if text.raw not in _joined(text.lines, seed):
            yield f"{where}: raw is not what stands in lines {text.lines}"
        for raw, shown in _pieces(text):
            for problem in _piece(guideline, text.lines, raw, shown, lead if shown is text else BULLET):
                yield f"{where}: {problem}"


def _pieces(text: Text) -> list[tuple[str, Text | Bullet]]:
    """Raw of the text without its list, and of each bullet; what raw does not end with stays in the text."""
    note = getattr(text, "note", None)
    tail = (*text.bullets, *getattr(text, "choices", ()), *([note] if note else []))
    own = text.raw
    for part in reversed(tail):
        own = own.removesuffix(part.raw).rstrip()
    return [(own, text), *((part.raw, part) for part in tail)]


def _piece(guideline: Guideline, lines: Lines, raw: str, shown: Text | Bullet, lead: str) -> Iterator[str]:
    def derived(stretch: str) -> str:
        return _corrected(guideline, lines, stretch, lead)

    if shown.text != (text := derived(raw)):
        yield f"text should read {text!r}, not {shown.text!r}"
    if list(shown.emphasis) != [derived(part) for part in re.findall(r"\*\*(.+?)\*\*", raw)]:
        yield f"emphasis of {text!r} is not what is bold in raw"
    marks = [m for m in REFERENCE.finditer(raw) if m.start()]
    due = [(int(m[1].translate(SUPERSCRIPT)), len(derived(raw[: m.start()]))) for m in marks]
    said = [(ref.number, text.find(ref.after) + len(ref.after)) for ref in shown.footnotes]
    if said != due:
        yield f"footnotes of {text!r} should stand at {due} (number, position), not at {said}"


def _clean(raw: str) -> str:
    """Without emphasis, dead links, footnote references and the blanks that line breaks left."""
    return REFERENCE.sub("", DEAD_LINK.sub(r"\1", raw.replace("**", ""))).replace(LEFT_BY_JOIN, "。")


def _corrected(guideline: Guideline, lines: Lines, raw: str, lead: str) -> str:
    text = _clean(raw)
    for erratum in guideline.errata:
        if set(erratum.lines) <= set(lines):
            text = text.replace(erratum.wrong, erratum.right)
    return re.sub(f"^{lead}", "", text)


def _cells(line: str) -> list[str]:
    """What a seed line says: its table cells without list marks, tick boxes and 別紙's answers."""
    cells = (LIST_MARK.sub("", cell) for cell in line.split("\t"))
    return [cell for cell in cells if cell.strip() and cell not in NO_WORDS]


def _joined(lines: Lines, seed: list[str]) -> set[str]:
    """Every way to read one whole cell of each line in order, joined with nothing or a line break."""
    known = [_cells(seed[n - 1]) if 0 < n <= len(seed) else [] for n in lines]
    ways = set(known[0]) if known else set()
    for cells in known[1:]:
        ways = {way + join + cell for way in ways for join in ("", "\n") for cell in cells}
    return ways


def _repeats(guideline: Guideline, seed: list[str]) -> Iterator[str]:
    """Chapter 3 repeats titles and items: the same words but for blanks, or else the item keeps both."""
    for section in guideline.sections:
        again = _corrected(guideline, section.chapter3_lines, _said(section.chapter3_lines, seed), NUMBER)
        if _squeezed(section.title.text) != _squeezed(again):
            yield f"checklist.toml: section {section.code} has another title in chapter 3"
    for item in guideline.items:
        raw = _said(item.chapter3_lines, seed)
        words = "".join(part.text for part in (item, *item.bullets))
        same = _squeezed(words) == _squeezed(_corrected(guideline, item.chapter3_lines, raw, CIRCLE))
        if same == (item.chapter3 is not None):
            yield f"checklist.toml: {item.code} needs a chapter3 just where chapter 3 words it differently"
        if item.chapter3 and item.chapter3.lines != item.chapter3_lines:
            yield f"checklist.toml: {item.code} gives two sets of lines for chapter 3"
        refs = item.chapter3.footnotes if item.chapter3 else item.chapter3_footnotes
        if [ref.number for ref in refs] != [int(m.translate(SUPERSCRIPT)) for m in REFERENCE.findall(raw)]:
            yield f"checklist.toml: {item.code} has other footnotes in chapter 3"


def _said(lines: Lines, seed: list[str]) -> str:
    return "".join(cell for n in lines if 0 < n <= len(seed) for cell in _cells(seed[n - 1]))


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def _coverage(guideline: Guideline, seed: list[str]) -> Iterator[str]:
    """Nothing of the seed is lost: each cell stands in some text; a layout line only repeats a head."""
    edition, said = guideline.edition, _said_by_line(guideline, seed)
    heads = {seed[n - 1] for head in edition.table_heads for cell in head.cells for n in cell.lines}
    for n in range(edition.first_line, len(seed) + 1):
        if n in edition.layout_lines:
            if seed[n - 1] not in heads:
                yield f"edition.toml: layout line {n} repeats no table head"
            continue
        lost = [cell for cell in _cells(seed[n - 1]) if not any(cell in words for words in said.get(n, ()))]
        yield from (f"seed line {n}: {cell!r} stands in no file" for cell in lost)


def _said_by_line(guideline: Guideline, seed: list[str]) -> dict[int, list[str]]:
    said = [(text.lines, text.raw) for _, text, _ in _all_texts(guideline)]
    said += [(row.lines, row.number_cell) for row in guideline.rows]
    repeating = (*guideline.sections, *guideline.items)
    said += [((n,), _said((n,), seed)) for each in repeating for n in each.chapter3_lines]
    by_line: dict[int, list[str]] = {}
    for lines, words in said:
        for n in lines:
            by_line.setdefault(n, []).append(words)
    return by_line


def _errata(guideline: Guideline, seed: list[str]) -> Iterator[str]:
    """Each erratum is complete and applies exactly once."""
    stretches = list(_stretches(guideline, seed))
    for erratum in guideline.errata:
        where = f"errata.toml: {erratum.lines} {erratum.wrong!r}"
        if erratum.certainty not in ("certain", "likely") or not erratum.reason:
            yield f"{where} lacks its certainty or its reason"
        held = [words.count(erratum.wrong) for lines, words in stretches if set(erratum.lines) <= set(lines)]
        if sum(held) != 1:
            yield f"{where} applies {sum(held)} times, not once"


def _stretches(guideline: Guideline, seed: list[str]) -> Iterator[tuple[Lines, str]]:
    """All that errata may apply to, uncorrected: the pieces of every text, and chapter 3's repetitions."""
    for _, text, _ in _all_texts(guideline):
        yield from ((text.lines, _clean(raw)) for raw, _ in _pieces(text))
    repeats = [section.chapter3_lines for section in guideline.sections]
    repeats += [item.chapter3_lines for item in guideline.items if not item.chapter3]
    yield from ((lines, _clean(_said(lines, seed))) for lines in repeats)


def _flowchart(guideline: Guideline, seed: list[str]) -> Iterator[str]:
    chart, notes = guideline.flowchart, {passage.id for passage in guideline.edition.scope}
    ids = {node.id for node in chart.nodes}
    theirs = [(n.id, "".join(n.text), n.lines) for n in chart.nodes if not n.ours]
    theirs += [(f"edge to {e.target}", e.label, e.lines) for e in chart.edges if not e.ours]
    for name, words, lines in theirs:
        if re.sub(r" ※\d", "", words) not in _said(lines, seed):
            yield f"flowchart.toml: {name} is not worded as in lines {lines}"
    for edge in chart.edges:
        if not {edge.source, edge.target} <= ids:
            yield f"flowchart.toml: edge {edge.source} to {edge.target} has an unknown end"
    for node in chart.nodes:
        if not set(node.notes) <= notes:
            yield f"flowchart.toml: {node.id} names a note that does not exist"
        yield from _node(chart, node)


def _node(chart: Flowchart, node: Node) -> Iterator[str]:
    ways = sorted(edge.answer for edge in chart.edges if edge.source == node.id)
    if ways != WAYS.get(node.kind) or (node.kind == "start") == (node.id in {e.target for e in chart.edges}):
        yield f"flowchart.toml: {node.id} ({node.kind}) has the ways {ways}, or is joined unlike its kind"
    if node.kind != ("question" if node.asks else "outcome" if node.outcome else "start"):
        yield f"flowchart.toml: {node.id} ({node.kind}) needs asks or outcome as its kind says"
    if min(node.x, node.y) < 0 or node.x + node.w > chart.width or node.y + node.h > chart.height:
        yield f"flowchart.toml: {node.id} is drawn outside the picture"


def _rows(guideline: Guideline) -> Iterator[str]:
    position = Counter()
    for row in guideline.rows:
        position[row.kind] += 1
        if row.id != f"{row.kind}-{position[row.kind]:02}":
            yield f"disclosure.toml: {row.id} is {row.kind} number {position[row.kind]} in document order"
        numbers = [n.strip() for n in row.number_cell.removeprefix("No.").rstrip("、").split("/")]
        if list(row.numbers) != numbers:
            yield f"disclosure.toml: {row.id} has the numbers {numbers}, not {row.numbers}"
        if row.combine != "all" and (row.combine != "any" or len(row.numbers) == 1):
            yield f"disclosure.toml: {row.id} cannot combine its numbers by {row.combine!r}"
        if row.chapter_title.raw.partition(".")[0] != row.chapter:
            yield f"disclosure.toml: {row.id} is in chapter {row.chapter}, titled {row.chapter_title.raw!r}"
