"""Recordings behind names: what looking for them found, and what several people measured of one."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from uuid import UUID

from services.domain.features import AudioFeatures, Feature, accepted
from services.domain.messages import Note
from services.domain.music import Track, TrackId

NameKey = str
"""Folded artists, core title, version and length in steps of two seconds: names a recording, no person."""

_DOLLARS = re.compile(r"(?<=[^\W\d_])\$+|(?<!\$)\$++(?=[^\W\d_])")


def dollars_as_s(text: str) -> str:
    """Return text with s for each `$` in a name, as in "Ca$h" and "$ave"; before a number it is money."""
    return _DOLLARS.sub(lambda found: "s" * len(found[0]), text) if "$" in text else text


class Certainty(StrEnum):
    """Whether a track that was found is the one that was meant."""

    SURE = "sure"
    DOUBTFUL = "doubtful"
    """Somebody has to look: another version perhaps, another length, a name spelled otherwise."""
    NONE = "none"
    """It is another song, or nothing was found."""


@dataclass(frozen=True, slots=True)
class NameQuestion:
    """A name as a service is asked for it. Tastemap asks in several spellings."""

    artist: str
    title: str
    album: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameMatch:
    """What services said about one name, remembered until `expires_at`."""

    key: NameKey
    certainty: Certainty
    """`NONE` where all of them answered and none knows it."""
    found: Track | None = None
    """With a Spotify id or an ISRC by which its sound can be asked for."""
    looked_at: datetime
    expires_at: datetime
    genres: tuple[str, ...] = ()
    """Of the recording or its artist, as MusicBrainz has them (CC BY-NC-SA 3.0: credit goes with them)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdWords:
    """What a service says a Spotify id is called, remembered until `expires_at`."""

    track_id: TrackId
    track: Track | None
    """None where it does not know the id."""
    looked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundByName:
    """The answer for several names; one about which nobody could be asked is not in `matches`."""

    matches: Mapping[NameKey, NameMatch] = field(default_factory=dict)
    notices: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A name, and a track that was found for it: the subject of a person's answer."""

    name: NameKey
    found: str
    """Spotify id, else ISRC."""


@dataclass(frozen=True, slots=True)
class DoubtfulFind:
    """A row of a list, and the recording that it may mean."""

    row: int
    wanted: Track
    found: Track
    pair: Pair


def pair_of(match: NameMatch) -> Pair | None:
    """Return what somebody can say yes or no to; None where nothing was found."""
    key = (match.found.id or match.found.isrc) if match.found is not None else None
    return Pair(match.key, key) if key else None


ACOUSTICBRAINZ = "acousticbrainz"
"""Name of the source whose values these are."""
MOST_VOTES = 40
"""Submissions of one recording that are kept; the dump has ten at most."""
_SAME_TEMPO = math.log2(1.04)
"""Two tempi within 4 % are one."""
_LEAST_AGREEMENT = 0.6
"""Share of the submissions that have to say the same; below it nobody knows (as MetaBrainz' users do)."""
_TEMPO_STEP = 100
_UNKNOWN_KEY = 24
_USUAL_BPM = 120.0

RecordingId = bytes
"""The sixteen bytes of a MusicBrainz id."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What submissions say of one recording, packed: many millions have to fit on a disk."""

    tempi: bytes = b""
    """Hundredths of BPM, two bytes each, in little-endian order."""
    keys: bytes = b""
    """One byte each: the pitch class, plus 12 for minor."""

    def joined(self, other: Readings) -> Readings:
        """Return these readings with further ones, as far as they are kept."""
        return Readings((self.tempi + other.tempi)[: 2 * MOST_VOTES], (self.keys + other.keys)[:MOST_VOTES])

    @property
    def features(self) -> AudioFeatures:
        """Return tempo, key and mode as far as the submissions agree."""
        key = _agreed_key(self.keys)
        return AudioFeatures(
            tempo=_agreed_tempo(unpack_tempi(self.tempi)),
            key=None if key is None else float(key % 12),
            mode=None if key is None else float(key < 12),
        )


def reading(tempo_bpm: float | None, key: int | None) -> Readings:
    """Pack what one submission says; a tempo that can't be true says nothing."""
    tempo = accepted(Feature.TEMPO, tempo_bpm)
    packed = b"" if tempo is None else round(tempo * _TEMPO_STEP).to_bytes(2, "little")
    return Readings(packed, b"" if key is None or not 0 <= key < _UNKNOWN_KEY else bytes([key]))


def unpack_tempi(packed: bytes) -> tuple[float, ...]:
    """Return tempi in BPM."""
    numbers = (int.from_bytes(packed[at : at + 2], "little") for at in range(0, len(packed) - 1, 2))
    return tuple(number / _TEMPO_STEP for number in numbers)


def _agreed_tempo(tempi: Sequence[float]) -> float | None:
    """Return the tempo most submissions hear, in the octave that most of them hear it in.

    All of one tempo, half and double included, vote for it; those decide the octave. Of two octaves with
    as many votes the one nearer to 120 BPM counts. The value is a reading, never a mean of two.
    """
    best: tuple[int, int, float, list[float]] | None = None
    for tempo in sorted(set(tempi)):
        steps = [(math.log2(other / tempo), other) for other in tempi]
        alike = [(step, other) for step, other in steps if abs(step - round(step)) <= _SAME_TEMPO]
        here = sorted(other for step, other in alike if round(step) == 0)
        rank = (len(alike), len(here), -abs(math.log2(tempo / _USUAL_BPM)), here)
        if best is None or rank[:3] > best[:3]:
            best = rank
    if best is None or best[0] < _LEAST_AGREEMENT * len(tempi):
        return None
    return best[3][(len(best[3]) - 1) // 2]


def _agreed_key(keys: bytes) -> int | None:
    if not keys:
        return None
    key, votes = min(Counter(keys).items(), key=lambda item: (-item[1], item[0]))
    return key if votes >= _LEAST_AGREEMENT * len(keys) else None


def recording_of(mbid: str) -> RecordingId | None:
    """Return a MusicBrainz id as it is kept, or None if it is none."""
    if len(mbid) != 36:
        return None
    try:
        recording = bytes.fromhex(mbid.replace("-", ""))
    except ValueError:
        return None
    return recording if len(recording) == 16 else None  # other dashes, or blanks, which `fromhex` passes over


def mbid_of(recording: RecordingId) -> str:
    """Return a MusicBrainz id as people write it."""
    return str(UUID(bytes=recording))


def name_hash(artist: str, title: str) -> int | None:
    """Return the number under which the index of names has a name, or None if no letter is in it.

    Letters and digits alone count, without case and accents, as MusicBrainz folds names; `$` is an s.
    """
    artist, title = _letters(artist), _letters(title)
    if not (artist and title):
        return None
    digest = blake2b(f"{artist}\n{title}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _letters(text: str) -> str:
    text = dollars_as_s(text.casefold())
    if not text.isascii():
        spread = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in spread if not unicodedata.combining(letter))
    return "".join(filter(str.isalnum, text))
