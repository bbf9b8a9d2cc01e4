"""Mixtures have the truth they claim, and the learned metric beats plain z-scores on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.learn_metric import learn_constants
from benchmarks.listeners import load_libraries
from benchmarks.mixtures import mixtures
from services.analysis.clustering import fit_clusters
from services.analysis.reference import read_reference
from services.analysis.validity import agreement
from tests.depth import examples
from tests.unit.benchmarks.invented import invented_library


def test_a_mixture_holds_tracks_of_one_listener_once() -> None:
    library = invented_library()
    for mixture in mixtures(library, "L1", 10, seed=1):
        assert len(set(mixture.rows.tolist())) == len(mixture.rows)
        assert set(mixture.rows.tolist()) <= set(library.rows_of("L1").tolist())
        assert 2 <= mixture.k <= 5


def test_truth_is_the_playlist_each_track_came_from() -> None:
    library = invented_library()
    for mixture in mixtures(library, "L0", 5, seed=2, playlists=(3, 3), tracks=40):
        assert np.bincount(mixture.truth).tolist() == [40, 40, 40]
        for label in range(3):
            rows = set(mixture.rows[mixture.truth == label].tolist())
            assert any(rows <= set(members.tolist()) for members in library.playlists.values())


def test_the_same_seed_draws_the_same_mixtures() -> None:
    first, second = (mixtures(invented_library(), "L2", 4, seed=3) for _ in range(2))
    assert [m.rows.tolist() for m in first] == [m.rows.tolist() for m in second]


@pytest.mark.shared_data
def test_the_learned_space_beats_z_scores_on_a_listener_it_never_saw(shared_data: Path) -> None:
    library = load_libraries(shared_data)
    reference = read_reference(learn_constants(library, leave_out=["P3"]))
    learned, plain = [], []
    for mixture in mixtures(library, "P3", examples(6, night=24), seed=4):
        raw = library.features[mixture.rows]
        scaled = (raw - raw.mean(axis=0)) / raw.std(axis=0)
        learned.append(
            agreement(mixture.truth, fit_clusters(reference.sound_space(raw), groups=mixture.k).labels)
        )
        plain.append(agreement(mixture.truth, fit_clusters(scaled, groups=mixture.k).labels))
    assert np.mean(learned) > np.mean(plain) + 0.02
