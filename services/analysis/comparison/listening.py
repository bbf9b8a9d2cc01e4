"""Bring a person's tracks into a shape that can be compared: different ones, in an order of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.analysis.facts import ranked
from services.analysis.genres import NOBODY
from services.analysis.matrix import FeatureTable, feature_matrix
from services.analysis.reference import REFERENCE, TYPICAL
from services.analysis.titles import lead_artist
from services.domain.comparison import FEWEST_MEASURED, Person, is_rough, is_scored
from services.domain.music import Track
from services.domain.report import EnrichedTrack

MOST_COMPARED = 300
"""Tracks of a person that are compared by sound: the error of a score hardly falls with more of them."""

UNCREDITED = NOBODY | {"soundtrack"}
"""Credits that name no artist."""

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sound:
    """Some tracks as numbers, row by row."""

    entries: tuple[EnrichedTrack, ...]
    raw: Float
    """Shape (n, 9), in the units of the features."""
    z: Float
    """Normal scores, shape (n, 9)."""
    points: Float
    """Shape (n, 6)."""

    @staticmethod
    def of(entries: Sequence[EnrichedTrack]) -> Sound:
        """Place tracks with complete sound in the reference population."""
        raw = feature_matrix(entries)
        return Sound(tuple(entries), raw, TYPICAL.normal_scores(raw), REFERENCE.sound_space(raw))


@dataclass(frozen=True, slots=True)
class Listening:
    """A person's different tracks; nothing depends on the order in which they were listed."""

    person: Person
    entries: tuple[EnrichedTrack, ...]
    """By key."""
    measured: Sound
    """At most `MOST_COMPARED` tracks with evidence."""
    guessed: Sound
    """Estimated tracks that fill up to `MOST_COMPARED`."""
    measured_count: int
    guessed_count: int
    seed: int
    """From the tracks themselves: equal lists draw equal samples, whoever they belong to."""

    @property
    def artists(self) -> float:
        """Of the measured tracks, see `even_artists`."""
        return even_artists(artists_of(self.measured.entries))

    @property
    def is_measured(self) -> bool:
        """Whether enough is measured to say how the list sounds."""
        return self.measured_count >= FEWEST_MEASURED

    @property
    def is_scored(self) -> bool:
        """Whether enough is measured, by enough artists, for a score."""
        return is_scored(self.measured_count, self.artists)

    @property
    def is_rough(self) -> bool:
        """Whether scores are ranges alone."""
        return is_rough(self.measured_count, self.artists)

    @property
    def points(self) -> Float:
        """All compared tracks in the sound space, measured ones first."""
        return np.concatenate([self.measured.points, self.guessed.points])

    def weights(self, imputed_weight: float) -> Float:
        """Return how much each of `points` counts."""
        return np.concatenate(
            [np.ones(len(self.measured.entries)), np.full(len(self.guessed.entries), imputed_weight)]
        )


def listen(person: Person) -> Listening:
    """Prepare a person's tracks."""
    entries = distinct(person.tracks)
    table = FeatureTable.of(entries)
    evidence, known = table.is_measured, table.is_known
    measured = chosen([entry for entry, real in zip(entries, evidence, strict=True) if real], MOST_COMPARED)
    room = MOST_COMPARED - len(measured)
    guessed = [entry for entry, real, full in zip(entries, evidence, known, strict=True) if full and not real]
    keys = "\n".join(entry.track.key for entry in entries)
    return Listening(
        person=person,
        entries=entries,
        measured=Sound.of(measured),
        guessed=Sound.of(chosen(guessed, room)),
        measured_count=int(evidence.sum()),
        guessed_count=len(guessed),
        seed=int.from_bytes(_digest(keys), "big"),
    )


def distinct(tracks: Sequence[EnrichedTrack]) -> tuple[EnrichedTrack, ...]:
    """Return each track once, in the order of the keys; of several rows the one that is known best."""
    best: dict[str, EnrichedTrack] = {}
    for entry in tracks:
        key = entry.track.key
        if key not in best or _worth(entry) > _worth(best[key]):
            best[key] = entry
    return tuple(best[key] for key in sorted(best))


def artist_of(track: Track) -> str:
    """Return the lead artist in caseless words; a track that is credited to nobody stands for its own."""
    lead = lead_artist(track.artists)
    return track.key if lead in UNCREDITED else lead


def artists_of(entries: Sequence[EnrichedTrack]) -> NDArray[np.intp]:
    """Return a number for the artist of each track, shape (n,), from 0 on."""
    return ranked([artist_of(entry.track) for entry in entries])


def artists_of_keys(keys: Sequence[str]) -> NDArray[np.intp]:
    """Return the same of tracks of which only `Track.words_key` is known."""
    leads = [lead_artist((key.rpartition("|")[2],)) if "|" in key else "" for key in keys]
    return ranked([key if lead in UNCREDITED else lead for lead, key in zip(leads, keys, strict=True)])


def even_artists(artist: NDArray[np.intp]) -> float:
    """Return how many artists with equally many tracks would tell as much, 1 or more (Kish, 1965); 0 of none.

    Parameters
    ----------
    artist : shape (n,)
        As `artists_of` gives them.
    """
    counts = np.bincount(artist)
    return float(counts.sum() ** 2 / (counts**2).sum()) if len(artist) else 0.0


def mean_errors(values: Float, artist: NDArray[np.intp]) -> Float:
    """Return standard errors of means over tracks that come artist by artist (Liang and Zeger, 1986).

    A list by a single artist is one draw of which nothing is known; its tracks are taken as independent then,
    so whoever claims something asks `is_by_few` first.
    """
    artist = np.unique(artist, return_inverse=True)[1]
    artists = int(artist.max()) + 1
    if artists < 2:
        return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(len(values)), dtype=np.float64)
    sums = np.zeros((artists, values.shape[1]))
    np.add.at(sums, artist, values - values.mean(axis=0))
    spread = (sums**2).sum(axis=0) * artists / (artists - 1)
    return np.asarray(np.sqrt(spread) / len(values), dtype=np.float64)


def chosen(entries: Sequence[EnrichedTrack], count: int) -> tuple[EnrichedTrack, ...]:
    """Return at most `count` of the tracks, the same ones in every comparison, in the given order."""
    if len(entries) <= count:
        return tuple(entries)
    ranked = sorted(range(len(entries)), key=lambda row: _digest(entries[row].track.key))
    return tuple(entries[row] for row in sorted(ranked[:count]))


def _worth(entry: EnrichedTrack) -> tuple[int, int, str]:
    real = sum(provenance.origin != "imputed" for provenance in entry.provenance.values())
    return real, len(entry.features.known), repr(entry.features)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
