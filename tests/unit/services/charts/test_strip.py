from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from services.charts import strip, theme
from services.charts.sheet import Sheet
from services.charts.strip import LANE, draw_strip
from tests.unit.services.charts.reports import make_report

LEFT, RIGHT, TOP = 20.0, 380.0, 100.0


def drawn(report):
    sheet = Sheet(300)
    bottom = draw_strip(sheet, report, left=LEFT, right=RIGHT, top=TOP)
    assert bottom == TOP + LANE * len(report.clusters)
    return sheet


def painted(sheet):
    """Return left, top, right and bottom of each block, and its colour."""
    (collection,) = [a for a in sheet.figure.get_children() if isinstance(a, PolyCollection)]
    boxes = [(*path.vertices.min(axis=0), *path.vertices.max(axis=0)) for path in collection.get_paths()]
    return np.array(boxes).reshape(-1, 4), [tuple(colour) for colour in collection.get_facecolors()]


def area(boxes):
    return float(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum())


def test_a_track_takes_a_column_and_a_guess_half_of_one():
    report = make_report(90, 3, imputed=0.3, unknown=0.2)
    column = (LANE - strip._GAP) * (RIGHT - LEFT) / 90
    boxes, _ = painted(drawn(report))
    assert area(boxes) == pytest.approx(column * (report.coverage.measured + report.coverage.imputed / 2))


def test_shares_of_a_long_list_leave_guesses_and_unknown_tracks_out():
    report = make_report(3000, 4, imputed=0.3, unknown=0.2)
    boxes, _ = painted(drawn(report))
    tallest = float((boxes[:, 3] - boxes[:, 1]).max())
    assert tallest == pytest.approx(LANE - strip._GAP)  # the largest share anywhere fills its lane
    sizes = np.array([cluster.size for cluster in report.clusters])
    lanes = ((boxes[:, 3] - TOP) // LANE).astype(int)
    areas = np.array([area(boxes[lanes == group]) for group in range(4)])
    np.testing.assert_allclose(areas / areas.sum(), sizes / sizes.sum(), rtol=0.05)


@pytest.mark.parametrize("tracks", [40, 110, 111, 400, 5000])
def test_whoever_sees_no_colours_sees_the_groups_apart(tracks):
    boxes, colours = painted(drawn(make_report(tracks, 8, outliers=0)))
    lanes = (boxes[:, 3] - TOP) // LANE
    assert (boxes[:, 1] >= TOP + lanes * LANE - 1e-6).all()  # no block reaches into another lane
    of_lane = {lane: {c for c, at in zip(colours, lanes, strict=True) if at == lane} for lane in set(lanes)}
    assert [len(of_lane[lane]) for lane in sorted(of_lane)] == [1] * 8
    assert boxes[:, 0].min() >= LEFT - 1e-6
    assert boxes[:, 2].max() <= RIGHT + 1e-6


def test_each_lane_begins_with_the_shape_of_its_group():
    sheet = drawn(make_report(40, 3))
    shapes = [a.get_marker() for a in sheet.figure.get_children() if getattr(a, "get_marker", str)()]
    assert shapes == [theme.group_style(group).marker for group in range(3)]


def test_a_report_without_groups_draws_no_block():
    assert len(painted(drawn(make_report(30, 0)))[0]) == 0
