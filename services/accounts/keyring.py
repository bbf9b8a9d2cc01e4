"""Encrypt what must not be read from the database alone, bound to the person and the field it is for."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.domain.errors.sources import KeyRingError

_KEY_BYTES = 32
_NONCE_BYTES = 12
_ID_LENGTH = 8
_VERSION = "v1"


class UnsealError(Exception):
    """The sealed text was made for somebody or something else, with another key, or was changed."""


@dataclass(frozen=True, slots=True)
class _Key:
    key_id: str
    cipher: AESGCM = field(repr=False)


class KeyRing:
    """AES-256-GCM with several keys: the first one seals, all of them open.

    The associated data names version, purpose, person, field and key, so that a sealed text that was
    moved to another row or column opens for nobody. Stored as `key id:nonce:ciphertext`.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise KeyRingError("it is empty")
        self._keys = {key_id(key): _Key(key_id(key), AESGCM(key)) for key in keys}
        self._first = self._keys[key_id(keys[0])]

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
        bound = _bound(purpose, owner_id, column, self._first.key_id)
        sealed = self._first.cipher.encrypt(nonce, text.encode("utf-8", "replace"), bound)
        return f"{self._first.key_id}:{_write(nonce)}:{_write(sealed)}"

    def open(self, sealed: str, *, purpose: str, owner_id: int, column: str) -> str:
        """Decrypt what `seal` made for the same purpose, person and column.

        Raises
        ------
        UnsealError
            It was not, or the ring has lost the key.
        """
        name, _, rest = sealed.partition(":")
        nonce, _, ciphertext = rest.partition(":")
        key = self._keys.get(name)
        if key is None:
            raise UnsealError
        try:
            plain = key.cipher.decrypt(
                _read(nonce),
                _read(ciphertext),
                _bound(purpose, owner_id, column, name),
            )
            return plain.decode()
        except (InvalidTag, ValueError) as error:
            raise UnsealError from error

    def is_current(self, sealed: str) -> bool:
        """Whether the newest key sealed it."""
        return sealed.partition(":")[0] == self._first.key_id


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
