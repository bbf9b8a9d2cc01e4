"""Draw which group each track of a list belongs to, in the list's order: a lane for each group."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.charts import theme
from services.charts.series import compute_groups, smooth
from services.charts.sheet import Sheet, rectangle
from services.domain.report import AnalysisReport

Floats = npt.NDArray[np.float64]

LANE, _GAP = 13.0, 3.0
"""Height of a lane, and what of it stays free."""
_SHAPE, _AWAY = 8.0, 9.0
"""Size of the shape in front of a lane, and how far before it."""
_MOST_COLUMNS = 110
"""More columns than this turn into a barcode."""
_TRACKS_PER_BIN = 12
_MOST_BINS = 90
_SMOOTHING = 40.0
"""The shares are averaged over this part of the list: a shuffled one shows its mixture, not noise."""


def draw_strip(sheet: Sheet, report: AnalysisReport, *, left: float, right: float, top: float) -> float:
    """Draw a lane for each group with a block for each of its tracks; return the y below.

    The lane says what the colour says, for eyes that take two colours for one, and the group's shape
    stands before it. A guess is half as high. A lane of a longer list is as high as the group's share of
    a short stretch, beside the largest share of any group; guesses are left out there.
    """
    groups, likely = compute_groups(report)
    count = len(report.clusters)
    is_long = len(groups) > _MOST_COLUMNS
    if is_long:
        heights, edges = _shares(np.where(likely, -1, groups), count)
    else:
        heights = (groups == np.arange(count)[:, None]) * np.where(likely, 0.5, 1.0)
        edges = np.arange(len(groups) + 1, dtype=np.float64)
    xs = left + (right - left) * edges / max(len(groups), 1)
    corners, colours = [], []
    for group, lane in enumerate(heights):
        style = theme.cluster_style(report.clusters, group)
        floor = top + (group + 1) * LANE - _GAP
        middle = floor - (LANE - _GAP) / 2
        sheet.dots(
            [left - _AWAY], [middle], marker=style.marker, size=_SHAPE * style.scale, colour=style.colour
        )
        sheet.line([left, right], [floor, floor], colour=theme.RULE, width=0.8, zorder=1)
        # One block for each unbroken run of one height: neighbours would show a seam.
        starts = np.flatnonzero(np.diff(lane, prepend=-1.0))
        for start, end in zip(starts, [*starts[1:], len(lane)], strict=True):
            if lane[start]:
                corners.append(rectangle(xs[start], floor - lane[start] * (LANE - _GAP), xs[end], floor))
                colours.append(style.colour)
    sheet.polygons(corners, colours)
    return top + count * LANE


def _shares(groups: npt.NDArray[np.int64], count: int) -> tuple[Floats, Floats]:
    """Return how large each group is in each stretch beside the largest anywhere, and where they begin."""
    bins = min(len(groups) // _TRACKS_PER_BIN, _MOST_BINS)
    edges = np.linspace(0, len(groups), bins + 1).round().astype(np.int64)
    shares = np.zeros((bins, count))
    for index in range(bins):
        part = groups[edges[index] : edges[index + 1]]
        shares[index] = np.bincount(part[part >= 0], minlength=count) / max(len(part), 1)
    smoothed = np.array([smooth(column, max(bins / _SMOOTHING, 0.8)) for column in shares.T])
    return smoothed / max(float(smoothed.max(initial=0.0)), 1e-9), edges.astype(np.float64)
