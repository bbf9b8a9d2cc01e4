"""Encode analyses, playlists and results as compressed JSON that decodes to equal values, in checked frames.

Layout: one byte for the version, a digest of what follows, then one Zstandard stream of frames, each a
four-byte length and that much JSON. Several frames, so that no single step of reading a long list keeps
the interpreter to itself for long. The digest is there because one flipped bit may turn a number into
another, which unpacking alone does not notice. Older pieces hold a zlib stream instead.

The first frame is the whole without its tracks, each further one holds some of the tracks.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import struct
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from services.domain.features import AudioFeatures, Feature, Provenance
from services.domain.messages import NoteKind
from services.domain.music import Playlist, Track
from services.domain.report import AnalysisReport, EnrichedTrack

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


VERSION = 2
"""Of the layout. A report of an unknown version is gone for good: results live 30 days, programs longer."""
_WORDED = 1
"""The version before, which held sentences where there are values now; they are shown as they were."""


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


@dataclass(slots=True)  # not frozen: those take three times as long to make
class _Row:
    track: Track
    provenance: int
    features: AudioFeatures | None = None
    """None where they are those that came with the track."""
    standard_errors: AudioFeatures | None = None
    others: tuple[tuple[AudioFeatures, Provenance], ...] | None = None


_CONFIG = ConfigDict(ser_json_inf_nan="constants")
_HEAD: TypeAdapter[tuple[_Head]] = TypeAdapter(tuple[_Head], config=_CONFIG)
_ROWS: TypeAdapter[tuple[_Row, ...]] = TypeAdapter(tuple[_Row, ...], config=_CONFIG)
_PLAYLIST: TypeAdapter[tuple[Playlist, int]] = TypeAdapter(tuple[Playlist, int], config=_CONFIG)
_TRACKS: TypeAdapter[tuple[Track, ...]] = TypeAdapter(tuple[Track, ...], config=_CONFIG)


def encode_report(report: AnalysisReport) -> bytes:
    """Write a report as bytes.

    Raises
    ------
    PydanticSerializationError
        The report holds something that its types forbid (a NumPy integer, say).
    """
    return pack(VERSION, _frames(report))


def decode_report(payload: bytes) -> AnalysisReport:
    """Read a report back; equal to the one that was written.

    Raises
    ------
    UnreadableReportError
        The bytes are damaged, or of another version.
    """
    try:
        frames = _open(payload, _renewed_report)
        (head,) = _HEAD.validate_json(next(frames))
        tracks: list[EnrichedTrack] = []
        while len(tracks) < head.tracks:
            tracks.extend(
                EnrichedTrack(
                    track=row.track,
                    features=row.features or _came_with(row.track),
                    provenance=head.provenances[row.provenance],
                    standard_errors=row.standard_errors,
                    others=row.others or (),
                )
                for row in _ROWS.validate_json(next(frames))
            )
        listed = _listed(frames, head.listed or 0)
    except (DamagedFramesError, ValidationError, StopIteration, IndexError) as error:
        raise UnreadableReportError("damaged, or of another version") from error
    rows = tuple(row.track for row in tracks) if head.listed is None else listed
    return replace(head.report, tracks=tuple(tracks), playlist=replace(head.report.playlist, tracks=rows))


def _came_with(track: Track) -> AudioFeatures:
    if track.uploaded is None:
        raise DamagedFramesError("a track without features")
    return track.uploaded


def encode_playlist(playlist: Playlist) -> bytes:
    """Write a playlist as bytes."""
    head = (replace(playlist, tracks=()), len(playlist.tracks))
    frames = [dump_json(_PLAYLIST, head, exclude_none=False)]
    frames += [dump_json(_TRACKS, tuple(some), exclude_none=True) for some in cut(playlist.tracks)]
    return pack(VERSION, frames)


def decode_playlist(payload: bytes) -> Playlist | None:
    """Read a playlist back, or None where the bytes are damaged or of another version."""
    try:
        frames = _open(payload, _renewed_playlist)
        playlist, count = _PLAYLIST.validate_json(next(frames))
        return replace(playlist, tracks=_listed(frames, count))
    except (DamagedFramesError, ValidationError, StopIteration):
        return None


def _open(payload: bytes, renew: Callable[[Any], object]) -> Iterator[bytes]:
    """Read the frames of a piece; the head of one of the version before is renewed.

    Raises
    ------
    DamagedFramesError
    """
    if payload[:1] != bytes([_WORDED]):
        return unpack(VERSION, payload)
    frames = unpack(_WORDED, payload)
    try:
        head = json.dumps(renew(json.loads(next(frames)))).encode()
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise DamagedFramesError("no head of the version before") from error
    return chain([head], frames)


def _renewed_report(head: Any) -> object:
    """Turn the head of a report with sentences into one of today's."""
    (whole,) = head
    report = whole["report"]
    report["stored_words"] = {"verdict": report.pop("sentence"), "quality": report.pop("quality_line", "")}
    report["notices"] = _worded(report.get("notices", ()))
    report["playlist"]["notes"] = _worded(report["playlist"].get("notes", ()))
    return head


def _renewed_playlist(head: Any) -> object:
    playlist, _count = head
    playlist["notes"] = _worded(playlist.get("notes", ()))
    return head


def _worded(sentences: Iterable[str]) -> list[dict[str, object]]:
    return [{"kind": NoteKind.AS_STORED, "names": [sentence]} for sentence in sentences]


def _listed(frames: Iterator[bytes], count: int) -> tuple[Track, ...]:
    listed: list[Track] = []
    while len(listed) < count:
        listed.extend(_TRACKS.validate_json(next(frames)))
    return tuple(listed)


class _Numbers:
    """Numbers different provenances in the order in which they come."""

    def __init__(self) -> None:
        self._by_mapping: dict[int, int] = {}
        """Most tracks share their mapping with many others; it lives as long as the report."""
        self._by_value: dict[tuple[tuple[Feature, Provenance], ...], int] = {}
        self._by_identity: dict[tuple[object, ...], int] = {}
        """The same objects are found by their ids: comparing values takes ten times as long."""

    def of(self, provenance: Mapping[Feature, Provenance]) -> int:
        if (known := self._by_mapping.get(id(provenance))) is not None:
            return known
        identity = (*provenance, *map(id, provenance.values()))
        number = self._by_identity.get(identity)
        if number is None:
            number = self._by_value.setdefault(tuple(provenance.items()), len(self._by_value))
            self._by_identity[identity] = number
        self._by_mapping[id(provenance)] = number
        return number

    @property
    def provenances(self) -> tuple[Mapping[Feature, Provenance], ...]:
        return tuple(dict(items) for items in self._by_value)


def _frames(report: AnalysisReport) -> Iterator[bytes]:
    numbers = _Numbers()
    rows = [
        _Row(
            track=track.track,
            provenance=numbers.of(track.provenance),
            features=None if track.features is track.track.uploaded else track.features,
            standard_errors=track.standard_errors,
            others=track.others or None,
        )
        for track in report.tracks
    ]
    listed = report.playlist.tracks
    is_listed_alike = listed == tuple(row.track for row in rows)
    head = _Head(
        report=replace(report, tracks=(), playlist=replace(report.playlist, tracks=())),
        provenances=numbers.provenances,
        tracks=len(rows),
        listed=None if is_listed_alike else len(listed),
    )
    yield dump_json(_HEAD, (head,), exclude_none=False)
    for part in cut(rows):
        yield dump_json(_ROWS, tuple(part), exclude_none=True)
    if not is_listed_alike:
        for some in cut(listed):
            yield dump_json(_TRACKS, tuple(some), exclude_none=True)


def storable(text: str) -> str:
    """Return `text` without U+0000 and with U+FFFD for each lone surrogate."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
