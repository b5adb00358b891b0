"""Which migrations a database has seen, and the models of that moment: a backup may be older than the code."""

from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import StateApps

Migrations = dict[str, list[str]]  # {app: names of its applied migrations}


def applied(alias: str) -> Migrations:
    """Those of apps that are installed here; of others nothing is read."""
    loader = MigrationLoader(connections[alias])
    found: Migrations = {}
    for app, name in sorted(loader.applied_migrations):
        if app in loader.migrated_apps:
            found.setdefault(app, []).append(name)
    return found


def unknown(migrations: Migrations) -> list[str]:
    """「compliance.0009_further」 of each migration that this code does not have."""
    known = MigrationLoader(None).disk_migrations
    named = ((app, name) for app, names in migrations.items() for name in names)
    return [f"{app}.{name}" for app, name in named if (app, name) not in known]


def is_closed(migrations: Migrations) -> bool:
    """Whether every migration comes with those it builds on."""
    graph, nodes = MigrationLoader(None).graph, _nodes(migrations)
    return all({*graph.forwards_plan(node)} <= nodes for node in nodes)


def apps_at(migrations: Migrations) -> StateApps:
    """The models as they were after these migrations."""
    return MigrationLoader(None).project_state(sorted(_nodes(migrations))).apps


def build(migrations: Migrations, alias: str) -> None:
    """Bring an empty database to these migrations."""
    executor = MigrationExecutor(connections[alias])
    executor.migrate(_leaves(migrations, executor.loader.graph))


def _nodes(migrations: Migrations) -> set[tuple[str, str]]:
    return {(app, name) for app, names in migrations.items() for name in names}


def _leaves(migrations: Migrations, graph) -> list[tuple[str, str]]:
    """The newest of each app: named together with an older one, Django would go back to that."""
    nodes = _nodes(migrations)
    inner = {
        parent.key for node in nodes for parent in graph.node_map[node].parents if parent.key[0] == node[0]
    }
    return sorted(nodes - inner)
