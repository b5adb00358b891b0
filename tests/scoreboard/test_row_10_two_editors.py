"""Two people save one item at the same moment, 300 times, over HTTP: one is saved, the other is shown both texts."""

import pytest

from checklist.models import Answer
from tests.web import at, browser, form_with, shows

pytestmark = [pytest.mark.scoreboard, pytest.mark.django_db(transaction=True)]
ROUNDS = 300
CODES = ["7-5", "10-9", "1.1-1", "9-4", "11-2"]


def overwritten(said: list, typed: list[str], kept: Answer, version: int) -> str:
    """What is wrong with a round: two answers in, one kept, the other one told and nothing of it lost."""
    statuses = [answer.status_code for answer in said]
    if sorted(statuses) != [302, 409]:
        return f"statuses {statuses}"
    won = statuses.index(302)
    if (kept.note, kept.version) != (typed[won], version + 1):
        return f"kept {kept.note} at {kept.version}, not {typed[won]} at {version + 1}"
    told = shows(said[1 - won]) + said[1 - won].content.decode()
    return "" if all(text in told for text in typed) else "the loser does not see both texts"


def test_two_editors_of_one_item_overwrite_nothing(clinic, director, clerk, in_threads, score):
    people, found = [browser(director), browser(clerk)], []
    for number in range(ROUNDS):
        code = CODES[number % len(CODES)]
        path = at("item", clinic, code=code)
        opened = [form_with(person.get(path), "status") for person in people]
        version = Answer.objects.get(clinic=clinic, item__code=code).version
        typed = [f"{number}回目の{who}" for who in ("甲", "乙")]
        bodies = [form | {"status": "done", "note": note} for form, note in zip(opened, typed, strict=True)]
        said = in_threads(2, lambda n, path=path, bodies=bodies: people[n].post(path, bodies[n]))
        kept = Answer.objects.get(clinic=clinic, item__code=code)
        wrong = overwritten(said, typed, kept, version)
        found += [f"round {number}, {code}: {wrong}"] if wrong else []
    print(*found, sep="\n")
    score(ROUNDS, len(found))
