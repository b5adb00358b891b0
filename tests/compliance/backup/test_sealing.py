"""Encryption: what goes in comes out for whoever has the passphrase, and for nobody else."""

from io import BytesIO
from zipfile import ZipFile

import pyrage
import pytest

from compliance.backup import Refused, sealing, wholeness
from tests.machines import PASSPHRASE

CONTENT = bytes(range(256)) * 1024


class FullDisk(BytesIO):
    """Takes so many bytes."""

    def __init__(self, room: int):
        super().__init__()
        self.room = room

    def write(self, piece: bytes) -> int:
        self.room -= len(piece)
        if self.room < 0:
            raise OSError(28, "No space left on device")
        return super().write(piece)


@pytest.fixture(scope="module")
def sealed() -> bytes:
    sink = BytesIO()
    with sealing.sealed(sink, PASSPHRASE) as stream:
        stream.write(CONTENT)
    return sink.getvalue()


@pytest.fixture
def settings_in(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def test_the_passphrase_opens_it_and_it_is_not_readable_before(sealed, settings_in):
    archive = wholeness.read(BytesIO(sealed))
    assert (sealing.is_sealed(archive), CONTENT[:64] in sealed) == (True, False)
    with sealing.opened(archive, PASSPHRASE) as plain:
        plain.seek(0)
        assert plain.read() == CONTENT


def test_another_program_of_the_age_format_opens_it(sealed):
    with ZipFile(BytesIO(sealed)) as archive:
        identity = pyrage.passphrase.decrypt(archive.read("key.age"), PASSPHRASE).decode()
        key = pyrage.x25519.Identity.from_str(identity)
        assert pyrage.decrypt(archive.read("backup.zip.age"), [key]) == CONTENT


@pytest.mark.parametrize(
    ("words", "sentence"), [("chigau-aikotoba", "合言葉が違います"), ("", "暗号化されています")]
)
def test_another_passphrase_or_none_is_refused(sealed, settings_in, words, sentence):
    with pytest.raises(Refused, match=sentence), sealing.opened(wholeness.read(BytesIO(sealed)), words):
        pass


def test_content_of_another_backup_is_refused(sealed, settings_in):
    sink = BytesIO()
    with ZipFile(BytesIO(sealed)) as archive, wholeness.written(sink) as other:
        other.writestr(sealing.KEY, archive.read(sealing.KEY))
        other.writestr(sealing.CONTENT, b"age-encryption.org/v1\n")
    with pytest.raises(Refused, match="暗号を解いた中身"), sealing.opened(wholeness.read(sink), PASSPHRASE):
        pass


def test_further_members_are_refused(settings_in):
    sink = BytesIO()
    with wholeness.written(sink) as archive:
        for name in (sealing.CONTENT, "more"):
            archive.writestr(name, b"")
    archive = wholeness.read(sink)
    with pytest.raises(Refused, match="この製品のバックアップではない"), sealing.opened(archive, PASSPHRASE):
        pass


@pytest.mark.parametrize("room", [100, 100_000])
def test_a_full_disk_is_told_and_nobody_waits_for_ever(room):
    def write() -> None:
        with sealing.sealed(FullDisk(room), PASSPHRASE) as stream:
            for _ in range(100):
                stream.write(CONTENT)

    with pytest.raises(OSError, match="No space left"):
        write()


def test_the_passphrase_comes_from_the_environment_or_a_file(monkeypatch, tmp_path):
    monkeypatch.delenv("BACKUP_PASSPHRASE", raising=False)
    assert sealing.passphrase() == ""
    (tmp_path / "words").write_text("from a file\n")
    monkeypatch.setenv("BACKUP_PASSPHRASE_FILE", str(tmp_path / "words"))
    assert sealing.passphrase() == "from a file"
    monkeypatch.setenv("BACKUP_PASSPHRASE", "from the environment")
    assert sealing.passphrase() == "from the environment"


def test_a_passphrase_file_that_is_not_there_is_told(monkeypatch, tmp_path):
    monkeypatch.delenv("BACKUP_PASSPHRASE", raising=False)
    monkeypatch.setenv("BACKUP_PASSPHRASE_FILE", str(tmp_path / "gone"))
    with pytest.raises(Refused, match="合言葉のファイルを読めません"):
        sealing.passphrase()


@pytest.mark.parametrize("words", ["", "elf-letters"])
def test_a_short_passphrase_is_refused(words):
    with pytest.raises(Refused, match="12文字以上"):
        sealing.require_strong(words)
