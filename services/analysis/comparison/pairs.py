"""What two people share (artists, songs, genre words), and which features set them apart."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from services.analysis.comparison.listening import UNCREDITED, Listening, Sound, artist_of
from services.analysis.duplicates import song_of
from services.analysis.genres import commonly_known, normal_words
from services.analysis.reference import audible
from services.analysis.titles import lead_artist, version_tags
from services.domain.comparison import FeatureDifference, SharedArtist, SharedTrack
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.music import Track, valid_isrc
from services.domain.report import EnrichedTrack
from services.domain.scoring import ARTIST_DRAW, GENRES_OF_ARTISTS
from services.domain.tempo import Tempo, tempo_of

NOTICEABLE = 0.35
"""Spreads between two people from which a feature is worth a word, as in the texts about groups."""

QUANTILES = (np.arange(100) + 0.5) / 100
"""Where two distributions are held against each other."""

INSTRUMENTAL_FROM = 0.5
"""Instrumentalness from which a track counts as instrumental: medians say nothing, half of all are 0."""

_TRUST = MappingProxyType({Feature.TEMPO: 0.6, Feature.LIVENESS: 0.6, Feature.SPEECHINESS: 0.8})
"""As for groups: measured tempi double and halve, liveness is noisy."""


_LEAST_SHARE = 0.05
_LEAST: Mapping[Feature, float] = MappingProxyType(
    {Feature.SPEECHINESS: 0.02, Feature.LOUDNESS: 1.0, Feature.TEMPO: 3.0}
)
"""The smallest difference that is worth saying, in the unit of the feature."""


@dataclass(frozen=True, slots=True)
class Repertoire:
    """A person's artists and songs under names that do not depend on spelling."""

    artists: Counter[str]
    """Tracks by artist, all credited ones."""
    credited: int
    """Tracks with any artist."""
    spellings: dict[str, str]
    """The commonest spelling of each artist."""
    songs: tuple[frozenset[Hashable], ...]
    """Names of each track of `entries`: by id, by recording, by title and artist."""
    entries: tuple[EnrichedTrack, ...]
    chances: Mapping[str, float] = field(init=False, repr=False)
    """Of each artist to be among `ARTIST_DRAW` tracks; worked out once, used in every pair."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "chances", expected_artists(self.artists, self.credited))


def repertoire(listening: Listening) -> Repertoire:
    """Collect a person's artists and songs; all tracks count, also those whose sound nobody knows."""
    artists: Counter[str] = Counter()
    credited = 0
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    for entry in listening.entries:
        named = {lead_artist((name,)): name for name in entry.track.artists}
        known = {words: name for words, name in named.items() if words and words not in UNCREDITED}
        credited += bool(known)
        for words, name in known.items():
            artists[words] += 1
            spelled[words][name.strip()] += 1
    return Repertoire(
        artists=artists,
        credited=credited,
        spellings={
            words: min(names, key=lambda name: (-names[name], name)) for words, names in spelled.items()
        },
        songs=tuple(song_names(entry.track) for entry in listening.entries),
        entries=listening.entries,
    )


def song_names(track: Track) -> frozenset[Hashable]:
    """Return the names under which a song is found again: id, ISRC, and title with lead artist."""
    names: set[Hashable] = set()
    if track.id:
        names.add(("id", track.id))
    if recording := valid_isrc(track.isrc):
        names.add(("isrc", recording))
    if song := song_of(track):
        names.add(("song", *song, version_tags(track.title)))
    return frozenset(names)


def artist_overlap(a: Repertoire, b: Repertoire) -> float | None:
    """Return shared artists in parts of the smaller set, 0..1; None where somebody's artists are not known.

    Both sides are thinned to `ARTIST_DRAW` tracks, in expectation and without drawing: a large library shares
    some artist with everybody. The overlap coefficient does not punish large libraries, as the Jaccard index
    does; up to `ARTIST_DRAW` tracks a side it is the plain one.
    """
    mine, theirs = a.chances, b.chances
    smaller = min(math.fsum(mine.values()), math.fsum(theirs.values()))
    shared = math.fsum(chance * theirs[artist] for artist, chance in mine.items() if artist in theirs)
    return shared / smaller if smaller else None


def expected_artists(counts: Mapping[str, int], tracks: int, draw: int = ARTIST_DRAW) -> dict[str, float]:
    """Return the chance that each artist is among `draw` tracks of a library: 1 - C(n - c, m) / C(n, m).

    Parameters
    ----------
    counts : mapping
        Tracks of each artist.
    tracks : int
        Tracks of the library.
    """
    drawn = min(draw, tracks)

    def chance(count: int) -> float:
        if tracks - count < drawn:
            return 1.0
        missed = math.lgamma(tracks - count + 1) - math.lgamma(tracks - count - drawn + 1)
        return 1.0 - math.exp(missed - math.lgamma(tracks + 1) + math.lgamma(tracks - drawn + 1))

    chances = {count: chance(count) for count in sorted(set(counts.values()))}
    return {artist: chances[count] for artist, count in sorted(counts.items())}


def shared_artists(a: Repertoire, b: Repertoire) -> tuple[SharedArtist, ...]:
    """List the shared artists, those who matter to both first."""
    both = a.artists.keys() & b.artists.keys()
    ranked = sorted(
        both,
        key=lambda words: (
            -min(a.artists[words], b.artists[words]),
            -(a.artists[words] + b.artists[words]),
            words,
        ),
    )
    return tuple(
        SharedArtist(min(a.spellings[words], b.spellings[words]), a.artists[words], b.artists[words])
        for words in ranked
    )


def shared_songs(a: Repertoire, b: Repertoire) -> tuple[SharedTrack, ...]:
    """List the songs that both have, each once, in alphabetical order."""
    where = _index(b.songs)
    taken: set[int] = set()
    found: list[SharedTrack] = []
    for entry, names in zip(a.entries, a.songs, strict=True):
        matches = {row for name in names for row in where.get(name, ())}
        if matches and not matches & taken:
            found.append(SharedTrack(entry.track.title, entry.track.artists, entry.track.id))
        taken |= matches
    return tuple(sorted(found, key=lambda song: (song.label.casefold(), song.id or "")))


def _index(songs: Sequence[frozenset[Hashable]]) -> dict[Hashable, list[int]]:
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for row, names in enumerate(songs):
        for name in names:
            rows[name].append(row)
    return rows


USUAL_INSIDE, USUAL_TRACKS = 0.12, 5
"""Mean cosine inside a library, and how many tracks it counts for: a few tracks say little about their own.

At 20 tracks a side the part alone tells one person from two with an AUC of .967 instead of .952 without.
"""

SHARES_FILE = Path(__file__).with_name("genre_shares.json")


@cache
def load_shares() -> Mapping[str, float]:
    """Load how common each genre is: its share of a library's tracks with genres, every listener alike."""
    shares: Mapping[str, float] = json.loads(SHARES_FILE.read_text(encoding="utf-8"))
    return shares


@dataclass(frozen=True, slots=True)
class Palette:
    """The genres of somebody's tracks: those that came with them, else what lead artists are known for."""

    tagged: float
    """Tracks whose genres are known, those with genres of their artist counted in part."""
    means: Mapping[str, float]
    """Mean of the tracks' vectors."""
    inside: float
    """Mean cosine between tracks of two artists, 0..1, drawn towards the usual where there are few. Those of
    one artist mostly carry the same genres, and other lists of the same person have other artists."""

    @staticmethod
    def of(tracks: Iterable[Track], shares: Mapping[str, float] | None = None) -> Palette:
        """Read the genres of tracks.

        Those that came without any have what their lead artist is commonly known for, and count
        `GENRES_OF_ARTISTS`; of whom nothing is known count for nothing.
        """
        known = load_shares() if shares is None else shares
        rarest = min(known.values(), default=1e-4)
        # Most tracks of one artist have the very same genres: each different set is weighed once.
        sets = Counter((artist_of(track), normal_words(track.genres)) for track in tracks)
        common = commonly_known(artist for artist, genres in sets if not genres)
        sums: dict[str, float] = defaultdict(float)
        own: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        counts: dict[str, float] = defaultdict(float)
        for (artist, genres), count in sorted(sets.items(), key=lambda one: (one[0][0], sorted(one[0][1]))):
            words = sorted(genres or normal_words(common.get(artist, ())))
            weights = {genre: -math.log(known.get(genre, rarest)) for genre in words}
            length = math.sqrt(sum(weight**2 for weight in weights.values()))
            if not length:
                continue
            counted = count if genres else GENRES_OF_ARTISTS * count
            counts[artist] += counted
            for genre, weight in weights.items():
                sums[genre] += counted * weight / length
                own[artist][genre] += counted * weight / length
        tagged = sum(counts.values())
        squares = _square(sums) - sum(map(_square, own.values()))
        pairs = tagged**2 - sum(count**2 for count in counts.values())
        inside = max(squares / pairs, 0.0) if pairs else USUAL_INSIDE
        usual = (inside * tagged + USUAL_INSIDE * USUAL_TRACKS) / (tagged + USUAL_TRACKS)
        return Palette(tagged, {genre: sums[genre] / tagged for genre in sorted(sums)}, usual)


def _square(vector: Mapping[str, float]) -> float:
    return sum(value**2 for value in vector.values())


def genre_affinity(a: Palette, b: Palette) -> float | None:
    """Return how alike two palettes are, 0..1; None where of one side no genres are known."""
    if not (a.tagged and b.tagged):
        return None
    between = math.fsum(value * b.means.get(genre, 0.0) for genre, value in a.means.items())
    return min(between / math.sqrt(a.inside * b.inside), 1.0)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a person's measured tracks are distributed in each feature; made once, used in every pair."""

    quantiles: NDArray[np.float64]
    """As they are heard, in spreads; shape (100, 9)."""
    typical: tuple[float, ...]
    """Of each feature in its own unit, see `typical_value`; of tempo the middle of `tempo`, NaN without."""
    tempo: Tempo | None = None

    @staticmethod
    def of(sound: Sound) -> Shape:
        """Measure the tracks; there has to be one at least."""
        tempo = tempo_of(sound.entries)
        typical = {feature: typical_value(sound.raw, feature) for feature in SOUND_FEATURES}
        typical[Feature.TEMPO] = tempo.middle_bpm if tempo else float("nan")
        return Shape(np.quantile(audible(sound.z), QUANTILES, axis=0), tuple(typical.values()), tempo)


def feature_differences(a: Shape, b: Shape) -> tuple[FeatureDifference, ...]:
    """Compare two people feature by feature, the most audible difference first."""
    # the one-dimensional Wasserstein distance is the mean distance between equal quantiles
    apart = np.abs(a.quantiles - b.quantiles).mean(axis=0)
    found = [
        FeatureDifference(
            feature=feature,
            amount=_amount(own, other),
            distance=float(apart[column]),
            telling=_is_telling(feature, _amount(own, other), float(apart[column])),
            a=_range(a, feature, own),
            b=_range(b, feature, other),
        )
        for column, (feature, own, other) in enumerate(zip(SOUND_FEATURES, a.typical, b.typical, strict=True))
    ]
    return tuple(
        sorted(
            found,
            key=lambda entry: (
                -round(entry.distance * _TRUST.get(entry.feature, 1.0), 9),
                SOUND_FEATURES.index(entry.feature),
            ),
        )
    )


def _is_telling(feature: Feature, amount: float, distance: float) -> bool:
    """Whether a difference is heard, and seen in the numbers that go with it."""
    trusted = distance * _TRUST.get(feature, 1.0)
    return trusted >= NOTICEABLE * 0.75 and abs(amount) >= _LEAST.get(feature, _LEAST_SHARE)


def typical_value(raw: NDArray[np.float64], feature: Feature) -> float:
    """Return the median of a feature in its own unit; for instrumentalness the share of such tracks."""
    values = raw[:, SOUND_FEATURES.index(feature)]
    if feature is Feature.INSTRUMENTALNESS:
        return float((values > INSTRUMENTAL_FROM).mean())
    return float(np.median(values))


def _amount(own: float, other: float) -> float:
    """Return the difference; 0 where one side has no typical value, so that nothing is said of it."""
    amount = own - other
    return amount if np.isfinite(amount) else 0.0


def _range(shape: Shape, feature: Feature, typical: float) -> tuple[float, float] | None:
    if feature is Feature.TEMPO:
        return shape.tempo.range_bpm if shape.tempo else None
    return typical, typical
