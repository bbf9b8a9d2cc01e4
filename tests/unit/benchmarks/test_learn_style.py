"""What the learning script makes of years and sound, invented and measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.hidden_tracks import load_shelf
from benchmarks.learn_style import CONSTANTS, held_out, learn_style, years_of
from benchmarks.listeners import Library, load_libraries
from benchmarks.style import mixtures_of, style_points
from services.analysis.clustering import fit_clusters
from services.analysis.facts import Facts
from services.analysis.reference import REFERENCE
from services.analysis.style import read_constants
from services.analysis.validity import agreement
from tests.depth import at_night
from tests.unit.benchmarks.invented import invented_library


def eras(library: Library) -> np.ndarray:
    """Give each playlist an era of its own."""
    years = np.full(len(library.features), np.nan)
    for number, rows in enumerate(library.playlists.values()):
        years[rows] = 1960 + 13 * (number % 5) + np.arange(len(rows)) % 4
    return years


def test_learning_twice_gives_the_same_constants() -> None:
    library = invented_library()
    assert learn_style(library, eras(library), REFERENCE) == learn_style(library, eras(library), REFERENCE)


def test_a_listener_left_out_leaves_no_trace() -> None:
    library = invented_library(listeners=3)
    years = eras(library)
    without = learn_style(library, years, REFERENCE, leave_out=["L2"])
    spoiled, moved = library.features.copy(), years.copy()
    spoiled[library.rows_of("L2")] = 0.99
    moved[library.rows_of("L2")] = 1900.0
    assert (
        learn_style(type(library)(spoiled, library.playlists), moved, REFERENCE, leave_out=["L2"]) == without
    )
    assert without["provenance"]["listeners"] == ["L0", "L1"]


def test_years_weigh_where_playlists_are_eras_and_not_where_they_are_not() -> None:
    library = invented_library()
    years = eras(library)
    mixed = np.random.default_rng(0).permutation(years)
    told, noise = (
        np.abs(np.array(learn_style(library, each, REFERENCE)["projection"])[-1]).max()
        for each in (years, mixed)
    )
    assert told > 3 * noise


@at_night
@pytest.mark.shared_data
def test_the_packaged_constants_are_what_the_script_learns(shared_data: Path) -> None:
    packaged = json.loads(CONSTANTS.read_text(encoding="utf-8"))
    learned = learn_style(load_libraries(shared_data), years_of(load_shelf(shared_data)), REFERENCE)
    assert {**packaged, "projection": []} == {**learned, "projection": []}
    np.testing.assert_allclose(packaged["projection"], learned["projection"], atol=2e-4)


@at_night
@pytest.mark.shared_data
def test_year_artist_and_genres_beat_the_sound_on_a_listener_never_seen(shared_data: Path) -> None:
    library, shelf = load_libraries(shared_data), load_shelf(shared_data)
    reference, constants = held_out(library, shelf, "P3")
    by_sound, by_style = [], []
    for mixture in mixtures_of(library, shelf, 8)["P3"]:
        scores = reference.normal_scores(library.features[mixture.rows])
        points = style_points(scores, Facts.of([shelf.tracks[row] for row in mixture.rows]), constants)
        for found, space in ((by_sound, reference.points_of(scores)), (by_style, points)):
            labels = fit_clusters(space, groups=mixture.k, tests_structure=False).labels
            found.append(agreement(mixture.truth, labels))
    assert np.mean(by_style) > np.mean(by_sound) + 0.1


def test_constants_of_other_inputs_are_refused() -> None:
    constants = json.loads(CONSTANTS.read_text(encoding="utf-8"))
    with pytest.raises(ValueError, match="learn them again"):
        read_constants({**constants, "inputs": [*constants["inputs"], "mood"]})
