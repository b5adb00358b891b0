"""Settings: people find the site by them, and nobody gets in by them."""

from urllib.parse import urlsplit

from django.http.request import validate_host

from compliance.doctor import Found, bad, ok, warn
from compliance.doctor.before import NEEDED

SHORTEST = 50  # characters, as Django's own deployment check asks
FEWEST = 5  # different ones
_HERE = {"127.0.0.1", "localhost", "[::1]", "::1"}


def mode(production: bool, debug: bool, bind: str) -> Found:
    """`bind` is where gunicorn listens: "host:port" or "unix:…"."""
    if debug:
        return bad(
            "DEBUG=1 で動いています。エラーの画面と記録に、内部の情報が出ます。", "DEBUG を外してください。"
        )
    if production:
        return ok("本番の設定（PRODUCTION=1）で動いています。")
    if _is_here(bind):
        return ok("このパソコンの中だけ（127.0.0.1）で使う設定です。")
    return bad(
        f"PRODUCTION=1 がないまま、ほかの機器から開ける設定です（BIND={bind}）。通信が暗号化されません。",
        "PRODUCTION=1 にしてHTTPSで使うか、BIND を 127.0.0.1:8000 に戻してください。",
    )


def secret(production: bool, key: str) -> Found:
    if len(key) < SHORTEST or len(set(key)) < FEWEST or key.startswith("django-insecure-"):
        return bad(
            f"秘密鍵（SECRET_KEY）が短すぎるか、単純すぎます（{len(key)}文字）。",
            NEEDED["SECRET_KEY"]
            if production
            else "VAR_DIR の secret-key を消すと、次の起動で作り直されます（全員ログアウトします）。",
        )
    return ok("秘密鍵は十分な長さです。")


def address(production: bool, public_url: str, hosts: list[str]) -> Found:
    """PUBLIC_URL is where people come to, and the host that it names is one that is answered."""
    parts = urlsplit(public_url)
    if "*" in hosts:
        return bad("ALLOWED_HOSTS が * です。どんなホスト名でも受け付けます。", NEEDED["ALLOWED_HOSTS"])
    if not public_url:
        return ok("PUBLIC_URL の設定はありません。事業者へのリンクは作れませんが、ほかは使えます。")
    if production and parts.scheme != "https":
        return bad(
            f"PUBLIC_URL（{public_url}）が https:// で始まっていません。", "HTTPSのアドレスにしてください。"
        )
    if not validate_host((parts.hostname or "").lower(), [each.lower() for each in hosts]):
        return bad(
            f"PUBLIC_URL のホスト名（{parts.hostname}）が、ALLOWED_HOSTS（{', '.join(hosts)}）にありません。",
            "どちらかを直して、そろえてください。そろうまで画面は開きません（400）。",
        )
    return ok(f"利用者が開くアドレスは {public_url} です。")


def proxy(production: bool, behind: bool, trusted: int | list, bind: str) -> Found:
    """Without a proxy before it nobody speaks TLS, and one that others can go around may be impersonated."""
    if production and not behind:
        return bad(
            "PRODUCTION=1 ですが、BEHIND_PROXY=1 がありません。HTTPSを受け持つものがなく、画面が開きません。",
            "前にリバースプロキシ（Caddyなど）を置いて、BEHIND_PROXY=1 にしてください。",
        )
    if behind and not trusted:
        return warn(
            "TRUSTED_PROXIES が 0 です。全員が同じ接続元に見え、誰かの失敗で、ほかの人がログインを待たされます。",
            "前に置いたプロキシの数（ふつうは 1）か、そのアドレスを TRUSTED_PROXIES に書いてください。",
        )
    if trusted and not _is_here(bind) and isinstance(trusted, int):
        return warn(
            f"プロキシを通らずに、直接つなげられるおそれがあります（BIND={bind}）。接続元を偽れます。",
            "BIND を 127.0.0.1:8000 などにするか、TRUSTED_PROXIES にプロキシのアドレスを書いてください。",
        )
    return ok("リバースプロキシの後ろで動いています。" if behind else "リバースプロキシは使っていません。")


def _is_here(bind: str) -> bool:
    """Only this machine can connect there."""
    return bind.startswith("unix:") or bind.rpartition(":")[0] in _HERE
