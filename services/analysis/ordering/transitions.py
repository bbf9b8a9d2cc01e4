"""Find what is rough about going from one track to the next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from services.analysis.matrix import feature_matrix
from services.analysis.ordering.cost import (
    DIAGONAL,
    WEIGHTS,
    Camelot,
    Parts,
    Steps,
    compute_steps,
    is_harmonic,
    key_cost,
    relation,
)
from services.analysis.reference import TYPICAL
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.ordering import Goal, KeyStep, Transition
from services.domain.report import EnrichedTrack
from services.domain.vocabulary import FEATURE_WORDS

ROUGHEST = 5
"""Transitions that are named."""
_DIGITS = 9
"""Decimals that decide which step is dearer, so that rounding never does."""
_LEAP = 1.2
"""Spreads between two tracks from which a feature is worth a word."""


def describe_transitions(
    tracks: Sequence[EnrichedTrack], order: Sequence[int], goal: Goal
) -> tuple[Transition, ...]:
    """Describe every step of an order."""
    return describe_steps(tracks, compute_steps(tracks), order, goal, range(len(order) - 1))


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
    return describe_steps(tracks, steps, order, goal, dearest.tolist())


def describe_steps(
    tracks: Sequence[EnrichedTrack], steps: Steps, order: Sequence[int], goal: Goal, places: Sequence[int]
) -> tuple[Transition, ...]:
    """Describe the steps of an order that begin at some places."""
    rows = np.array(order, dtype=np.intp)
    parts = steps.parts(rows[:-1], rows[1:])
    costs = steps.along(rows, WEIGHTS[goal])
    scores = TYPICAL.normal_scores(feature_matrix(tracks))
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
                leaps=_leaps(scores[after] - scores[before]),
                loudness=float(parts.loudness[place]),
                clash=_clash(*keys),
                key_step=None if keys[0] is None or keys[1] is None else relation(keys[0], keys[1]),
                estimated=estimated,
                bpm_estimated=any(tracks[row].is_imputed(Feature.TEMPO) for row in (before, after)),
            )
        )
    return tuple(described)


def _leaps(leaps: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[tuple[Feature, bool], ...]:
    """Name the two features that jump most, if they jump, each with whether it goes up."""
    sizes = {
        feature: float(leaps[SOUND_FEATURES.index(feature)])
        for feature, words in FEATURE_WORDS.items()
        if words.leap and abs(leaps[SOUND_FEATURES.index(feature)]) >= _LEAP
    }
    if Feature.ENERGY in sizes:
        sizes.pop(Feature.LOUDNESS, None)  # hardly ever another fact
    largest = sorted(sizes, key=lambda feature: -abs(sizes[feature]))[:2]
    return tuple((feature, sizes[feature] > 0) for feature in largest)


def _clash(before: Camelot | None, after: Camelot | None) -> KeyStep | None:
    if before is None or after is None or is_harmonic(key_cost(before, after)):
        return None
    return relation(before, after) if key_cost(before, after) > DIAGONAL else None
