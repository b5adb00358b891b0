"""What keeps the settings, or Django itself, from being read at all. Only the standard library is needed here."""

import os
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module

from compliance.doctor import Found, State, bad
from compliance.doctor.telling import summed_up, told
from compliance.os_words import in_words

_MAKE = "（python -c 'import secrets; print(secrets.token_urlsafe(50))' で作れます）"
NEEDED = {
    "SECRET_KEY": f"50文字以上の乱数を決めてください{_MAKE}。",
    "AUDIT_KEY": f"SECRET_KEY とは別の乱数を決めてください{_MAKE}。決めたあとは変えず、控えを取ってください。",
    "ALLOWED_HOSTS": "利用者が開くホスト名を書いてください（例: tenken.example.jp）。",
    "PUBLIC_URL": "利用者が開くアドレスを書いてください（例: https://tenken.example.jp）。",
}


def tell() -> None:
    """Print what is wrong and exit with 1; come back where the checks can be asked."""
    if wrong := troubles(os.environ):
        print(*(told("設定", found) for found in wrong), "", summed_up([State.BAD] * len(wrong)), sep="\n")
        sys.exit(1)


def troubles(environment: Mapping[str, str]) -> list[Found]:
    """Empty where Django starts."""
    if missing := list(lacking(environment)):
        return missing
    try:
        import_module(environment.get("DJANGO_SETTINGS_MODULE", "compliance.settings"))
        import_module("django").setup()
    except Exception as error:
        return [unreadable(error)]
    return []


def lacking(environment: Mapping[str, str]) -> Iterator[Found]:
    """What PRODUCTION=1 cannot start without; a secret may stand in the file that its …_FILE names."""
    if environment.get("PRODUCTION", "").strip().lower() in {"1", "true", "yes", "on"}:
        for name, do in NEEDED.items():
            if not (environment.get(name, "").strip() or environment.get(f"{name}_FILE", "").strip()):
                yield bad(f"PRODUCTION=1 ですが、{name} がありません。", do)


def unreadable(error: Exception) -> Found:
    """Why the settings could not be read."""
    if isinstance(error, ModuleNotFoundError):
        words = f"必要な部品（{error.name}）が入っていません。"
        return bad(words, "make run を行うか、bin/setup run を実行してください。")
    if isinstance(error, OSError) and error.filename:
        words = f"設定を読む途中で、{error.filename} を読み書きできませんでした（{in_words(error)}）。"
        return bad(words, "VAR_DIR のフォルダの場所と、その持ち主・権限を確かめてください。")
    why = str(error) if type(error).__name__ == "ImproperlyConfigured" else type(error).__name__
    return bad(
        f"設定を読めません（{why}）。", "設定した環境変数の値（DATABASE_URL など）を確かめてください。"
    )
