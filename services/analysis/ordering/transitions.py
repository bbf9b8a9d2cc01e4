"""Say in words what is rough about going from one track to the next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from services.analysis.matrix import feature_matrix
from services.analysis.ordering.camelot import DIAGONAL, Camelot, is_harmonic, key_cost, relation
from services.analysis.ordering.cost import WEIGHTS, Parts, Steps, compute_steps
from services.analysis.reference import REFERENCE
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.ordering import Goal, Transition
from services.domain.report import EnrichedTrack

ROUGHEST = 5
"""Transitions that are named."""
_DIGITS = 9
"""Decimals that decide which step is dearer, so that rounding never does."""
_LEAP = 1.2
"""Spreads between two tracks from which a feature is worth a word."""
_JUMP = 0.06
"""Octaves between two tempi (4 %) from which they are worth a word: listeners notice."""
_WORDS: dict[Feature, tuple[str, str]] = {
    Feature.ENERGY: ("much calmer", "much livelier"),
    Feature.VALENCE: ("much darker", "much brighter"),
    Feature.ACOUSTICNESS: ("far less acoustic", "far more acoustic"),
    Feature.INSTRUMENTALNESS: ("voices come in", "voices drop out"),
    Feature.DANCEABILITY: ("far less danceable", "far more danceable"),
    Feature.SPEECHINESS: ("far fewer words", "far more words"),
    Feature.LOUDNESS: ("much quieter", "much louder"),
}


def describe_transitions(
    tracks: Sequence[EnrichedTrack], order: Sequence[int], goal: Goal
) -> tuple[Transition, ...]:
    """Describe every step of an order."""
    return _describe(tracks, compute_steps(tracks), order, goal, range(len(order) - 1))


def roughest_transitions(
    tracks: Sequence[EnrichedTrack], steps: Steps, order: Sequence[int], goal: Goal
) -> tuple[Transition, ...]:
    """Describe the dearest steps of an order, the dearest first; what is unknown is not held against any."""
    rows = np.array(order, dtype=np.intp)
    parts = steps.parts(rows[:-1], rows[1:])
    known = (steps.trust[:, rows[:-1]] * steps.trust[:, rows[1:]]) > 0
    heard = Parts(*(np.where(flag, part, 0.0) for flag, part in zip(known, parts.each, strict=True)))
    costs = heard.weighted(WEIGHTS[goal]) + steps.repeats(rows, 1)
    dearest = np.argsort(-costs.round(_DIGITS), kind="stable")[:ROUGHEST]
    return _describe(tracks, steps, order, goal, dearest.tolist())


def _describe(
    tracks: Sequence[EnrichedTrack], steps: Steps, order: Sequence[int], goal: Goal, places: Sequence[int]
) -> tuple[Transition, ...]:
    rows = np.array(order, dtype=np.intp)
    parts = steps.parts(rows[:-1], rows[1:])
    costs = steps.along(rows, WEIGHTS[goal])
    scores = REFERENCE.normal_scores(feature_matrix(tracks))
    described = []
    for place in places:
        before, after = order[place], order[place + 1]
        keys = steps.places[before], steps.places[after]
        bpm = tracks[before].features.tempo, tracks[after].features.tempo
        same_artist = steps.artists[before] == steps.artists[after]
        estimated = any(tracks[row].is_imputed(feature) for row in (before, after) for feature in Feature)
        described.append(
            Transition(
                position=place,
                before=before,
                after=after,
                cost=float(costs[place]),
                key=float(parts.key[place]),
                tempo=float(parts.tempo[place]),
                sound=float(parts.sound[place]),
                same_artist=same_artist,
                camelot=tuple(None if key is None else str(key) for key in keys),  # type: ignore[arg-type]
                bpm=bpm,
                words=_words(keys, bpm, scores[after] - scores[before], same_artist=same_artist),
                estimated=estimated,
            )
        )
    return tuple(described)


def _words(
    keys: tuple[Camelot | None, Camelot | None],
    bpm: tuple[float | None, float | None],
    leaps: np.ndarray[tuple[int], np.dtype[np.float64]],
    *,
    same_artist: bool,
) -> str:
    said = [*_leap_words(leaps), *_tempo_words(bpm), *_key_words(keys)]
    if same_artist:
        said.append("the same artist")
    unknown = [name for name, pair in (("tempo", bpm), ("key", keys)) if None in pair]
    if not said and unknown:
        return f"{' and '.join(unknown)} unknown"
    return " · ".join(said) or "no jump to speak of"


def _leap_words(leaps: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[str]:
    """Name the two features that jump most, if they jump."""
    sizes = {
        feature: float(leaps[SOUND_FEATURES.index(feature)])
        for feature in _WORDS
        if abs(leaps[SOUND_FEATURES.index(feature)]) >= _LEAP
    }
    if Feature.ENERGY in sizes:
        sizes.pop(Feature.LOUDNESS, None)  # hardly ever another fact
    largest = sorted(sizes, key=lambda feature: -abs(sizes[feature]))[:2]
    return [_WORDS[feature][sizes[feature] > 0] for feature in largest]


def _tempo_words(bpm: tuple[float | None, float | None]) -> list[str]:
    before, after = bpm
    if not before or not after:
        return []
    octaves = float(np.log2(after / before))
    nearest = min(max(round(octaves), -1), 1)
    if abs(octaves - nearest) < _JUMP:
        return [f"{'double' if nearest > 0 else 'half'} time"] if nearest else []
    return [f"{before:.0f} → {after:.0f} BPM"]


def _key_words(keys: tuple[Camelot | None, Camelot | None]) -> list[str]:
    before, after = keys
    if before is None or after is None or is_harmonic(key_cost(before, after)):
        return []
    clash = key_cost(before, after) > DIAGONAL
    return [f"{before} → {after} ({relation(before, after)})"] if clash else []
