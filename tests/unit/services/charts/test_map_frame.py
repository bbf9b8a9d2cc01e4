from __future__ import annotations

import numpy as np
import pytest

from services.charts.labels import Box
from services.charts.map_frame import compute_area, fit

FRAME, SMALL = Box.at(10, 10, 380, 330), Box.at(0, 0, 100, 100)


@pytest.mark.parametrize("number", [20, 300, 5000])
def test_the_area_holds_most_of_the_group_and_the_core_about_half(number):
    points = np.random.default_rng(3).normal((200, 170), (40, 25), (number, 2))
    area = compute_area(points, FRAME)
    assert area is not None
    inside, core = (each.contains_points(points).mean() for each in area.paths(area.outer, area.inner))
    assert 0.75 <= inside <= 0.95
    assert 0.3 <= core <= 0.62


def test_two_dots_make_no_area():
    assert compute_area(np.array([[50.0, 50.0], [60.0, 60.0]]), SMALL) is None


def test_coinciding_dots_make_an_island_around_them():
    area = compute_area(np.full((5, 2), 50.0), SMALL)
    assert area is not None
    (island,) = area.paths(area.outer)
    assert island.contains_point((50, 50))
    assert not island.contains_point((95, 95))


def test_dots_at_the_border_stay_on_the_grid():
    area = compute_area(np.array([[0.0, 0.0], [100.0, 100.0], [100.0, 0.0]]), SMALL)
    assert area is not None
    assert np.isfinite(area.density).all()


def test_the_order_of_the_tracks_does_not_matter():
    points = np.random.default_rng(3).normal((200, 170), (40, 25), (50, 2))
    one, other = compute_area(points, FRAME), compute_area(points[::-1], FRAME)
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one.density, other.density)


def test_a_stray_dot_moves_nothing_else_that_lies_on_the_map():
    raw = np.random.default_rng(3).normal(size=(400, 2))
    raw[0] = 50.0
    fitted = fit(raw, FRAME)
    assert FRAME.left < fitted.places[:, 0].min() < fitted.places[:, 0].max() < FRAME.left + FRAME.width
    assert FRAME.top < fitted.places[:, 1].min() < fitted.places[:, 1].max() < FRAME.bottom
    inner = np.linalg.norm(raw, axis=1) < 2
    np.testing.assert_allclose(fitted.move(raw)[inner], fitted.places[inner])
