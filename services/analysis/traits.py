"""Find what sets a group of tracks apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.analysis.reference import audible, audible_tempo
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.report import EnrichedTrack, Level, Trait
from services.domain.tempo import Tempo, is_fast, typical_tempo

SLIGHT, NOTICEABLE, STRONG = 0.15, 0.35, 1.0
"""Spreads from which a feature is "slightly" so, so, and "very" so."""

CONTRAST = 0.5
"""How much the difference to the rest of the playlist adds to the strength of a trait."""

FEWEST_TRAITS, MOST_TRAITS, MOST_LEVELS = 2, 5, 3

TRUE_FROM: Mapping[Feature, tuple[float, float]] = MappingProxyType(
    {
        Feature.DANCEABILITY: (0.55, 0.62),
        Feature.ENERGY: (0.5, 0.7),
        Feature.LOUDNESS: (-9.0, -7.5),
        Feature.SPEECHINESS: (0.0, 0.1),
        Feature.ACOUSTICNESS: (0.1, 0.35),
        Feature.LIVENESS: (0.0, 0.3),
        Feature.VALENCE: (0.38, 0.56),
        Feature.TEMPO: (105.0, 128.0),
    }
)
"""Values up to which, and from which, a group is so whatever is typical; between them only slightly so.

Half of all music has an acousticness under 0.11: a group at 0.25 is far from typical, and not acoustic.
"""

MOSTLY_INSTRUMENTAL = 0.65
"""Share of tracks without singing from which a group is instrumental: of fewer, people hear the songs."""

_TRUST = MappingProxyType({Feature.TEMPO: 0.6, Feature.LIVENESS: 0.6, Feature.SPEECHINESS: 0.8})
"""Measured tempi double and halve, and liveness is noisy: they lead only where they are far out."""


_TEMPO = SOUND_FEATURES.index(Feature.TEMPO)
_INSTRUMENTAL = SOUND_FEATURES.index(Feature.INSTRUMENTALNESS)
TRUSTED = np.array([_TRUST.get(feature, 1.0) for feature in SOUND_FEATURES])
"""How far a difference in each feature counts before others."""


LOGISTIC = 1.702
"""Slope at which the logistic function is everywhere within .01 of the normal distribution."""

LEAST_VARIANCE = 0.05
"""How much the tracks of a group vary at least, in each direction: two that are alike are no rule."""


@dataclass(frozen=True, slots=True)
class HeardGroup:
    """What there is to say about a group, one entry per sound feature."""

    profile: NDArray[np.float64]
    level: NDArray[np.float64]
    """How far it is heard to lie from the reference population."""
    contrast: NDArray[np.float64]
    """The same minus that of the rest of the playlist."""
    medians: NDArray[np.float64]
    instrumental: int
    """Tracks without singing: the word for instrumentalness is that of their share."""
    size: int
    tempo: Tempo | None

    @staticmethod
    def of(
        z: ArrayLike, raw: ArrayLike, labels: ArrayLike, cluster: int, *, corrected: ArrayLike | None = None
    ) -> HeardGroup:
        """Listen to one group of a playlist.

        Parameters
        ----------
        z, raw : arrays of shape (n, 9)
            Normal scores and values of the tracks with evidence, columns as in `SOUND_FEATURES`.
        labels : array of n ints
        cluster : int
            Label of the group.
        corrected : array of n bools, optional
            Tracks whose tempo a person said.
        """
        scores, values = np.asarray(z, dtype=np.float64), np.asarray(raw, dtype=np.float64)
        inside = np.asarray(labels) == cluster
        if not inside.any():
            msg = f"no track carries the label {cluster}"
            raise ValueError(msg)
        heard = audible(scores)
        # Word and number are both medians: the mean of a mixed group may lie where its number does not.
        level = _level(heard[inside])
        without_singing = values[inside, _INSTRUMENTAL] > 0.5
        profile, medians = _level(scores[inside]), _medians(values[inside])
        said = np.zeros(len(values), dtype=bool) if corrected is None else np.asarray(corrected, dtype=bool)
        tempo = group_tempo(values[inside], said[inside])
        if tempo is not None:
            # The word is that of the number beside it: halves and doubles pull a mean to where no track is.
            medians[_TEMPO] = tempo.middle_bpm
            profile[_TEMPO], level[_TEMPO] = audible_tempo(tempo.middle_bpm)
        return HeardGroup(
            profile=profile,
            level=level,
            contrast=level - _level(heard[~inside]) if not inside.all() else np.zeros_like(level),
            medians=medians,
            instrumental=int(without_singing.sum()),
            size=int(inside.sum()),
            tempo=tempo,
        )


def describe_traits(
    group: HeardGroup, reference_medians: Mapping[Feature, float], *, said: Collection[Feature] = ()
) -> tuple[Trait, ...]:
    """Describe a group by its most telling features, strongest first.

    Strength mixes how far the group is from the reference population with how far it is from the rest of
    the playlist. The degree says the former where it is heard, else the latter ("calmer than the rest").

    Parameters
    ----------
    reference_medians : mapping
        What is typical, per sound feature in its own unit.
    said : features, optional
        What an earlier name of the group says: told in place of stronger traits while it is so at all, else
        the name would go whenever the order of the traits changes.

    Returns
    -------
    tuple of Trait
        Two to five; also an ordinary group has two, which then say that it is ordinary.
    """
    strength = np.round(np.abs(group.level + CONTRAST * group.contrast) * TRUSTED, 9)
    if group.tempo is None:
        strength[_TEMPO] = -1.0
    traits: list[Trait] = []
    for column in _told(group, strength, said):
        feature = SOUND_FEATURES[column]
        value, usual = float(group.medians[column]), float(reference_medians[feature])
        level = _level_of(group, column)
        if (
            level.degree * (value - usual) < 0
            and not level.compared
            and feature is not Feature.INSTRUMENTALNESS
        ):
            # The middle of two tracks may lie on one side as it is heard, and on the other in its own unit.
            level = Level(feature, 0)
        traits.append(
            Trait(
                feature=feature,
                z=float(group.profile[column]),
                contrast=float(group.contrast[column]),
                value=value,
                typical=usual,
                degree=level.degree,
                compared=level.compared,
                range_bpm=group.tempo.range_bpm if feature is Feature.TEMPO and group.tempo else None,
                without_singing=(group.instrumental, group.size)
                if feature is Feature.INSTRUMENTALNESS
                else None,
            )
        )
    return tuple(traits)


def _told(group: HeardGroup, strength: NDArray[np.float64], said: Collection[Feature]) -> list[int]:
    """Return the columns that are told, the strongest first."""
    order = np.argsort(-strength, kind="stable").tolist()
    told = [
        column
        for rank, column in enumerate(order)
        if rank < (MOST_TRAITS if strength[column] >= NOTICEABLE else FEWEST_TRAITS)
    ]
    weaker = [
        column
        for column in order[len(told) :]
        if SOUND_FEATURES[column] in said and strength[column] > 0 and _level_of(group, column).degree
    ]
    return [*told[: MOST_TRAITS - len(weaker)], *weaker]


def levels(group: HeardGroup) -> tuple[Level, ...]:
    """Return up to three features in which a group is far from typical, the farthest first.

    The tempo stays away: it has a number of its own.
    """
    strength = np.round(np.abs(group.level) * TRUSTED, 9)
    strength[_TEMPO] = 0.0
    order = [column for column in np.argsort(-strength, kind="stable") if strength[column] > NOTICEABLE]
    return tuple(_level_of(group, int(column)) for column in order[:MOST_LEVELS])


def mistaken_shares(
    directions: NDArray[np.float64], profiles: NDArray[np.float64], apart: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return what share of the tracks of two groups is looked for in the wrong one by what each is called.

    A track is looked for where a name points most its way. Tracks are taken to lie normally around what is
    said to be the middle of their group, in every group alike.

    Parameters
    ----------
    directions : array of shape (n, 9)
        What each name says.
    profiles : array of shape (n, 9)
        Where the group lies that each name is for, in normal scores.
    apart : array of shape (tracks, 9)
        How far each track lies from the mean of its group.

    Returns
    -------
    array of shape (n, n)
        For each two names, where they are those of two groups, 0..1; a half where they say the same.
    """
    said = profiles @ directions.T
    margins = said.diagonal()[:, None] - said
    covariance = apart.T @ apart / len(apart) + LEAST_VARIANCE * np.eye(len(SOUND_FEATURES))
    shared = directions @ covariance @ directions.T
    own = shared.diagonal()
    spreads = np.sqrt(np.maximum(own[:, None] + own - 2.0 * shared, LEAST_VARIANCE**2))
    shares: NDArray[np.float64] = 1.0 / (1.0 + np.exp(LOGISTIC * margins / spreads))
    return (shares + shares.T) / 2.0


def profile_of(z: ArrayLike, labels: ArrayLike, cluster: int) -> Mapping[Feature, float]:
    """Return the mean of each sound feature of a group in spreads of the reference population."""
    scores = np.asarray(z, dtype=np.float64)
    means = scores[np.asarray(labels) == cluster].mean(axis=0)
    return MappingProxyType(
        {feature: float(mean) for feature, mean in zip(SOUND_FEATURES, means, strict=True)}
    )


def known_modes(tracks: Iterable[EnrichedTrack]) -> list[bool]:
    """Return whether each track is in a major key, of those of which that is known."""
    return [is_major for track in tracks if (is_major := track.is_major) is not None]


def major_share(modes: Sequence[bool]) -> float | None:
    """Return the share of tracks in a major key among those whose mode is known, or None without any."""
    return sum(modes) / len(modes) if modes else None


_TIMED = [SOUND_FEATURES.index(each) for each in (Feature.TEMPO, Feature.ENERGY, Feature.DANCEABILITY)]
"""What the tempo of a group is told from."""


def _medians(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median of each column, which takes half the time row by row."""
    middle: NDArray[np.float64] = np.median(np.ascontiguousarray(values.T), axis=1)
    return middle


def _level(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median of each feature; of instrumentalness the mean, for its words follow a share."""
    middle = _medians(scores)
    middle[_INSTRUMENTAL] = scores[:, _INSTRUMENTAL].mean()
    return middle


def group_tempo(raw: NDArray[np.float64], corrected: NDArray[np.bool_]) -> Tempo | None:
    """Return how fast tracks with the values `raw`, shape (n, 9), are."""
    tempi, energies, danceabilities = raw[:, _TIMED].T.tolist()
    return typical_tempo(tempi, corrected=corrected.tolist(), fast=is_fast(energies, danceabilities))


def _level_of(group: HeardGroup, column: int) -> Level:
    """Return how far to which side a feature lies."""
    feature = SOUND_FEATURES[column]
    level, contrast = float(group.level[column]), float(group.contrast[column])
    if feature is Feature.INSTRUMENTALNESS:
        for share, degree in ((0.85, 3), (MOSTLY_INSTRUMENTAL, 2), (0.2, 1)):
            if group.instrumental >= share * group.size:
                return Level(feature, degree)
        return Level(feature, -2 if contrast <= -NOTICEABLE else -1)
    if abs(level) >= SLIGHT:
        low, high = TRUE_FROM[feature]
        value = float(group.medians[column])
        is_true = value >= high if level > 0 else value <= low
        degree = 1 + (is_true and abs(level) >= NOTICEABLE) + (is_true and abs(level) >= STRONG)
        return Level(feature, degree if level > 0 else -degree)
    if abs(contrast) >= NOTICEABLE:
        return Level(feature, 1 if contrast > 0 else -1, compared=True)
    return Level(feature, 0)
