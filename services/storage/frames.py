"""Pack long values as bytes with a digest that reveals damage, in frames that decode in short steps.

Layout: one byte for the version, a digest of what follows, then one Zstandard stream of frames, each a
four-byte length and that much JSON. Several frames, so that no single step of reading a long list keeps
the interpreter to itself for long. The digest is there because one flipped bit may turn a number into
another, which unpacking alone does not notice. Older pieces hold a zlib stream instead.
"""

from __future__ import annotations

import hashlib
import importlib
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import PydanticSerializationError, to_json

zstd: Any = importlib.import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
"""Zstandard, which comes with Python from 3.14 on."""
ZSTANDARD = b"\x28\xb5\x2f\xfd"
"""What such a stream begins with."""

_ITEMS_PER_FRAME = 500
_COMPRESSION = 1
"""As small as the default within 5 %, at two thirds of the time; zlib took four times as long for more."""
_DIGEST_BYTES = 16
_LENGTH = struct.Struct(">I")

_Item = TypeVar("_Item")


class DamagedFramesError(ValueError):
    """The bytes are damaged or of another version; stays inside the storage room."""


def pack(version: int, frames: Iterable[bytes]) -> bytes:
    """Write frames as one piece."""
    compressor = zstd.ZstdCompressor(_COMPRESSION)
    parts = []
    for frame in frames:
        parts.append(compressor.compress(_LENGTH.pack(len(frame))))
        parts.append(compressor.compress(frame))
    parts.append(compressor.flush())
    stream = b"".join(parts)
    return bytes([version]) + _digest(stream) + stream


def unpack(version: int, payload: bytes) -> Iterator[bytes]:
    """Read the frames of a piece back.

    Raises
    ------
    DamagedFramesError
        Before the first frame where the piece is of another version or damaged, else where it breaks off.
    """
    if payload[:1] != bytes([version]):
        raise DamagedFramesError("another version")
    stream = payload[1 + _DIGEST_BYTES :]
    if payload[1 : 1 + _DIGEST_BYTES] != _digest(stream):
        raise DamagedFramesError("damaged")
    try:
        unpacked = zstd.decompress if stream.startswith(ZSTANDARD) else zlib.decompress
        content = unpacked(stream)
    except (zstd.ZstdError, zlib.error) as error:
        raise DamagedFramesError("damaged") from error
    return _split(content)


def cut(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """Cut a long list into what goes into one frame each."""
    return (items[start : start + _ITEMS_PER_FRAME] for start in range(0, len(items), _ITEMS_PER_FRAME))


def dump_json(adapter: TypeAdapter[Any], value: object, *, exclude_none: bool) -> bytes:
    """Write a value as JSON, also one with text that bytes can't hold.

    Raises
    ------
    PydanticSerializationError
        The value holds something that its types forbid (a NumPy integer, say).
    """
    try:
        return adapter.dump_json(value, exclude_none=exclude_none, warnings="error")
    except PydanticSerializationError:
        # Half a surrogate pair in a title is no text that bytes could hold. Rare, so tried last.
        plain = adapter.dump_python(value, exclude_none=exclude_none, warnings="error")
        return to_json(_cleaned(plain), inf_nan_mode="constants")


def storable(text: str) -> str:
    """Return `text` without U+0000 and with U+FFFD for each lone surrogate."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, Sequence | frozenset | set) and not isinstance(value, bytes):
        return [_cleaned(item) for item in value]
    return value


def _digest(stream: bytes) -> bytes:
    return hashlib.blake2b(stream, digest_size=_DIGEST_BYTES).digest()


def _split(content: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(content):
        try:
            (length,) = _LENGTH.unpack_from(content, position)
        except struct.error as error:
            raise DamagedFramesError("damaged") from error
        position += _LENGTH.size
        yield content[position : position + length]
        position += length
