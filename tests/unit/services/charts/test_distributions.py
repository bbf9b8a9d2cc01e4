from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.charts.distributions import compute_felt, fold, render_distributions
from tests.unit.services.charts.reports import make_report


@given(st.floats(1, 250))
def test_folding_changes_octaves_only(tempo):
    folded = float(fold(np.array([tempo]))[0])
    assert 70 - 1e-6 <= folded <= 140 + 1e-6
    octaves = np.log2(tempo / folded)
    assert octaves == pytest.approx(round(octaves), abs=1e-9)


def test_halves_and_doubles_gather_in_one_peak():
    felt = compute_felt(np.array([60.0, 120.0, 121.0, 240.0, 119.0, 59.5, 90.0]))
    assert felt is not None
    assert felt.peak_bpm == pytest.approx(120, abs=2)
    assert felt.outside == 3


def test_a_peak_at_the_seam_of_the_octave_is_found():
    felt = compute_felt(np.array([138.0, 139.0, 139.5, 140.5, 141.0, 142.0, 100.0, 101.0]))
    assert felt is not None
    assert min(abs(felt.peak_bpm - 70), abs(felt.peak_bpm - 140)) < 3


def test_no_tempo_is_said_so():
    assert compute_felt(np.array([])) is None
    chart = render_distributions(make_report(20, 0, unknown=1.0))
    assert "No tempo was measured." in chart.alt_text
    assert "No key was measured." in chart.alt_text


def test_estimates_are_counted_apart_and_move_no_figure():
    report = make_report(300, 3, imputed=0.4)
    chart = render_distributions(report)
    measured, estimated = report.coverage.measured, report.coverage.imputed
    assert f"{measured} tracks measured, {estimated} estimated" in chart.alt_text
    bars = [line for line in chart.text.splitlines() if " BPM: " in line]
    assert sum(int(line.split(": ")[1]) for line in bars) == measured
    assert f"Tempo only estimated: {estimated}, unknown: 0" in chart.text


def test_all_estimated_means_none_measured():
    chart = render_distributions(make_report(40, 2, imputed=1.0))
    assert "No tempo was measured." in chart.alt_text
