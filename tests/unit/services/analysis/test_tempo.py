from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.words.grouping import group_line
from services.domain.features import Origin
from services.domain.tempo import CLOSE, _distances_around, tempo_of, typical_tempo
from tests.unit.services.analysis import sounds

tempi = st.lists(st.floats(40, 220), min_size=1, max_size=40)


def turns(ratio: float) -> float:
    octaves = math.log2(ratio)
    return abs(octaves - round(octaves))


@given(tempi, st.booleans())
def test_a_shown_tempo_is_one_that_a_track_has(measured: list[float], fast: bool) -> None:
    tempo = typical_tempo(measured, fast=fast)
    if tempo is not None:
        assert tempo.low_bpm in measured
        assert tempo.high_bpm in measured


@given(tempi)
def test_one_number_has_most_of_the_tracks_near_it_up_to_octaves(measured: list[float]) -> None:
    tempo = typical_tempo(measured)
    if tempo is not None and tempo.bpm is not None:
        near = [bpm for bpm in measured if turns(bpm / tempo.bpm) <= -math.log2(1 - CLOSE) + 1e-9]
        assert 2 * len(near) > len(measured)


def test_the_number_is_where_most_tracks_are() -> None:
    """Half of these are within a tenth of 139, and many more within a tenth of 126."""
    songs = [90.0, 92.0, 95.0, 97.0, 120.0, 124.0, 125.0, 126.0, 126.0, 127.0, 128.0, 130.0, 139.0, 70.0]
    tempo = typical_tempo(songs)
    assert tempo is not None
    assert tempo.bpm is not None
    assert 120 <= tempo.bpm <= 130


def test_one_of_two_tracks_is_no_tempo_of_both() -> None:
    tempo = typical_tempo([125.0, 144.0], fast=True)
    assert tempo is None or tempo.bpm is None


@given(tempi, st.booleans())
def test_a_range_holds_at_least_half_and_is_less_than_an_octave(measured: list[float], fast: bool) -> None:
    tempo = typical_tempo(measured, fast=fast)
    if tempo is not None and tempo.bpm is None:
        held = [bpm for bpm in measured if tempo.low_bpm <= bpm <= tempo.high_bpm]
        assert 2 * len(held) >= len(measured)
        assert tempo.high_bpm < 2 * tempo.low_bpm


@given(tempi, st.randoms(use_true_random=False))
def test_the_order_of_the_tracks_does_not_matter(measured: list[float], random) -> None:  # type: ignore[no-untyped-def]
    mixed = list(measured)
    random.shuffle(mixed)
    assert typical_tempo(mixed) == typical_tempo(measured)


@given(st.floats(50, 200), st.integers(3, 30))
def test_a_group_of_one_tempo_is_shown_as_measured(bpm: float, count: int) -> None:
    tempo = typical_tempo([bpm] * count)
    assert tempo is not None
    assert tempo.bpm == bpm


def test_halves_and_doubles_gather_in_the_octave_of_most() -> None:
    assert typical_tempo([75.0] * 8 + [150.0] * 12).bpm == 150.0  # type: ignore[union-attr]
    assert typical_tempo([75.0] * 12 + [150.0] * 8).bpm == 75.0  # type: ignore[union-attr]


def test_a_fast_group_is_not_folded() -> None:
    mixed = [75.0] * 9 + [110.0] * 4 + [150.0] * 9
    assert typical_tempo(mixed).bpm is not None  # type: ignore[union-attr]
    unfolded = typical_tempo(mixed, fast=True)
    assert unfolded is None or unfolded.bpm is None


def test_a_tempo_that_a_person_said_stays_in_its_octave() -> None:
    measured = [150.0] * 10
    assert typical_tempo(measured, corrected=[True] * 10).bpm == 150.0  # type: ignore[union-attr]
    halved = [75.0] * 6 + [150.0] * 4
    assert typical_tempo(halved, corrected=[True] * 6 + [False] * 4).bpm == 75.0  # type: ignore[union-attr]
    # Three tracks that were said to be 75 are no doubles of two at 150.
    apart = typical_tempo([75.0] * 3 + [150.0, 150.0, 111.0, 113.0], corrected=[True] * 3 + [False] * 4)
    assert apart is None or apart.bpm != 150.0


@pytest.mark.parametrize("nothing", [0.0, -3.0, float("nan"), float("inf")])
def test_no_tempo_stays_no_tempo(nothing: float) -> None:
    assert typical_tempo([nothing]) is None
    assert typical_tempo([]) is None
    assert typical_tempo([90.0, nothing, 90.0]).bpm == 90.0  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "sound", [{"energy": 0.9, "danceability": 0.5}, {"energy": 0.5, "danceability": 0.7}]
)
def test_a_lively_list_of_150_bpm_reads_150(sound: dict[str, float]) -> None:
    rows = sounds.group(24, **sound)
    rows[:, 8] = np.linspace(147, 153, 24)
    tempo = tempo_of(sounds.tracks(rows))
    assert tempo is not None
    assert tempo.bpm == pytest.approx(150, abs=3)


def test_correcting_all_tempi_changes_the_number_that_is_said() -> None:
    rows = sounds.group(30, energy=0.5, danceability=0.4)
    rows[:, 8] = 76.0
    before = tempo_of(sounds.tracks(rows))
    rows[:, 8] = 152.0
    after = tempo_of(sounds.tracks(rows, Origin.CORRECTED))
    assert before is not None
    assert after is not None
    assert (before.bpm, after.bpm) == (76.0, 152.0)


def test_estimates_say_no_tempo() -> None:
    assert tempo_of(sounds.tracks(sounds.group(12), Origin.IMPUTED)) is None


def test_a_report_carries_the_number_that_is_said_of_its_groups() -> None:
    rows = sounds.group(40, seed=3, energy=0.85)
    rows[:, 8] = 160.0
    report = sounds.report(sounds.tracks(rows))
    assert report.clusters
    for cluster in report.clusters:
        assert cluster.tempo_bpm == 160.0
        assert cluster.tempo_range_bpm == (160.0, 160.0)
        assert "about 160 BPM" in group_line(cluster)


@given(
    st.lists(st.tuples(st.floats(30.0, 260.0) | st.integers(30, 260).map(float), st.booleans()), min_size=1)
)
def test_the_one_number_holds_for_more_than_half_counted_one_by_one(
    tempi: list[tuple[float, bool]],
) -> None:
    bpm = [tempo for tempo, _ in tempi]
    said = typical_tempo(bpm, corrected=[is_said for _, is_said in tempi])
    if said is None or said.bpm is None:
        return

    def is_near(tempo: float, is_said: bool) -> bool:
        octaves = 0 if is_said else round(math.log2(tempo / said.bpm))
        return abs(tempo / 2.0**octaves - said.bpm) <= CLOSE * said.bpm + 1e-6

    assert 2 * sum(is_near(*each) for each in tempi) > len(tempi)


@given(
    st.integers(1, 30).flatmap(lambda half: st.lists(st.integers(0, 5), min_size=2 * half, max_size=2 * half))
)
def test_distances_around_a_circle_are_those_of_all_pairs(counts: list[int]) -> None:
    places = len(counts)
    assert _distances_around(counts) == [
        sum(
            number * min(abs(here - there), places - abs(here - there)) for there, number in enumerate(counts)
        )
        for here in range(places)
    ]
