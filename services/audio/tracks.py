"""Make a track of a sound file: what its tags say, else what its name says, and what was measured."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from services.domain.features import AudioFeatures
from services.domain.music import Track
from services.domain.sound import Sound, SoundTags

_NUMBER = re.compile(r"^\d{1,3}(?:[.)]\s*|\s*-\s+|\s+)(?=\S)")
"""The place on an album that many programs put before a title."""
_LONGEST = 200
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
    name = " ".join(part for part in "".join(c if c.isprintable() else " " for c in name).split())[:_LONGEST]
    name = _NUMBER.sub("", name) or name
    artist, dash, title = name.partition(" - ")
    if dash and not artists and artist.strip() and title.strip():
        return (artist.strip(),), title.strip()
    return artists, name or _UNTITLED
