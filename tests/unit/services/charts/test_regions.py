from __future__ import annotations

import numpy as np
import pytest

from services.charts.regions import compute_area


@pytest.mark.parametrize("number", [20, 300, 5000])
def test_the_area_holds_most_of_the_group_and_the_core_about_half(number):
    points = np.random.default_rng(3).normal((200, 170), (40, 25), (number, 2))
    area = compute_area(points, 10, 10, 380, 330)
    assert area is not None
    inside = area.path(area.outer).contains_points(points).mean()
    core = area.path(area.inner).contains_points(points).mean()
    assert 0.75 <= inside <= 0.95
    assert 0.3 <= core <= 0.62


def test_two_dots_make_no_area():
    assert compute_area(np.array([[50.0, 50.0], [60.0, 60.0]]), 0, 0, 100, 100) is None


def test_coinciding_dots_make_an_island_around_them():
    area = compute_area(np.full((5, 2), 50.0), 0, 0, 100, 100)
    assert area is not None
    assert area.path(area.outer).contains_point((50, 50))
    assert not area.path(area.outer).contains_point((95, 95))


def test_dots_at_the_border_stay_on_the_grid():
    area = compute_area(np.array([[0.0, 0.0], [100.0, 100.0], [100.0, 0.0]]), 0, 0, 100, 100)
    assert area is not None
    assert np.isfinite(area.density).all()


def test_the_order_of_the_tracks_does_not_matter():
    points = np.random.default_rng(3).normal((200, 170), (40, 25), (50, 2))
    one, other = compute_area(points, 10, 10, 380, 330), compute_area(points[::-1], 10, 10, 380, 330)
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one.density, other.density)
