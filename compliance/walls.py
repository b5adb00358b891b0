"""The second wall between clinics: PostgreSQL's own row-level security, for the day a query forgets its scope.

A request is one transaction in the role APP, which owns no table and sees only the rows of the clinic, and of the
person, that the transaction names. Commands and what must look across clinics state the role SERVER. On SQLite,
which has no such thing, all of this does nothing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar

from django.core.management.base import BaseCommand
from django.db import connection, models, transaction
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse

APP, SERVER = "tenken_app", "tenken_server"
# What a transaction states. `key` is the hash or code that whoever has no account opens one row with.
STATED = ("role", "tenken.user", "tenken.clinic", "tenken.key")
_afterwards: ContextVar[list[Callable[[], None]] | None] = ContextVar("afterwards", default=None)
_NOTHING = {"role": "none", "tenken.user": "", "tenken.clinic": "", "tenken.key": ""}


def stand() -> bool:
    """Whether the database has walls."""
    return connection.vendor == "postgresql"


class OneTransaction:
    """A request is one transaction in the role APP; a server error takes all of it back.

    Its person is named by accounts.Backend, its clinic by access.member_of or by the key of a link.
    """

    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not stand():
            return self.get_response(request)
        with _collected() as acts, within():
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
                acts.clear()
        for act in acts:
            act()
        return response


@contextmanager
def _collected() -> Iterator[list[Callable[[], None]]]:
    acts: list[Callable[[], None]] = []
    before = _afterwards.set(acts)
    try:
        yield acts
    finally:
        _afterwards.reset(before)


def afterwards(act: Callable[[], None]) -> None:
    """Do it once the request's transaction is over, so that its locks keep nobody waiting; where there is none, now."""
    acts = _afterwards.get()
    if acts is None:
        act()
    else:
        acts.append(act)


class ServerCommand(BaseCommand):
    """A command that works for all clinics, and says so to the database."""

    def execute(self, *args, **options):
        with as_server():
            return super().execute(*args, **options)


def within(*, user: int | str | None = None, clinic: int | None = None):
    """A transaction in the role APP that names a person and a clinic, or neither."""
    stated = {"role": APP, "tenken.user": _text(user), "tenken.clinic": _text(clinic), "tenken.key": ""}
    return _stating(stated) if stand() else nullcontext()


@contextmanager
def as_server() -> Iterator[None]:
    """State that what follows looks across clinics; inside a request only for as long as it lasts."""
    if not stand():
        yield
    elif connection.in_atomic_block:
        with _stating({"role": SERVER}):
            yield
    else:
        with _connected_as(SERVER):
            yield


@contextmanager
def as_owner() -> Iterator[None]:
    """State that what follows changes tables: whoever the database knows us as."""
    with _connected_as("none") if stand() else nullcontext():
        yield


def sees_all() -> bool:
    """Whether no wall hides a row from us: what is hidden would be taken for gone."""
    if not stand():
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user = %s OR rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user",
            [SERVER],
        )
        return cursor.fetchone()[0]


def enter(clinic_id: int) -> None:
    """Name the clinic, once it is known that the request may see it."""
    if stand():
        state({"tenken.clinic": str(clinic_id)})


def meet(user_id: int) -> None:
    """Name the person, where that is known by other means than a session."""
    if stand():
        state({"tenken.user": str(user_id)})


def enter_by(rows: models.QuerySet, **key: str) -> None:
    """Name the clinic of the one row that whoever has no account opens with this hash or code, if there is one."""
    if not stand():
        return
    state({"tenken.key": next(iter(key.values()))})
    entering = models.Func(
        models.Value("tenken.clinic"),
        Cast("clinic_id", models.TextField()),
        models.Value(True),
        function="set_config",
        output_field=models.TextField(),
    )
    rows.filter(**key).values_list(entering, flat=True).first()


def state(stated: dict[str, str]) -> None:
    """Tell the database, until the running transaction ends."""
    calls = ", ".join("set_config(%s, %s, true)" for _ in stated)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [each for pair in stated.items() for each in pair])


@contextmanager
def _connected_as(role: str) -> Iterator[None]:
    """The role of the connection itself, where it may be taken on: a server that was never prepared has none."""
    before = _read()["role"]
    _connect_as(role)
    try:
        yield
    finally:
        _connect_as(before)


def _connect_as(role: str) -> None:
    theirs = "%s = 'none' OR coalesce(pg_has_role(to_regrole(%s)::oid, 'MEMBER'), false)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT set_config('role', %s, false) WHERE {theirs}", [role] * 3)


@contextmanager
def _stating(stated: dict[str, str]) -> Iterator[None]:
    """A transaction that states something; inside another one, that one says again what it said before."""
    before = _read() if connection.in_atomic_block else None
    with transaction.atomic():
        state(stated)
        yield
        if before and not connection.needs_rollback:
            state(before)


def _read() -> dict[str, str]:
    calls = ", ".join("current_setting(%s, true)" for _ in STATED)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", STATED)
        return {name: value or _NOTHING[name] for name, value in zip(STATED, cursor.fetchone(), strict=True)}


def _text(value: int | str | None) -> str:
    return "" if value is None else str(value)
