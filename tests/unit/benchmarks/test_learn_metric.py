"""What the learning script makes of libraries, invented and measured."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.learn_metric import (
    CONSTANTS,
    learn_constants,
    learn_everything,
    learn_typical,
    listeners_left_out,
    people_of,
    quantile_table,
    themed_playlists,
)
from benchmarks.listeners import load_editorial, load_libraries, load_more_libraries
from services.analysis.reference import read_reference
from services.domain.features import SOUND_FEATURES, Feature
from tests.depth import at_night
from tests.unit.benchmarks.invented import COLUMN, invented_library, write_library


def test_ties_share_the_middle_of_their_ranks() -> None:
    table = quantile_table(np.array([0.0] * 40 + list(np.linspace(0.5, 1.0, 60))))
    assert table["values"][0] == 0.0
    assert table["ranks"][0] == pytest.approx(0.20)
    assert table["ranks"][1] > 0.40


def test_tables_rise() -> None:
    table = quantile_table(np.random.default_rng(0).normal(size=5000))
    assert (np.diff(table["values"]) > 0).all()
    assert (np.diff(table["ranks"]) > 0).all()
    assert len(table["values"]) < 200


def test_learning_twice_gives_the_same_constants() -> None:
    library = invented_library()
    assert learn_constants(library) == learn_constants(library)


def test_what_themes_differ_in_weighs_most() -> None:
    projection = np.array(learn_constants(invented_library())["projection"])
    first_axis = np.abs(projection[:, 0])
    assert first_axis.argmax() == COLUMN[Feature.ENERGY]
    assert first_axis[COLUMN[Feature.ENERGY]] > 5 * first_axis[COLUMN[Feature.VALENCE]]


def test_a_playlist_has_variance_six_around_its_mean() -> None:
    library = invented_library()
    reference = read_reference(learn_constants(library))
    inside = [
        reference.sound_space(library.features[rows]).var(axis=0).sum() for rows in library.playlists.values()
    ]
    assert np.mean(inside) == pytest.approx(6.0, rel=0.01)


def test_a_listener_left_out_leaves_no_trace() -> None:
    library = invented_library(listeners=3)
    without = learn_constants(library, leave_out=["L2"])
    spoiled = library.features.copy()
    spoiled[library.rows_of("L2")] = 0.99
    assert without["provenance"]["listeners"] == ["L0", "L1"]
    assert learn_constants(type(library)(spoiled, library.playlists), leave_out=["L2"]) == without


def test_whole_libraries_are_no_theme() -> None:
    library = invented_library(size=60)
    everything = np.arange(len(library.features))
    wide = type(library)(
        np.tile(library.features, (2, 1)), {**library.playlists, ("L0", "all"): np.arange(1800)}
    )
    assert len(everything) < 1800
    assert len(themed_playlists(wide)) == len(themed_playlists(library)) == 15


def test_files_are_read_as_written_and_gaps_are_dropped(tmp_path: Path) -> None:
    library = invented_library(listeners=1, playlists=2)
    library.features[3, 0] = np.nan
    library.features[5, COLUMN[Feature.TEMPO]] = 0.0
    write_library(library, tmp_path)
    read = load_libraries(tmp_path)
    assert read.listeners == ("L0",)
    assert set(library.rows_of("L0")) - set(read.rows_of("L0")) == {3, 5}
    np.testing.assert_allclose(read.features[7], library.features[7])


def test_every_listener_weighs_alike_in_typical_music() -> None:
    """Whatever the size of the library: fifty tracks of one weigh as much as five thousand of the other."""
    rng = np.random.default_rng(0)
    quiet, loud = rng.uniform(0.1, 0.3, (5000, 9)), rng.uniform(0.7, 0.9, (50, 9))
    assert 0.3 < learn_typical([quiet, loud])["medians"]["energy"] < 0.7
    assert learn_typical([quiet, loud], rng.uniform(0.7, 0.9, (10, 9)), 1.0)["medians"]["energy"] > 0.7


@at_night
@pytest.mark.shared_data
def test_typical_music_is_typical_of_listeners_who_are_left_out(shared_data: Path) -> None:
    people = people_of(load_libraries(shared_data), load_more_libraries(shared_data))
    everything = load_editorial(shared_data)
    scores = listeners_left_out(people, everything.features[everything.rows_of("editorial")])
    assert np.abs(scores.mean(axis=0)).max() <= 0.25


@at_night
@pytest.mark.shared_data
def test_the_packaged_constants_are_what_the_script_learns(shared_data: Path) -> None:
    packaged = json.loads(CONSTANTS.read_text(encoding="utf-8"))
    learned = learn_everything(shared_data)
    assert packaged["provenance"] == learned["provenance"]
    assert packaged["typical"] == learned["typical"]
    assert packaged["quantiles"] == learned["quantiles"]
    assert packaged["medians"] == learned["medians"]
    np.testing.assert_allclose(packaged["projection"], learned["projection"], atol=2e-4)
    assert packaged["features"] == [feature.value for feature in SOUND_FEATURES]
