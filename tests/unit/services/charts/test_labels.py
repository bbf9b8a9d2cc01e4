from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.charts.labels import Box, Labels, Wish, spread_apart

BOUNDS = Box(200, 170, 380, 340)

wishes = st.lists(
    st.builds(
        Wish,
        x=st.floats(12, 388),
        y=st.floats(2, 338),
        width=st.floats(8, 180),
        height=st.sampled_from((13.0, 16.0, 26.0)),
        clear=st.floats(0, 8),
        on_anchor=st.booleans(),
    ),
    max_size=25,
)
obstacles = st.lists(
    st.builds(Box, x=st.floats(0, 400), y=st.floats(0, 340), width=st.floats(2, 90), height=st.floats(2, 30)),
    max_size=6,
)


def place_labels(wishes, *, bounds=BOUNDS, **room):
    labels = Labels(bounds, **room)
    return [labels.place(wish) for wish in wishes]


@given(wishes=wishes, obstacles=obstacles)
def test_no_label_touches_another_an_obstacle_or_the_edge(wishes, obstacles):
    placed = [place.box for place in place_labels(wishes, obstacles=obstacles) if place]
    anchors = {(wish.x, wish.y) for wish in wishes if not wish.on_anchor}
    for index, box in enumerate(placed):
        assert box.inside(BOUNDS)
        assert not any(box.overlaps(other) for other in placed[index + 1 :])
        assert not any(box.overlaps(other) for other in obstacles if (other.x, other.y) not in anchors)


@given(wishes=wishes)
def test_no_leader_line_crosses_a_label(wishes):
    places = place_labels(wishes)
    for wish, place in zip(wishes, places, strict=True):
        if place is None or place.leader is None:
            continue
        start = (wish.x, wish.y)
        for other in places:
            if other is None or other is place or Box(*start, 0, 0).inside(other.box):
                continue
            assert not other.box.crossed_by(start, place.leader)


def test_drops_the_less_important_label_when_there_is_room_for_one():
    narrow = Box(50, 10, 100, 20)
    first, second = place_labels(
        [Wish(50, 10, 90, 14, on_anchor=True), Wish(50, 10, 90, 14, on_anchor=True)], bounds=narrow
    )
    assert first is not None
    assert second is None


def test_a_label_wider_than_the_picture_is_dropped():
    assert place_labels([Wish(200, 170, 500, 12)]) == [None]


def test_prefers_the_side_that_hides_no_dots():
    right_of_it = np.column_stack((np.linspace(215, 290, 30), np.full(30, 170.0)))
    (place,) = place_labels([Wish(200, 170, 80, 12, clear=4)], dots=right_of_it)
    assert place is not None
    covered = (np.abs(right_of_it - (place.box.x, place.box.y)) * 2 < (80, 12)).all(axis=1)
    assert not covered.any()


@given(st.integers(0, 2**32 - 1), st.integers(1, 400))
def test_a_label_that_must_hide_nothing_covers_no_part_of_a_dot(seed, count):
    dots = np.random.default_rng(seed).uniform((0, 0), (400, 340), (count, 2))
    wishes = [Wish(float(x), float(y), 70, 16, clear=6) for x, y in dots[:3]]
    for place in place_labels(wishes, dots=dots, radius=4.0):
        if place is not None:
            away = np.abs(dots - (place.box.x, place.box.y)) - (35, 8)
            assert not (away < 4.0).all(axis=1).any()


def test_a_label_keeps_off_other_marks_so_far_that_it_seems_to_belong_to_none():
    own, other = Box(60, 170, 30, 30), Box(200, 170, 60, 60)
    (place,) = place_labels([Wish(60, 170, 100, 20, clear=6)], obstacles=[own, other])
    assert place is not None
    assert not place.box.overlaps(other)
    dots = np.array([(60.0, 170.0), (175.0, 170.0)])
    (beside,) = place_labels([Wish(60, 170, 100, 20, clear=6)], dots=dots[:1], radius=3.0)
    (apart,) = place_labels([Wish(60, 170, 100, 20, clear=6)], dots=dots, radius=3.0)
    assert beside is not None
    assert apart is not None
    assert beside.box.y == 170 != apart.box.y


def test_keeps_off_its_own_mark():
    (place,) = place_labels([Wish(200, 170, 80, 12, clear=9)])
    assert place is not None
    assert not place.box.overlaps(Box(200, 170, 18, 18))


def test_a_name_may_sit_on_its_anchor():
    (place,) = place_labels([Wish(200, 170, 80, 12, on_anchor=True)])
    assert place is not None
    assert (place.box.x, place.box.y) == (200, 170)


def test_a_segment_that_passes_by_does_not_cross():
    box = Box(10, 10, 4, 4)
    assert box.crossed_by((0, 10), (20, 10))
    assert box.crossed_by((10, 10), (10, 10))
    assert not box.crossed_by((0, 0), (20, 5))
    assert not box.crossed_by((0, 10), (5, 10))


@given(wanted=st.lists(st.floats(0, 300), max_size=10), gap=st.floats(0.5, 20))
def test_spread_positions_keep_their_order_and_distance(wanted, gap):
    placed = spread_apart(wanted, gap, 0, 300)
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    steps = np.diff([placed[index] for index in order])
    assert (steps >= gap - 1e-9).all()
    assert all(-1e-9 <= x <= 300 + 1e-9 for x in placed)


def test_positions_that_are_apart_already_stay():
    assert spread_apart([50.0, 10.0, 90.0], 11, 0, 100) == [50.0, 10.0, 90.0]


def test_positions_without_enough_room_are_spaced_evenly():
    assert spread_apart([5.0, 5.0, 5.0], 50, 0, 20) == [0.0, 10.0, 20.0]
