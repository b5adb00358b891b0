"""The file under its final name is whole, or is not there."""

from io import BytesIO
from zipfile import ZipFile

import pytest

from compliance.backup import Refused, wholeness


def whole(content: bytes = b"content") -> bytes:
    sink = BytesIO()
    with wholeness.written(sink) as archive:
        archive.writestr("one", content)
    return sink.getvalue()


def test_the_zip_says_its_own_hash_and_any_program_opens_it():
    with ZipFile(BytesIO(whole())) as archive:
        assert (archive.read("one"), archive.comment[:-64]) == (b"content", wholeness.MARK)
    assert wholeness.read(BytesIO(whole())).namelist() == ["one"]


def test_a_change_of_any_single_byte_is_found():
    content = whole()
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises(Refused):
            wholeness.read(BytesIO(changed))


def test_our_mark_under_something_that_is_no_zip_is_refused():
    sink = BytesIO()
    hashing = wholeness.Hashing(sink)
    hashing.write(b"no zip " + wholeness.MARK + b"0" * wholeness.DIGITS)
    hashing.finish()
    with pytest.raises(Refused, match="この製品のバックアップではない"):
        wholeness.read(BytesIO(sink.getvalue()))


def test_a_file_gets_its_name_when_it_is_complete_and_is_its_owners_alone(tmp_path):
    path = tmp_path / "one.zip"
    with wholeness.beside(path) as file:
        file.write(b"content")
        assert not path.exists()
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"content", 0o600)
    assert [*tmp_path.iterdir()] == [path]


def test_what_fails_leaves_nothing(tmp_path):
    def fails() -> None:
        with wholeness.beside(tmp_path / "one.zip") as file:
            file.write(b"half")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        fails()
    assert list(tmp_path.iterdir()) == []


def test_what_came_there_meanwhile_is_not_overwritten(tmp_path):
    path = tmp_path / "one.zip"

    def two_write() -> None:
        with wholeness.beside(path) as file:
            file.write(b"ours")
            path.write_bytes(b"theirs")

    with pytest.raises(FileExistsError):
        two_write()
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"theirs"]


def test_a_stream_that_ends_early_is_no_endless_wait():
    assert list(wholeness.pieces(BytesIO(b"abc"), 10)) == [b"abc"]
