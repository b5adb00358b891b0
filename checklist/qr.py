"""What the QR code of an issued report says. Pure."""

ADDRESS = "/check/"


def content(public_url: str, number: str, sha256: str) -> str:
    """An address where there is a public one, else the facts themselves."""
    if public_url:
        return f"{public_url}{ADDRESS}?number={number}&hash={sha256}"
    return f"点検報告書 {number} SHA-256 {sha256}"
