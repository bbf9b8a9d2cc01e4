"""Say in words and numbers what sets a group of tracks apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.analysis.audible import audible
from services.analysis.tempo import fold_tempo
from services.analysis.vocabulary import COMPARATIVES
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.report import Trait

SLIGHT, NOTICEABLE, STRONG = 0.15, 0.35, 1.0
"""Spreads from which a feature is "slightly" so, so, and "very" so."""

CONTRAST = 0.5
"""How much the difference to the rest of the playlist adds to the strength of a trait."""

FEWEST_TRAITS, MOST_TRAITS, BLURB_TRAITS = 2, 5, 3

_TRUST = MappingProxyType({Feature.TEMPO: 0.6, Feature.LIVENESS: 0.6, Feature.SPEECHINESS: 0.8})
"""Measured tempi double and halve, and liveness is noisy: they lead only where they are far out."""


@dataclass(frozen=True, slots=True)
class _Wording:
    """Words for a feature from slightly to very much, and how its number is written."""

    low: tuple[str, str, str]
    high: tuple[str, str, str]
    number: str = "{name} {value:.2f} (typical {typical:.2f})"


def _graded(word: str) -> tuple[str, str, str]:
    return (f"slightly {word}", word, f"very {word}")


_WORDS: Mapping[Feature, _Wording] = MappingProxyType(
    {
        Feature.DANCEABILITY: _Wording(
            ("slightly less danceable than most", "less danceable than most", "hardly danceable"),
            _graded("danceable"),
        ),
        Feature.ENERGY: _Wording(_graded("calm"), _graded("energetic")),
        Feature.LOUDNESS: _Wording(
            _graded("quiet"), _graded("loud"), "loudness {value:.1f} dB (typical {typical:.1f} dB)"
        ),
        Feature.SPEECHINESS: _Wording(
            ("hardly any spoken words",) * 3, ("some spoken words", "wordy", "very wordy")
        ),
        Feature.ACOUSTICNESS: _Wording(_graded("electric"), _graded("acoustic")),
        Feature.INSTRUMENTALNESS: _Wording(
            ("mostly sung", "sung", "sung throughout"),
            ("partly instrumental", "mostly instrumental", "instrumental throughout"),
        ),
        Feature.LIVENESS: _Wording(
            ("studio sound",) * 3, ("a touch of live sound", "live sound", "very live")
        ),
        Feature.VALENCE: _Wording(_graded("dark"), _graded("cheerful")),
        Feature.TEMPO: _Wording(
            _graded("slow"), _graded("fast"), "tempo about {value:.0f} BPM (typical {typical:.0f})"
        ),
    }
)
_TRUSTED = np.array([_TRUST.get(feature, 1.0) for feature in SOUND_FEATURES])


def describe_traits(
    z: ArrayLike,
    raw: ArrayLike,
    labels: ArrayLike,
    cluster: int,
    reference_medians: Mapping[Feature, float],
) -> tuple[Trait, ...]:
    """Describe a group by its most telling features, strongest first.

    Strength mixes how far the group is from the reference population with how far it is from the rest of
    the playlist. The words say the former where it is heard, else the latter ("calmer than the rest").

    Parameters
    ----------
    z, raw : arrays of shape (n, 9)
        Normal scores and values of the tracks with evidence, columns as in `SOUND_FEATURES`.
    labels : array of n ints
    cluster : int
        Label of the group to describe.
    reference_medians : mapping
        What is typical, per sound feature in its own unit.

    Returns
    -------
    tuple of Trait
        Two to five; also an ordinary group has two, which then say that it is ordinary.
    """
    group = _group(z, raw, labels, cluster)
    strength = np.round(np.abs(group.level + CONTRAST * group.contrast) * _TRUSTED, 9)
    traits: list[Trait] = []
    for column in np.argsort(-strength, kind="stable"):
        if len(traits) >= (MOST_TRAITS if strength[column] >= NOTICEABLE else FEWEST_TRAITS):
            break
        feature = SOUND_FEATURES[column]
        value, usual = float(group.medians[column]), float(reference_medians[feature])
        traits.append(
            Trait(
                feature=feature,
                z=float(group.profile[column]),
                contrast=float(group.contrast[column]),
                value=value,
                typical=usual,
                words=_words(group, int(column)),
                numbers=_numbers(feature, value, usual),
            )
        )
    return tuple(traits)


def blurb(
    z: ArrayLike,
    raw: ArrayLike,
    labels: ArrayLike,
    cluster: int,
    *,
    tempo_bpm: float | None = None,
    major_share: float | None = None,
) -> str:
    """Describe a group in one line: "very calm, acoustic, quiet · about 92 BPM · 70 % major".

    Parameters
    ----------
    z, raw, labels, cluster
        As for `describe_traits`.
    tempo_bpm : float, optional
        Median folded tempo (`tempo.median_tempo`); left out where unknown, as is `major_share`.
    major_share : float, optional
        Share of tracks in a major key, 0..1.
    """
    group = _group(z, raw, labels, cluster)
    strength = np.round(np.abs(group.level) * _TRUSTED, 9)
    # The folded tempo is written out next; a word for the unfolded one could only contradict it.
    strength[SOUND_FEATURES.index(Feature.TEMPO)] = 0.0
    said = [column for column in np.argsort(-strength, kind="stable") if strength[column] > NOTICEABLE]
    words = ", ".join(_words(group, int(column)) for column in said[:BLURB_TRAITS])
    parts = [words or "close to average in everything"]
    if tempo_bpm is not None:
        parts.append(f"about {tempo_bpm:.0f} BPM")
    if major_share is not None:
        parts.append(f"{major_share:.0%} major".replace("%", " %"))
    return " · ".join(parts)


def profile_of(z: ArrayLike, labels: ArrayLike, cluster: int) -> Mapping[Feature, float]:
    """Return the mean of each sound feature of a group in spreads of the reference population."""
    scores = np.asarray(z, dtype=np.float64)
    means = scores[np.asarray(labels) == cluster].mean(axis=0)
    return MappingProxyType(
        {feature: float(mean) for feature, mean in zip(SOUND_FEATURES, means, strict=True)}
    )


def major_share(modes: ArrayLike) -> float | None:
    """Return the share of tracks in a major key (mode 1) among those whose mode is known, or None."""
    given = np.asarray(modes, dtype=np.float64)
    known = given[np.isfinite(given)]
    return float(np.mean(known > 0.5)) if known.size else None


@dataclass(frozen=True, slots=True)
class _Group:
    """What there is to say about a group, one entry per sound feature."""

    profile: NDArray[np.float64]
    level: NDArray[np.float64]
    """How far it is heard to lie from the reference population."""
    contrast: NDArray[np.float64]
    """The same minus that of the rest of the playlist."""
    medians: NDArray[np.float64]
    instrumental_share: float


def _group(z: ArrayLike, raw: ArrayLike, labels: ArrayLike, cluster: int) -> _Group:
    scores, values = np.asarray(z, dtype=np.float64), np.asarray(raw, dtype=np.float64)
    inside = np.asarray(labels) == cluster
    if not inside.any():
        msg = f"no track carries the label {cluster}"
        raise ValueError(msg)
    heard = audible(scores)
    level = heard[inside].mean(axis=0)
    rest = heard[~inside].mean(axis=0) if not inside.all() else level
    without_singing = values[inside, SOUND_FEATURES.index(Feature.INSTRUMENTALNESS)] > 0.5
    return _Group(
        profile=scores[inside].mean(axis=0),
        level=level,
        contrast=level - rest,
        medians=np.median(values[inside], axis=0),
        instrumental_share=float(np.mean(without_singing)),
    )


def _words(group: _Group, column: int) -> str:
    feature = SOUND_FEATURES[column]
    level, contrast = float(group.level[column]), float(group.contrast[column])
    wording = _WORDS[feature]
    if feature is Feature.INSTRUMENTALNESS:
        for share, word in zip((0.85, 0.5, 0.2), reversed(wording.high), strict=True):
            if group.instrumental_share >= share:
                return word
        return wording.low[1] if contrast <= -NOTICEABLE else wording.low[0]
    if abs(level) >= SLIGHT:
        grade = (abs(level) >= NOTICEABLE) + (abs(level) >= STRONG)
        return (wording.high if level > 0 else wording.low)[grade]
    if abs(contrast) >= NOTICEABLE:
        return f"{COMPARATIVES[feature][int(contrast > 0)]} than the rest"
    return f"average {feature.value}"


def _numbers(feature: Feature, value: float, typical: float) -> str:
    text = _WORDS[feature].number.format(name=feature.value, value=value, typical=typical)
    if feature is Feature.TEMPO:
        felt = float(fold_tempo(value))
        if abs(felt - value) > 1.0:
            word = "half" if felt < value else "double"
            text = text.replace(" BPM", f" BPM, or {felt:.0f} in {word} time")
    return text.replace("-", "−")
