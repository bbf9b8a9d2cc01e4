"""How an analysis is kept: compressed JSON that comes back exactly as it was.

Layout: one byte for the version, a digest of what follows, then one zlib stream of frames, each a
four-byte length and that much JSON. The first frame is the report without its tracks, each further
one holds some of the tracks, so that no single step of reading a long playlist keeps the interpreter
to itself for long. The digest is there because zlib's own checksum lets one flipped bit in some ten
thousand turn a number into another.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from services.domain.features import AudioFeatures, Feature, Provenance
from services.domain.music import Track
from services.domain.report import AnalysisReport, EnrichedTrack
from services.storage.columns import storable

VERSION = 1
"""Of the layout. A report of another version is gone for good: results live 30 days, programs longer."""

_TRACKS_PER_FRAME = 500

_COMPRESSION = 3
"""As small as the default within a few per cent, at a third of the time."""

_DIGEST_BYTES = 16

_LENGTH = struct.Struct(">I")

_Item = TypeVar("_Item")


class UnreadableReportError(ValueError):
    """The stored bytes are no report of this version; stays inside the storage room."""


@dataclass(frozen=True, slots=True)
class _Head:
    report: AnalysisReport
    """Without any tracks."""
    provenances: tuple[Mapping[Feature, Provenance], ...]
    """Each different one once: a thousand tracks usually share a handful."""
    tracks: int
    listed: int | None
    """Tracks of the playlist where they differ from those of the report, else None."""


@dataclass(frozen=True, slots=True)
class _Row:
    track: Track
    features: AudioFeatures
    provenance: int
    standard_errors: AudioFeatures | None = None


_CONFIG = ConfigDict(ser_json_inf_nan="constants")
_HEAD: TypeAdapter[tuple[_Head]] = TypeAdapter(tuple[_Head], config=_CONFIG)
_ROWS: TypeAdapter[tuple[_Row, ...]] = TypeAdapter(tuple[_Row, ...], config=_CONFIG)
_TRACKS: TypeAdapter[tuple[Track, ...]] = TypeAdapter(tuple[Track, ...], config=_CONFIG)


def encode_report(report: AnalysisReport) -> bytes:
    """Write a report as bytes.

    Raises
    ------
    PydanticSerializationError
        The report holds something that its types forbid (a NumPy integer, say).
    """
    compressor = zlib.compressobj(_COMPRESSION)
    parts = []
    for frame in _frames(report):
        parts.append(compressor.compress(_LENGTH.pack(len(frame))))
        parts.append(compressor.compress(frame))
    parts.append(compressor.flush())
    stream = b"".join(parts)
    return bytes([VERSION]) + _digest(stream) + stream


def decode_report(payload: bytes) -> AnalysisReport:
    """Read a report back; equal to the one that was written.

    Raises
    ------
    UnreadableReportError
        The bytes are damaged, or of another version.
    """
    if payload[:1] != bytes([VERSION]):
        raise UnreadableReportError("another version")
    stream = payload[1 + _DIGEST_BYTES :]
    if payload[1 : 1 + _DIGEST_BYTES] != _digest(stream):
        raise UnreadableReportError("damaged")
    try:
        frames = _split(zlib.decompress(stream))
        (head,) = _HEAD.validate_json(next(frames))
        tracks: list[EnrichedTrack] = []
        while len(tracks) < head.tracks:
            tracks.extend(
                EnrichedTrack(
                    track=row.track,
                    features=row.features,
                    provenance=head.provenances[row.provenance],
                    standard_errors=row.standard_errors,
                )
                for row in _ROWS.validate_json(next(frames))
            )
        listed: list[Track] = []
        while len(listed) < (head.listed or 0):
            listed.extend(_TRACKS.validate_json(next(frames)))
    except (zlib.error, struct.error, ValidationError, StopIteration, IndexError) as error:
        raise UnreadableReportError("damaged, or of another version") from error
    rows = tuple(row.track for row in tracks) if head.listed is None else tuple(listed)
    return replace(head.report, tracks=tuple(tracks), playlist=replace(head.report.playlist, tracks=rows))


def _digest(stream: bytes) -> bytes:
    return hashlib.blake2b(stream, digest_size=_DIGEST_BYTES).digest()


def _frames(report: AnalysisReport) -> Iterator[bytes]:
    numbers: dict[tuple[tuple[Feature, Provenance], ...], int] = {}
    rows = [
        _Row(
            track=track.track,
            features=track.features,
            provenance=numbers.setdefault(tuple(track.provenance.items()), len(numbers)),
            standard_errors=track.standard_errors,
        )
        for track in report.tracks
    ]
    listed = report.playlist.tracks
    is_listed_alike = listed == tuple(row.track for row in rows)
    head = _Head(
        report=replace(report, tracks=(), playlist=replace(report.playlist, tracks=())),
        provenances=tuple(dict(items) for items in numbers),
        tracks=len(rows),
        listed=None if is_listed_alike else len(listed),
    )
    yield _to_json(_HEAD, (head,), exclude_none=False)
    for part in _parts(rows):
        yield _to_json(_ROWS, tuple(part), exclude_none=True)
    if not is_listed_alike:
        for some in _parts(listed):
            yield _to_json(_TRACKS, tuple(some), exclude_none=True)


def _to_json(adapter: TypeAdapter[Any], value: object, *, exclude_none: bool) -> bytes:
    try:
        return adapter.dump_json(value, exclude_none=exclude_none, warnings="error")
    except PydanticSerializationError:
        # Half a surrogate pair in a title is no text that bytes could hold. Rare, so tried last.
        plain = adapter.dump_python(value, exclude_none=exclude_none, warnings="error")
        return to_json(_cleaned(plain), inf_nan_mode="constants")


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    if isinstance(value, Sequence | frozenset | set) and not isinstance(value, bytes):
        return [_cleaned(item) for item in value]
    return value


def _split(content: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(content):
        (length,) = _LENGTH.unpack_from(content, position)
        position += _LENGTH.size
        yield content[position : position + length]
        position += length


def _parts(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    return (items[start : start + _TRACKS_PER_FRAME] for start in range(0, len(items), _TRACKS_PER_FRAME))
