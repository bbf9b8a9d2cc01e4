from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

from services.charts import theme
from services.charts.sheet import Sheet
from services.charts.strip import draw_strip
from tests.unit.services.charts.reports import make_report

LEFT, RIGHT, TOP, HEIGHT = 20.0, 380.0, 100.0, 40.0


def drawn(report):
    sheet = Sheet(200)
    draw_strip(sheet, report, left=LEFT, right=RIGHT, top=TOP, height=HEIGHT)
    return sheet


def area(corners):
    x, y = corners.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def painted(sheet):
    (collection,) = [a for a in sheet.figure.get_children() if isinstance(a, PolyCollection)]
    return [path.vertices[:-1] for path in collection.get_paths()]


def test_a_track_takes_a_column_and_a_guess_half_of_one():
    report = make_report(90, 3, imputed=0.3, unknown=0.2)
    column = HEIGHT * (RIGHT - LEFT) / 90
    total = sum(area(corners) for corners in painted(drawn(report)))
    assert total == pytest.approx(column * (report.coverage.measured + report.coverage.imputed / 2))


def test_shares_of_a_long_list_leave_guesses_and_unknown_tracks_out():
    report = make_report(3000, 4, imputed=0.3, unknown=0.2)
    total = sum(area(corners) for corners in painted(drawn(report)))
    assert total / (HEIGHT * (RIGHT - LEFT)) == pytest.approx(report.coverage.measured / 3000, rel=0.02)


@pytest.mark.parametrize("tracks", [12, 110, 111, 400, 5000])
def test_the_strip_stays_in_its_place(tracks):
    sheet = drawn(make_report(tracks, 3))
    for corners in painted(sheet):
        assert corners[:, 0].min() >= LEFT - 1e-6
        assert corners[:, 0].max() <= RIGHT + 1e-6
        assert corners[:, 1].min() >= TOP - 1e-6
        assert corners[:, 1].max() <= TOP + HEIGHT + 1e-6


def test_large_groups_carry_their_letter_once():
    letters = [writing.words for writing in drawn(make_report(2000, 3)).writings]
    assert sorted(letters) == [theme.group_style(group).letter for group in range(3)]


def test_a_report_without_groups_draws_no_block():
    assert painted(drawn(make_report(30, 0))) == []
