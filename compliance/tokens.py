"""Tokens of one-time links: what is told once, and what is stored of it."""

import base64
import hashlib
import secrets

from django.utils.crypto import salted_hmac


def hashed(token: str) -> str:
    """What is stored of a token: its SHA-256, as hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_of(purpose: str, form_token: str | None, *of) -> str:
    """A new link's token. The same form filled in the same way has the same one, so that its second sending finds it.

    It follows from the server's key and the form's own random token; neither of both is in the database.
    """
    if not form_token:
        return secrets.token_urlsafe(32)
    words = "/".join(map(str, (form_token, *of)))
    proof = salted_hmac(purpose, words, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
