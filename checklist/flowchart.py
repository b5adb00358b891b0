"""The chart of 図1, drawn from its data with a path marked. Pure: fixture in, shapes out; the template prints them."""

from dataclasses import dataclass

LINE = 12.0  # between two lines of text
ADDED = {"unclear", "none"}  # answers that the ministry's figure does not draw: these branches are ours


@dataclass(frozen=True)
class Box:
    """A node: its rectangle, and its lines of text each with the y of its baseline."""

    kind: str
    x: float
    y: float
    w: float
    h: float
    lines: list[tuple[float, str]]
    on_path: bool
    is_end: bool
    is_added: bool

    @property
    def centre(self) -> float:
        return self.x + self.w / 2


@dataclass(frozen=True)
class Arrow:
    """An edge: an SVG path, the three corners of its head, and its label."""

    path: str
    head: str
    label: str
    label_x: float
    label_y: float
    taken: bool
    is_added: bool


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    boxes: list[Box]
    arrows: list[Arrow]
    words: str


def draw(flowchart: dict, path: list[str], taken: list) -> Drawing:
    """The chart with the nodes of `path` and the (from, to) edges of `taken` marked."""
    marked = {tuple(edge) for edge in taken}
    added = {edge["to"] for edge in flowchart["edge"] if edge.get("answer") in ADDED}
    boxes = [_box(node, path, node["id"] in added) for node in flowchart["node"]]
    arrows = [_arrow(edge, (edge["from"], edge["to"]) in marked) for edge in flowchart["edge"]]
    return Drawing(flowchart["width"], flowchart["height"], boxes, arrows, in_words(flowchart, path))


def in_words(flowchart: dict, path: list[str]) -> str:
    """The chart for those who do not see it."""
    nodes = {node["id"]: "".join(node["text"]) for node in flowchart["node"]}
    edges = [f"{nodes[e['from']]}から{e.get('label') or '次'}で{nodes[e['to']]}" for e in flowchart["edge"]]
    way = "、".join(nodes[node] for node in path)
    return f"判断フローチャート。{'。'.join(edges)}。" + (f"当院の経路は、{way}。" if path else "")


def _box(node: dict, path: list[str], is_added: bool) -> Box:
    first = node["y"] + node["h"] / 2 - (len(node["text"]) - 1) * LINE / 2 + 3
    lines = [(round(first + n * LINE, 1), text) for n, text in enumerate(node["text"])]
    is_end = bool(path) and node["id"] == path[-1] and node["kind"] == "outcome"
    size = node["x"], node["y"], node["w"], node["h"]
    return Box(node["kind"], *size, lines, node["id"] in path, is_end, is_added)


def _arrow(edge: dict, taken: bool) -> Arrow:
    points = edge["points"]
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    label_x, label_y = edge.get("label_at") or points[0]
    head, is_added = _head(points[-2], points[-1]), edge.get("answer") in ADDED
    return Arrow(path, head, edge.get("label", ""), label_x, label_y, taken, is_added)


def _head(before: list, tip: list) -> str:
    """A triangle at `tip`, pointing away from `before`; chart edges are horizontal or vertical."""
    (bx, by), (x, y) = before, tip
    size, half = 6, 3.5
    if bx == x:
        back = y - size if y > by else y + size
        return f"M{x} {y}L{x - half} {back}L{x + half} {back}z"
    back = x - size if x > bx else x + size
    return f"M{x} {y}L{back} {y - half}L{back} {y + half}z"
