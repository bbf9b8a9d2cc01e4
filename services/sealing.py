"""Encrypt what must not be read from the database alone: tokens, and what lets others answer in our name."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.domain.errors.sources import KeyRingError

_KEY_BYTES = 32
_NONCE_BYTES = 12
_ID_LENGTH = 8
_VERSION = "v1"


class UnsealError(Exception):
    """The sealed text was made for somebody or something else, with another key, or was changed."""


class KeyRing:
    """AES-256-GCM with several keys: the first one seals, all of them open.

    The associated data names version, purpose, person, field and key, so that a sealed text that was
    moved to another row or column opens for nobody. Stored as `key id:nonce:ciphertext`.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise KeyRingError("it is empty")
        self._ciphers = {key_id(key): AESGCM(key) for key in keys}
        self._first = key_id(keys[0])

    @staticmethod
    def parse(text: str) -> KeyRing:
        """Read keys as an operator writes them: base64, the newest first, separated by commas.

        Raises
        ------
        KeyRingError
            One of them is no key; it is named by its place, never quoted.
        """
        keys = []
        for place, part in enumerate((each.strip() for each in text.split(",") if each.strip()), 1):
            try:
                key = base64.b64decode(
                    part.translate(str.maketrans("-_", "+/")) + "=" * (-len(part) % 4), validate=True
                )
            except (binascii.Error, ValueError):
                key = b""
            if len(key) != _KEY_BYTES:
                raise KeyRingError(f"key {place} is not {_KEY_BYTES} bytes in base64")
            keys.append(key)
        return KeyRing(keys)

    def seal(self, text: str, *, purpose: str, owner_id: int, column: str) -> str:
        """Encrypt `text` for one column of one person's row."""
        nonce = os.urandom(_NONCE_BYTES)
        bound = _bound(purpose, owner_id, column, self._first)
        sealed = self._ciphers[self._first].encrypt(nonce, text.encode("utf-8", "replace"), bound)
        return f"{self._first}:{_write(nonce)}:{_write(sealed)}"

    def open(self, sealed: str, *, purpose: str, owner_id: int, column: str) -> str:
        """Decrypt what `seal` made for the same purpose, person and column.

        Raises
        ------
        UnsealError
            It was not, or the ring has lost the key.
        """
        name, _, rest = sealed.partition(":")
        nonce, _, ciphertext = rest.partition(":")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise UnsealError
        try:
            bound = _bound(purpose, owner_id, column, name)
            return cipher.decrypt(_read(nonce), _read(ciphertext), bound).decode()
        except (InvalidTag, ValueError) as error:
            raise UnsealError from error

    def is_current(self, sealed: str) -> bool:
        """Whether the newest key sealed it."""
        return sealed.partition(":")[0] == self._first


def new_key() -> str:
    """Make a key as it is written into TOKEN_KEYS."""
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii")


def key_id(key: bytes) -> str:
    """Name a key without giving it away."""
    return hashlib.sha256(b"tastemap key " + key).hexdigest()[:_ID_LENGTH]


def _bound(purpose: str, owner_id: int, column: str, name: str) -> bytes:
    return f"{_VERSION}|{purpose}|{owner_id}|{column}|{name}".encode()


def _write(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _read(written: str) -> bytes:
    """Read what `_write` wrote, letter by letter: base64 alone has several spellings of some values."""
    value = base64.b64decode(written, validate=True)
    if _write(value) != written:
        raise ValueError("another spelling")
    return value


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
