"""Find a name for each group that is true, fits best and is its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.analysis.audible import audible
from services.analysis.vocabulary import CATALOGUE, COMPARATIVES, FALLBACK, Guard, Name
from services.domain.features import SOUND_FEATURES, Feature

CONTRAST = 0.5
"""How much of the difference to the whole playlist is added to a group's profile: names tell groups apart."""

UNEXPLAINED_COST = 0.25
"""Per spread that a name leaves unsaid."""

FALLBACK_SCORE = -0.3
"""What the fallback name is worth before its unexplained part: any guarded name that fits at all beats it."""

REPEAT_COST = 0.35
"""For giving two groups one name, told apart by a modifier."""

CANDIDATES = 6
"""Names per group that the exact search considers; a seventh best never took part in a best assignment."""

AUDIBLE = 0.15
"""Spreads between two groups below which a comparison ("faster") would not be heard."""

_COLUMN = {feature: column for column, feature in enumerate(SOUND_FEATURES)}


def _directions() -> NDArray[np.float64]:
    table = np.zeros((len(CATALOGUE), len(SOUND_FEATURES)))
    for row, name in enumerate(CATALOGUE):
        for feature, weight in name.weights.items():
            table[row, _COLUMN[feature]] = weight
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    return table


_DIRECTIONS = _directions()


def name_clusters(z: ArrayLike, raw: ArrayLike, labels: ArrayLike) -> tuple[str, ...]:
    """Name each group; the names are distinct and every one is true of its group.

    The best assignment of catalogue names is searched exactly over the best candidates of each group. Two
    groups share a name only where any second name would fit much worse; then the one it fits less well says
    how it differs ("Big & anthemic · faster").

    Parameters
    ----------
    z : array of shape (n, 9)
        Normal scores against the reference population, columns as in `SOUND_FEATURES`.
    raw : array of shape (n, 9)
        The values behind them, each in its own unit.
    labels : array of n ints
        Group of each row, 0..k-1, each at least once; rows with a negative label are ignored.

    Returns
    -------
    tuple of k str
        The same for any order of the rows. Pass rows with evidence only: imputed values decide no name.
    """
    z, raw, labels = _checked(z, raw, labels)
    if not labels.size:
        return ()
    groups = [labels == cluster for cluster in range(int(labels.max()) + 1)]
    profiles = np.array([z[rows].mean(axis=0) for rows in groups])
    emphasised = profiles + CONTRAST * (profiles - z.mean(axis=0))
    options = [
        _scored(profile, raw[rows])[:CANDIDATES] for profile, rows in zip(emphasised, groups, strict=True)
    ]
    chosen = _best_assignment(options)
    heard = np.array([audible(z[rows]).mean(axis=0) for rows in groups])
    return _told_apart([name.words for name, _ in chosen], [score for _, score in chosen], heard)


def name_playlist(z: ArrayLike, raw: ArrayLike) -> str:
    """Say the one mood of a playlist in lower case, as in "one continuous mood: mellow acoustic"."""
    z, raw, labels = _checked(z, raw, np.zeros(len(np.asarray(z)), dtype=np.intp))
    if not labels.size:
        return "nothing to name"
    best, _ = _scored(z.mean(axis=0), raw)[0]
    return "a bit of everything" if best is FALLBACK else best.words.lower()


def holds(guard: Guard, raw: NDArray[np.float64]) -> bool:
    """Tell whether a group's own values, shape (n, 9), keep what a guard promises."""
    values = raw[:, _COLUMN[guard.feature]]
    if guard.share:
        value = float(np.mean(values > 0.5))
    elif guard.feature is Feature.TEMPO:
        value = float(np.median(values))
    else:
        value = float(np.mean(values))
    return guard.low <= value <= guard.high


def _checked(
    z: ArrayLike, raw: ArrayLike, labels: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    scores, values = np.asarray(z, dtype=np.float64), np.asarray(raw, dtype=np.float64)
    groups = np.asarray(labels, dtype=np.intp)
    if scores.shape != values.shape or scores.shape != (len(groups), len(SOUND_FEATURES)):
        msg = (
            f"z {scores.shape}, raw {values.shape} and labels {groups.shape} do not describe the same tracks"
        )
        raise ValueError(msg)
    if not (np.isfinite(scores).all() and np.isfinite(values).all()):
        msg = "names are decided by tracks with evidence: z and raw must be finite"
        raise ValueError(msg)
    grouped = groups >= 0
    scores, values, groups = scores[grouped], values[grouped], groups[grouped]
    if groups.size and len(np.unique(groups)) != groups.max() + 1:
        msg = "labels must be 0..k-1 without an empty group"
        raise ValueError(msg)
    return scores, values, groups


def _scored(profile: NDArray[np.float64], raw: NDArray[np.float64]) -> list[tuple[Name, float]]:
    """Score the names that may be given to a group, best first; the fallback is always among them."""
    said = _DIRECTIONS @ profile
    length = float(profile @ profile)
    unsaid = np.sqrt(np.maximum(length - said**2, 0.0))
    # Rounded so that the summation order of the rows can't swap two names.
    scores = np.round(said - UNEXPLAINED_COST * unsaid, 9)
    allowed = [
        (name, float(score))
        for name, score in zip(CATALOGUE, scores, strict=True)
        if all(holds(guard, raw) for guard in name.guards)
    ]
    allowed.append((FALLBACK, FALLBACK_SCORE - UNEXPLAINED_COST * length**0.5))
    return sorted(allowed, key=lambda option: (-option[1], option[0].words))


@dataclass(slots=True)
class _Best:
    """The best assignment found so far."""

    total: float
    names: list[tuple[Name, float]]


def _best_assignment(options: Sequence[Sequence[tuple[Name, float]]]) -> list[tuple[Name, float]]:
    """Choose one option per group for the largest total, where a repeated name costs `REPEAT_COST`."""
    bounds = np.append(np.cumsum([choices[0][1] for choices in options][::-1])[::-1], 0.0)
    best = _Best(float("-inf"), [])

    def descend(group: int, total: float, names: list[tuple[Name, float]]) -> None:
        if total + bounds[group] <= best.total + 1e-9:
            return
        if group == len(options):
            best.total, best.names = total, names
            return
        taken = {name.words for name, _ in names}
        for name, score in options[group]:
            cost = REPEAT_COST if name.words in taken else 0.0
            descend(group + 1, total + score - cost, [*names, (name, score)])

    descend(0, 0.0, [])
    return best.names


def _told_apart(words: list[str], scores: list[float], profiles: NDArray[np.float64]) -> tuple[str, ...]:
    """Give every group but the best fitting of a shared name a modifier; number what sounds the same."""
    result = list(words)
    for shared in sorted({word for word in words if words.count(word) > 1}):
        first, *others = sorted(
            (group for group, word in enumerate(words) if word == shared),
            key=lambda group: (-scores[group], group),
        )
        for group in others:
            result[group] = _modified(shared, profiles[group] - profiles[first], taken=set(result))
    return tuple(result)


def _modified(word: str, difference: NDArray[np.float64], taken: set[str]) -> str:
    for column in np.argsort(-np.abs(difference), kind="stable"):
        if abs(difference[column]) < AUDIBLE:
            break
        less, more = COMPARATIVES[SOUND_FEATURES[column]]
        modified = f"{word} · {more if difference[column] > 0 else less}"
        if modified not in taken:
            return modified
    number = 2
    while f"{word} · {number}" in taken:
        number += 1
    return f"{word} · {number}"
