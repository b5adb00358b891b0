"""図1 as a pure walk (seed L41-59): facts about systems in, an outcome with its path and reasons out.

YES is possible only where a contract, 約款, SLA or the like says that the vendor bears the update
responsibility (※2, L56-57). [ours] Nothing entered: undecided; any known NO: NO; else anything unclear: ask.
"""

from dataclasses import asdict, dataclass, field

YES, NO, UNCLEAR, NONE = "yes", "no", "unclear", "none"
WRITTEN = {"contract", "terms", "sla"}
ALL_SERVERS_ENTRUSTED = "all_servers_entrusted"


@dataclass(frozen=True)
class ServerFacts:
    """What is known of one server: who bears its updates, and where that is written."""

    name: str
    bearer: str  # vendor, clinic, unknown
    written_in: str  # contract, terms, sla, nowhere, unknown
    place: str  # 「保守契約書 第8条」; empty where nowhere or unknown


@dataclass(frozen=True)
class SystemFacts:
    """One system; `vendor` is empty where it was introduced without one."""

    name: str
    vendor: str
    servers: tuple[ServerFacts, ...] = ()
    has_no_server: bool = False


@dataclass(frozen=True)
class ServerAnswer:
    """One line of the determination: the answer for a server, and why in words."""

    system: str
    vendor: str
    server: str
    answer: str
    reason: str
    place: str


@dataclass(frozen=True)
class Judgement:
    """The walk's result. `path` are node ids, `taken` the (from, to) of its edges."""

    outcome: str
    answer: str
    path: tuple[str, ...]
    taken: tuple[tuple[str, str], ...]
    servers: tuple[ServerAnswer, ...]
    without_vendor: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict:
        """JSON-ready, as kept with a determination."""
        kept = asdict(self)
        return {**kept, "path": list(self.path), "taken": [list(edge) for edge in self.taken],
                "servers": list(kept["servers"]), "without_vendor": list(self.without_vendor)}  # fmt: skip


def judge(flowchart: dict, systems: list[SystemFacts]) -> Judgement:
    """Walk `flowchart` (the fixture's nodes and edges) with what is known of the clinic's systems."""
    lines = [line for system in systems for line in server_answers(system)]
    answer = combined([line.answer for line in lines]) if any(s.servers for s in systems) else NONE
    path, taken, outcome = walk(flowchart, {ALL_SERVERS_ENTRUSTED: answer})
    without_vendor = tuple(system.name for system in systems if not system.vendor)
    return Judgement(outcome, answer, path, taken, tuple(lines), without_vendor)


def combined(answers: list[str]) -> str:
    """domain.md's precedence over all servers."""
    for answer in (NO, UNCLEAR, YES):
        if answer in answers:
            return answer
    return NONE


def server_answers(system: SystemFacts) -> list[ServerAnswer]:
    """The system's servers, each answered; a system whose servers nobody has listed is unclear."""
    if system.servers:
        return [_answered(system, server) for server in system.servers]
    if system.has_no_server:
        return []
    return [ServerAnswer(system.name, system.vendor, "", UNCLEAR, "サーバが登録されていない", "")]


def _answered(system: SystemFacts, server: ServerFacts) -> ServerAnswer:
    answer, reason = answer_of(server)
    return ServerAnswer(system.name, system.vendor, server.name, answer, reason, server.place)


def answer_of(server: ServerFacts) -> tuple[str, str]:
    """(answer, reason in words) for one server."""
    if server.bearer == "clinic":
        return NO, "セキュリティアップデートの責任は自院にある"
    if server.bearer != "vendor":
        return UNCLEAR, "責任がどちらにあるか不明"
    if server.written_in == "nowhere":
        return UNCLEAR, "契約書などに記載がない"
    if server.written_in not in WRITTEN or not server.place:
        return UNCLEAR, "記載されているかをまだ確かめていない"
    return YES, f"{server.place}に記載がある"


def walk(
    flowchart: dict, answers: dict[str, str]
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...], str]:
    """(path, taken edges, outcome). ValueError where the chart has no way on, or goes round."""
    nodes = {node["id"]: node for node in flowchart["node"]}
    here = next(node for node in flowchart["node"] if node["kind"] == "start")
    path, taken = [here["id"]], []
    while here["kind"] != "outcome":
        answer = answers.get(here["asks"], NONE) if here.get("asks") else ""
        edge = next(
            (e for e in flowchart["edge"] if e["from"] == here["id"] and e.get("answer", "") == answer), None
        )
        if edge is None or edge["to"] in path:
            raise ValueError(f"the chart has no way on from {here['id']} with {answer!r}")
        taken.append((edge["from"], edge["to"]))
        path.append(edge["to"])
        here = nodes[edge["to"]]
    return tuple(path), tuple(taken), here["outcome"]
