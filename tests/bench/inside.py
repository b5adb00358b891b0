"""The same database from this process: queries counted, contexts caught, and the references that need no server."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Model
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment, teardown_test_environment

# Not counted: what every request costs before it asks for anything.
HOUSEKEEPING = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK")


@dataclass(frozen=True)
class Seen:
    """One request served in this process."""

    response: HttpResponse
    statements: list[str]
    templates: list[tuple[Template, Context]]


def seen(request: Callable[[], HttpResponse]) -> Seen:
    """Serve a request twice, as caches are warm in use, and tell of the second time."""
    setup_test_environment(debug=False)
    try:
        request()
        with CaptureQueriesContext(connection) as queries:
            response = request()
    finally:
        teardown_test_environment()
    if response.status_code != 200:
        raise RuntimeError(f"{response.request['PATH_INFO']}: {response.status_code}")
    statements = [short(query["sql"]) for query in queries if is_counted(query["sql"])]
    contexts = response.context if isinstance(response.context, list) else [response.context]
    return Seen(response, statements, list(zip(response.templates, contexts, strict=True)))


def is_counted(statement: str) -> bool:
    return not statement.startswith(HOUSEKEEPING) and '"django_session"' not in statement


def short(statement: str) -> str:
    """ "SELECT checklist_answer" """
    table = re.search(r'(?:FROM|INTO|UPDATE) "(\w+)"', statement)
    return f"{statement.split()[0]} {table[1]}" if table else statement[:60]


def client_of(user) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def rendering(page: Seen) -> Callable[[], float]:
    """The page's outermost template with the values the view gave it. It may not ask the database: that is the point."""
    template, context = page.templates[0]
    values = context.flatten()

    def render() -> float:
        with connection.execute_wrapper(refuse):
            started = time.perf_counter()
            template.render(Context(values))
            return (time.perf_counter() - started) * 1000

    return render


def refuse(execute, sql, params, many, context):
    raise RuntimeError(f"a reference from memory asked the database: {sql}")


def updating(answer: Model, field: str = "note") -> Callable[[], float]:
    """One committed UPDATE of the row that is saved, with the settings of the product's connection."""
    table = connection.ops.quote_name(answer._meta.db_table)
    statement = f"UPDATE {table} SET {field} = %s, updated_at = %s WHERE id = %s"  # noqa: S608 (no input)
    count = iter(range(1_000_000))

    def update() -> float:
        with connection.cursor() as cursor:
            started = time.perf_counter()
            cursor.execute(statement, [f"計測（{next(count)}）", answer.updated_at, answer.pk])
            return (time.perf_counter() - started) * 1000

    return update
