from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from services.charts import card, theme
from services.charts.order import render_order
from services.domain.charts import ChartKind
from services.domain.ordering import Figures, Goal, OrderCosts, OrderResult
from tests.unit.services.charts.reports import make_report


def make_result(tracks: int, goal: Goal, *, unknown: bool = False) -> OrderResult:
    rng = np.random.default_rng(tracks)
    heights = (rng.permutation(tracks) + 0.5) / tracks
    order = np.argsort(heights)
    figures = Figures(0.5, 0.25, 12.0, 3, -0.02 if goal.has_arc else None)
    return OrderResult(
        goal=goal,
        seed=0,
        order=tuple(order.tolist()),
        costs=OrderCosts(0.71, 0.72, 0.41, 0.4),
        before=figures,
        after=replace(figures, harmonic_share=0.75, arc_fit=0.97 if goal.has_arc else None),
        exact=False,
        roughest=(),
        course=tuple(
            None if unknown and row % 3 == 0 else float(height) for row, height in enumerate(heights)
        ),
        wanted=tuple(((np.arange(tracks) + 0.5) / tracks).tolist()) if goal.has_arc else (),
        steps_before=tuple(rng.random(tracks - 1).tolist()),
        steps_after=tuple((0.3 * rng.random(tracks - 1)).tolist()),
    )


@pytest.mark.parametrize("tracks", [3, 12, 60, 400, 401, 3000])
@pytest.mark.parametrize("goal", [Goal.FLOW, Goal.WARM_UP])
def test_any_length_fits_a_phone(tracks: int, goal: Goal) -> None:
    report, result = make_report(tracks, 0 if tracks < 12 else 2), make_result(tracks, goal)
    chart = render_order(report, result)
    picture = Image.open(io.BytesIO(chart.png))
    assert picture.width == theme.WIDTH * theme.DENSITY
    assert chart.kind is ChartKind.ORDER
    assert chart.filename == "order.png"
    small = render_order(report, result, on_card=True)
    assert Image.open(io.BytesIO(small.png)).height < 200 * card.DENSITY
    assert (small.alt_text, small.text) == (chart.alt_text, chart.text)


def test_words_say_what_the_picture_shows() -> None:
    chart = render_order(make_report(60, 2), make_result(60, Goal.WARM_UP))
    for words in ("before and after: warm-up to peak", "0.71 before", "0.72 in a random order", "0.41 now"):
        assert words in chart.alt_text
    assert "no order can be below 0.40" in chart.alt_text
    assert "-0.02 before and 0.97 now" in chart.alt_text
    assert len(chart.alt_text) <= 1024
    lines = chart.text.splitlines()
    assert lines[1].startswith("tracks 1–6: before ")
    assert lines[1].endswith("after 0.05, wanted 0.05")
    assert lines[10].endswith("after 0.95, wanted 0.95")
    assert "25% of steps in key" in chart.text
    assert "75% of steps in key" in chart.text


def test_unknown_tracks_are_counted_and_an_order_without_an_arc_promises_none() -> None:
    chart = render_order(make_report(60, 2), make_result(60, Goal.FLOW, unknown=True))
    assert "20 unknown: left out of the lines" in chart.text
    assert "wanted" not in chart.text
    assert "correlation" not in chart.alt_text


def test_estimates_are_hollow_and_counted() -> None:
    report = make_report(60, 2, imputed=0.5)
    assert "estimated: hollow" in render_order(report, make_result(60, Goal.FLOW)).text
