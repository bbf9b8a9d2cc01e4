from __future__ import annotations

from dataclasses import replace

import pytest

from services.charts.distributions import Felt, compute_felt, heading, render_distributions
from services.charts.sheet import Sheet
from services.domain.features import AudioFeatures, Feature, Origin, Provenance
from services.domain.stats import ALL_KEYS, KeyCounts
from services.domain.tempo import Tempo
from tests.unit.services.analysis import sounds
from tests.unit.services.charts.reports import make_report


def felt(*tempi: float) -> Felt | None:
    rows = sounds.group(len(tempi), energy=0.5, danceability=0.4)
    rows[:, 8] = tempi
    return compute_felt(sounds.tracks(rows))


def test_halves_and_doubles_gather_in_one_tempo_and_are_counted():
    found = felt(60.0, 120.0, 121.0, 240.0, 119.0, 59.5, 90.0)
    assert found is not None
    assert found.tempo is not None
    assert found.tempo.bpm == 120
    assert found.halves == 3


def test_a_list_across_the_seam_of_an_octave_is_one_heap():
    found = felt(138.0, 139.0, 139.5, 140.5, 141.0, 142.0, 100.0, 101.0)
    assert found is not None
    assert found.tempo is not None
    assert found.tempo.bpm == pytest.approx(140, abs=2)
    assert found.halves == 0


def test_of_sound_files_no_mode_is_claimed():
    report = make_report(2, 0)
    heard = {feature: Provenance(Origin.SOUND, "audio:1") for feature in (Feature.KEY, Feature.MODE)}
    tracks = tuple(
        replace(entry, features=AudioFeatures(tempo=120.0, key=2.0, mode=1.0), provenance=heard)
        for entry in report.tracks
    )
    chart = render_distributions(replace(report, tracks=tracks))
    assert "D major or B minor" in chart.text
    assert "D major or B minor (10B or 10A, 2); 0 unknown." in chart.alt_text
    assert "% major" not in chart.text + chart.alt_text


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ((2.0, 2.0, 2.0), "About 120 BPM, in D major"),
        ((2.0, 2.0, 4.0), "About 120 BPM, often in D major"),
        ((2.0, 4.0, 5.0), "About 120 BPM"),
        ((), "Tempo and keys"),
    ],
)
def test_a_key_is_called_frequent_only_where_it_is(keys, said):
    counts = {key: keys.count(key.pitch) if key.major else 0 for key in ALL_KEYS}
    found = Felt(Tempo(120.0, 120.0), 0) if keys else None
    assert heading(Sheet(100), found, KeyCounts(counts, 0)) == said


def test_no_tempo_is_said_so():
    assert compute_felt([]) is None
    chart = render_distributions(make_report(20, 0, unknown=1.0))
    assert "No tempo is known." in chart.alt_text
    assert "No key is known." in chart.alt_text


def test_estimates_are_counted_apart_and_move_no_figure():
    report = make_report(300, 3, imputed=0.4)
    chart = render_distributions(report)
    measured, estimated = report.coverage.measured, report.coverage.imputed
    assert f"{measured} known, {estimated} estimated" in chart.alt_text
    bars = [line for line in chart.text.splitlines() if " BPM: " in line]
    assert sum(int(line.split(": ")[1]) for line in bars) == measured
    assert f"Tempo only estimated: {estimated}, unknown: 0" in chart.text


def test_all_estimated_means_none_known():
    chart = render_distributions(make_report(40, 2, imputed=1.0))
    assert "No tempo is known." in chart.alt_text
