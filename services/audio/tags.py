"""Read the tags of a sound file (ID3, Vorbis comments, MP4 atoms), and make a track of what they say."""

from __future__ import annotations

import io
import re
import warnings
from pathlib import PurePosixPath
from typing import Any

from tinytag import TinyTag, TinyTagException

from services.domain.features import AudioFeatures
from services.domain.letters import UNWANTED
from services.domain.music import Track, known_year, valid_isrc
from services.domain.sound import Sound, SoundTags

_UFID = re.compile(
    rb"http://musicbrainz\.org\x00([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE
)
"""ID3 keeps the recording in a frame that tag readers rarely know."""
_UFID_WITHIN = 512 * 1024
_RECORDING = ("musicbrainz_trackid", "musicbrainz_recordingid", "musicbrainz track id")
"""A recording, in spite of its name."""
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LONGEST, _MOST = 300, 20
_TEMPI = (20.0, 400.0)


def read_tags(content: bytes) -> SoundTags:
    """Read what a file says about itself; tags that can't be read are none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found: Any = TinyTag.get(file_obj=io.BytesIO(content), tags=True, duration=False, image=False)
    except (TinyTagException, ValueError, LookupError, OSError, ArithmeticError, TypeError, AttributeError):
        return SoundTags(recording_id=_ufid(content))
    other = {str(name).casefold(): values for name, values in (found.other or {}).items()}

    def texts(name: str, *more: str) -> tuple[str, ...]:
        values = [
            getattr(found, name, None),
            *(each for key in (name, *more) for each in _listed(other.get(key))),
        ]
        return tuple(dict.fromkeys(text for value in values if (text := _clean(value))))[:_MOST]

    def first(name: str, *more: str) -> str | None:
        return next(iter(texts(name, *more)), None)

    year = re.search(r"\b(19\d\d|20\d\d)\b", first("year", "date") or "")
    recording = next((u for text in texts("", *_RECORDING) if (u := _UUID.fullmatch(text))), None)
    return SoundTags(
        title=first("title") or "",
        artists=texts("artist"),
        album=first("album"),
        genres=tuple(genre.casefold() for genre in texts("genre")),
        isrc=next((i for text in texts("isrc", "tsrc") if (i := valid_isrc(text.replace(" ", "")))), None),
        recording_id=recording[0].lower() if recording else _ufid(content),
        year=known_year(int(year[0])) if year else None,
        tempo_bpm=_tempo(first("bpm", "tbpm", "tmpo", "tempo")),
        key=first("initial_key", "initialkey", "key", "tkey"),
    )


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _clean(value: Any) -> str:
    if value is None:
        return ""
    text = " ".join(UNWANTED.sub(" ", str(value)).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def _tempo(text: str | None) -> float | None:
    try:
        tempo = float((text or "").replace(",", "."))
    except ValueError:
        return None
    return tempo if _TEMPI[0] <= tempo <= _TEMPI[1] else None


def _ufid(content: bytes) -> str | None:
    found = _UFID.search(content, 0, _UFID_WITHIN) if content.startswith(b"ID3") else None
    return found[1].decode("ascii").lower() if found else None


_NUMBER = re.compile(r"^\d{1,3}(?:[.)]\s*|\s*-\s+|\s+)(?=\S)")
"""The place on an album that many programs put before a title."""
_LONGEST_NAME = 200
_UNTITLED = "Untitled sound file"


def is_told(tags: SoundTags) -> bool:
    """Whether tags alone say which recording a file is, so that it can be looked up unheard."""
    return bool(tags.isrc or tags.recording_id or (tags.title and tags.artists))


def track_of(filename: str, tags: SoundTags, sound: Sound | None, written: AudioFeatures) -> Track:
    """Put together what is known about a file.

    Parameters
    ----------
    sound
        None where it could not be measured.
    written
        Tempo and key of its tags.
    """
    is_whole = sound is not None and not sound.reading.is_cut
    artists, title = (tags.artists, tags.title) if tags.title else _from_name(filename, tags.artists)
    return Track(
        title=title,
        artists=artists,
        album=tags.album,
        isrc=tags.isrc,
        duration_ms=round(sound.reading.length_s * 1000) if sound is not None and is_whole else None,
        release_year=tags.year,
        genres=tags.genres,
        uploaded=None if written.is_empty else written,
        recording_id=tags.recording_id,
        sound=sound,
    )


def _from_name(filename: str, artists: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Read `07 - Artist - Title.mp3`."""
    name = PurePosixPath(filename.replace("\\", "/")).stem.replace("_", " ")
    name = " ".join(part for part in "".join(c if c.isprintable() else " " for c in name).split())[
        :_LONGEST_NAME
    ]
    name = _NUMBER.sub("", name) or name
    artist, dash, title = name.partition(" - ")
    if dash and not artists and artist.strip() and title.strip():
        return (artist.strip(),), title.strip()
    return artists, name or _UNTITLED
