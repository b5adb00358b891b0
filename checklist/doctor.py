"""What this app has looked at by `manage.py doctor`: the guideline in the database is the one in fixtures/."""

from collections.abc import Iterator, Mapping

from checklist.loading import fingerprint
from compliance import editions
from compliance.doctor import Check, Found, bad, ok
from compliance.guideline import GuidelineError
from compliance.models import GuidelineEdition


def checks() -> Iterator[Check]:
    yield Check("ガイドライン", guideline, asks_database=True)


def guideline() -> Found:
    try:
        shipped = {code: fingerprint(each.as_dict()) for code, each in editions.shelf().items()}
    except (GuidelineError, OSError, ValueError, KeyError, TypeError):
        return bad(
            "ガイドラインのファイル（fixtures）が読めないか、壊れています。",
            "配布されたものから、もう一度取り出してください。",
        )
    return compared(shipped, dict(GuidelineEdition.objects.values_list("code", "fingerprint")))


def compared(shipped: Mapping[str, str], loaded: Mapping[str, str]) -> Found:
    """{edition: fingerprint} of the files and of the database."""
    if missing := shipped.keys() - loaded.keys():
        return bad(
            f"ガイドラインが読み込まれていません（{'、'.join(sorted(missing))}）。",
            "manage.py prepare を実行してください。",
        )
    if changed := [code for code, mark in shipped.items() if loaded[code] != mark]:
        return bad(
            f"データベースのガイドラインが、ファイルと違います（{'、'.join(changed)}）。",
            "manage.py load_guideline を実行してください。",
        )
    return ok(f"ガイドラインが読み込まれています（{'、'.join(shipped)}）。")
