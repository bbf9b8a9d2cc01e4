"""Draw which group each track of a list belongs to, as a strip in the list's order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.charts import theme
from services.charts.series import compute_groups, smooth
from services.charts.sheet import Sheet, rectangle
from services.domain.report import AnalysisReport, Cluster

Floats = npt.NDArray[np.float64]

_LETTER_ROOM = 17.0
_LETTER_HALF = 7.0
_MOST_COLUMNS = 110
"""More columns than this turn into a barcode."""
_TRACKS_PER_BIN = 12
_MOST_BINS = 90
_SMOOTHING = 40.0
"""The shares are averaged over this part of the list: a shuffled one shows its mixture, not noise."""


class Ground(NamedTuple):
    """Where the strip goes, in pixels."""

    left: float
    right: float
    top: float
    height: float


def draw_strip(
    sheet: Sheet,
    report: AnalysisReport,
    *,
    left: float,
    right: float,
    top: float,
    height: float,
) -> None:
    """Draw a column per track, or for longer lists the shares of the groups in short stretches.

    Guesses are half as high as the rest, tracks without a group leave a gap; in shares both are left
    out. Shares are stacked in the order of the letters, the first at the bottom, so that height says
    what colour says. Each group's letter stands where it has the most room.
    """
    groups, likely = compute_groups(report)
    ground = Ground(left, right, top, height)
    if len(groups) > _MOST_COLUMNS:
        bins = min(len(groups) // _TRACKS_PER_BIN, _MOST_BINS)
        _draw_shares(sheet, np.where(likely, -1, groups), ground, clusters=report.clusters, bins=bins)
    elif len(groups):
        _draw_columns(sheet, groups, likely, ground, report.clusters)


def _draw_columns(
    sheet: Sheet,
    groups: npt.NDArray[np.int64],
    likely: npt.NDArray[np.bool_],
    ground: Ground,
    clusters: Sequence[Cluster],
) -> None:
    left, right, top, height = ground
    step = (right - left) / len(groups)
    codes = groups * 2 + likely
    starts = np.flatnonzero(np.diff(codes, prepend=codes[0] - 1))
    ends = np.append(starts[1:], len(codes))
    corners, colours = [], []
    widest: dict[int, tuple[float, float]] = {}
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        group = int(groups[start])
        if group < 0:
            continue
        x0, x1 = left + step * start, left + step * end
        y0 = top + (height / 2 if likely[start] else 0.0)
        corners.append(rectangle(x0, y0, x1, top + height))
        colours.append(theme.cluster_style(clusters, group).colour)
        if not likely[start]:
            widest[group] = max(widest.get(group, (0.0, 0.0)), (x1 - x0, (x0 + x1) / 2))
    sheet.polygons(corners, colours)
    for group, (width, x) in widest.items():
        if width >= _LETTER_ROOM:
            _write_letter(sheet, clusters, group, x, top + height / 2)


def _draw_shares(
    sheet: Sheet,
    groups: npt.NDArray[np.int64],
    ground: Ground,
    *,
    clusters: Sequence[Cluster],
    bins: int,
) -> None:
    left, right, top, height = ground
    edges = np.linspace(0, len(groups), bins + 1).round().astype(np.int64)
    shares = np.zeros((bins, len(clusters)))
    for index in range(bins):
        part = groups[edges[index] : edges[index + 1]]
        shares[index] = np.bincount(part[part >= 0], minlength=len(clusters)) / max(len(part), 1)
    shares = np.column_stack([smooth(column, max(bins / _SMOOTHING, 0.8)) for column in shares.T])
    tops = top + height * (1 - np.cumsum(shares, axis=1))
    xs = left + (right - left) * edges / len(groups)
    corners, colours = [], []
    for group in range(len(clusters)):
        lower = tops[:, group] + height * shares[:, group]
        # one outline per group: along the upper steps and back along the lower ones
        upper_steps = np.column_stack((np.repeat(xs, 2)[1:-1], np.repeat(tops[:, group], 2)))
        lower_steps = np.column_stack((np.repeat(xs, 2)[1:-1], np.repeat(lower, 2)))
        corners.append(np.concatenate((upper_steps, lower_steps[::-1])))
        colours.append(theme.cluster_style(clusters, group).colour)
        room, x, y = _roomiest(xs, tops[:, group], lower)
        if room >= _LETTER_ROOM:
            _write_letter(sheet, clusters, group, x, y)
    sheet.polygons(corners, colours)


def _roomiest(xs: Floats, upper: Floats, lower: Floats) -> tuple[float, float, float]:
    """Return height, x and y of the tallest place in a stepped band that a letter's whole width fits in."""
    best = (0.0, 0.0, 0.0)
    middles = (xs[:-1] + xs[1:]) / 2
    for x in middles[(middles >= xs[0] + _LETTER_HALF) & (middles <= xs[-1] - _LETTER_HALF)].tolist():
        under = (xs[1:] > x - _LETTER_HALF) & (xs[:-1] < x + _LETTER_HALF)
        top, bottom = float(upper[under].max()), float(lower[under].min())
        best = max(best, (bottom - top, x, (top + bottom) / 2))
    return best


def _write_letter(sheet: Sheet, clusters: Sequence[Cluster], group: int, x: float, y: float) -> None:
    letter = theme.cluster_style(clusters, group).letter
    sheet.write(x, y, letter, colour=theme.CANVAS, bold=True, align="center")
