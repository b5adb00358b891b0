"""What keeps the settings from being read is said in words, by the command itself in a process of its own."""

import pytest

PRODUCTION = {
    "PRODUCTION": "1",
    "SECRET_KEY": "zq4Wc7nTgR0bYvK2mJxH9sLpD5fE8aUi3oMhVtBkXyNrGwCeQ1",
    "AUDIT_KEY": "Hk3rT8vXz1LbNqYw6CmPf0JdSgUe4RaVo9ZiEtKxMhBn2QyWc7",
    "ALLOWED_HOSTS": "tenken.example.jp",
    "PUBLIC_URL": "https://tenken.example.jp",
}


@pytest.mark.parametrize("name", ["SECRET_KEY", "AUDIT_KEY", "ALLOWED_HOSTS", "PUBLIC_URL"])
def test_what_production_lacks_is_named(manage, name):
    done = manage("doctor", **{key: value for key, value in PRODUCTION.items() if key != name})
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (1, "")
    assert lines[0] == f"× 設定: PRODUCTION=1 ですが、{name} がありません。"
    assert lines[-1] == "×（直してください） 1件、△（注意） 0件"


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"VAR_DIR": "/proc/nowhere"}, "設定を読む途中で、/proc/nowhere を読み書きできませんでした"),
        ({"DATABASE_URL": "oracle-of-delphi://x"}, "設定を読めません（UnknownSchemeError）"),
        ({"EMAIL_PORT": "smtp"}, "設定を読めません（EMAIL_PORT is 'smtp'."),
        (
            {"DJANGO_SETTINGS_MODULE": "settings_of_nobody"},
            "必要な部品（settings_of_nobody）が入っていません。",
        ),
    ],
)
def test_settings_that_cannot_be_read_say_why(manage, variables, says):
    done = manage("doctor", **variables)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith(f"× 設定: {says}")
