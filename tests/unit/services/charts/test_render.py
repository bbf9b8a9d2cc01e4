from __future__ import annotations

import gc
import io
import subprocess
import sys
import weakref

import pytest
from matplotlib.backends.backend_agg import RendererAgg
from PIL import Image

from services.charts import lettering, sheet
from services.charts.features import render_cluster_profile
from services.charts.render import RENDERERS, render, warm_up
from services.domain.charts import ChartKind
from services.domain.report import Verdict
from tests.depth import IS_NIGHT, cases
from tests.unit.services.charts.legibility import assert_contrast, assert_legible
from tests.unit.services.charts.reports import make_report

SHAPES = {
    "one track": {"tracks": 1, "groups": 0},
    "twelve, no groups": {"tracks": 12, "groups": 0},
    "nothing known": {"tracks": 20, "groups": 0, "unknown": 1.0},
    "all estimated": {"tracks": 30, "groups": 2, "imputed": 1.0},
    "one group": {"tracks": 60, "groups": 1, "verdict": Verdict.NONE},
    "shades": {"tracks": 40, "groups": 3, "verdict": Verdict.NONE, "imputed": 0.3},
    "holes": {"tracks": 90, "groups": 3, "missing": 0.5, "imputed": 0.2, "unknown": 0.2},
    "loose": {"tracks": 500, "groups": 5, "verdict": Verdict.LOOSE, "imputed": 0.1},
    "eight hostile groups": {"tracks": 200, "groups": 8, "hostile": True, "name": "$\\frac{ 🔥 \x00" * 9},
    "no name": {"tracks": 30, "groups": 2, "name": "🔥"},
    "a library": {"tracks": 10_000 if IS_NIGHT else 3_000, "groups": 8, "imputed": 0.2, "unknown": 0.02},
}

AT_THE_GATE = cases(SHAPES, gate=["one track", "nothing known", "holes", "eight hostile groups", "no name"])

KINDS = (*RENDERERS, ChartKind.CLUSTER_PROFILE)


def draw(kind, report):
    return render_cluster_profile(report, 0) if kind is ChartKind.CLUSTER_PROFILE else render(kind, report)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", AT_THE_GATE)
def test_every_shape_of_report_becomes_a_picture_that_can_be_posted(kind, shape, sheets):
    report = make_report(**SHAPES[shape])
    if kind is ChartKind.CLUSTER_PROFILE and not report.clusters:
        pytest.skip("a report without groups has no group to draw")
    chart = draw(kind, report)
    picture = Image.open(io.BytesIO(chart.png))
    assert picture.format == "PNG"
    assert picture.width == (792 if kind is ChartKind.CARD else 800)
    assert picture.height > 250
    assert len(chart.png) < 400_000
    assert chart.kind is kind
    assert chart.title
    assert 0 < len(chart.alt_text) <= 1024
    assert chart.text
    assert "nan" not in chart.alt_text.lower().split()
    assert not any(ord(char) < 32 for char in chart.alt_text)
    assert_legible(sheets[-1])
    assert_contrast(chart, sheets[-1])


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_report_gives_the_same_bytes(kind):
    report = make_report(80, 3, imputed=0.2)
    assert draw(kind, report) == draw(kind, report)


@pytest.mark.parametrize("groups", cases(range(1, 9), gate=[1, 3, 8]))
def test_any_number_of_groups_has_room(groups, sheets):
    report = make_report(40 * groups, groups, imputed=0.1, unknown=0.05)
    for kind in RENDERERS:
        render(kind, report)
        assert_legible(sheets[-1])


def test_titles_in_other_scripts_do_without_other_fonts(monkeypatch):
    monkeypatch.setattr(lettering, "FALLBACK_FAMILIES", ())
    lettering._installed_fallbacks.cache_clear()
    try:
        chart = render(ChartKind.MAP, make_report(60, 3, hostile=True))
    finally:
        lettering._installed_fallbacks.cache_clear()
    assert "東京の夜に降る雪" in chart.text  # the twin keeps what the picture can't show


def test_a_cluster_profile_needs_a_group():
    with pytest.raises(ValueError, match="one group"):
        render(ChartKind.CLUSTER_PROFILE, make_report(60, 2))


def test_warming_up_and_drawing_never_touch_pyplot():
    program = (
        "import sys; from services.charts.render import warm_up; warm_up(); "
        "sys.exit(any(name in sys.modules for name in ('matplotlib.pyplot', 'scipy', 'sklearn', 'pandas')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


def test_warming_up_loads_the_fonts():
    lettering._load.cache_clear()
    warm_up()
    assert lettering._load.cache_info().currsize > 0


def test_pixels_are_gone_with_the_picture_and_wait_for_no_collector(monkeypatch):
    renderers = []

    class Watched(RendererAgg):
        def __init__(self, *size):
            super().__init__(*size)
            renderers.append(weakref.ref(self))

    monkeypatch.setattr(sheet, "RendererAgg", Watched)
    gc.disable()
    try:
        for kind in KINDS:
            draw(kind, make_report(30, 2))
        assert len(renderers) == len(KINDS)
        assert not any(renderer() for renderer in renderers)
    finally:
        gc.enable()
