"""An invented catalogue of music: the same artists, tracks and sounds in every run."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from random import Random

from services.domain.features import AudioFeatures, Feature
from services.domain.music import Track, TrackId

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_FIRST_YEAR, _LAST_YEAR = 1968, 2026
_SHARE_KNOWN = {2026: 0.11, 2025: 0.5}
_SHARE_KNOWN_BEFORE = 0.9
"""How much of a year ReccoBeats knows, as measured on a corpus of 1,892 tracks in 2026."""

_VOCABULARY = """
    amber anchor arcade ash atlas birch bloom borrowed brass bright candle canyon carbon cedar chalk
    cinder city clover cobalt copper coral crooked dawn delta distant drift dusk echo electric ember
    fable feather fern flint fog garden ghost glass golden granite harbour hollow honey indigo iron
    ivory juniper kite lantern lilac linen lunar marble meadow midnight mirror moss neon north ocean
    opal orchard paper pearl pine plum polar quiet rain raven river rust saffron salt satellite
    shadow silver slow smoke solar sparrow static stone summer tidal timber tin velvet violet wander
    west wild willow winter wire wolf
"""
_WORDS = _VOCABULARY.split()

_ENSEMBLES = ("Quartet", "", "", "Collective", "", "", "")


@dataclass(frozen=True, slots=True)
class Style:
    """The sound of a genre: centre and spread of each feature that differs from the ordinary."""

    genre: str
    sound: Mapping[Feature, tuple[float, float]]


_ORDINARY: Mapping[Feature, tuple[float, float]] = {
    Feature.DANCEABILITY: (0.6, 0.12),
    Feature.ENERGY: (0.62, 0.14),
    Feature.LOUDNESS: (-7.5, 2.2),
    Feature.SPEECHINESS: (0.06, 0.04),
    Feature.ACOUSTICNESS: (0.25, 0.18),
    Feature.INSTRUMENTALNESS: (0.03, 0.06),
    Feature.LIVENESS: (0.17, 0.1),
    Feature.VALENCE: (0.5, 0.2),
    Feature.TEMPO: (118.0, 22.0),
}

STYLES = (
    Style(
        "quiet folk",
        {
            Feature.ENERGY: (0.25, 0.1),
            Feature.LOUDNESS: (-13.0, 2.5),
            Feature.ACOUSTICNESS: (0.86, 0.08),
            Feature.DANCEABILITY: (0.5, 0.1),
            Feature.TEMPO: (96.0, 18.0),
        },
    ),
    Style(
        "night techno",
        {
            Feature.ENERGY: (0.82, 0.08),
            Feature.DANCEABILITY: (0.76, 0.07),
            Feature.ACOUSTICNESS: (0.03, 0.04),
            Feature.INSTRUMENTALNESS: (0.8, 0.12),
            Feature.VALENCE: (0.3, 0.14),
            Feature.TEMPO: (128.0, 4.0),
        },
    ),
    Style(
        "sunny pop",
        {
            Feature.ENERGY: (0.74, 0.09),
            Feature.DANCEABILITY: (0.74, 0.08),
            Feature.VALENCE: (0.78, 0.12),
            Feature.LOUDNESS: (-5.2, 1.2),
        },
    ),
    Style(
        "loud rock",
        {
            Feature.ENERGY: (0.9, 0.06),
            Feature.LOUDNESS: (-4.4, 1.3),
            Feature.ACOUSTICNESS: (0.02, 0.03),
            Feature.DANCEABILITY: (0.45, 0.1),
            Feature.LIVENESS: (0.28, 0.16),
            Feature.TEMPO: (138.0, 22.0),
        },
    ),
    Style(
        "street rap",
        {
            Feature.SPEECHINESS: (0.28, 0.08),
            Feature.DANCEABILITY: (0.79, 0.08),
            Feature.ENERGY: (0.62, 0.1),
            Feature.TEMPO: (88.0, 12.0),
        },
    ),
    Style(
        "slow ambient",
        {
            Feature.ENERGY: (0.12, 0.07),
            Feature.LOUDNESS: (-20.0, 3.5),
            Feature.ACOUSTICNESS: (0.8, 0.14),
            Feature.INSTRUMENTALNESS: (0.88, 0.06),
            Feature.DANCEABILITY: (0.28, 0.1),
            Feature.VALENCE: (0.14, 0.1),
            Feature.TEMPO: (82.0, 20.0),
        },
    ),
)


@dataclass(frozen=True, slots=True)
class CatalogueTrack:
    """An invented track with its true sound, which a source may or may not know."""

    track: Track
    features: AudioFeatures
    known: bool
    """Whether the loopback ReccoBeats knows it under this id."""
    style: str


@dataclass(frozen=True)
class Catalogue:
    """All invented tracks, in a fixed order."""

    tracks: tuple[CatalogueTrack, ...]

    @cached_property
    def by_id(self) -> Mapping[str, CatalogueTrack]:
        """Tracks by Spotify id."""
        return {entry.track.id: entry for entry in self.tracks if entry.track.id}

    @cached_property
    def by_isrc(self) -> Mapping[str, tuple[CatalogueTrack, ...]]:
        """Releases of each recording, by ISRC."""
        grouped: dict[str, tuple[CatalogueTrack, ...]] = {}
        for entry in self.tracks:
            if entry.track.isrc:
                grouped[entry.track.isrc] = (*grouped.get(entry.track.isrc, ()), entry)
        return grouped

    def of_style(self, genre: str) -> tuple[CatalogueTrack, ...]:
        """Tracks of one genre of `STYLES`."""
        return tuple(entry for entry in self.tracks if entry.style == genre)


def invented_id(words: str) -> TrackId:
    """Derive a well-formed Spotify id of 22 characters from any words, always the same one."""
    number = int.from_bytes(hashlib.sha256(words.encode()).digest(), "big")
    letters = []
    for _ in range(22):
        number, rest = divmod(number, 62)
        letters.append(_BASE62[rest])
    return TrackId("".join(letters))


@lru_cache(maxsize=4)
def build_catalogue(*, artists: int = 60, tracks_per_artist: int = 10, seed: int = 7) -> Catalogue:
    """Invent artists, albums and tracks; one recording in ten has a second release under another id.

    Parameters
    ----------
    artists, tracks_per_artist
        Size of the catalogue; the defaults make about 660 tracks.
    seed
        Same seed, same catalogue.
    """
    random = Random(seed)
    entries: list[CatalogueTrack] = []
    for number in range(artists):
        style = STYLES[number % len(STYLES)]
        name = f"{_two_words(random)} {_ENSEMBLES[number % len(_ENSEMBLES)]}".strip()
        entries += _discography(random, name, number, style, tracks_per_artist)
    return Catalogue(tuple(entries))


def _discography(random: Random, artist: str, number: int, style: Style, count: int) -> list[CatalogueTrack]:
    entries = []
    album, year = "", 0
    for index in range(count):
        if index % 5 == 0:
            album = _two_words(random)
            # Newer music is more common, as in real playlists.
            year = round(random.triangular(_FIRST_YEAR, _LAST_YEAR + 0.49, _LAST_YEAR))
        title = _two_words(random)
        features = _sound(random, style)
        track = Track(
            id=invented_id(f"{artist}/{album}/{title}/{number}/{index}"),
            title=title,
            artists=(artist,),
            album=album,
            album_id=invented_id(f"album {artist}/{album}"),
            # ZZ is no country: no real recording has such an ISRC.
            isrc=f"ZZTMP{year % 100:02d}{number * 100 + index:05d}",
            duration_ms=random.randrange(95_000, 400_000),
            release_year=year,
            explicit=style.genre == "street rap" and random.random() < 0.6,
            popularity=random.randrange(0, 90),
            genres=(style.genre,),
        )
        known = random.random() < _SHARE_KNOWN.get(year, _SHARE_KNOWN_BEFORE)
        entries.append(CatalogueTrack(track, features, known, style.genre))
        if random.random() < 0.1:
            entries.append(_second_release(track, features, style))
    return entries


def _second_release(track: Track, features: AudioFeatures, style: Style) -> CatalogueTrack:
    again = Track(
        id=invented_id(f"second release of {track.id}"),
        title=track.title,
        artists=track.artists,
        album=f"{track.album} (Anniversary Edition)",
        album_id=invented_id(f"second release of {track.album_id}"),
        isrc=track.isrc,
        duration_ms=track.duration_ms,
        release_year=track.release_year,
        explicit=track.explicit,
        popularity=0,
        genres=track.genres,
    )
    return CatalogueTrack(again, features, known=True, style=style.genre)


def _sound(random: Random, style: Style) -> AudioFeatures:
    values: dict[Feature, float | None] = {}
    for feature, ordinary in _ORDINARY.items():
        centre, spread = style.sound.get(feature, ordinary)
        value = random.gauss(centre, spread)
        if feature is Feature.TEMPO:
            values[feature] = round(min(max(value, 45.0), 215.0), 3)
        elif feature is Feature.LOUDNESS:
            values[feature] = round(min(max(value, -40.0), -0.5), 3)
        else:
            values[feature] = round(_reflected(value), 4)
    values[Feature.KEY] = float(random.randrange(12))
    values[Feature.MODE] = float(random.random() < 0.62)
    return AudioFeatures.of(values)


def _reflected(value: float) -> float:
    """Fold a value into 0..1: clipping would pile tracks up on the borders."""
    folded = math.fmod(abs(value), 2.0)
    return 2.0 - folded if folded > 1.0 else folded


def _two_words(random: Random) -> str:
    return " ".join(word.capitalize() for word in random.sample(_WORDS, 2))
