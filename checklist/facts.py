"""What the clinic's registers say, as the values that the pure rules take."""

from checklist.applicability import Judgement, ServerFacts, SystemFacts, judge
from checklist.catalogue import Catalogue
from vendors.models import Component, System


def system_facts(system: System) -> SystemFacts:
    servers = [server_facts(each) for each in system.components.all() if each.counts_as_server]
    return SystemFacts(system.name, str(system.vendor or ""), tuple(servers), system.has_no_server)


def server_facts(component: Component) -> ServerFacts:
    return ServerFacts(component.name, component.update_bearer, component.written_in, component.written_place)


def judgement_of(catalogue: Catalogue, systems: list[System]) -> Judgement:
    return judge(catalogue.flowchart, [system_facts(system) for system in systems])
