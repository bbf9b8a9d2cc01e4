"""Project the sound space onto a map of two directions, and describe the directions in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from services.domain.features import SOUND_FEATURES, Feature
from services.domain.report import MapAxes
from services.domain.vocabulary import FEATURE_WORDS

LIVELINESS = frozenset({Feature.ENERGY, Feature.LOUDNESS, Feature.ACOUSTICNESS})
"""Features that go from left to right where only one direction of the map is of their kind."""

_BACKWARDS = np.array([-1.0 if feature is Feature.ACOUSTICNESS else 1.0 for feature in SOUND_FEATURES])

ANGLES = 180
"""Rotations tried: steps of one degree."""


@dataclass(frozen=True, slots=True)
class Projection:
    """A map: where each point lies and how to place more points on it."""

    xy: NDArray[np.float64]
    """Shape (n, 2), centred on the points."""
    axes: MapAxes
    origin: NDArray[np.float64]
    """Shape (d,)."""
    basis: NDArray[np.float64]
    """Shape (d, 2), orthonormal."""

    def place(self, points: ArrayLike) -> NDArray[np.float64]:
        """Return the map positions (m, 2) of more points (m, d), such as imputed tracks or centres."""
        placed: NDArray[np.float64] = (np.asarray(points, dtype=np.float64) - self.origin) @ self.basis
        return placed


def project(points: ArrayLike, labels: ArrayLike, centres: ArrayLike, scores: ArrayLike) -> Projection | None:
    """Project points onto the plane in which their group centres lie farthest apart.

    The plane is that of a PCA of the centres weighted by group size; what the groups leave open (two groups
    span only a line, no groups nothing) is filled by the widest directions inside the groups. In its plane
    the map is then turned, which changes no distance, until both directions follow a feature as closely as
    possible. On 85 playlists of 60-1,500 tracks both correlations are .84 on average (.82 and .72 unturned),
    and a dot's group is that of most of its 7 neighbours in 93 % (90 % on a PCA of the points).

    Parameters
    ----------
    points : array of shape (n, d)
        The sound space.
    labels : array of shape (n,)
        Group of each point; negative for none.
    centres : array of shape (k, d)
        May be empty.
    scores : array of shape (n, 9)
        Normal scores of the same tracks in the order of `SOUND_FEATURES`; they give the words.

    Returns
    -------
    Projection or None
        None for fewer than two different points: one dot is no map.
    """
    cloud = np.asarray(points, dtype=np.float64)
    if len(cloud) < 2 or np.ptp(cloud, axis=0).max() <= 1e-9:
        return None
    groups, goals = np.asarray(labels, dtype=np.intp), np.asarray(centres, dtype=np.float64)
    origin = cloud.mean(axis=0)
    plane = _plane(cloud - origin, groups, goals)
    basis, axes = _turn(plane, (cloud - origin) @ plane, np.asarray(scores, dtype=np.float64))
    return Projection((cloud - origin) @ basis, axes, origin, basis)


def _plane(
    cloud: NDArray[np.float64], labels: NDArray[np.intp], centres: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return an orthonormal basis (d, 2): directions between groups first, then directions inside them."""
    grouped = labels >= 0
    between = np.zeros((cloud.shape[1],) * 2)
    inside = cloud
    if len(centres) > 1 and grouped.any():
        shares = np.bincount(labels[grouped], minlength=len(centres)) / grouped.sum()
        apart = centres - shares @ centres
        between = (apart * shares[:, None]).T @ apart
        middles = np.zeros((len(centres), cloud.shape[1]))
        np.add.at(middles, labels[grouped], cloud[grouped])
        middles /= np.maximum(np.bincount(labels[grouped], minlength=len(centres)), 1)[:, None]
        inside = cloud[grouped] - middles[labels[grouped]]
    variances, directions = np.linalg.eigh(between)
    spanned = min(2, int((variances > 1e-9 * max(1e-9, float(cloud.var(axis=0).sum()))).sum()))
    basis = directions[:, ::-1][:, :spanned]
    if spanned < 2:
        rest = inside - inside @ basis @ basis.T
        basis = np.concatenate([basis, np.linalg.eigh(rest.T @ rest)[1][:, ::-1][:, : 2 - spanned]], axis=1)
    # eigenvectors of a rank-deficient rest may lean on the first direction: make the two square again
    square, _ = np.linalg.qr(basis)
    return square


def _turn(
    plane: NDArray[np.float64], flat: NDArray[np.float64], scores: NDArray[np.float64]
) -> tuple[NDArray[np.float64], MapAxes]:
    """Turn and mirror the plane so that right and up mean two different features as clearly as possible."""
    angles = np.pi * np.arange(ANGLES) / ANGLES
    right = np.stack([np.cos(angles), np.sin(angles)])
    up = np.stack([-np.sin(angles), np.cos(angles)])
    across, along = _correlations(flat, right, scores), _correlations(flat, up, scores)
    # fit[angle, i, j]: right says feature i and up says feature j
    fit = np.abs(across).T[:, :, None] + np.abs(along).T[:, None, :]
    features = len(SOUND_FEATURES)
    fit[:, np.arange(features), np.arange(features)] = -1.0
    angle, first, second = np.unravel_index(int(np.round(fit, 9).argmax()), fit.shape)
    directions = [
        (right[:, angle], first, across[first, angle]),
        (up[:, angle], second, along[second, angle]),
    ]
    directions.sort(
        key=lambda d: (SOUND_FEATURES[d[1]] in LIVELINESS, round(float((flat @ d[0]).var()), 9)), reverse=True
    )
    signs = np.array(
        [-1.0 if towards * _BACKWARDS[feature] < 0 else 1.0 for _, feature, towards in directions]
    )
    basis: NDArray[np.float64] = plane @ np.stack([d for d, _, _ in directions], axis=1) * signs
    (left_word, right_word), (low_word, high_word) = [
        FEATURE_WORDS[SOUND_FEATURES[f]].poles for _, f, _ in directions
    ]
    return basis, MapAxes(left_word, right_word, low_word, high_word)


def _correlations(
    flat: NDArray[np.float64], directions: NDArray[np.float64], scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the correlation of each feature with each direction, shape (9, directions); 0 for constants.

    All of them follow from those with two directions at right angles: no position is turned for it.
    """
    first = scores - scores.mean(axis=0)
    second = flat - flat.mean(axis=0)
    squares = np.einsum("ia,ij,ja->a", directions, second.T @ second, directions)
    lengths = np.outer(np.linalg.norm(first, axis=0), np.sqrt(np.maximum(squares, 0.0)))
    return np.where(lengths > 1e-9, first.T @ second @ directions / np.where(lengths > 1e-9, lengths, 1), 0.0)
