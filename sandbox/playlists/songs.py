"""An invented track with everything that the sample files say about it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from sandbox.playlists.dice import invented_id
from services.domain.features import AudioFeatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """An invented release."""

    title: str
    artist: str
    released: str
    """`YYYY-MM-DD`, or `YYYY` alone as Spotify gives it for some old records."""
    label: str

    @property
    def id(self) -> str:
        """Spotify-shaped id, the same in every run."""
        return invented_id("album", f"{self.artist}|{self.title}|{self.released}")

    @property
    def year(self) -> int:
        """Year of release."""
        return int(self.released[:4])


@dataclass(frozen=True, slots=True, kw_only=True)
class Song:
    """One invented track under one id."""

    title: str
    artists: tuple[str, ...]
    album: Album
    number: int
    """Track number on the album, from 1."""
    kind: str
    """Its archetype: the group that it should land in."""
    features: AudioFeatures
    time_signature: int
    duration_ms: int
    popularity: int
    explicit: bool
    genres: tuple[str, ...]
    isrc: str

    @property
    def id(self) -> str:
        """Spotify-shaped id, the same in every run."""
        return invented_id("track", f"{self.album.id}|{self.number}|{self.title}")

    @property
    def is_recent(self) -> bool:
        """Whether it came out in 2025 or 2026, where feature sources have large gaps."""
        return self.album.year >= 2025


def invented_isrc(name: str, year: int) -> str:
    """Make an ISRC under `ZZ`, a country code that no registrant has."""
    number = int.from_bytes(invented_id("isrc", name).encode()) % 100_000
    return f"ZZTMP{year % 100:02d}{number:05d}"


def reissued(song: Song, year: int) -> Song:
    """Put the same recording on a remastered compilation: another id, the same ISRC and sound."""
    album = Album(
        title=f"{song.artists[0]}: The Collected Singles",
        artist=song.artists[0],
        released=f"{year}-10-17",
        label=song.album.label,
    )
    return dataclasses.replace(
        song, album=album, title=f"{song.title} - Remastered {year}", popularity=song.popularity // 2
    )


def performed_live(song: Song, place: str, year: int) -> Song:
    """Play the song before people: another recording, with a room around it and a little longer."""
    album = Album(
        title=f"Live at {place}", artist=song.artists[0], released=f"{year}-05-09", label=song.album.label
    )
    sound = song.features
    return dataclasses.replace(
        song,
        album=album,
        title=f"{song.title} - Live at {place}",
        features=dataclasses.replace(
            sound,
            liveness=0.874,
            energy=None if sound.energy is None else round(min(sound.energy * 1.05, 0.99), 3),
            tempo=None if sound.tempo is None else round(sound.tempo * 1.021, 3),
        ),
        duration_ms=song.duration_ms + 24_310,
        popularity=song.popularity // 3,
        isrc=invented_isrc(f"live|{song.id}", year),
    )


def remixed(song: Song, by: str, features: AudioFeatures, year: int) -> Song:
    """Let somebody else make a club track of the song."""
    title = f"{song.title} - {by} Remix"
    album = Album(title=title, artist=song.artists[0], released=f"{year}-02-14", label="Understairs Records")
    return dataclasses.replace(
        song,
        album=album,
        number=1,
        title=title,
        artists=(*song.artists, by),
        kind="club",
        features=features,
        time_signature=4,
        duration_ms=song.duration_ms + 71_040,
        genres=("deep house", "nu disco"),
        isrc=invented_isrc(f"remix|{song.id}", year),
    )
