"""Render the charts of a report: the one door of this room."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.charts.cluster_profile import render_cluster_profile
from services.charts.distributions import render_distributions
from services.charts.journey import render_journey
from services.charts.lettering import drawable
from services.charts.map import render_map
from services.charts.profiles import render_profiles
from services.charts.sheet import Sheet
from services.domain.charts import Chart, ChartKind
from services.domain.report import AnalysisReport

_RENDERERS: Mapping[ChartKind, Callable[[AnalysisReport], Chart]] = {
    ChartKind.MAP: render_map,
    ChartKind.PROFILES: render_profiles,
    ChartKind.JOURNEY: render_journey,
    ChartKind.DISTRIBUTIONS: render_distributions,
}
PLAYLIST_KINDS: tuple[ChartKind, ...] = tuple(_RENDERERS)
"""The charts that `render` draws; a cluster profile needs to know which group, see `render_cluster`."""


def render(kind: ChartKind, report: AnalysisReport) -> Chart:
    """Draw one chart of a playlist.

    Raises
    ------
    ValueError
        `kind` is about one group.
    """
    if kind not in _RENDERERS:
        raise ValueError(f"{kind.value} is drawn for one group: use render_cluster")
    return _RENDERERS[kind](report)


def render_cluster(report: AnalysisReport, index: int) -> Chart:
    """Draw the profile of group `index` of the report's groups.

    Raises
    ------
    IndexError
        The report has no such group.
    """
    return render_cluster_profile(report, index)


def warm_up() -> None:
    """Load fonts and draw something small, so that the first real chart is as fast as the next."""
    sheet = Sheet(60.0)
    # one character beyond the shipped font makes the search for other fonts happen now
    sheet.head("Tastemap", drawable("warming up 1 ½ · é – 音"))
    sheet.write(20, 50, "A", bold=True)
    sheet.dots([200], [50], marker="o", size=8, colour="#ffffff")
    sheet.png()
