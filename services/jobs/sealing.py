"""Encrypt what lets others answer in our name, for as long as it stands in a row."""

from __future__ import annotations

import base64
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12
_KEY_BYTES = 32
_PURPOSE = b"tastemap interaction tokens 1"


def derive_key(secret: str | None, purpose: bytes) -> bytes:
    """Make a key for one purpose, the same wherever the secret is known; without one, a random key."""
    material = secret.encode() if secret else secrets.token_bytes(_KEY_BYTES)
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose).derive(material)


class TokenSealer:
    """Seals for one purpose with a key made from a secret that every running bot has: its Discord token.

    Interaction tokens live 15 minutes, so a changed secret costs at most a message instead of an edit.
    Without a secret the key lives as long as the process.
    """

    def __init__(self, secret: str | None) -> None:
        self._cipher = AESGCM(derive_key(secret, _PURPOSE))

    def seal(self, token: str, job_id: int) -> str:
        """Encrypt a token for one job; moved to another row it can't be opened."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, token.encode(), str(job_id).encode())
        return base64.b64encode(nonce + sealed).decode("ascii")

    def open(self, sealed: str, job_id: int) -> str | None:
        """Decrypt a token; None where it was sealed with another key, for another job, or changed."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], str(job_id).encode()).decode()
        except (ValueError, InvalidTag):
            return None
