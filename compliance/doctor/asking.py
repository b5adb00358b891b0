"""Going through the checks of every app. Whatever is broken becomes a sentence, never a traceback."""

from collections.abc import Iterator
from importlib import import_module

from django.apps import apps

from compliance import walls
from compliance.doctor import Check, Found, State, bad, warn


def examined() -> Iterator[tuple[str, Found]]:
    """(title, what was found), in order; what asks the database only if that opens."""
    from compliance.doctor.checks import database_file
    from compliance.doctor.database import opens

    every = [check for app in apps.get_app_configs() for check in _checks_of(app)]
    yield from ((each.title, found_by(each)) for each in every if not each.asks_database)
    answers = found_by(Check("データベース", lambda: opens(database_file())))
    yield "データベース", answers
    asking = [each for each in every if each.asks_database]
    if answers.state is State.BAD:
        titles = "・".join(each.title for each in asking)
        yield (
            "確かめていないもの",
            warn(f"{titles}。", "データベースを直してから、もう一度実行してください。"),
        )
        return
    yield from across_clinics(asking)


def across_clinics(asking: list[Check]) -> Iterator[tuple[str, Found]]:
    """Each in a breath of its own, so that one that breaks does not take the others along."""
    for each in asking:
        yield each.title, found_by(Check(each.title, lambda each=each: _as_server(each)))


def found_by(check: Check) -> Found:
    try:
        return check.look()
    except Exception as error:
        return bad(
            f"確かめられませんでした（{type(error).__name__}）。",
            "ほかの × を先に直してください。それでも出るときは、この表示を開発元に知らせてください。",
        )


def _as_server(check: Check) -> Found:
    with walls.as_server():
        return check.look()


def _checks_of(app) -> Iterator[Check]:
    if name := getattr(app, "doctor", None):
        yield from import_module(name).checks()
