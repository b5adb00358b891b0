import pytest

from checklist.models import Answer


@pytest.fixture
def declare(assessment, director):
    """declare("7-5", status="na", …)"""

    def act(code: str, **declared) -> None:
        row = Answer.objects.get(assessment=assessment, item__code=code)
        row.record(row.version, by=director, **declared)

    return act
