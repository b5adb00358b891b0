"""`manage.py doctor` on a whole installation, sound and broken one way at a time."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
COUNT = 26  # lines of a sound installation on SQLite, but for the sum
PARTS = ("compliance", "vendors", "checklist", "fixtures", "static", "templates")
NOT_ASKED = "△ 確かめていないもの: "


def clean_manage(
    folder: Path, *words: str, root: Path = ROOT, **variables: str
) -> subprocess.CompletedProcess:
    """manage.py of the tree `root` on the installation in `folder`, with nothing else in its environment."""
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder)}
    environment |= {"BACKUP_DIR": str(folder / "backups"), **variables}
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)  # noqa: S603 (our own)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """What `prepare` leaves, with a backup beside it."""
    folder = tmp_path_factory.mktemp("installation") / "var"
    clean_manage(folder, "prepare").check_returncode()
    (folder / "backups").mkdir()
    (folder / "backups" / "today.zip").write_bytes(b"backup")
    return folder


@pytest.fixture
def doctor(prepared, tmp_path):
    """doctor(breaking): what it says of a copy, after that was done to its folder."""

    def run(breaking: Callable[[Path], None] = lambda folder: None, **variables: str):
        folder = shutil.copytree(prepared, tmp_path / "var")
        breaking(folder)
        return clean_manage(folder, "doctor", **variables)

    return run


def wrong(done: subprocess.CompletedProcess) -> list[str]:
    """What is not ○, without what to do."""
    return [line for line in done.stdout.splitlines() if line.startswith(("×", "△")) and ": " in line]


def sql(statement: str) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        with sqlite3.connect(folder / "db.sqlite3") as database:
            database.execute(statement)
        database.close()

    return run


def test_a_sound_installation_has_nothing_to_repair(doctor):
    done = doctor()
    assert (done.returncode, done.stderr, wrong(done)) == (0, "", [])
    lines = done.stdout.splitlines()
    assert lines[-1] == "直すところはありません。"
    assert sum(line.startswith("○ ") for line in lines) == COUNT


def no_database(folder: Path) -> None:
    (folder / "db.sqlite3").unlink()


def empty_database(folder: Path) -> None:
    (folder / "db.sqlite3").write_bytes(b"")


def garbage(folder: Path) -> None:
    (folder / "db.sqlite3").write_bytes(b"no database at all" * 100)


def folder_in_its_place(folder: Path) -> None:
    no_database(folder)
    (folder / "db.sqlite3").mkdir()


def open_key(folder: Path) -> None:
    folder.chmod(0o755)
    (folder / "secret-key").chmod(0o644)


def short_key(folder: Path) -> None:
    (folder / "secret-key").write_text("short")


def no_static(folder: Path) -> None:
    shutil.rmtree(folder / "static")


def no_backup(folder: Path) -> None:
    shutil.rmtree(folder / "backups")


def entry_of_the_future(folder: Path) -> None:
    sql(
        "INSERT INTO compliance_auditentry (clinic_id, sequence, at, actor_name, action, target, detail, previous,"
        " digest) VALUES (0, 1, '2098-01-01 00:00:00', 'x', 'x', 'x', '{}', '', 'x')"
    )(folder)


def everything_at_once(folder: Path) -> None:
    for breaking in (open_key, short_key, no_static, no_backup, entry_of_the_future):
        breaking(folder)
    sql("DROP TABLE cache")(folder)
    sql("DROP TRIGGER compliance_auditentry_no_update")(folder)
    sql("UPDATE compliance_guidelineedition SET fingerprint = 'other'")(folder)


@pytest.mark.parametrize(
    ("breaking", "says"),
    [
        (
            everything_at_once,
            [
                "× 秘密鍵: 秘密鍵（SECRET_KEY）が短すぎるか、単純すぎます（5文字）。",
                "× 画面の部品: 画面の部品（スタイルなど）の用意ができていません",
                "× ファイルの権限: 鍵のファイル ",
                "△ バックアップ: バックアップが見つかりません",
                "× データベースの形: ログインの回数を数える表がありません。",
                "× 時計: いちばん新しい操作記録（2098-01-01 09:00）が、",
                "× 操作記録の保護: 操作記録の書き換えを止めるしかけ（トリガー）が外れています"
                "（compliance_auditentry_no_update）。",
                "× 操作記録: 操作記録がつながっていません（1件。サイト全体の記録: ",
                "× ガイドライン: データベースのガイドラインが、ファイルと違います（7.0-maintenance）。",
            ],
        ),
        (garbage, ["× データベース: データベースのファイル ", NOT_ASKED]),
        (folder_in_its_place, ["× データベース: データベースのファイル ", NOT_ASKED]),
        (
            empty_database,
            [
                "× データベースの形: データベースの形が、このプログラムより古いままです",
                "× 時計: 確かめられませんでした（OperationalError）。",
                "× 操作記録の保護: 操作記録の書き換えを止めるしかけ（トリガー）が外れています",
                "× 操作記録: 確かめられませんでした（OperationalError）。",
                "× 保管ファイル: 確かめられませんでした（OperationalError）。",
                "× 余分なファイル: 確かめられませんでした（OperationalError）。",
                "× ガイドライン: 確かめられませんでした（OperationalError）。",
            ],
        ),
    ],
)
def test_a_broken_installation_is_explained(doctor, breaking, says):
    done = doctor(breaking)
    found = wrong(done)
    assert (done.returncode, done.stderr, len(found)) == (1, "", len(says)), done.stdout
    assert [line.startswith(words) for line, words in zip(found, says, strict=True)] == [True] * len(says)


def test_warnings_alone_are_no_failure(doctor):
    done = doctor(no_backup)
    assert (done.returncode, len(wrong(done))) == (0, 1)
    assert done.stdout.splitlines()[-1] == "×（直してください） 0件、△（注意） 1件"


def test_looking_for_a_database_does_not_make_one(doctor, tmp_path):
    done = doctor(no_database)
    assert wrong(done)[0].startswith("× データベース: データベースのファイルがまだありません")
    assert not (tmp_path / "var" / "db.sqlite3").exists()


def test_a_database_that_somebody_else_holds_open_in_wal_mode_is_explained(doctor):
    held = []

    def hold(folder: Path) -> None:
        other = sqlite3.connect(folder / "db.sqlite3")
        other.executescript("PRAGMA journal_mode=WAL; BEGIN IMMEDIATE; DELETE FROM cache;")
        held.append(other)

    done = doctor(hold)
    held[0].close()
    assert (done.returncode, done.stderr) == (1, "")
    assert "× データベース: データベースのファイルを、ほかのプログラムが使い続けています。" in done.stdout


def test_servers_that_are_not_there_are_explained_without_a_secret(doctor):
    mail = {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": "1",
        "EMAIL_HOST_USER": "tenken",
        "EMAIL_HOST_PASSWORD": "of-mail",
    }
    done = doctor(DATABASE_URL="postgres://nobody:of-postgres@127.0.0.1:1/nothing", **mail)
    assert (done.returncode, done.stderr) == (1, "")
    assert wrong(done)[:2] == [
        "× メール: メールサーバ 127.0.0.1:1 につながりません（ConnectionRefusedError）。",
        "× データベース: PostgreSQLにつながりません（OperationalError）。",
    ]
    assert "PostgreSQL・仕切り・" in done.stdout
    assert [word for word in ("of-mail", "of-postgres") if word in done.stdout] == []


def test_a_sound_production_has_nothing_to_repair(doctor):
    key, other = (
        "zq4Wc7nTgR0bYvK2mJxH9sLpD5fE8aUi3oMhVtBkXyNrGwCeQ1",
        "Hk3rT8vXz1LbNqYw6CmPf0JdSgUe4RaVo9ZiEtKxMhBn2Qy",
    )
    names = {"ALLOWED_HOSTS": "tenken.example.jp", "PUBLIC_URL": "https://tenken.example.jp"}
    done = doctor(PRODUCTION="1", SECRET_KEY=key, AUDIT_KEY=other, BEHIND_PROXY="1", **names)
    assert (done.returncode, wrong(done)) == (0, [])
    assert key not in done.stdout
    assert other not in done.stdout


@pytest.fixture
def tree(tmp_path) -> Path:
    """A copy of the product, to be broken."""
    for name in PARTS:
        shutil.copytree(ROOT / name, tmp_path / "tree" / name)
    shutil.copy(ROOT / "manage.py", tmp_path / "tree")
    return tmp_path / "tree"


def test_a_copied_tree_with_a_font_gone_and_a_broken_guideline_is_explained(prepared, tree):
    (tree / "compliance" / "print" / "fonts" / "BIZUDPGothic_700Bold.ttf").unlink()
    next((tree / "fixtures").glob("guideline-*/")).joinpath("edition.toml").write_text("= broken")
    done = clean_manage(prepared, "doctor", root=tree)
    starts = [
        "× 文字: 文字のファイル BIZUDPGothic_700Bold.ttf がありません",
        "× ガイドライン: ガイドラインのファイル（fixtures）が読めないか",
    ]
    found = [line for line in wrong(done) if line.startswith(("× 文字", "× ガイドライン"))]
    assert (done.returncode, done.stderr) == (1, "")
    assert [line.startswith(start) for line, start in zip(found, starts, strict=True)] == [True, True]
