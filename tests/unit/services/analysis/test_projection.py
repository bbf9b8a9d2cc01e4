"""The map: which plane, which way up, and its directions in words."""

from __future__ import annotations

import numpy as np
import pytest

from services.analysis.clustering import fit_clusters
from services.analysis.projection import Projection, project
from services.analysis.reference import REFERENCE
from services.domain.features import SOUND_FEATURES, Feature
from services.domain.vocabulary import FEATURE_WORDS
from tests.unit.services.analysis.clouds import cloud
from tests.unit.services.analysis.sounds import DANCE, LOUD, PIANO, QUIET, RAP, group, playlist

NOBODY = np.empty((0, 6))


def mapped(*sounds: dict[str, float]) -> tuple[Projection, np.ndarray, np.ndarray]:
    scores, raw, truth = playlist(*(group(30, seed, **sound) for seed, sound in enumerate(sounds)))
    points = REFERENCE.sound_space(raw)
    centres = np.stack([points[truth == label].mean(axis=0) for label in range(len(sounds))])
    result = project(points, truth, centres, scores)
    assert result is not None
    return result, raw, truth


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.corrcoef(first, second)[0, 1])


def test_the_liveliest_lie_right() -> None:
    result, raw, _ = mapped(QUIET, LOUD, DANCE)
    assert correlation(result.xy[:, 0], raw[:, SOUND_FEATURES.index(Feature.ENERGY)]) > 0.8


@pytest.mark.parametrize("sounds", [(QUIET, LOUD), (QUIET, LOUD, DANCE), (RAP, PIANO, LOUD, QUIET), (DANCE,)])
def test_words_are_true_of_their_ends(sounds: tuple[dict[str, float], ...]) -> None:
    result, raw, _ = mapped(*sounds)
    scores = REFERENCE.normal_scores(raw)
    for axis, (low, high) in enumerate(
        [(result.axes.left, result.axes.right), (result.axes.bottom, result.axes.top)]
    ):
        feature = next(feature for feature, words in FEATURE_WORDS.items() if words.poles == (low, high))
        towards = correlation(result.xy[:, axis], scores[:, SOUND_FEATURES.index(feature)])
        assert (-towards if feature is Feature.ACOUSTICNESS else towards) > 0.1


@pytest.mark.parametrize("sounds", [(QUIET, LOUD), (RAP, PIANO, LOUD, QUIET), (DANCE,)])
def test_the_two_directions_never_say_the_same(sounds: tuple[dict[str, float], ...]) -> None:
    axes = mapped(*sounds)[0].axes
    assert len({axes.left, axes.right, axes.bottom, axes.top}) == 4


def test_row_order_changes_neither_place_nor_words() -> None:
    scores, _, truth = playlist(group(30, 1, **QUIET), group(40, 2, **LOUD), group(20, 3, **RAP))
    points = REFERENCE.points_of(scores)
    centres = np.stack([points[truth == label].mean(axis=0) for label in range(3)])
    order = np.random.default_rng(0).permutation(90)
    first = project(points, truth, centres, scores)
    second = project(points[order], truth[order], centres, scores[order])
    assert first is not None
    assert second is not None
    assert first.axes == second.axes
    np.testing.assert_allclose(second.xy, first.xy[order], atol=1e-6)


def test_groups_lie_apart_on_the_map() -> None:
    result, _, truth = mapped(QUIET, LOUD, RAP)
    middles = np.stack([result.xy[truth == label].mean(axis=0) for label in range(3)])
    nearest = np.linalg.norm(result.xy[:, None] - middles[None], axis=2).argmin(axis=1)
    assert (nearest == truth).mean() > 0.95


def test_distances_in_the_plane_are_kept_and_more_points_can_be_placed() -> None:
    result, raw, _ = mapped(QUIET, LOUD, DANCE)
    np.testing.assert_allclose(result.basis.T @ result.basis, np.eye(2), atol=1e-9)
    np.testing.assert_allclose(result.place(REFERENCE.sound_space(raw)), result.xy, atol=1e-9)
    np.testing.assert_allclose(result.xy.mean(axis=0), 0, atol=1e-9)


def test_without_groups_the_widest_directions_are_shown() -> None:
    points = cloud(200)
    result = project(points, np.full(200, -1), NOBODY, np.random.default_rng(1).standard_normal((200, 9)))
    assert result is not None
    shown = result.xy.var(axis=0).sum()
    assert shown == pytest.approx(np.sort(np.linalg.eigvalsh(np.cov(points.T, bias=True)))[-2:].sum())


def test_two_groups_still_fill_two_directions() -> None:
    result, _, _ = mapped(QUIET, LOUD)
    assert (result.xy.std(axis=0) > 0.05).all()


def test_points_on_a_line_are_survived() -> None:
    line = np.outer(np.linspace(-1, 1, 20), np.array([1.0, 2, 0, 0, 0, 0]))
    scores = np.outer(np.linspace(-1, 1, 20), np.ones(9))
    result = project(line, np.full(20, -1), NOBODY, scores)
    assert result is not None
    assert np.isfinite(result.xy).all()
    np.testing.assert_allclose(result.basis.T @ result.basis, np.eye(2), atol=1e-9)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_one_spot_is_no_map(n: int) -> None:
    assert project(np.ones((n, 6)), np.zeros(n), NOBODY, np.zeros((n, 9))) is None


def test_a_fitted_partition_can_be_mapped() -> None:
    scores, _, _ = playlist(group(40, 1, **QUIET), group(40, 2, **LOUD))
    points = REFERENCE.points_of(scores)
    partition = fit_clusters(points)
    assert project(points, partition.labels, partition.centres, scores) is not None
