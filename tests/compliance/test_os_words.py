import errno

import pytest

from compliance.os_words import in_words


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "空き容量が足りません"),
        (PermissionError(errno.EACCES, "Permission denied"), "権限がありません"),
        (OSError(errno.EPIPE, "Broken pipe"), "Broken pipe"),
        (OSError("no number"), "no number"),
    ],
)
def test_what_the_system_refused_is_said_in_japanese_where_we_have_words(error, words):
    assert in_words(error) == words
