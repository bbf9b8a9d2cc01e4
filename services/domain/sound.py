"""Sound files: what they are by their first bytes, what their tags say, and what was measured of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from services.domain.charts import Chart
from services.domain.features import AudioFeatures

SOUND_SOURCE = "audio:1"
"""Name and version of the measurement on this machine: another version measures again."""
CLIP_SOURCE = "reccobeats:clip"
"""Name of what ReccoBeats measured from clips; never stored under the id of a track."""

MOST_SOUND_FILES = 10
"""Of one request: as many files as one message of Discord carries."""
SHORTEST_SOUND_S = 5.0
LONGEST_SOUND_S = 12 * 60.0
"""Of a longer piece the beginning is measured."""
MOST_CHANNELS = 8
SAMPLE_RATES_HZ = (8_000, 192_000)
SILENCE_LUFS = -70.0
"""The absolute gate of BS.1770: what is below everywhere is no sound."""

AMBIGUOUS_OCTAVE = 0.75
"""From this ratio of the scores of two octaves on both are named."""

NOTE_NAMES = ("C", "D♭", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


class SoundKind(StrEnum):
    """What a sound file is, by its first bytes."""

    MP3 = "MP3"
    VORBIS = "Ogg Vorbis"
    OPUS = "Opus"
    FLAC = "FLAC"
    WAV = "WAV"
    AIFF = "AIFF"
    MP4 = "M4A"
    """Also AAC in a stream of its own."""


class SoundProblem(StrEnum):
    """Why one of several sound files was not measured."""

    DAMAGED = "damaged"
    NOT_READ_HERE = "not read here"
    UNUSUAL = "unusual"
    TOO_SHORT = "too short"
    SILENT = "silent"
    TOO_COSTLY = "too costly"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundTags:
    """What the file says about itself: other people's words, cleaned, and never taken for measured."""

    title: str = ""
    artists: tuple[str, ...] = ()
    album: str | None = None
    genres: tuple[str, ...] = ()
    isrc: str | None = None
    recording_id: str | None = None
    """Of MusicBrainz."""
    year: int | None = None
    tempo_bpm: float | None = None
    key: str | None = None
    """As it is written: `Am`, `8A`, `1m`."""


@dataclass(frozen=True, slots=True)
class TempoReading:
    """How fast a piece is, and how sure its octave is."""

    bpm: float
    other_bpm: float
    """The stronger one of half and double."""
    other_share: float
    """Its score over the score of `bpm`; the octave is open from `AMBIGUOUS_OCTAVE` on."""
    salience: float
    """Autocorrelation of the onsets at the beat, 0..1: below 0.1 hardly a beat can be heard."""

    @property
    def is_ambiguous(self) -> bool:
        """Whether half or double may just as well be meant."""
        return self.other_share >= AMBIGUOUS_OCTAVE

    @property
    def confidence(self) -> float:
        """From 0 (no beat, or two octaves alike) to 1."""
        return max(0.0, min(1.0, (1.0 - self.other_share) + 0.25)) * min(1.0, self.salience / 0.2)


@dataclass(frozen=True, slots=True)
class KeyReading:
    """The key of a piece; always named with its relative, which shares all of its notes."""

    pitch_class: int
    is_major: bool
    margin: float
    """Correlation of the best key minus that of the second best."""

    @property
    def relative(self) -> KeyReading:
        """The key with the same notes: A minor for C major."""
        step = 9 if self.is_major else 3
        return replace(self, pitch_class=(self.pitch_class + step) % 12, is_major=not self.is_major)

    @property
    def name(self) -> str:
        """The key alone: "C major"."""
        return f"{NOTE_NAMES[self.pitch_class]} {'major' if self.is_major else 'minor'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundReading:
    """What was measured from the samples of one file."""

    digest: str
    """SHA-256 of the decoded samples, mixed to one channel, in hexadecimal digits."""
    length_s: float
    """Of what was measured."""
    is_cut: bool = False
    """Whether the file goes on after `LONGEST_SOUND_S`."""
    rate_hz: int
    channels: int
    loudness_lufs: float
    """Integrated and gated, by ITU-R BS.1770-4, on the channels and at the rate of the file."""
    true_peak_db: float
    """In dBTP."""
    tempo: TempoReading | None
    key: KeyReading | None
    source: str = SOUND_SOURCE

    @property
    def features(self) -> AudioFeatures:
        """What fits the scales of the product as it is: LUFS are no loudness of a catalogue."""
        return AudioFeatures(
            tempo=self.tempo.bpm if self.tempo else None,
            key=float(self.key.pitch_class) if self.key else None,
            mode=float(self.key.is_major) if self.key else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipReading:
    """What ReccoBeats measured from the clips of one file."""

    features: AudioFeatures
    spread: AudioFeatures
    """Half of the range of the clips, in the unit of each feature: the error as far as it is known."""
    answered: int
    sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """The sound of a track whose file somebody gave."""

    kind: SoundKind
    reading: SoundReading
    clips: ClipReading | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPlace:
    """Where a track would stand on a map that a person has already."""

    playlist: str
    cluster: int | None
    """Index of the nearest group, None where the map has none."""
    letter: int | None = None
    """Number of its letter, which a group keeps between maps."""
    cluster_name: str = ""
    probability: float | None = None
    """Of that group, with the errors of what is estimated; None without groups."""
    nearest: tuple[str, ...] = ()
    """Labels of the tracks that sound most alike, the nearest first."""
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class PlacedSound:
    """One sound file beside what is known already."""

    louder_than: float | None
    """Share of typical music that is quieter; None where its loudness is an estimate."""
    place: SoundPlace | None = None
    """On the person's last map, where there is one."""
    chart: Chart | None = None
    """That map with the track on it."""


CLIP_S = 30.0
"""What comes after is ignored by ReccoBeats."""
_THREE_FROM_S, _TWO_FROM_S = 116.0, 73.0
"""Lengths from which three and two clips do not overlap."""


def clip_starts(length_s: float) -> tuple[float, ...]:
    """Say where the clips of a piece begin, in seconds."""
    room = length_s - CLIP_S
    if room <= 0:
        return (0.0,)
    if length_s >= _THREE_FROM_S:
        return (0.10 * room, 0.45 * room, 0.80 * room)
    return (0.10 * room, 0.80 * room) if length_s >= _TWO_FROM_S else (0.50 * room,)


_HEAD = 64
_OGG = {b"\x01vorbis": SoundKind.VORBIS, b"OpusHead": SoundKind.OPUS, b"\x7fFLAC": SoundKind.FLAC}
_RIFF = (b"RIFF", b"RF64", b"RIFX")
_ADTS = (b"\xff\xf1", b"\xff\xf9", b"\xff\xf0", b"\xff\xf8")
_MP4_BRANDS = (b"M4A ", b"M4B ", b"M4P ", b"mp41", b"mp42", b"isom", b"iso2", b"iso5", b"iso6", b"dash")
_NAMES = re.compile(rb"\.(mp3|ogg|oga|opus|flac|wav|wave|aiff?|aifc|m4a|mp4|aac)$", re.IGNORECASE)
_MEMBER = re.compile(rb"PK\x03\x04.{22}(?P<name_bytes>..)(?P<extra_bytes>..)", re.DOTALL)
_MOST_MEMBERS = 400
_MOST_TAG_BYTES = 64 * 1024 * 1024


def sound_kind(content: bytes) -> SoundKind | None:
    """Name the kind of a sound file, or None for anything else."""
    head = content[:_HEAD]
    if head.startswith(b"ID3"):
        return _kind_after_tag(content)
    if head.startswith(b"OggS"):
        return next((kind for mark, kind in _OGG.items() if mark in head), None)
    if head.startswith(b"fLaC"):
        return SoundKind.FLAC
    if head[:4] in _RIFF and head[8:12] == b"WAVE":
        return SoundKind.WAV
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return SoundKind.AIFF
    if head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS:
        return SoundKind.MP4
    if head.startswith(_ADTS) and len(head) > 6:
        return SoundKind.MP4
    return SoundKind.MP3 if is_layer_three(head) else None


def is_layer_three(head: bytes) -> bool:
    """Whether a frame of MPEG 1, 2 or 2.5 layer III begins here (`FF FE` begins a text in UTF-16)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and bitrate not in {0, 15} and rate != 3


def may_hold_sound(content: bytes) -> bool:
    """Whether a file is sound, or an archive in which something is called like sound or begins like it.

    A look at the headers of the archive, nothing is unpacked: enough to decide that it is not kept.
    """
    if not content.startswith(b"PK\x03\x04"):
        return sound_kind(content) is not None
    for number, member in enumerate(_MEMBER.finditer(content)):
        if number >= _MOST_MEMBERS:
            return True
        begin = member.end()
        end = begin + int.from_bytes(member["name_bytes"], "little")
        inside = end + int.from_bytes(member["extra_bytes"], "little")
        if _NAMES.search(content[begin:end]) or sound_kind(content[inside : inside + _HEAD]) is not None:
            return True
    return False


def _kind_after_tag(content: bytes) -> SoundKind:
    """Look behind an ID3 tag: programs put one before FLAC, WAV and AAC as well."""
    at = 0
    while content[at : at + 3] == b"ID3" and len(content) >= at + 10 and at < _MOST_TAG_BYTES:
        size = content[at + 6 : at + 10]
        at += 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
    rest = content[at : at + _HEAD]
    if rest[:3] == b"ID3" or not rest:
        return SoundKind.MP3
    return sound_kind(rest) or SoundKind.MP3
